"""Tasks as lists and figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from alp_site.lib.errors import NotFound
from alp_site.people.models import User
from alp_site.people.permissions import Person
from annotation.models import Assignment, Place, Task, TaskItem
from annotation.permissions import TaskPolicy

__all__ = ["count_items", "get_task_for", "list_items", "list_people", "list_tasks_for"]

WITH = ("project", "dataset", "created_by", "parent_task")
_OPEN = Q(finished_at__isnull=True)
COUNTS = {
    "total": Count("id"),
    "open": Count("id", filter=_OPEN),
    "free": Count("id", filter=_OPEN & Q(assignee__isnull=True, held_back_at__isnull=True)),
    "assigned": Count("id", filter=_OPEN & Q(assignee__isnull=False)),
    "sent_back": Count("id", filter=_OPEN & Q(place=Place.SENT_BACK, held_back_at__isnull=True)),
    "with_annotator": Count("id", filter=Q(held_back_at__isnull=False)),
    "completed": Count("id", filter=Q(status="completed")),
    "discard": Count("id", filter=Q(status="discard")),
    "approved": Count("id", filter=Q(status="approved")),
    "rejected": Count("id", filter=Q(status="rejected")),
}
NOTHING = dict.fromkeys((*COUNTS, "finished"), 0)


def list_tasks_for(user: Person, project_id: UUID, *, archived: bool = False, named: str = "") -> QuerySet[Task]:
    """Tasks of a project this person may see, newest first; the archived ones only where they are asked for. `named`: a
    part of the name."""
    return (
        TaskPolicy()
        .visible_to(user, archived=archived)
        .filter(project_id=project_id, **({"name__icontains": named} if named else {}))
        .select_related(*WITH)
        .order_by("-created_at")
    )


def get_task_for(user: Person, task_id: UUID, *, archived: bool = False) -> Task:
    """The task if this person may see it; raises NotFound otherwise, whether or not it exists."""
    task = TaskPolicy().visible_to(user, archived=archived).select_related(*WITH).filter(pk=task_id).first()
    if task is None:
        raise NotFound("Not found.")
    return task


def count_items(task_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """How many items of each task stand where. One query for any number of tasks."""
    wanted = list(task_ids)
    live = TaskItem.objects.filter(task_id__in=wanted, retired_at__isnull=True)
    rows: Any = live.values("task_id").annotate(**COUNTS)
    found: dict[UUID, dict[str, int]] = {}
    for row in rows:
        counts = {name: row[name] for name in COUNTS}
        found[row["task_id"]] = {**counts, "finished": counts["total"] - counts["open"]}
    return {pk: found.get(pk, dict(NOTHING)) for pk in wanted}


def list_items(
    task: Task,
    *,
    status: str | None = None,
    person: UUID | None = None,
    label: str | None = None,
    finished: tuple[datetime, datetime] | None = None,
    name: str = "",
) -> QuerySet[TaskItem]:
    """Items of a task. status: one of `COUNTS`, or a task's own; person: who holds or finished it; finished: from the
    first moment until before the second; name: a part of the file's path."""
    rows = TaskItem.objects.filter(task=task, retired_at__isnull=True)
    if status:
        rows = rows.filter(_status(status))
    if person:
        rows = rows.filter(Q(assignee_id=person) | Q(finished_by_id=person))
    if finished:
        rows = rows.filter(finished_at__gte=finished[0], finished_at__lt=finished[1])
    if name:
        rows = rows.filter(item__filename__icontains=name)
    if label:
        rows = rows.filter(item__annotations__label=label, item__annotations__deleted_at__isnull=True).distinct()
    return rows.select_related("item", "assignee", "finished_by")


def _status(status: str) -> Q:
    return {
        "open": _OPEN,
        "free": _OPEN & Q(assignee__isnull=True, held_back_at__isnull=True),
        "assigned": _OPEN & Q(assignee__isnull=False),
        "sent_back": _OPEN & Q(place=Place.SENT_BACK, held_back_at__isnull=True),
        "with_annotator": Q(held_back_at__isnull=False),
        "finished": Q(finished_at__isnull=False),
        "returned": Q(times_sent_back__gt=0),
    }.get(status, Q(status=status))


def list_people(task: Task) -> list[dict[str, Any]]:
    """What each person holds and did in a task: those assigned, and whoever finished something."""
    live = TaskItem.objects.filter(task=task, retired_at__isnull=True)
    held = dict(live.filter(_OPEN, assignee__isnull=False).values_list("assignee").annotate(n=Count("id")))
    nothing = {"completed": 0, "discard": 0, "approved": 0, "finished": 0, "seconds": 0.0, "sent_back": 0}
    rows: Any = (
        live.filter(finished_by__isnull=False)
        .values("finished_by")
        .annotate(
            completed=Count("id", filter=Q(status="completed")),
            discard=Count("id", filter=Q(status="discard")),
            approved=Count("id", filter=Q(status="approved")),
            finished=Count("id"),
            seconds=Sum("seconds"),
            sent_back=Count("id", filter=Q(times_sent_back__gt=0)),
        )
    )
    done = {row["finished_by"]: {name: row[name] for name in nothing} for row in rows}
    shares = {a.person_id: a for a in Assignment.objects.filter(task=task)}
    people = User.objects.filter(pk__in={*held, *done, *shares}).order_by("name", "email")
    return [
        {
            "person": person,
            "share": shares[person.pk].share if person.pk in shares else None,
            "active": person.pk in shares and shares[person.pk].removed_at is None,
            "seen_at": shares[person.pk].seen_at if person.pk in shares else None,
            "held": held.get(person.pk, 0),
            **done.get(person.pk, nothing),
        }
        for person in people
    ]
