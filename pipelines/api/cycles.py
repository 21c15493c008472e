"""Cycles and executions: lists, paths, logs; cancel, retry, rerun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid
from alp_site.lib.web import keyset_page, parse_uuid, visible_or_404
from alp_site.people.models import User
from datasets.permissions import ItemPolicy
from pipelines import selectors
from pipelines.api import serializers as shapes
from pipelines.api._common import done_body, listed, parsed, person, pipeline_for, row_for
from pipelines.engine.graph import Graph, to_json
from pipelines.engine.paths import Step, came_by, index_of
from pipelines.errors import WrongStatus
from pipelines.models import Cycle, CycleStatus, ExecutionStatus, NodeExecution
from pipelines.permissions import CyclePolicy, ExecutionPolicy
from pipelines.services import cycles as services
from pipelines.services.graphs import graph_of
from pipelines.services.many import cancel_many, retry_many

STATUS = OpenApiParameter("status", str)
PATH_LIMIT = 500


def chosen(request: Request, name: str, values: Sequence[str]) -> str:
    """A query parameter that must be one of these, or empty."""
    value = request.query_params.get(name, "")
    if value and value not in values:
        raise Invalid(f"{name} is one of {', '.join(values)}, not {value!r}.", field=name)
    return value


class CycleListView(APIView):
    """Cycles of a pipeline, newest first. ``?status=`` and ``?item=`` narrow."""

    @extend_schema(
        parameters=[STATUS, OpenApiParameter("item", str)],
        responses=shapes.page_of("CycleList", shapes.CycleSerializer),
    )
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        item = request.query_params.get("item")
        rows = selectors.list_cycles(
            pipeline,
            status=chosen(request, "status", CycleStatus.values),
            subject=parse_uuid(item, "item") if item else None,
        )
        user = person(request)
        return keyset_page(request, rows, lambda page: cycle_bodies(page, user), newest_first=True)


def cycle_bodies(rows: Sequence[Any], user: User) -> list[Any]:
    waits = selectors.people_waits([row.pk for row in rows], user)
    for row in rows:
        row.waits = waits.get(row.pk, [])
    return list(shapes.CycleSerializer(rows, many=True).data)


class CycleDetailView(APIView):
    """One cycle: its path, every execution with inputs and outputs, the graph it runs through."""

    @extend_schema(responses=shapes.CycleDetailSerializer)
    def get(self, request: Request, cycle_id: UUID) -> Response:
        return Response(detail_body(request, row_for(request, CyclePolicy(), cycle_id)))


def detail_body(request: Request, row: Any) -> dict[str, Any]:
    path = list(NodeExecution.objects.filter(cycle=row).order_by("id")[:PATH_LIMIT])
    values = [part for e in path for part in (e.arrived, e.bound or {}, e.outputs)]
    row.waits = selectors.people_waits([row.pk], person(request)).get(row.pk, [])
    graph = graph_of(row.revision_id)
    row.path, row.graph, row.ports = with_ways(path, graph), to_json(graph), selectors.ports_of(graph)
    row.names = selectors.names_of(row.pipeline.project_id, [*values, row.memory, row.subject])
    return dict(shapes.CycleDetailSerializer(row).data)


def with_ways(path: list[Any], graph: Graph) -> list[Any]:
    """Each execution with the connections it came by."""
    steps = [
        Step(
            str(e.pk), e.node_id, str(e.source_id) if e.source_id else None, e.taken, index_of(e.key),
            e.created_at.timestamp(), e.finished_at.timestamp() if e.finished_at else None,
        )
        for e in path
    ]  # fmt: skip
    ways = came_by(graph, steps)
    for e in path:
        e.came_by, e.by_hand = ways[str(e.pk)], e.key.startswith("sent:")
    return path


class CycleCancelView(APIView):
    @extend_schema(request=None, responses=shapes.CycleDetailSerializer)
    def post(self, request: Request, cycle_id: UUID) -> Response:
        row: Cycle = row_for(request, CyclePolicy(), cycle_id, "pipeline.edit")
        services.cancel_cycles(cycle_ids=[row.pk])
        return Response(detail_body(request, row_for(request, CyclePolicy(), cycle_id)))


class CycleRetryView(APIView):
    """Every failed execution of the cycle starts again with the inputs it had."""

    @extend_schema(request=None, responses=shapes.CycleDetailSerializer)
    def post(self, request: Request, cycle_id: UUID) -> Response:
        row: Cycle = row_for(request, CyclePolicy(), cycle_id, "pipeline.edit")
        retry_many(pipeline=row.pipeline, cycle_ids=[row.pk])
        return Response(detail_body(request, row_for(request, CyclePolicy(), cycle_id)))


class CyclesCancelView(APIView):
    """Cancels these cycles of the pipeline, or all that are open. A few end at once; more by a job, which is told."""

    @extend_schema(request=shapes.ChooseCyclesSerializer, responses=shapes.ActedSerializer)
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id, "pipeline.edit")
        data = parsed(shapes.ChooseCyclesSerializer, request)
        done = cancel_many(pipeline=pipeline, cycle_ids=data.get("ids"), user=person(request))
        return Response(done_body(done))


class PipelineRetryView(APIView):
    """Retries what failed: of the whole pipeline, of one node, or of these cycles. A few start at once; more by a
    job, which is told."""

    @extend_schema(request=shapes.ChooseCyclesSerializer, responses=shapes.ActedSerializer)
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id, "pipeline.edit")
        data = parsed(shapes.ChooseCyclesSerializer, request)
        done = retry_many(pipeline=pipeline, node_id=data["node"], cycle_ids=data.get("ids"), user=person(request))
        return Response(done_body(done))


class ExecutionListView(APIView):
    """Executions of a pipeline, newest first. ``?node=``, ``?status=``, ``?action=``, ``?code=`` (of the error) and
    ``?loose=true`` (ended on no connection) narrow."""

    @extend_schema(
        parameters=[STATUS, *(OpenApiParameter(name, str) for name in ("node", "action", "code", "loose"))],
        responses=shapes.page_of("ExecutionList", shapes.ExecutionSerializer),
    )
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        rows = selectors.list_executions(
            pipeline,
            node_id=request.query_params.get("node", ""),
            status=chosen(request, "status", ExecutionStatus.values),
            action=request.query_params.get("action", ""),
            code=request.query_params.get("code", ""),
            loose=chosen(request, "loose", ["true", "false"]) == "true",
        )
        return keyset_page(
            request, rows, lambda page: list(shapes.ExecutionSerializer(page, many=True).data), newest_first=True
        )


class ExecutionDetailView(APIView):
    """One execution with its log, its error, and its job's progress while it runs."""

    @extend_schema(responses=shapes.ExecutionDetailSerializer)
    def get(self, request: Request, execution_id: UUID) -> Response:
        return Response(execution_body(row_for(request, ExecutionPolicy(), execution_id)))


def execution_body(row: Any) -> dict[str, Any]:
    job = selectors.get_job_of(row)
    row.progress = job.progress if job else None
    row.names = selectors.names_of(row.pipeline.project_id, [row.arrived, row.bound or {}, row.outputs])
    return dict(shapes.ExecutionDetailSerializer(row).data)


class ExecutionRetryView(APIView):
    """A failed execution starts again with the inputs it had."""

    @extend_schema(request=None, responses=shapes.ExecutionDetailSerializer)
    def post(self, request: Request, execution_id: UUID) -> Response:
        row: NodeExecution = row_for(request, ExecutionPolicy(), execution_id, "pipeline.edit")
        if not services.retry_executions(execution_ids=[row.pk]):
            raise WrongStatus("Only a failed execution of a cycle that goes on can be retried.", status=row.status)
        return Response(execution_body(row_for(request, ExecutionPolicy(), execution_id)))


class ExecutionRerunView(APIView):
    """The node runs once more for this cycle: a new execution, variables read anew; what follows, follows."""

    @extend_schema(request=None, responses=shapes.CycleDetailSerializer)
    def post(self, request: Request, execution_id: UUID) -> Response:
        row: NodeExecution = row_for(request, ExecutionPolicy(), execution_id, "pipeline.edit")
        if not services.rerun_executions(execution_ids=[row.pk]):
            raise WrongStatus("Only a finished execution can run again.", status=row.status)
        return Response(detail_body(request, row_for(request, CyclePolicy(), row.cycle_id)))


class ItemCyclesView(APIView):
    """The cycles one item went through: the pipelines' panel of an item's page."""

    @extend_schema(responses=shapes.page_of("ItemCycleList", shapes.CycleSerializer))
    def get(self, request: Request, item_id: UUID) -> Response:
        item = visible_or_404(ItemPolicy(), request.user, item_id)
        rows = CyclePolicy().visible_to(request.user).filter(subject=item.pk).order_by("-id")[:100]
        return Response(listed(cycle_bodies(list(rows), person(request))))
