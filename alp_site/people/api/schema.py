"""/api/v1/schema/: the API as OpenAPI, the same for everyone; JSON, or YAML for who asks for it."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView


@cache
def schema_of(version: str | None) -> dict[str, Any]:
    """Made once a process: all views and serializers are looked through, which takes a second and more."""
    return dict(SchemaGenerator(api_version=version).get_schema(public=True))  # type: ignore[no-untyped-call]


class KeptGenerator(SchemaGenerator):
    """Hands out what `schema_of` keeps."""

    def get_schema(self, request: Any = None, public: bool = True) -> dict[str, Any]:
        return schema_of(self.api_version)


class SchemaView(SpectacularAPIView):
    generator_class = KeptGenerator
    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer]
