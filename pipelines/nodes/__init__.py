"""Node types, one file each, found by discovery. Each registers itself with ``pipelines.engine.spec.register``."""
