"""/api/v1/tasks/{id}/grid/…: a page of classes looked at, decided and taken back at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.web import keyset_page
from annotation.api.issues import NewIssueSerializer, new_issue
from annotation.api.serializers import TaskItemSerializer
from annotation.api.shapes import listing, me, parsed, task_for
from annotation.selectors.payloads import item_payloads
from annotation.selectors.queue import open_for
from annotation.services import grid
from annotation.services.grid import MAX_PAGE, Outcome, Verdict


class VerdictSerializer(serializers.Serializer[Any]):
    """`label`: a correction; `issue`: it is flagged, and goes back with it; neither: it is right as it is."""

    task_item = serializers.UUIDField()
    seen_version = serializers.IntegerField(min_value=0)
    label = serializers.CharField(max_length=200, required=False, allow_null=True)  # type: ignore[assignment]  # a field, not DRF's own
    issue = NewIssueSerializer(required=False, allow_null=True)


class DecideSerializer(serializers.Serializer[Any]):
    """`op_id`: the page's name for the act; repeated, nothing is done twice."""

    op_id = serializers.UUIDField()
    items = serializers.ListField(child=VerdictSerializer(), allow_empty=False, max_length=MAX_PAGE)


class UndoPageSerializer(serializers.Serializer[Any]):
    """`op_id`: of the act that is taken back, on these items."""

    op_id = serializers.UUIDField()
    task_items = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=MAX_PAGE)


class OutcomeSerializer(serializers.Serializer[Any]):
    """`result`: approved, corrected, returned, reopened; else why it was left as it is: gone, decided, with_annotator,
    held, changed, open_issues, no_label, no_annotator, or an error's code."""

    task_item = serializers.UUIDField()
    result = serializers.CharField()
    repeated = serializers.BooleanField()


class OutcomesSerializer(serializers.Serializer[Any]):
    items = OutcomeSerializer(many=True)


class GridView(APIView):
    @extend_schema(
        responses=listing("GridPage", TaskItemSerializer),
        parameters=[OpenApiParameter("after", str), OpenApiParameter("limit", int)],
    )
    def get(self, request: Request, task_id: UUID) -> Response:
        """What waits for review here and is mine or nobody's, by age."""
        task = task_for(request, task_id, "review.decide")
        grid.check_grid(task)
        return keyset_page(request, open_for(task, me(request)), item_payloads, default=60)

    @extend_schema(request=DecideSerializer, responses=OutcomesSerializer)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Approve what is not flagged, return what is; all in one transaction."""
        task = task_for(request, task_id, "review.decide")
        data = parsed(DecideSerializer, request)
        verdicts = [_verdict(one) for one in data["items"]]
        return _answer(grid.decide_page(task=task, person=me(request), op_id=data["op_id"], verdicts=verdicts))


class GridUndoView(APIView):
    @extend_schema(request=UndoPageSerializer, responses=OutcomesSerializer)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Take back what one act decided, item by item."""
        task = task_for(request, task_id, "review.decide")
        data = parsed(UndoPageSerializer, request)
        done = grid.undo_page(task=task, person=me(request), op_id=data["op_id"], task_item_ids=data["task_items"])
        return _answer(done)


def _verdict(data: dict[str, Any]) -> Verdict:
    issue = data.get("issue")
    return Verdict(
        task_item_id=data["task_item"],
        seen_version=data["seen_version"],
        label=data.get("label"),
        issue=new_issue(issue) if issue else None,
    )


def _answer(outcomes: Sequence[Outcome]) -> Response:
    items = [{"task_item": str(o.task_item_id), "result": o.result, "repeated": o.repeated} for o in outcomes]
    return Response({"items": items})
