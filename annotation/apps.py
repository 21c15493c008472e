"""The app of people's work."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AnnotationConfig(AppConfig):
    name = "annotation"
    label = "annotation"
    verbose_name = "Tasks, labelling and review"

    def ready(self) -> None:
        """Readers of events, the sweep and the rules of items and drawing register when their modules load."""
        import_module("annotation.listeners")
        import_module("annotation.permissions")
        import_module("annotation.selectors.rules")
        import_module("annotation.jobs")
