"""REST of pipelines."""
