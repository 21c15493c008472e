"""Approval gates: what waits for a word, and giving it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.web import keyset_page, parse_uuid
from alp_site.people.permissions import require
from alp_site.people.selectors import get_project_for
from pipelines import selectors
from pipelines.api import serializers as shapes
from pipelines.api._common import parsed, person, row_for
from pipelines.api.cycles import execution_body
from pipelines.models import NodeExecution
from pipelines.permissions import ExecutionPolicy
from pipelines.services import approvals


class GateSerializer(serializers.Serializer[Any]):
    """What waits: `id` is the execution, `value` what it holds back, `shown` that value's name where it has one.
    `people`: who was named; empty: every owner and engineer."""

    id = serializers.UUIDField()
    cycle_id = serializers.UUIDField()
    pipeline_id = serializers.UUIDField()
    pipeline = serializers.CharField()
    node_id = serializers.CharField()
    node = serializers.CharField()
    question = serializers.CharField(allow_blank=True)
    type = serializers.CharField()
    value = serializers.JSONField()
    shown = serializers.CharField(allow_blank=True)
    since = serializers.DateTimeField()
    people = shapes.PersonSerializer(many=True)
    may_decide = serializers.BooleanField()


class GateVerdictSerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=[approvals.APPROVED, approvals.REFUSED])
    note = serializers.CharField(required=False, allow_blank=True, default="")


class GateListView(APIView):
    """What waits at the approval gates of a project, oldest first. ``?pipeline=`` narrows."""

    @extend_schema(parameters=[OpenApiParameter("pipeline", str)], responses=shapes.page_of("GateList", GateSerializer))
    def get(self, request: Request, project_id: UUID) -> Response:
        project = get_project_for(request.user, project_id)
        require(request.user, "pipeline.see", project.pk)
        named = request.query_params.get("pipeline")
        rows = selectors.list_gates(project.pk, parse_uuid(named, "pipeline") if named else None)

        def bodies(page: Sequence[NodeExecution]) -> list[Any]:
            names = selectors.names_of(project.pk, [row.outputs for row in page])
            return list(GateSerializer(approvals.gate_bodies(page, person(request), names), many=True).data)

        return keyset_page(request, rows, bodies)


class DecideView(APIView):
    """Opens a gate, or refuses with a note. The first word counts: 409 for who comes later."""

    @extend_schema(request=GateVerdictSerializer, responses=shapes.ExecutionDetailSerializer)
    def post(self, request: Request, execution_id: UUID) -> Response:
        row: NodeExecution = row_for(request, ExecutionPolicy(), execution_id)
        data = parsed(GateVerdictSerializer, request)
        approvals.decide(execution=row, user=person(request), **data)
        return Response(execution_body(row_for(request, ExecutionPolicy(), execution_id)))
