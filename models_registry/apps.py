"""The models_registry app."""

from __future__ import annotations

from django.apps import AppConfig


class ModelsRegistryConfig(AppConfig):
    """Fills the registries when Django is ready: adapters, metrics, strategies, jobs, the query language's fields."""

    name = "models_registry"
    label = "models_registry"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Models"

    def ready(self) -> None:
        """A broken plug-in file stops start-up with its path. Loads no torch."""
        from models_registry import jobs, listeners, ml, query  # noqa: F401  the first two register what they declare

        ml.load_all()
        query.connect()
