"""People's shares of tasks: told when somebody has finished theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from alp_site.lib.db import write
from annotation.models import Assignment, Task, TaskItem
from annotation.services import record

__all__ = ["tell_finished_shares"]


def tell_finished_shares(*, task_item_ids: Sequence[UUID | str]) -> int:
    """Tells of each share that one of these items ended: it is the last that this person finished in the task, and
    nothing there waits for them any more. So of several readings of one page of events, or of items that were finished
    together, one tells. Joins the open transaction. Returns how many shares ended."""
    ended: dict[Task, list[UUID]] = defaultdict(list)
    with write():
        rows = TaskItem.objects.filter(pk__in=list(task_item_ids), finished_by__isnull=False, retired_at__isnull=True)
        last: dict[tuple[UUID, UUID], UUID] = {}
        for task_id, person_id, pk in rows.order_by("finished_at", "id").values_list("task_id", "finished_by_id", "pk"):
            last[task_id, person_id] = pk
        for (task_id, person_id), pk in last.items():
            shares = Assignment.objects.filter(task=task_id, person=person_id, removed_at__isnull=True)
            share = shares.select_related("task").first()
            mine = TaskItem.objects.filter(task=task_id, retired_at__isnull=True)
            if share is None or mine.filter(assignee=person_id, finished_at__isnull=True).exists():
                continue
            newest = mine.filter(finished_by=person_id).order_by("-finished_at", "-id").values_list("pk", flat=True)
            if newest.first() == pk:
                ended[share.task].append(share.pk)
        for task, ids in ended.items():
            record.tell_assignments(task=task, changed={"status": ids})
    return sum(len(ids) for ids in ended.values())
