"""The JSON of tasks and their items. Functions take a whole page: it costs a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from alp_site.lib.markup import render_markdown
from alp_site.people.models import User
from annotation.models import Issue, Place, Task, TaskItem, TaskItemLog
from annotation.selectors.figures import Pace
from annotation.selectors.issues import issue_payload, issues_of
from annotation.selectors.labels import count_objects, current_labels
from annotation.selectors.people import person_of
from annotation.selectors.rules import labels_said, types_said
from annotation.selectors.work import TaskWork, Work
from datasets.models import Item
from datasets.selectors import picture_url, tiles_url

PLACES = {Place.SENT_BACK: "sent_back", Place.NORMAL: "normal", Place.SKIPPED: "skipped"}


def task_payload(task: Task, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": str(task.pk),
        "project": str(task.project_id),
        "name": task.name,
        "kind": task.kind,
        "dataset": {"id": str(task.dataset_id), "name": task.dataset.name},
        "pipeline_id": str(task.pipeline_id) if task.pipeline_id else None,
        "node_id": task.node_id,
        "parent_task": str(task.parent_task_id) if task.parent_task_id else None,
        "sample_percent": float(task.sample_percent),
        "auto_accept": task.auto_accept,
        "batch_size": task.batch_size,
        "max_workload": task.max_workload,
        "priority": task.priority,
        "due_date": task.due_date,
        "allocation": task.allocation,
        "everyone": task.everyone,
        "instructions": task.instructions,
        "status": task.status,
        "statuses": task.statuses,
        "annotation_types": types_said(task),
        "labels": labels_said(task),
        "created_by": person_of(task.created_by),
        "created_at": task.created_at,
        "counts": dict(counts),
    }


def task_detail_payload(task: Task, counts: Mapping[str, int]) -> dict[str, Any]:
    """`task_payload` and what only the task's own page and studio show."""
    return {**task_payload(task, counts), "instructions_html": render_markdown(task.instructions)}


def pace_payload(pace: Pace | None, left: int) -> dict[str, Any] | None:
    """The pace of the last week and how long `left` items take at it."""
    if pace is None:
        return None
    a_day = pace.items / pace.days
    return {
        "items": pace.items,
        "a_day": a_day,
        "days_left": left / a_day,
        "seconds_left": left * pace.seconds / pace.items if pace.seconds else None,
    }


def work_payload(work: Work) -> dict[str, Any]:
    first = work.next
    return {
        "waiting": work.waiting,
        "next": task_work_payload(first) if first else None,
        "tasks": [task_work_payload(t) for t in work.tasks],
        "done_today": work.done_today,
        "seconds_today": round(work.seconds_today, 1),
        "reviewed": work.reviewed,
        "approved_unchanged": work.approved_unchanged,
    }


def task_work_payload(work: TaskWork) -> dict[str, Any]:
    task = work.task
    return {
        "id": str(task.pk),
        "name": task.name,
        "kind": task.kind,
        "dataset": {"id": str(task.dataset_id), "name": task.dataset.name},
        "priority": task.priority,
        "due_date": task.due_date,
        "held": work.held,
        "sent_back": work.sent_back,
        "free": work.free,
        "waiting": work.waiting,
        "done_today": work.done_today,
    }


def picture_payload(item: Item) -> dict[str, Any]:
    """What the studio shows a picture by."""
    return {
        "id": str(item.pk),
        "name": item.name,
        "filename": item.filename,
        "width": item.width,
        "height": item.height,
        "mimetype": item.mimetype,
        "content_version": item.content_version,
        "image_url": picture_url(item) or f"/api/v1/items/{item.pk}/stream/",
        "tiles_url": tiles_url(item),
        "thumbnail_url": f"/api/v1/items/{item.pk}/thumbnail/",
    }


def item_payloads(rows: Sequence[TaskItem]) -> list[dict[str, Any]]:
    """Everything the studio needs to show each item. Rows come with `item` and `task`."""
    labels = current_labels(ti.item_id for ti in rows)
    objects = count_objects(ti.item_id for ti in rows)
    issues = issues_of(rows)
    sources = {ti.pk: ti for ti in TaskItem.objects.filter(pk__in={t.source_id for t in rows if t.source_id})}
    ids = {label.person_id for label in labels.values()} | {s.finished_by_id for s in sources.values()}
    ids |= {ti.assignee_id for ti in rows} | {ti.finished_by_id for ti in rows}
    people = User.objects.in_bulk([i for i in ids if i])
    return [
        {**_item_payload(ti, labels, issues[ti.pk], sources, people), "objects": objects.get(ti.item_id, 0)}
        for ti in rows
    ]


def _item_payload(
    ti: TaskItem, labels: Mapping[UUID, Any], issues: Sequence[Issue], sources: Mapping[UUID, TaskItem],
    people: Mapping[UUID, User],
) -> dict[str, Any]:  # fmt: skip
    label = labels.get(ti.item_id)
    source = sources.get(ti.source_id) if ti.source_id else None
    return {
        "id": str(ti.pk),
        "task": str(ti.task_id),
        "item": picture_payload(ti.item),
        "status": ti.status,
        "place": PLACES[Place(ti.place)],
        "with_annotator": ti.held_back_at is not None,
        "label": label.label if label else None,
        "labelled_by": person_of(people.get(label.person_id)) if label and label.person_id else None,
        "labelled_at": label.at if label else None,
        "approved": bool(label and label.approved),
        "suggestion": ti.context.get("suggestion"),
        "selection": ti.context.get("selection"),
        "round": ti.round,
        "cycle": _cycle(ti),
        "source": _source_payload(source, people) if source else None,
        "issues": [issue_payload(i) for i in issues],
        "times_sent_back": ti.times_sent_back,
        "assignee": person_of(people.get(ti.assignee_id)) if ti.assignee_id else None,
        "finished_by": person_of(people.get(ti.finished_by_id)) if ti.finished_by_id else None,
        "finished_at": ti.finished_at,
        "lease_until": ti.lease_until,
        "seconds": round(ti.seconds, 1),
    }


def _cycle(ti: TaskItem) -> dict[str, Any] | None:
    """The pipeline's cycle that waits, or waited, for it."""
    if ti.cycle_id is None or ti.task.pipeline_id is None:
        return None
    return {"id": str(ti.cycle_id), "pipeline": str(ti.task.pipeline_id)}


def _source_payload(source: TaskItem, people: Mapping[UUID, User]) -> dict[str, Any]:
    return {
        "id": str(source.pk),
        "task": str(source.task_id),
        "person": person_of(people.get(source.finished_by_id)) if source.finished_by_id else None,
        "finished_at": source.finished_at,
        "times_sent_back": source.times_sent_back,
    }


def log_payload(row: TaskItemLog) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "action": row.action,
        "status": row.status,
        "person": person_of(row.person),
        "at": row.at,
        "note": row.note,
        "label": row.label,
        "previous_label": row.previous_label,
        "outcome": row.outcome,
        "empty": row.empty,
        "simulated": row.simulated,
        "rule": row.rule,
        "changes": row.changes,
        "seconds": round(row.seconds, 1),
    }
