"""Has choosing paid? The learning curve of a pipeline with a Select node."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid
from models_registry.selectors.learning import CurvePoint, LearningCurve, learning_curve
from pipelines.api._common import pipeline_for
from pipelines.models import Pipeline
from pipelines.selectors.runs import count_by_chance
from pipelines.services.rounds import is_select


class CurvePointSerializer(serializers.Serializer[Any]):
    """A version: pictures it learnt from, its figure on the test set, of an accuracy the 95 % interval."""

    model = serializers.UUIDField()
    name = serializers.CharField()
    labels = serializers.IntegerField()
    figure = serializers.FloatField()
    interval = serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2, allow_null=True)
    stage = serializers.CharField(allow_blank=True)


class CurveTestSetSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    number = serializers.IntegerField()
    items = serializers.IntegerField()


class SavingSerializer(serializers.Serializer[Any]):
    """The curve: ``metric`` of ``points`` (fewest labels first), all on ``test_set``. Left out of it: ``elsewhere``
    versions that were not evaluated on that test set, ``other_recipe`` ones of another model or other settings.
    ``picked_by_chance``: items that the node's rounds picked at random."""

    metric = serializers.CharField(allow_blank=True)
    test_set = CurveTestSetSerializer(allow_null=True)
    points = CurvePointSerializer(many=True)
    elsewhere = serializers.IntegerField()
    other_recipe = serializers.IntegerField()
    picked_by_chance = serializers.IntegerField()


class SavingView(APIView):
    """How good the pipeline's versions are over how many labels they learnt from, on one and the same test set."""

    @extend_schema(responses=SavingSerializer)
    def get(self, request: Request, pipeline_id: UUID, node_id: str) -> Response:
        pipeline = _selecting(request, pipeline_id, node_id)
        return Response(SavingSerializer(_body(pipeline, node_id)).data)


def _selecting(request: Request, pipeline_id: UUID, node_id: str, action: str = "pipeline.see") -> Pipeline:
    pipeline = pipeline_for(request, pipeline_id, action)
    if not is_select(pipeline, node_id):
        raise Invalid(f"The published graph has no Select node {node_id!r}.", node=node_id)
    return pipeline


def _body(pipeline: Pipeline, node_id: str) -> dict[str, Any]:
    curve = learning_curve(pipeline.project_id, pipeline.pk)
    return {
        "metric": curve.metric,
        "test_set": _test_set(curve),
        "points": [_point(point) for point in curve.points],
        "elsewhere": curve.elsewhere,
        "other_recipe": curve.unlike,
        "picked_by_chance": count_by_chance(pipeline, node_id),
    }


def _test_set(curve: LearningCurve) -> dict[str, Any] | None:
    version = curve.version
    if version is None:
        return None
    return {
        "id": version.pk, "name": version.test_set.name, "number": version.number, "items": version.item_count,
    }  # fmt: skip


def _point(point: CurvePoint) -> dict[str, Any]:
    return {
        "model": point.model.pk,
        "name": point.model.name,
        "labels": point.labels,
        "figure": point.figure,
        "interval": point.evaluation.summary.get("accuracy_interval"),
        "stage": point.model.stage,
    }
