"""What waits for one person in a project, over all its tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, Sum

from alp_site.lib import db
from alp_site.people.models import User
from alp_site.people.permissions import allowed
from annotation.models import Place, Task, TaskItem, TaskItemLog
from annotation.permissions import TaskPolicy

__all__ = ["TaskWork", "Work", "count_waiting", "get_work"]


@dataclass(frozen=True)
class TaskWork:
    """One task from a person's chair. `waiting` = held (sent back included) + free to pull."""

    task: Task
    held: int
    sent_back: int
    free: int
    done_today: int

    @property
    def waiting(self) -> int:
        return self.held + self.free


@dataclass(frozen=True)
class Work:
    """`tasks` in the order to do them: sent back first, then priority, due date, age. `next` is the first with work."""

    tasks: list[TaskWork]
    done_today: int
    seconds_today: float
    reviewed: int
    approved_unchanged: int

    @property
    def waiting(self) -> int:
        return sum(t.waiting for t in self.tasks)

    @property
    def next(self) -> TaskWork | None:
        return next((t for t in self.tasks if t.waiting), None)


def get_work(user: User, project_id: UUID) -> Work:
    """What waits for the person, and what they did today (UTC); figures of 30 days of review of their labels."""
    tasks = list(_workable(user, project_id))
    today = db.clock().replace(hour=0, minute=0, second=0, microsecond=0)
    held = _by_task(
        TaskItem.objects.filter(
            task__in=tasks, assignee=user, finished_at__isnull=True, retired_at__isnull=True, held_back_at__isnull=True
        ).values("task_id").annotate(n=Count("id"), sent_back=Count("id", filter=Q(place=Place.SENT_BACK)))
    )  # fmt: skip
    free = _by_task(
        TaskItem.objects.filter(
            task__in=tasks, assignee__isnull=True, finished_at__isnull=True, held_back_at__isnull=True,
            retired_at__isnull=True,
        ).values("task_id").annotate(n=Count("id"))
    )  # fmt: skip
    done = _by_task(
        TaskItem.objects.filter(task__project_id=project_id, finished_by=user, finished_at__gte=today)
        .values("task_id")
        .annotate(n=Count("id"), seconds=Sum("seconds"))
    )
    rows = [
        TaskWork(
            task=t,
            held=held.get(t.pk, {}).get("n", 0),
            sent_back=held.get(t.pk, {}).get("sent_back", 0),
            free=free.get(t.pk, {}).get("n", 0),
            done_today=done.get(t.pk, {}).get("n", 0),
        )
        for t in tasks
    ]
    rows.sort(key=lambda w: (not w.sent_back, not w.waiting, -w.task.priority, _due(w.task), w.task.created_at))
    reviewed, unchanged = _verdicts(user, project_id, today - timedelta(days=30))
    return Work(
        tasks=rows,
        done_today=sum(d["n"] for d in done.values()),
        seconds_today=float(sum(d["seconds"] or 0 for d in done.values())),
        reviewed=reviewed,
        approved_unchanged=unchanged,
    )


def count_waiting(user: User, project_id: UUID) -> int:
    """How many open items the person holds or may pull now."""
    mine_or_free = Q(assignee=user) | Q(assignee__isnull=True)
    return TaskItem.objects.filter(
        mine_or_free, task__in=list(_workable(user, project_id)), finished_at__isnull=True, held_back_at__isnull=True,
        retired_at__isnull=True,
    ).count()  # fmt: skip


def _workable(user: User, project_id: UUID) -> Any:
    tasks = TaskPolicy().visible_to(user).filter(project_id=project_id, status=Task.State.OPEN)
    if not allowed(user, "review.decide", project_id):
        tasks = tasks.filter(kind=Task.Kind.ANNOTATION)
    mine = Q(everyone=True) | Q(assignments__person=user, assignments__removed_at__isnull=True)
    return tasks.filter(mine).select_related("dataset").distinct()


def _by_task(rows: Any) -> dict[UUID, dict[str, Any]]:
    return {row["task_id"]: row for row in rows}


def _due(task: Task) -> float:
    return task.due_date.timestamp() if task.due_date else float("inf")


def _verdicts(user: User, project_id: UUID, since: Any) -> tuple[int, int]:
    corrected = TaskItemLog.objects.filter(task_item=OuterRef("pk"), action="correct")
    rows = TaskItem.objects.filter(
        task__project_id=project_id, task__kind=Task.Kind.QA, status="approved", source__finished_by=user,
        finished_by__isnull=False, finished_at__gte=since, retired_at__isnull=True,
    )  # fmt: skip
    rows = rows.annotate(changed=Exists(corrected))
    counts = rows.aggregate(n=Count("id"), changed_n=Count("id", filter=Q(changed=True)))
    return counts["n"], counts["n"] - counts["changed_n"]
