"""Pipelines: what moves. A typed graph of nodes, run from the database; see README.md."""
