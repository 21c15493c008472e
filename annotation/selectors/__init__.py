"""Every read of the app worth a name. Modules: ``tasks``, ``queue``, ``work``, ``labels``, ``lookup``, ``payloads``."""
