"""What happens to work when people or items go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from alp_site.lib import db
from alp_site.lib.db import write
from alp_site.people.models import Membership
from annotation.models import Task, TaskItem, TaskItemLog
from annotation.services import record
from annotation.services.tasks import WORKERS
from datasets.models import Item

__all__ = ["free_items_of_strangers", "retire_items", "revive_items"]

TRASHED = "trash"


def free_items_of_strangers(*, project_id: UUID) -> int:
    """Open items held by people who left the project, or whose role no longer works on them, go back to the queue."""
    freed = 0
    with write():
        for kind, roles in WORKERS.items():
            workers = Membership.objects.filter(project_id=project_id, role__in=roles).values("user_id")
            rows = TaskItem.objects.filter(
                task__project_id=project_id, task__kind=kind, finished_at__isnull=True, retired_at__isnull=True,
                assignee__isnull=False,
            ).exclude(assignee_id__in=workers)  # fmt: skip
            task_ids = list(rows.values_list("task_id", flat=True).distinct())
            freed += rows.update(assignee=None, assignment=None, lease_until=None)
            for task in Task.objects.filter(pk__in=task_ids):
                record.touch(task=task, reason="released")
    return freed


def retire_items(*, item_ids: Sequence[UUID | str]) -> int:
    """Take deleted items out of every queue; `revive_items` brings them back. Finished ones stay for the figures."""
    with write():
        gone = Item.objects.filter(pk__in=list(item_ids), deleted_at__isnull=False)
        rows = list(TaskItem.objects.filter(item__in=gone, finished_at__isnull=True, retired_at__isnull=True))
        now = db.clock()
        TaskItem.objects.filter(pk__in=[ti.pk for ti in rows]).update(
            retired_at=now, assignee=None, assignment=None, lease_until=None
        )
        _log(rows, TRASHED, now)
        return len(rows)


def revive_items(*, item_ids: Sequence[UUID | str]) -> int:
    """Put items that came back from the trash into the queues they were in, unless they are there again already."""
    with write():
        back = Item.objects.filter(pk__in=list(item_ids), deleted_at__isnull=True)
        live = TaskItem.objects.filter(task=OuterRef("task"), item=OuterRef("item"), retired_at__isnull=True)
        rows = list(
            TaskItem.objects.filter(
                item__in=back, finished_at__isnull=True, retired_at__isnull=False, log__action=TRASHED
            ).exclude(Exists(live)).distinct()
        )  # fmt: skip
        if rows:
            now = db.clock()
            TaskItem.objects.filter(pk__in=[ti.pk for ti in rows]).update(retired_at=None)
            _log(rows, "restore", now)
            for task in Task.objects.filter(pk__in={ti.task_id for ti in rows}):
                record.touch(task=task, reason="items_added")
        return len(rows)


def _log(rows: Sequence[TaskItem], action: str, now: datetime) -> None:
    lines = [TaskItemLog(task_item=ti, task_id=ti.task_id, action=action, at=now) for ti in rows]
    TaskItemLog.objects.bulk_create(lines, batch_size=db.bulk_size())
