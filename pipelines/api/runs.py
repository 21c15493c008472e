"""The run view: loose ends and the way back in, running again, what a cycle cost, how a node does."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid
from alp_site.lib.web import keyset_page
from pipelines import selectors
from pipelines.api import run_shapes as shapes
from pipelines.api import serializers
from pipelines.api._common import done_body, listed, parsed, person, pipeline_for, row_for
from pipelines.api.cycles import detail_body
from pipelines.errors import WrongStatus
from pipelines.models import Cycle
from pipelines.permissions import CyclePolicy
from pipelines.selectors import runs
from pipelines.services import again as services
from pipelines.services.graphs import current_graph, graph_of
from pipelines.services.many import rerun_many
from pipelines.services.rounds import state_of_node


class LooseEndListView(APIView):
    """What ended on no connection (a discarded item, say), by node and action. The executions themselves: the list of
    executions with ``?loose=true``."""

    @extend_schema(responses=serializers.page_of("LooseEndList", shapes.LooseEndSerializer))
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        return Response(listed(list(shapes.LooseEndSerializer(runs.count_loose(pipeline.pk), many=True).data)))


class SendOnView(APIView):
    """Sends loose ends back in, by a connection or into a node: these executions, or all of a node (with an action, or
    with none), however many. A few that are named go at once, else a job sends them."""

    @extend_schema(request=shapes.SendOnSerializer, responses=shapes.SentSerializer)
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id, "pipeline.edit")
        data = parsed(shapes.SendOnSerializer, request)
        target = services.Target(data["connection"], data["to_node"], data["to_port"])
        if "ids" in data:
            found = services.send_chosen(
                pipeline=pipeline, execution_ids=data["ids"], target=target, user=person(request)
            )
            return Response(done_body(found))
        if not data["node"]:
            raise Invalid("Say which: ids of executions, or a node.", field="node")
        action = "" if data["without_action"] else data["action"] or None
        found = services.send_all_on(
            pipeline=pipeline, node_id=data["node"], action=action, target=target, user=person(request)
        )
        return Response(done_body(found))


class PipelineRerunView(APIView):
    """Runs a node once more for every cycle that has been there, or for some; what follows, follows. A few run again
    at once; more by a job, which is told."""

    @extend_schema(request=shapes.RerunSerializer, responses=serializers.ActedSerializer)
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id, "pipeline.edit")
        data = parsed(shapes.RerunSerializer, request)
        done = rerun_many(
            pipeline=pipeline, node_id=data["node"], cycle_ids=data.get("cycles"), status=data["status"],
            action=data["action"], code=data["code"], dry_run=data["dry_run"], user=person(request),
        )  # fmt: skip
        return Response(done_body(done))


class CycleRerunView(APIView):
    """Runs a cycle again from a node; without one, from its beginning."""

    @extend_schema(request=shapes.CycleRerunSerializer, responses=serializers.CycleDetailSerializer)
    def post(self, request: Request, cycle_id: UUID) -> Response:
        cycle: Cycle = row_for(request, CyclePolicy(), cycle_id, "pipeline.edit")
        data = parsed(shapes.CycleRerunSerializer, request)
        if not services.rerun_cycle(cycle=cycle, node_id=data["node"]):
            raise WrongStatus("Nothing of this cycle has ended there yet.", node=data["node"])
        return Response(detail_body(request, row_for(request, CyclePolicy(), cycle_id)))


class CycleCostView(APIView):
    """What a cycle cost: people's active seconds, and the machine's, all together and by node."""

    @extend_schema(responses=shapes.CostSerializer)
    def get(self, request: Request, cycle_id: UUID) -> Response:
        cost = runs.get_cost(row_for(request, CyclePolicy(), cycle_id))
        nodes = [{"node": node_id, **part} for node_id, part in sorted(cost.nodes.items())]
        return Response(shapes.CostSerializer({"people": cost.people, "machine": cost.machine, "nodes": nodes}).data)


class RoundListView(APIView):
    """Rounds of a Select node, newest first. What waits for the next one are the node's waiting executions."""

    @extend_schema(responses=serializers.page_of("RoundList", shapes.RoundSerializer))
    def get(self, request: Request, pipeline_id: UUID, node_id: str) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        rows = runs.list_rounds(pipeline, node_id)
        return keyset_page(
            request, rows, lambda page: list(shapes.RoundSerializer(page, many=True).data), newest_first=True
        )


class SelectionStateView(APIView):
    """How far a Select node is: its pool, what is open, and why the next round waits."""

    @extend_schema(responses=shapes.SelectionStateSerializer)
    def get(self, request: Request, pipeline_id: UUID, node_id: str) -> Response:
        state = state_of_node(pipeline_for(request, pipeline_id), node_id)
        if not state:
            raise Invalid(f"The published graph has no Select node {node_id!r}.", node=node_id)
        return Response(shapes.SelectionStateSerializer(state).data)


class NodeReportView(APIView):
    """How one node does: durations, throughput of the last hour, failures by code, the newest logs, and the figures
    that its type has of its own."""

    @extend_schema(responses=shapes.NodeReportSerializer)
    def get(self, request: Request, pipeline_id: UUID, node_id: str) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        published = graph_of(pipeline.revision_id) if pipeline.revision_id else None
        drawn = (graph.node(node_id) for graph in (published, current_graph(pipeline)) if graph)
        spot = next((node for node in drawn if node), None)
        if spot is None and node_id not in selectors.count_nodes(pipeline.pk):
            raise Invalid(f"The pipeline has no node {node_id!r}.", node=node_id)
        report = runs.get_node_report(pipeline.pk, node_id, now())
        figures = runs.get_figures(pipeline.pk, spot) if spot else []
        body = {**asdict(report), "figures": [asdict(one) for one in figures]}
        return Response(shapes.NodeReportSerializer(body).data)
