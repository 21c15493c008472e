"""Node types, templates, pipelines: made, saved, checked, started, paused, resumed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.web import keyset_page
from alp_site.people.permissions import require
from alp_site.people.selectors import get_project_for
from pipelines import selectors
from pipelines.api import serializers as shapes
from pipelines.api._common import listed, parsed, person, pipeline_for, require_code
from pipelines.engine.graph import Graph, from_json, to_json
from pipelines.engine.measures import measures
from pipelines.engine.spec import Node, Problem
from pipelines.models import CycleStatus, Pipeline
from pipelines.permissions import PipelinePolicy
from pipelines.selectors import runs
from pipelines.services import pipelines as services
from pipelines.services import reset, resuming, templates
from pipelines.services.graphs import current_graph, draft_differs, graph_of, variables_of, with_values

NO_CYCLES = dict.fromkeys(CycleStatus.values, 0)


def node_type_body(node: Node) -> dict[str, Any]:
    spec = node.spec
    return {
        "type": spec.type,
        "version": spec.version,
        "title": spec.title,
        "category": spec.category,
        "icon": spec.icon,
        "doc": spec.doc,
        "inputs": [vars(port) for port in spec.inputs],
        "outputs": [vars(port) for port in spec.outputs],
        "actions": {port: list(names) for port, names in spec.actions.items()},
        "config_schema": dict(spec.config_schema),
        "requires": list(spec.requires),
        "queue": spec.queue,
        "batch": spec.batch,
    }


class NodeTypeListView(APIView):
    """Every node type and version: the editor's palette, forms and port checks come from it."""

    @extend_schema(responses=shapes.page_of("NodeTypeList", shapes.NodeTypeSerializer))
    def get(self, request: Request) -> Response:
        return Response(listed([node_type_body(node) for node in selectors.list_node_types()]))


class MeasureListView(APIView):
    """Every figure that a trigger may watch: the editor's form comes from it."""

    @extend_schema(responses=shapes.page_of("MeasureList", shapes.MeasureSerializer))
    def get(self, request: Request) -> Response:
        return Response(listed([vars(measure.spec) for _, measure in measures.items()]))


def pipeline_bodies(rows: Sequence[Pipeline]) -> list[dict[str, Any]]:
    """Rows of the list, counters and all, in two queries."""
    cycles = selectors.count_cycles(row.pk for row in rows)
    failed = selectors.count_failed(row.pk for row in rows)
    for row in rows:
        _dress(row, cycles.get(row.pk, NO_CYCLES), failed.get(row.pk, 0))
    return list(shapes.PipelineSerializer(rows, many=True).data)


def _dress(row: Any, cycles: dict[str, int], failed: int) -> None:
    row.cycles_ = cycles
    row.failed = failed
    row.revision_number = row.revision.number if row.revision_id else None


def detail_body(pipeline: Pipeline) -> dict[str, Any]:
    row: Any = Pipeline.objects.select_related("revision").get(pk=pipeline.pk)
    graph = current_graph(row)
    counters = selectors.count_nodes(row.pk)
    _dress(row, selectors.count_cycles([row.pk]).get(row.pk, NO_CYCLES), sum(c["failed"] for c in counters.values()))
    row.graph, row.ports, row.counters_ = to_json(graph), selectors.ports_of(graph), counters
    row.draft_changed = draft_differs(row, graph, row.revision)
    return dict(shapes.PipelineDetailSerializer(row).data)


class PipelineListView(APIView):
    @extend_schema(responses=shapes.page_of("PipelineList", shapes.PipelineSerializer))
    def get(self, request: Request, project_id: UUID) -> Response:
        project = get_project_for(request.user, project_id)
        require(request.user, "pipeline.see", project.pk)
        rows = PipelinePolicy().visible_to(request.user).filter(project=project).select_related("revision")
        return keyset_page(request, rows, pipeline_bodies, newest_first=True)

    @extend_schema(request=shapes.PipelineCreateSerializer, responses={201: shapes.PipelineDetailSerializer})
    def post(self, request: Request, project_id: UUID) -> Response:
        """From a template (with values of its variables) or from a graph; a draft until it is started."""
        project = get_project_for(request.user, project_id)
        require(request.user, "pipeline.edit", project.pk)
        data = parsed(shapes.PipelineCreateSerializer, request)
        if "template" in data:
            require_code(request, project.pk, templates.get_template(data["template"], project).parsed())
            made = templates.create_from_template(
                project=project, template=data["template"], name=data.get("name", ""),
                variables=data.get("variables"), user=person(request),
            )  # fmt: skip
        else:
            require_code(request, project.pk, from_json(data.get("graph") or {}))
            made = services.create_pipeline(
                project=project, name=data.get("name", ""), graph=data.get("graph"), user=person(request),
                description=data.get("description", ""), settings=data.get("settings"),
            )  # fmt: skip
        return Response(detail_body(made), status=status.HTTP_201_CREATED)


class PipelineDetailView(APIView):
    @extend_schema(responses=shapes.PipelineDetailSerializer)
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        return Response(detail_body(pipeline_for(request, pipeline_id)))

    @extend_schema(request=shapes.PipelinePatchSerializer, responses=shapes.PipelineDetailSerializer)
    def patch(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id, "pipeline.edit")
        data = parsed(shapes.PipelinePatchSerializer, request)
        if "graph" in data:
            require_code(request, pipeline.project_id, from_json(data["graph"]), pipeline)
        seen = data.pop("draft_version", None)
        saved = services.save_pipeline(pipeline=pipeline, seen_version=seen, user=person(request), **data)
        return Response(detail_body(saved))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pipeline_id: UUID) -> Response:
        services.delete_pipeline(pipeline=pipeline_for(request, pipeline_id, "pipeline.edit"))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ValidateView(APIView):
    """What is wrong with the draft, or with the graph sent along (nothing is saved)."""

    @extend_schema(request=shapes.ValidateSerializer, responses=shapes.ProblemsSerializer)
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        data = parsed(shapes.ValidateSerializer, request)
        graph = current_graph(pipeline)
        if "graph" in data:
            graph = from_json(data["graph"])
            graph = graph if "variables" in data["graph"] else with_values(graph, variables_of(pipeline.pk))
        return Response(problems_body(services.problems_of(pipeline, graph), graph))


def problems_body(problems: list[Problem], graph: Graph) -> dict[str, Any]:
    errors = any(problem.level == "error" for problem in problems)
    listed = [problem.as_json() for problem in problems]
    return {"ok": not errors, "problems": listed, "ports": selectors.ports_of(graph)}


class StartView(APIView):
    """Publishes the draft and runs it; a running pipeline goes on with the new graph."""

    @extend_schema(request=None, responses=shapes.PipelineDetailSerializer)
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id, "pipeline.edit")
        return Response(detail_body(services.start_pipeline(pipeline=pipeline, user=person(request))))


class PauseView(APIView):
    @extend_schema(request=shapes.PauseSerializer, responses=shapes.PipelineDetailSerializer)
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id, "pipeline.edit")
        data = parsed(shapes.PauseSerializer, request)
        return Response(detail_body(services.pause_pipeline(pipeline=pipeline, keep_triggers=data["keep_triggers"])))


class ResumeView(APIView):
    """Goes on after a pause. With many open cycles to be cancelled first it is still ``paused`` in the answer: a job
    cancels them and then starts it."""

    @extend_schema(request=shapes.ResumeSerializer, responses=shapes.PipelineDetailSerializer)
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id, "pipeline.edit")
        data = parsed(shapes.ResumeSerializer, request)
        resuming.resume_pipeline(pipeline=pipeline, open_cycles=data["open_cycles"], user=person(request))
        return Response(detail_body(pipeline))


class ResetView(APIView):
    """A draft again, with no cycles: a job forgets them, with their executions, firings and counters."""

    @extend_schema(request=shapes.ResetSerializer, responses=shapes.PipelineDetailSerializer)
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id, "pipeline.edit")
        data = parsed(shapes.ResetSerializer, request)
        return Response(detail_body(reset.reset_pipeline(pipeline=pipeline, stop=data["stop"])))


class PipelineTrashView(APIView):
    """Deleted pipelines, the newest first."""

    @extend_schema(responses=shapes.page_of("PipelineTrash", shapes.PipelineSerializer))
    def get(self, request: Request, project_id: UUID) -> Response:
        project = get_project_for(request.user, project_id)
        require(request.user, "pipeline.edit", project.pk)
        rows = PipelinePolicy().in_trash(request.user).filter(project=project).select_related("revision")
        return keyset_page(request, rows, pipeline_bodies, newest_first=True)


class PipelineRestoreView(APIView):
    """Out of the trash, as a draft."""

    @extend_schema(request=None, responses=shapes.PipelineDetailSerializer)
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        found = PipelinePolicy().in_trash(request.user).filter(pk=pipeline_id).first()
        pipeline = found or pipeline_for(request, pipeline_id, "pipeline.edit")
        services.restore_pipeline(pipeline=pipeline)
        return Response(detail_body(pipeline))


class CountersView(APIView):
    """Live counters: executions by node and status, cycles by status, what passed each connection, throughput."""

    @extend_schema(responses=shapes.CountersSerializer)
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        passed = runs.count_passed(pipeline.pk)
        graph = graph_of(pipeline.revision_id) if pipeline.revision_id else None
        return Response(
            {
                "nodes": selectors.count_nodes(pipeline.pk),
                "cycles": selectors.count_cycles([pipeline.pk]).get(pipeline.pk, NO_CYCLES),
                "connections": {c.id: passed.get(c.name, 0) for c in graph.connections} if graph else {},
                "throughput": runs.get_throughput(pipeline.pk, now()),
            }
        )
