"""What every change of a task item leaves behind: a line in the log, the reference on the item, the event.

Callers hold an open ``write()``. One call a batch, so a batch of hundreds costs a handful of queries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from alp_site.lib import db, events
from alp_site.people.models import User
from annotation.models import Task, TaskItem, TaskItemLog
from datasets.services import refs

__all__ = ["Change", "announce", "let_go", "project", "record", "touch"]

ENTRIES_AN_EVENT = 200
_BULKY = frozenset(
    {"suggestion", "suggestions", "selection"}
)  # the item page asks for these; an event does not carry them


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing done to one task item, which already carries its new state."""

    task_item: TaskItem
    action: str
    note: str = ""
    label: str = ""
    previous_label: str = ""
    outcome: str = ""
    simulated: bool = False
    seconds: float = 0
    empty: bool = False
    op_id: UUID | None = None
    rule: str = ""
    changes: dict[str, dict[str, int]] | None = None


def record(*, task: Task, changes: Sequence[Change], person: User | None, at: datetime) -> None:
    """Log the changes and project them onto the items. The rows themselves are the caller's to save."""
    TaskItemLog.objects.bulk_create(
        [
            TaskItemLog(
                task_item=c.task_item, task=task, action=c.action, status=c.task_item.status, person=person, at=at,
                note=c.note, label=c.label, previous_label=c.previous_label, outcome=c.outcome, simulated=c.simulated,
                seconds=c.seconds, empty=c.empty, op_id=c.op_id, rule=c.rule, changes=c.changes,
            )
            for c in changes
        ],
        batch_size=db.bulk_size(),
    )  # fmt: skip
    project(task=task, task_items=[c.task_item for c in changes])


def let_go(task_items: Sequence[TaskItem], *, at: datetime, to: UUID | None = None) -> None:
    """Log who is about to lose these rows to someone else (`to`) or to the queue: by the line they may still look at
    them (`permissions.handled`). Called before the change."""
    TaskItemLog.objects.bulk_create(
        [
            TaskItemLog(task_item=ti, task_id=ti.task_id, action="release", person_id=ti.assignee_id, at=at)
            for ti in task_items
            if ti.assignee_id not in (None, to)
        ],
        batch_size=db.bulk_size(),
    )


def project(*, task: Task, task_items: Sequence[TaskItem]) -> None:
    """Write what the task knows of its items down to the items, in the open transaction."""
    refs.project_refs(
        [
            refs.RefChange(
                item_id=ti.item_id,
                kind="task",
                ref_id=task.pk,
                status=ti.status,
                person_id=ti.finished_by_id or ti.assignee_id,
                pipeline_id=task.pipeline_id,
            )
            for ti in task_items
        ]
    )


def announce(*, task: Task, task_items: Sequence[TaskItem], person: User | None) -> None:
    """Publish ``task.item_status`` for items that reached a status. `again`: this status was told before, so whatever
    follows must not flow a second time. Marks the status as told; the caller saves ``passed``."""
    for start in range(0, len(task_items), ENTRIES_AN_EVENT):
        part = task_items[start : start + ENTRIES_AN_EVENT]
        entries = [_entry(ti, person) for ti in part]
        events.publish(
            "task.item_status",
            project_id=task.project_id,
            ids=[ti.pk for ti in part],
            data={"task": str(task.pk), "kind": task.kind, "entries": entries},
        )
        for ti in part:
            if ti.status not in ti.passed:
                ti.passed = [*ti.passed, ti.status]


def _entry(ti: TaskItem, person: User | None) -> dict[str, Any]:
    return {
        "task_item": str(ti.pk),
        "item": str(ti.item_id),
        "status": ti.status,
        "person": str(person.pk) if person else None,
        "again": ti.status in ti.passed,
        "cycle": str(ti.cycle_id) if ti.cycle_id else None,
        "context": {k: v for k, v in ti.context.items() if k not in _BULKY},
    }


def tell_given(*, task: Task, item_ids: Sequence[UUID]) -> None:
    """Publish ``task.items``: these items came into the task, in the open transaction. No page asks for it (open ones
    are told by `touch`), so of members only those hear it who see everybody's work."""
    data = {"task": str(task.pk), "kind": task.kind}
    events.publish("task.items", project_id=task.project_id, ids=item_ids, data=data, audience="task.work")


def tell_assignments(*, task: Task, changed: Mapping[str, Sequence[UUID]]) -> None:
    """Tell of people's shares in a task: change (created, updated, deleted, status) → ids of assignments. ``status``:
    its person has finished all of it."""
    for change, ids in changed.items():
        if ids:
            data = {"task": str(task.pk), "changes": [change]}
            events.publish("assignment.updated", project_id=task.project_id, ids=ids, data=data)


def touch(*, task: Task, reason: str, **data: Any) -> None:
    """Tell open pages that a task's queue or settings changed, without any item reaching a status."""
    events.publish("task.updated", project_id=task.project_id, ids=[task.pk], data={"reason": reason, **data})
