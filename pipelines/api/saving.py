"""Has choosing paid? The learning curve of a pipeline with a Select node, and what labels by chance teach beside it."""

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
from pipelines.api._common import parsed, person, pipeline_for
from pipelines.models import ChanceState, Pipeline
from pipelines.selectors.runs import count_by_chance
from pipelines.services.chance import LEAST_SEEDS, MOST_SEEDS, SEEDS, cancel_checks, check_of, start_check
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


class ChanceReportSerializer(serializers.Serializer[Any]):
    """``verdict``: saved, none (shown), costs, or too_few labels by chance (fewer than ``least``; nothing was trained
    then). ``labels`` by chance: ``start`` that no round picked and ``picked`` ones; ``figures``: of each seed. The
    pipeline's own versions reached their mean with ``reached`` labels (null: never so far; ``at_most``: its smallest
    has it already): ``saving`` 1 - reached / labels, from ``low`` to ``high`` (null: open) at ``level``. The curve it
    was read from: ``versions`` from ``first`` to ``last`` labels."""

    verdict = serializers.ChoiceField(choices=["saved", "none", "costs", "too_few"])
    start = serializers.IntegerField()
    picked = serializers.IntegerField()
    least = serializers.IntegerField(required=False)
    labels = serializers.IntegerField(required=False)
    metric = serializers.CharField(required=False)
    figures = serializers.ListField(child=serializers.FloatField(), required=False)
    reached = serializers.FloatField(required=False, allow_null=True)
    at_most = serializers.BooleanField(required=False)
    saving = serializers.FloatField(required=False, allow_null=True)
    low = serializers.FloatField(required=False, allow_null=True)
    high = serializers.FloatField(required=False, allow_null=True)
    level = serializers.FloatField(required=False)
    versions = serializers.IntegerField(required=False)
    first = serializers.IntegerField(required=False)
    last = serializers.IntegerField(required=False)


class ChanceCheckSerializer(serializers.Serializer[Any]):
    """The comparison with labels by chance on the curve's test set. ``done`` of ``total`` trainings and evaluations
    while it is under way; ``report`` once it is done; ``error`` where it failed; ``model``: the first seed."""

    state = serializers.ChoiceField(choices=ChanceState.values)
    seeds = serializers.IntegerField()
    done = serializers.FloatField()
    total = serializers.IntegerField()
    report = ChanceReportSerializer(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    model = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class StartCheckSerializer(serializers.Serializer[Any]):
    seeds = serializers.IntegerField(required=False, default=SEEDS, min_value=LEAST_SEEDS, max_value=MOST_SEEDS)


class SavingSerializer(serializers.Serializer[Any]):
    """The curve: ``metric`` of ``points`` (fewest labels first), all on ``test_set``. Left out of it: ``elsewhere``
    versions that were not evaluated on that test set, ``other_recipe`` ones of another model or other settings.
    ``picked_by_chance``: items that the node's rounds picked at random. ``check``: the comparison with them."""

    metric = serializers.CharField(allow_blank=True)
    test_set = CurveTestSetSerializer(allow_null=True)
    points = CurvePointSerializer(many=True)
    elsewhere = serializers.IntegerField()
    other_recipe = serializers.IntegerField()
    picked_by_chance = serializers.IntegerField()
    check = ChanceCheckSerializer(allow_null=True)


class SavingView(APIView):
    """How good the pipeline's versions are over how many labels they learnt from, on one and the same test set."""

    @extend_schema(responses=SavingSerializer)
    def get(self, request: Request, pipeline_id: UUID, node_id: str) -> Response:
        pipeline = _selecting(request, pipeline_id, node_id)
        return Response(SavingSerializer(_body(pipeline, node_id)).data)

    @extend_schema(request=StartCheckSerializer, responses=SavingSerializer)
    def post(self, request: Request, pipeline_id: UUID, node_id: str) -> Response:
        """Compares with chance: models of the same recipe learn only labels that no strategy chose, and are evaluated
        on the same test set. One that is under way goes on; one that has ended begins anew."""
        pipeline = _selecting(request, pipeline_id, node_id, "pipeline.edit")
        data = parsed(StartCheckSerializer, request)
        start_check(pipeline=pipeline, node_id=node_id, seeds=data["seeds"], user=person(request))
        return Response(SavingSerializer(_body(pipeline, node_id)).data)


class SavingCancelView(APIView):
    """Stops the comparison with chance and what it started."""

    @extend_schema(request=None, responses=SavingSerializer)
    def post(self, request: Request, pipeline_id: UUID, node_id: str) -> Response:
        pipeline = _selecting(request, pipeline_id, node_id, "pipeline.edit")
        cancel_checks(pipeline=pipeline, user=person(request))
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
        "check": _check(pipeline, curve),
    }


def _check(pipeline: Pipeline, curve: LearningCurve) -> dict[str, Any] | None:
    if curve.version is None:
        return None
    check, standing = check_of(pipeline, curve.version.pk)
    if check is None:
        return None
    return {
        "state": check.state,
        "seeds": check.seeds,
        "done": standing.done if standing else 0,
        "total": 2 * check.seeds,
        "report": check.report or None,
        "error": check.error,
        "model": check.control_id,
        "created_at": check.created_at,
        "finished_at": check.finished_at,
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
