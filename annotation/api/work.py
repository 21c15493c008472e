"""/api/v1/tasks/{id}/queue|answer-key/… and /api/v1/task-items/{id}/…: what people at work call all day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import NotFound
from annotation.api import opened
from annotation.api import serializers as s
from annotation.api.issues import ReturnSerializer, new_issue
from annotation.api.shapes import listing, me, parsed, task_for, task_item_for, texts_of
from annotation.permissions import TaskItemPolicy
from annotation.selectors.opening import get_rows, open_parts
from annotation.selectors.payloads import item_payloads, log_payload
from annotation.selectors.queue import finished_by, held_counts, known_to_key, log_of
from annotation.services import answer_key, queue, review, status, undo
from annotation.services.status import Done


def done_payload(done: Done) -> dict[str, Any]:
    """The answer to an act: the item as it is now, and whether the act had been done before."""
    done.task_item.item.refresh_from_db(fields=["content_version"])
    return {
        "task_item": item_payloads([done.task_item])[0],
        "repeated": done.repeated,
        "outcome": done.outcome,
    }


class QueueNextView(APIView):
    @extend_schema(request=s.NextSerializer, responses=s.QueueSerializer)
    def post(self, request: Request, task_id: UUID) -> Response:
        """My next items in order, sent-back ones first; pulls more when few are left, and holds them for me."""
        task = task_for(request, task_id, "task.work_own")
        data = parsed(s.NextSerializer, request)
        rows = queue.next_items(task=task, person=me(request), limit=data["limit"])
        recent = finished_by(task, me(request), data["recent"]) if data["recent"] else []
        payloads = item_payloads([*recent, *rows])
        return Response(
            {
                "items": payloads[len(recent) :],
                "recent": payloads[: len(recent)],
                "standing": held_counts(task, me(request)),
            }
        )


class QueueOpenView(APIView):
    @extend_schema(request=opened.OpenSerializer, responses=opened.OpenedListSerializer)
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        """Several items as `task-items/{id}/open/` shows one, in the order asked for; those not mine are left out."""
        task = task_for(request, task_id, "task.work_own")
        ids = parsed(opened.OpenSerializer, request)["task_items"]
        rows = get_rows(TaskItemPolicy().visible_to(request.user).filter(task=task), ids)
        return HttpResponse(f'{{"items":[{",".join(texts_of(open_parts(rows)))}]}}', content_type="application/json")


class OpenView(APIView):
    @extend_schema(responses=opened.OpenedSerializer)
    def get(self, request: Request, task_item_id: UUID) -> HttpResponse:
        """All that the studio shows of an item: itself, its annotations, the model's suggestions, the words to use."""
        rows = get_rows(TaskItemPolicy().visible_to(request.user), [task_item_id])
        if not rows:
            raise NotFound("Not found.")
        return HttpResponse(texts_of(open_parts(rows))[0], content_type="application/json")


class QueueRenewView(APIView):
    @extend_schema(request=s.RenewSerializer, responses=s.RenewedSerializer)
    def post(self, request: Request, task_id: UUID) -> Response:
        """My page lives: keep what I hold."""
        task = task_for(request, task_id, "task.work_own")
        data = parsed(s.RenewSerializer, request)
        until = queue.renew(task=task, person=me(request), open_ids=data["open"], waiting_edits=data["waiting_edits"])
        return Response({"lease_until": until})


class QueueHandBackView(APIView):
    @extend_schema(request=s.HandBackSerializer, responses=s.ItemCountSerializer)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Give back what I hold (all, or the named ones), except what was sent back to me."""
        task = task_for(request, task_id, "task.work_own")
        ids = parsed(s.HandBackSerializer, request).get("task_items")
        return Response({"count": queue.hand_back(task=task, person=me(request), task_item_ids=ids)})


class AnswerKeyView(APIView):
    @extend_schema(responses=s.AnswerKeySerializer)
    def get(self, request: Request, task_id: UUID) -> Response:
        """How many open items the project's answer key could answer; 0 where there is no key."""
        task = task_for(request, task_id, "task.work_own")
        return Response({"available": known_to_key(task)})

    @extend_schema(request=s.AnswerKeyAskSerializer, responses=s.AnsweredSerializer)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Let the answer key do part of the queue in my name, marked as simulated."""
        task = task_for(request, task_id, "task.work_own")
        count = parsed(s.AnswerKeyAskSerializer, request)["count"]
        done = answer_key.answer(task=task, person=me(request), count=count)
        return Response(
            {"answered": done.answered, "corrected": done.corrected, "unknown": done.unknown, "simulated": True}
        )


class TaskItemView(APIView):
    @extend_schema(responses=s.TaskItemSerializer)
    def get(self, request: Request, task_item_id: UUID) -> Response:
        return Response(item_payloads([task_item_for(request, task_item_id)])[0])


class HistoryView(APIView):
    @extend_schema(responses=listing("TaskItemLogList", s.LogSerializer))
    def get(self, request: Request, task_item_id: UUID) -> Response:
        """What was done to the item here, and in the labelling that this reviews; oldest first."""
        ti = task_item_for(request, task_item_id)
        rows = log_of(ti)
        return Response({"items": [log_payload(row) for row in rows], "next": None})


class _ActView(APIView):
    """One act on one item. Subclasses name the service and the shape of the body."""

    serializer: ClassVar[type[drf.Serializer[Any]]]
    takes: ClassVar[tuple[str, ...]] = ()

    def act(self) -> Callable[..., Done]:
        raise NotImplementedError

    def post(self, request: Request, task_item_id: UUID) -> Response:
        ti = task_item_for(request, task_item_id)
        data = parsed(self.serializer, request)
        given = {name: data[name] for name in self.takes if name in data} | self.more(data)
        done = self.act()(task_item_id=ti.pk, person=me(request), **given)
        return Response(done_payload(done))

    def more(self, data: dict[str, Any]) -> dict[str, Any]:
        """What the service takes in another shape than the body's."""
        return {}


@extend_schema(request=s.CompleteSerializer, responses=s.DoneSerializer)
class CompleteView(_ActView):
    """Label and finish; annotations drawn before are checked: 422 `not_ready` lists what each of them lacks."""

    serializer = s.CompleteSerializer
    takes = ("label", "seen_version", "op_id", "seconds", "status", "note", "empty")

    def act(self) -> Callable[..., Done]:
        return status.complete


@extend_schema(request=s.ActSerializer, responses=s.DoneSerializer)
class DiscardView(_ActView):
    """Cannot be labelled."""

    serializer = s.ActSerializer
    takes = ("op_id", "seconds", "note")

    def act(self) -> Callable[..., Done]:
        return status.discard


@extend_schema(request=s.ActSerializer, responses=s.DoneSerializer)
class SkipView(_ActView):
    """Later: it goes behind the rest of my queue."""

    serializer = s.ActSerializer
    takes = ("op_id", "seconds")

    def act(self) -> Callable[..., Done]:
        return status.skip


@extend_schema(request=s.ActSerializer, responses=s.DoneSerializer)
class UndoView(_ActView):
    """Take my last answer back."""

    serializer = s.ActSerializer
    takes = ("op_id",)

    def act(self) -> Callable[..., Done]:
        return undo.undo


@extend_schema(request=s.ApproveSerializer, responses=s.DoneSerializer)
class ApproveView(_ActView):
    """Make it ground truth; with another label, correct it first."""

    serializer = s.ApproveSerializer
    takes = ("label", "seen_version", "op_id", "seconds", "note", "empty", "resolve_fixed", "resolve_open")

    def act(self) -> Callable[..., Done]:
        return review.approve


@extend_schema(request=ReturnSerializer, responses=s.DoneSerializer)
class ReturnView(_ActView):
    """Send it back to its annotator, with issues or a note."""

    serializer = ReturnSerializer
    takes = ("note", "op_id", "seconds")

    def act(self) -> Callable[..., Done]:
        return review.return_item

    def more(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"issue": new_issue(data["issue"]) if data.get("issue") else None}
