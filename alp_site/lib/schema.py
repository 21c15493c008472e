"""How the OpenAPI schema names operations, and what it says of views that declare no shape."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from rest_framework.generics import GenericAPIView


class RouteSchema(AutoSchema):
    """Operations are called by their path: `projects_get`, `projects_id_patch`, `projects_id_members_post`."""

    def get_operation_id(self) -> str:
        parts = self.path.removeprefix("/api/v1").strip("/").split("/")
        words = ["id" if part.startswith("{") else part.replace("-", "_") for part in parts]
        return "_".join([*words, self.method.lower()])

    def get_request_serializer(self) -> Any:
        return self._declared() if self.method in {"POST", "PUT", "PATCH"} else None

    def get_response_serializers(self) -> Any:
        return {204: None} if self.method == "DELETE" and not self._has_shape() else self._declared()

    def _has_shape(self) -> bool:
        return isinstance(self.view, GenericAPIView) or any(
            hasattr(self.view, name) for name in ("serializer_class", "get_serializer", "get_serializer_class")
        )

    def _declared(self) -> Any:
        """The view's own serializer, or a free JSON object where `extend_schema` says nothing."""
        return self._get_serializer() if self._has_shape() else OpenApiTypes.OBJECT  # type: ignore[no-untyped-call]
