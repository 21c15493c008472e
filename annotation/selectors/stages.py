"""How a task stands among stages of review: what it follows, what follows it, and what it did not take."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef

from annotation.models import Status, Task, TaskItem

__all__ = ["review_payload"]


def review_payload(task: Task) -> dict[str, Any]:
    """The settings of review with what they led to. `not_taken`: items that the parent has finished and that neither
    lie here nor were accepted by a rule; they are ground truth by no act of this stage."""
    live = TaskItem.objects.filter(task=task, retired_at__isnull=True)
    followed_by = Task.objects.filter(parent_task=task).exclude(status=Task.State.ARCHIVED).order_by("created_at")
    not_taken = 0
    if task.parent_task is not None:
        here = live.filter(item=OuterRef("item"))
        passes = Status.COMPLETED if task.parent_task.kind == Task.Kind.ANNOTATION else Status.APPROVED
        rows = TaskItem.objects.filter(~Exists(here), task=task.parent_task, status=passes, retired_at__isnull=True)
        not_taken = rows.filter(item__deleted_at__isnull=True).count()
    return {
        "parent_task": _named(task.parent_task) if task.parent_task else None,
        "followed_by": [_named(one) for one in followed_by],
        "sample_percent": float(task.sample_percent),
        "auto_accept": task.auto_accept,
        "in_pipeline": task.pipeline_id is not None,
        "taken": live.count(),
        "auto_accepted": live.filter(status=Status.APPROVED, finished_by__isnull=True).count(),
        "not_taken": not_taken,
    }


def _named(task: Task) -> dict[str, Any]:
    return {"id": str(task.pk), "name": task.name, "kind": task.kind}
