"""/api/v1/projects/{id}/tasks|work/ and /api/v1/tasks/{id}/…: lists, settings, progress, items, handing out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib import db
from alp_site.lib.errors import Invalid, NotFound
from alp_site.lib.models import Job
from alp_site.lib.web import keyset_page, parse_uuid
from alp_site.people.models import User
from alp_site.people.permissions import require
from annotation.api import serializers as s
from annotation.api.periods import period_asked
from annotation.api.shapes import listing, me, parsed, project_for, readable_task_for, task_for
from annotation.models import Task
from annotation.permissions import sees_everyone
from annotation.selectors import tasks as selectors
from annotation.selectors.figures import get_pace
from annotation.selectors.lookup import check_filter, dataset_in, open_matching, removed_matching
from annotation.selectors.payloads import (
    item_payloads,
    pace_payload,
    task_detail_payload,
    task_payload,
    work_payload,
)
from annotation.selectors.people import person_of
from annotation.selectors.work import count_waiting, get_work
from annotation.services import adding, task_items, tasks


def _payload(task: Task) -> dict[str, Any]:
    return task_detail_payload(task, selectors.count_items([task.pk])[task.pk])


def _people(data: dict[str, Any]) -> dict[UUID, int] | None:
    rows = data.pop("people", None)
    return None if rows is None else {row["person"]: row["share"] for row in rows}


def _add(task: Task, data: dict[str, Any], user: User) -> tuple[int, Job | None]:
    """Puts the items a body names, or those that its filter finds, into the task: how many, and the job that does."""
    priority = data.get("priority")
    if "filter" in data:
        return adding.add_matching(task=task, dql=data["filter"], priority=priority, user=user)
    extra = {"priority": priority} if priority else {}
    entries = [{"item_id": i, **extra} for i in data.get("items", [])]
    return len(task_items.add_items(task=task, entries=entries, user=user)), None


def _name_parent(request: Request, data: dict[str, Any]) -> None:
    """The task to follow, if one is named and this person may see it."""
    if data.get("parent_task"):
        data["parent_task"] = selectors.get_task_for(request.user, data["parent_task"])


class TaskListView(APIView):
    @extend_schema(
        responses=listing("TaskList", s.TaskSerializer),
        parameters=[OpenApiParameter("status", str), OpenApiParameter("kind", str), OpenApiParameter("q", str)],
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        """Tasks the person may see, newest first; `q`: a part of the name."""
        project = project_for(request, project_id, "task.work_own")
        archived = request.query_params.get("status") == Task.State.ARCHIVED
        named = request.query_params.get("q", "").strip()
        rows = selectors.list_tasks_for(request.user, project.pk, archived=archived, named=named)
        for name in ("status", "kind"):
            if value := request.query_params.get(name):
                rows = rows.filter(**{name: value})

        def render(page: Any) -> list[Any]:
            counts = selectors.count_items([t.pk for t in page])
            return [task_payload(t, counts[t.pk]) for t in page]

        return keyset_page(request, rows, render, newest_first=True)

    @extend_schema(request=s.TaskCreateSerializer, responses={201: s.TaskDetailSerializer})
    def post(self, request: Request, project_id: UUID) -> Response:
        project = project_for(request, project_id, "task.manage")
        data = parsed(s.TaskCreateSerializer, request)
        people = _people(data)
        dataset = dataset_in(project.pk, data.pop("dataset"))
        _name_parent(request, data)
        which: dict[str, Any] = {name: data.pop(name) for name in ("items", "filter") if name in data}
        check_filter(dataset, which.get("filter", {}))  # what is wrong is said before there is a task
        task = tasks.create_task(project=project, dataset=dataset, user=me(request), people=people, **data)
        _add(task, which, me(request))
        adding.catch_up(task=task)
        return Response(_payload(task), status=status.HTTP_201_CREATED)


class TaskDetailView(APIView):
    @extend_schema(responses=s.TaskDetailSerializer)
    def get(self, request: Request, task_id: UUID) -> Response:
        return Response(_payload(readable_task_for(request, task_id)))

    @extend_schema(request=s.TaskPatchSerializer, responses=s.TaskDetailSerializer)
    def patch(self, request: Request, task_id: UUID) -> Response:
        task = task_for(request, task_id, "task.manage")
        data = parsed(s.TaskPatchSerializer, request)
        people = _people(data)
        _name_parent(request, data)
        task = tasks.update_task(task=task, people=people, **data)
        if data.keys() & {"parent_task", "sample_percent", "auto_accept", "status"}:
            adding.catch_up(task=task)
        return Response(_payload(task))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, task_id: UUID) -> Response:
        """Archives the task; its items, log and figures stay."""
        tasks.archive_task(task=task_for(request, task_id, "task.manage"))
        return Response(status=status.HTTP_204_NO_CONTENT)


class TaskProgressView(APIView):
    @extend_schema(responses=s.ProgressSerializer)
    def get(self, request: Request, task_id: UUID) -> Response:
        """Counts by status, and by person: everybody for leads, oneself for an annotator."""
        task = readable_task_for(request, task_id)
        require(request.user, "figures.own", task.project_id)
        rows = selectors.list_people(task)
        if not sees_everyone(request.user, task):
            rows = [row for row in rows if row["person"].pk == request.user.pk]
        people = [{**row, "person": person_of(row["person"]), "seconds": round(row["seconds"] or 0, 1)} for row in rows]
        counts = selectors.count_items([task.pk])[task.pk]
        pace = pace_payload(get_pace(task, db.clock()), counts["open"])
        return Response({"counts": counts, "pace": pace, "people": people})


class WorkView(APIView):
    @extend_schema(responses=s.WorkSerializer)
    def get(self, request: Request, project_id: UUID) -> Response:
        """What waits for me in this project, and what I did today."""
        project = project_for(request, project_id, "task.work_own")
        return Response(work_payload(get_work(me(request), project.pk)))


class WaitingView(APIView):
    @extend_schema(responses=s.ItemCountSerializer)
    def get(self, request: Request, project_id: UUID) -> Response:
        """How much waits for me in this project: the number in the top bar."""
        project = project_for(request, project_id, "task.work_own")
        return Response({"count": count_waiting(me(request), project.pk)})


class TaskItemListView(APIView):
    @extend_schema(
        responses=listing("TaskItemList", s.TaskItemSerializer),
        parameters=[
            OpenApiParameter(n, str)
            for n in ("status", "person", "label", "name", "from", "to", "tz", "after", "limit")
        ],
    )
    def get(self, request: Request, task_id: UUID) -> Response:
        """Items, for leads. status: open, free, assigned, sent_back, with_annotator, finished, returned, or a status;
        from, to: days on which they were finished; name: a part of the file's path."""
        task = readable_task_for(request, task_id, "task.work")
        asked = request.query_params
        person = parse_uuid(asked["person"], "person") if asked.get("person") else None
        period = period_asked(asked) if asked.get("from") or asked.get("to") else None
        rows = selectors.list_items(
            task, status=asked.get("status"), person=person, label=asked.get("label"), name=asked.get("name", ""),
            finished=(period.start, period.end) if period else None,
        )  # fmt: skip
        return keyset_page(request, rows, item_payloads, default=50)

    @extend_schema(request=s.AddItemsSerializer, responses={201: s.AddedSerializer, 202: s.AddedSerializer})
    def post(self, request: Request, task_id: UUID) -> Response:
        """Adds items to the queue, by ids or by a filter over the task's dataset: at once, or by a job (202) where the
        filter finds many."""
        task = task_for(request, task_id, "task.manage")
        data = parsed(s.AddItemsSerializer, request)
        if ("items" in data) == ("filter" in data):
            raise Invalid("Name the items, or give a filter: one of the two.", field="items")
        count, job = _add(task, data, me(request))
        body = {"count": count, "job": str(job.pk) if job else None}
        return Response(body, status=status.HTTP_202_ACCEPTED if job else status.HTTP_201_CREATED)

    @extend_schema(request=s.RemoveItemsSerializer, responses=s.ItemCountSerializer)
    def delete(self, request: Request, task_id: UUID) -> Response:
        """Takes open items out of the task, by ids or by a filter over its dataset."""
        task = task_for(request, task_id, "task.manage")
        data = parsed(s.RemoveItemsSerializer, request)
        if ("task_items" in data) == ("filter" in data):
            raise Invalid("Name the items, or give a filter: one of the two.", field="task_items")
        ids = data["task_items"] if "task_items" in data else open_matching(task, data["filter"])
        return Response({"count": task_items.remove_items(task=task, task_item_ids=ids, user=me(request))})


class PutBackView(APIView):
    @extend_schema(request=s.PutBackSerializer, responses=s.ItemCountSerializer)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Takes back that items were taken out: the same ones, with suggestion, reason and issues."""
        task = task_for(request, task_id, "task.manage")
        data = parsed(s.PutBackSerializer, request)
        if ("task_items" in data) == ("filter" in data):
            raise Invalid("Name the items, or give a filter: one of the two.", field="task_items")
        ids = data["task_items"] if "task_items" in data else removed_matching(task, data["filter"], me(request))
        return Response({"count": task_items.put_back(task=task, task_item_ids=ids, user=me(request))})


class ReassignView(APIView):
    @extend_schema(request=s.ReassignSerializer, responses=s.ItemCountSerializer)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Gives open items to one person, or (null) back to the queue."""
        task = task_for(request, task_id, "task.manage")
        data = parsed(s.ReassignSerializer, request)
        person = None
        if data["person"]:
            person = User.objects.filter(pk=data["person"], memberships__project_id=task.project_id).first()
            if person is None:
                raise NotFound("This person is not a member of the project.", person=str(data["person"]))
        moved = task_items.reassign(task=task, task_item_ids=data["task_items"], person=person, user=me(request))
        return Response({"count": moved})


class RedistributeView(APIView):
    @extend_schema(request=s.RedistributeSerializer, responses=s.ItemCountSerializer)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Deals all open items that nobody is looking at anew, by shares."""
        task = task_for(request, task_id, "task.manage")
        shares = {row["person"]: row["share"] for row in parsed(s.RedistributeSerializer, request)["shares"]}
        dealt = task_items.redistribute(task=task, shares=shares, user=me(request))
        return Response({"count": sum(dealt.values())})
