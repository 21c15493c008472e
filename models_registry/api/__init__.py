"""The REST API of models."""
