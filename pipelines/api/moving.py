"""Variables and triggers; "Run with pipeline"."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid, Stale
from alp_site.lib.ids import uuid7
from alp_site.lib.web import keyset_page
from datasets.models import Dataset
from pipelines import selectors
from pipelines.api import serializers as shapes
from pipelines.api._common import listed, parsed, person, pipeline_for, row_for
from pipelines.models import Pipeline, Trigger, TriggerFiring, Variable
from pipelines.permissions import FiringPolicy, TriggerPolicy, VariablePolicy
from pipelines.services.firing import run_over
from pipelines.services.graphs import graph_of
from pipelines.services.triggers import update_trigger
from pipelines.services.variables import ANY, get_variable, set_if


class VariableListView(APIView):
    """The pipeline's variables, and what the datasets, models and items they name are called."""

    @extend_schema(responses=shapes.VariableListSerializer)
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        rows = list(Variable.objects.filter(pipeline=pipeline).order_by("order", "id"))
        names = selectors.names_of(pipeline.project_id, [row.value for row in rows])
        return Response(listed(list(shapes.VariableSerializer(rows, many=True).data), names=names))


class VariableDetailView(APIView):
    @extend_schema(responses=shapes.VariableSerializer)
    def get(self, request: Request, variable_id: UUID) -> Response:
        return Response(shapes.VariableSerializer(row_for(request, VariablePolicy(), variable_id)).data)

    @extend_schema(request=shapes.VariablePatchSerializer, responses=shapes.VariableSerializer)
    def patch(self, request: Request, variable_id: UUID) -> Response:
        """Takes effect at once, also while the pipeline runs."""
        row: Variable = row_for(request, VariablePolicy(), variable_id, "pipeline.edit")
        data = parsed(shapes.VariablePatchSerializer, request)
        expected = ANY
        if "version" in data:
            if data["version"] != row.version:
                raise Stale("Someone changed this variable meanwhile.", version=row.version, value=row.value)
            expected = row.value
        done = set_if(
            pipeline_id=row.pipeline_id, name=row.name, expected=expected, value=data["value"], user=person(request),
            why=data["why"],
        )  # fmt: skip
        fresh = get_variable(row.pipeline_id, row.name)
        if not done:
            raise Stale("Someone changed this variable meanwhile.", version=fresh.version, value=fresh.value)
        return Response(shapes.VariableSerializer(fresh).data)


class VariableChangeListView(APIView):
    """History, newest first."""

    @extend_schema(responses=shapes.page_of("VariableChangeList", shapes.VariableChangeSerializer))
    def get(self, request: Request, variable_id: UUID) -> Response:
        row = row_for(request, VariablePolicy(), variable_id)
        rows = selectors.list_changes(row.pk)
        return keyset_page(
            request, rows, lambda page: list(shapes.VariableChangeSerializer(page, many=True).data), newest_first=True
        )


class TriggerListView(APIView):
    @extend_schema(responses=shapes.page_of("TriggerList", shapes.TriggerSerializer))
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        rows = Trigger.objects.filter(pipeline=pipeline, removed_at=None).order_by("id")
        return Response(listed(list(shapes.TriggerSerializer(rows, many=True).data)))


class TriggerDetailView(APIView):
    @extend_schema(request=shapes.TriggerPatchSerializer, responses=shapes.TriggerSerializer)
    def patch(self, request: Request, trigger_id: UUID) -> Response:
        trigger = row_for(request, TriggerPolicy(), trigger_id, "pipeline.edit")
        data = parsed(shapes.TriggerPatchSerializer, request)
        return Response(shapes.TriggerSerializer(update_trigger(trigger=trigger, changes=data)).data)


class FiringListView(APIView):
    """What a trigger did, newest first."""

    @extend_schema(responses=shapes.page_of("FiringList", shapes.FiringSerializer))
    def get(self, request: Request, trigger_id: UUID) -> Response:
        trigger = row_for(request, TriggerPolicy(), trigger_id)
        rows = TriggerFiring.objects.filter(trigger=trigger).select_related("user")
        return keyset_page(
            request, rows, lambda page: list(shapes.FiringSerializer(page, many=True).data), newest_first=True
        )


class FiringDetailView(APIView):
    @extend_schema(responses=shapes.FiringSerializer)
    def get(self, request: Request, firing_id: UUID) -> Response:
        return Response(shapes.FiringSerializer(row_for(request, FiringPolicy(), firing_id)).data)


class RunView(APIView):
    """Starts a cycle for every item that matches, in the background. The firing in the answer shows how far it is."""

    @extend_schema(request=shapes.RunSerializer, responses={202: shapes.FiringSerializer})
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id, "pipeline.edit")
        data = parsed(shapes.RunSerializer, request)
        dataset = data["dataset"]
        if dataset and not Dataset.objects.filter(pk=dataset, project=pipeline.project_id, deleted_at=None).exists():
            raise Invalid("The project has no such dataset.", field="dataset")
        firing = run_over(
            pipeline=pipeline, node_id=data.get("node") or first_start_node(pipeline), dql=data["filter"],
            dataset_id=dataset, user=person(request), key=data.get("key") or str(uuid7()), once=data["once"],
        )  # fmt: skip
        return Response(shapes.FiringSerializer(firing).data, status=status.HTTP_202_ACCEPTED)


def first_start_node(pipeline: Pipeline) -> str:
    """The first node that an event or a person starts with items."""
    graph = graph_of(pipeline.revision_id) if pipeline.revision_id else None
    found = [trigger.node for trigger in graph.triggers if trigger.kind in ("event", "manual")] if graph else []
    return found[0] if found else ""
