"""Reading bodies and finding objects, alike in every route of the app."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from alp_site.lib.errors import NotFound
from alp_site.lib.web import visible_or_404
from alp_site.people.models import Project, User
from alp_site.people.permissions import require
from alp_site.people.selectors import get_project_for
from annotation.models import Task, TaskItem
from annotation.permissions import TaskItemPolicy, TaskPolicy
from annotation.selectors.tasks import get_task_for


def parsed(serializer_class: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The body, checked. Raises DRF's ValidationError, which the handler turns into code "invalid"."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def listing(name: str, item: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The schema of a page of things."""
    fields: dict[str, Any] = {"items": item(many=True), "next": serializers.CharField(allow_null=True)}
    return inline_serializer(name=name, fields=fields)


def me(request: Request) -> User:
    """The person who asks; the API lets nobody anonymous in."""
    assert isinstance(request.user, User)
    return request.user


def project_for(request: Request, project_id: UUID, action: str) -> Project:
    """The project, if the person may do this in it: 404 to a stranger, 403 to a member without the right."""
    project = get_project_for(request.user, project_id)
    require(request.user, action, project.pk)
    return project


def task_for(request: Request, task_id: UUID, action: str | None = None) -> Task:
    """The task, if the person may see it and do this with it."""
    task = get_task_for(request.user, task_id)
    if action:
        TaskPolicy().require(request.user, action, task)
    return task


def readable_task_for(request: Request, task_id: UUID, action: str | None = None) -> Task:
    """As `task_for`, for reading: whoever runs tasks looks at archived ones too."""
    archived = get_task_for(request.user, task_id, archived=True)
    if archived.status != Task.State.ARCHIVED:
        return task_for(request, task_id, action)
    if not TaskPolicy().can(request.user, "task.manage", archived):
        raise NotFound("Not found.")
    return archived


def archived_task_for(request: Request, task_id: UUID, action: str) -> Task:
    """The task, archived or not, if the person may do this with it."""
    task = get_task_for(request.user, task_id, archived=True)
    TaskPolicy().require(request.user, action, task)
    return task


def task_item_for(request: Request, task_item_id: UUID) -> TaskItem:
    """The task item, if the person may see it."""
    found: TaskItem = visible_or_404(TaskItemPolicy(), request.user, task_item_id)
    return found


def texts_of(parts: Iterable[tuple[dict[str, Any], str]]) -> list[str]:
    """The JSON of each item: what goes round its annotations, and they as text."""
    return [f'{bytes(JSONRenderer().render(rest)).decode()[:-1]},"annotations":{shown}}}' for rest, shown in parts]
