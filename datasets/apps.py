"""Start-up of the datasets app: geometry types are discovered, SQL functions are registered."""

from __future__ import annotations

from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    name = "datasets"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Datasets"

    def ready(self) -> None:
        from alp_site.lib import registry
        from datasets import jobs  # noqa: F401  declares its kinds of job and its duties

        registry.discover("datasets.geometry")
        registry.discover("datasets.formats")
