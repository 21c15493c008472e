"""/api/v1/models/{id}/uses/: the pipelines that hold a model, for its page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.web import visible_or_404
from models_registry.permissions import ModelPolicy
from pipelines.api import serializers as shapes
from pipelines.api._common import listed
from pipelines.permissions import PipelinePolicy
from pipelines.selectors.uses import uses_of_model


class _PipelineRef(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class ModelUseSerializer(serializers.Serializer[Any]):
    pipeline = _PipelineRef()
    status = serializers.CharField()
    variables = serializers.ListField(child=serializers.CharField())
    nodes = serializers.ListField(child=serializers.CharField())


class ModelUsesView(APIView):
    @extend_schema(responses=shapes.page_of("ModelUseList", ModelUseSerializer))
    def get(self, request: Request, model_id: UUID) -> Response:
        """The pipelines of its project that hold the model, and where."""
        model = visible_or_404(ModelPolicy(), request.user, model_id)
        rows = PipelinePolicy().visible_to(request.user).filter(project_id=model.project_id)
        return Response(listed(uses_of_model(rows, model.pk)))
