"""Every address of the site: each app brings its own."""

from __future__ import annotations

from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path

APPS = ("alp_site.people", "datasets", "models_registry", "annotation", "pipelines")


def _collect(kind: str) -> list[URLPattern | URLResolver]:
    return [pattern for app in APPS for pattern in getattr(import_module(f"{app}.urls"), kind, [])]


urlpatterns = [
    path("api/v1/", include((_collect("api_urlpatterns"), "api"))),
    path("p/<uuid:project_id>/", include((_collect("page_urlpatterns"), "pages"))),
    path("", include((_collect("root_urlpatterns"), "root"))),
]
handler404 = "alp_site.people.pages.not_found"
handler403 = "alp_site.people.pages.forbidden"
handler500 = "alp_site.people.pages.server_error"
