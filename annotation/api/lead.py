"""/api/v1/…: what the dialogs of leads ask: how instructions will look, how many items match; an archived task back;
jobs that fill a task, and stopping them."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.markup import render_markdown
from annotation.api import serializers as s
from annotation.api.shapes import archived_task_for, parsed, project_for, readable_task_for, task_for
from annotation.selectors.filling import list_filling_jobs
from annotation.selectors.lookup import count_matches
from annotation.selectors.payloads import task_detail_payload
from annotation.selectors.tasks import count_items
from annotation.services import adding, tasks


class InstructionsPreviewView(APIView):
    @extend_schema(request=s.MarkdownSerializer, responses=s.MarkupSerializer)
    def post(self, request: Request, project_id: UUID) -> Response:
        """Markdown as people of a task will see it."""
        project_for(request, project_id, "task.manage")
        return Response({"html": render_markdown(parsed(s.MarkdownSerializer, request)["text"])})


class TaskMatchesView(APIView):
    @extend_schema(request=s.FilterSerializer, responses=s.MatchesSerializer)
    def post(self, request: Request, task_id: UUID) -> Response:
        """How many items a filter finds in the task's dataset, and how many of them are in the task."""
        task = task_for(request, task_id, "task.manage")
        return Response(count_matches(task, parsed(s.FilterSerializer, request)["filter"]))


class TaskFillingView(APIView):
    @extend_schema(responses=s.FillingSerializer)
    def get(self, request: Request, task_id: UUID) -> Response:
        """The jobs that still put items into the task, oldest first."""
        return Response({"jobs": list_filling_jobs(readable_task_for(request, task_id, "task.manage"))})


class TaskFillingCancelView(APIView):
    @extend_schema(request=None, responses=s.FillingSerializer)
    def post(self, request: Request, task_id: UUID, job_id: UUID) -> Response:
        """Stops one of them; what is in the task already stays. Answers with those that go on."""
        task = task_for(request, task_id, "task.manage")
        adding.cancel(task=task, job_id=job_id)
        return Response({"jobs": list_filling_jobs(task)})


class TaskRestoreView(APIView):
    @extend_schema(request=None, responses=s.TaskDetailSerializer)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Takes a task out of the archive; it is open again."""
        task = tasks.restore_task(task=archived_task_for(request, task_id, "task.manage"))
        adding.catch_up(task=task)
        return Response(task_detail_payload(task, count_items([task.pk])[task.pk]))
