"""Every write of pipelines; see the modules' ``__all__``."""
