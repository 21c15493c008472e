"""The app: finds the node types, and registers jobs and readers, when Django starts."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig

from alp_site.lib.registry import discover


class PipelinesConfig(AppConfig):
    name = "pipelines"
    verbose_name = "Pipelines"

    def ready(self) -> None:
        discover("pipelines.nodes")
        discover("pipelines.formats")
        discover("pipelines.services.measures")
        import_module("pipelines.jobs")
        import_module("pipelines.listeners")
