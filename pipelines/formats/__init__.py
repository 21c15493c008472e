"""Files a pipeline can be read from, one module a format. Pure."""
