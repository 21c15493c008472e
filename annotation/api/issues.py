"""/api/v1/task-items|tasks/{id}/issues/, /api/v1/issues/{id}/… and /api/v1/projects/{id}/mentions/."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid
from alp_site.lib.web import keyset_page, visible_or_404
from annotation.api.serializers import ActSerializer, IssueSerializer, ItemCountSerializer, PersonSerializer
from annotation.api.shapes import listing, me, parsed, project_for, readable_task_for, task_item_for
from annotation.models import Issue
from annotation.permissions import IssuePolicy
from annotation.selectors import issues as selectors
from annotation.services import issues
from annotation.services.issues import NewIssue, Said


class PlaceSerializer(serializers.Serializer[Any]):
    """A point, or with w and h a box, in image pixels."""

    x = serializers.FloatField()
    y = serializers.FloatField()
    w = serializers.FloatField(required=False)
    h = serializers.FloatField(required=False)


class SaidSerializer(serializers.Serializer[Any]):
    """A text; `mentions` are the ids of the people it names."""

    body = serializers.CharField(max_length=4000, allow_blank=True, default="")
    mentions = serializers.ListField(child=serializers.UUIDField(), max_length=20, default=list)


class SaySerializer(SaidSerializer):
    """A comment. `op_id`: repeated, nothing is done twice."""

    op_id = serializers.UUIDField(required=False, allow_null=True)


class NewIssueSerializer(SaidSerializer):
    """On an annotation, at a place, or (neither) on the whole item."""

    category = serializers.ChoiceField(choices=Issue.Category.choices, default=Issue.Category.OTHER)
    annotation = serializers.UUIDField(required=False, allow_null=True)
    place = PlaceSerializer(required=False, allow_null=True)


class IssueCreateSerializer(NewIssueSerializer):
    """`op_id`: repeated, nothing is made twice."""

    op_id = serializers.UUIDField(required=False, allow_null=True)


class ReturnSerializer(ActSerializer):
    """What to change is said by the item's open issues, by `issue`, which is made with the return, or by a note."""

    issue = NewIssueSerializer(required=False, allow_null=True)


class IssueItemSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    filename = serializers.CharField()
    thumbnail_url = serializers.CharField()


class TaskIssueSerializer(IssueSerializer):
    task_item = serializers.UUIDField()
    item = IssueItemSerializer()


class MentionedIssueSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    category = serializers.ChoiceField(choices=Issue.Category.choices)
    state = serializers.ChoiceField(choices=Issue.State.choices)


class MentionSerializer(serializers.Serializer[Any]):
    """`task`, `task_item`: where the person opens it."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    author = PersonSerializer(allow_null=True)
    body = serializers.CharField()
    issue = MentionedIssueSerializer()
    task = serializers.UUIDField()
    task_item = serializers.UUIDField()
    item = IssueItemSerializer()


class MentionsReadSerializer(serializers.Serializer[Any]):
    """`mentions`: the ones seen; left out, all of them."""

    mentions = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=500)


def _said(data: dict[str, Any]) -> Said:
    return Said(data["body"], data["mentions"])


def new_issue(data: dict[str, Any]) -> NewIssue:
    """Of a checked `NewIssueSerializer`."""
    return NewIssue(
        category=data["category"], said=_said(data), annotation_id=data.get("annotation"), place=data.get("place")
    )


def _answer(issue: Issue, code: int = status.HTTP_200_OK) -> Response:
    full = selectors.with_thread(Issue.objects.filter(pk=issue.pk)).get()
    return Response(selectors.issue_payload(full), status=code)


class ItemIssuesView(APIView):
    @extend_schema(responses=listing("IssueList", IssueSerializer))
    def get(self, request: Request, task_item_id: UUID) -> Response:
        """The issues of an item, oldest first; on a review item those of the labelling it reviews."""
        rows = selectors.list_issues_of_item(task_item_for(request, task_item_id))
        return keyset_page(request, rows, lambda page: [selectors.issue_payload(issue) for issue in page])

    @extend_schema(request=IssueCreateSerializer, responses={201: IssueSerializer})
    def post(self, request: Request, task_item_id: UUID) -> Response:
        """Say what is wrong."""
        ti = task_item_for(request, task_item_id)
        data = parsed(IssueCreateSerializer, request)
        issue = issues.create_issue(
            task_item_id=ti.pk, person=me(request), new=new_issue(data), op_id=data.get("op_id")
        )
        return _answer(issue, status.HTTP_201_CREATED)


class TaskIssuesView(APIView):
    @extend_schema(
        responses=listing("TaskIssueList", TaskIssueSerializer),
        parameters=[OpenApiParameter(name, str) for name in ("state", "category", "after", "limit")],
    )
    def get(self, request: Request, task_id: UUID) -> Response:
        """The issues of a task, newest first. state: open, fixed, resolved, or unresolved for the first two."""
        task = readable_task_for(request, task_id)  # a lead sees them also where only others are served
        state, category = request.query_params.get("state"), request.query_params.get("category")
        if state and state not in (*Issue.State.values, "unresolved"):
            raise Invalid(f"state is one of {', '.join(Issue.State.values)}, unresolved.", field="state")
        if category and category not in Issue.Category.values:
            raise Invalid(f"category is one of {', '.join(Issue.Category.values)}.", field="category")
        rows = selectors.list_issues_of_task(me(request), task, state=state, category=category)
        return keyset_page(
            request, rows, lambda page: selectors.task_issue_payloads(task, page), newest_first=True, default=50
        )


class IssueView(APIView):
    @extend_schema(responses=IssueSerializer)
    def get(self, request: Request, issue_id: UUID) -> Response:
        """One issue with its thread."""
        return _answer(visible_or_404(IssuePolicy(), request.user, issue_id))


class _ActView(APIView):
    """One act on one issue. Subclasses name the service."""

    answers_with: ClassVar[int] = status.HTTP_200_OK

    def act(self) -> Callable[..., Issue]:
        raise NotImplementedError

    def post(self, request: Request, issue_id: UUID) -> Response:
        issue = visible_or_404(IssuePolicy(), request.user, issue_id)
        data = parsed(SaySerializer, request)
        done = self.act()(issue_id=issue.pk, person=me(request), said=_said(data), op_id=data.get("op_id"))
        return _answer(done, self.answers_with)


@extend_schema(request=SaySerializer, responses={201: IssueSerializer})
class IssueCommentsView(_ActView):
    """Answer in the thread."""

    answers_with = status.HTTP_201_CREATED

    def act(self) -> Callable[..., Issue]:
        return issues.comment


@extend_schema(request=SaySerializer, responses=IssueSerializer)
class IssueFixView(_ActView):
    """It is done: for who works on the item."""

    def act(self) -> Callable[..., Issue]:
        return issues.mark_fixed


@extend_schema(request=SaySerializer, responses=IssueSerializer)
class IssueResolveView(_ActView):
    """The reviewer is content."""

    def act(self) -> Callable[..., Issue]:
        return issues.resolve


@extend_schema(request=SaySerializer, responses=IssueSerializer)
class IssueReopenView(_ActView):
    """The reviewer is not content."""

    def act(self) -> Callable[..., Issue]:
        return issues.reopen


class MentionsView(APIView):
    @extend_schema(
        responses=listing("MentionList", MentionSerializer),
        parameters=[OpenApiParameter("unread", bool), OpenApiParameter("after", str), OpenApiParameter("limit", str)],
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        """Where I am mentioned, newest first. unread=1: only what I have not seen."""
        project = project_for(request, project_id, "review.answer_own")
        unread = request.query_params.get("unread", "") in ("1", "true")
        rows = selectors.list_mentions(me(request), project.pk, unread=unread)
        return keyset_page(
            request, rows, lambda page: selectors.mention_payloads(me(request), page), newest_first=True, default=50
        )

    @extend_schema(request=MentionsReadSerializer, responses=ItemCountSerializer)
    def post(self, request: Request, project_id: UUID) -> Response:
        """I have seen these (or all) mentions."""
        project = project_for(request, project_id, "review.answer_own")
        ids = parsed(MentionsReadSerializer, request).get("mentions")
        count = issues.read_mentions(project_id=project.pk, person=me(request), mention_ids=ids)
        return Response({"count": count})
