"""What reviewers changed before they approved: each annotation as it was submitted beside what was approved.

Submitted is what the item held when the stage before was finished (`TaskItem.last_revision`), and what its annotator
changed later on their own. Callers hold an open ``write()``; one item and hundreds cost the same number of queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from alp_site.lib import db
from alp_site.people.models import User
from annotation.models import ReviewOutcome, TaskItem
from datasets.geometry import _base as geometry
from datasets.models import Annotation, AnnotationRevision

__all__ = ["Found", "counts", "forget", "found_in", "is_corrected", "mark", "save"]

What = ReviewOutcome.Change
NO_GEOMETRY = "class"


@dataclass(frozen=True)
class Found:
    """One annotation: what review made of it."""

    annotation: Annotation
    label: str
    submitted_label: str
    change: str
    iou: float | None


def mark(rows: Sequence[TaskItem]) -> None:
    """Note on finished rows, which the caller saves, how far their items' annotations have come."""
    newest = AnnotationRevision.objects.filter(item_id__in=[ti.item_id for ti in rows]).order_by()
    last = dict(newest.values_list("item_id").annotate(last=Max("pk")))
    for ti in rows:
        ti.last_revision = last.get(ti.item_id, 0)


def found_in(rows: Sequence[TaskItem], reviewer: User) -> dict[UUID, list[Found]]:
    """What became of each annotation of these review items since it was submitted, by task item. Rows come with `item`
    and `source`; those whose labelling is not known are left out."""
    marks = _marks(rows)
    items = [ti.item_id for ti in rows if ti.pk in marks]
    if not items:
        return {}
    live: dict[UUID, dict[UUID, Annotation]] = defaultdict(dict)
    for annotation in Annotation.objects.filter(item_id__in=items):
        live[annotation.item_id][annotation.pk] = annotation
    revisions: dict[UUID, list[AnnotationRevision]] = defaultdict(list)
    for revision in AnnotationRevision.objects.filter(item_id__in=items).order_by("pk"):
        revisions[revision.item_id].append(revision)
    return {
        ti.pk: _compare(ti, marks[ti.pk], reviewer, live[ti.item_id], revisions[ti.item_id])
        for ti in rows
        if ti.pk in marks
    }


def is_corrected(found: Iterable[Found]) -> bool:
    """Whether anything is other than it was submitted."""
    return any(one.change != What.UNCHANGED for one in found)


def counts(found: Iterable[Found]) -> dict[str, dict[str, int]] | None:
    """How many annotations of each label were added, changed, removed; None where nothing was."""
    told: dict[str, dict[str, int]] = {}
    for one in found:
        if one.change != What.UNCHANGED:
            of_label = told.setdefault(one.label, {})
            of_label[one.change] = of_label.get(one.change, 0) + 1
    return told or None


def save(found: Mapping[UUID, Sequence[Found]], rows: Sequence[TaskItem], person: User, now: datetime) -> None:
    """Keep a row an annotation of what was approved."""
    forget(rows)
    ReviewOutcome.objects.bulk_create(
        [
            ReviewOutcome(
                task_item=ti, annotation=one.annotation, type=one.annotation.type, label=one.label,
                submitted_label=one.submitted_label, change=one.change, iou=one.iou,
                annotator_id=ti.source.finished_by_id if ti.source else None, reviewer=person, at=now,
            )
            for ti in rows
            for one in found.get(ti.pk, ())
        ],
        batch_size=db.bulk_size(),
    )  # fmt: skip


def forget(rows: Sequence[TaskItem]) -> None:
    """The approvals are no more."""
    ReviewOutcome.objects.filter(task_item__in=[ti.pk for ti in rows]).delete()


def _marks(rows: Sequence[TaskItem]) -> dict[UUID, int]:
    """Of each review item, how far the annotations had come when the stage before, or the labelling, was finished."""
    found: dict[UUID, int] = {}
    stages = [ti.task.parent_task_id for ti in rows if ti.task.parent_task_id]
    before: dict[tuple[UUID, UUID], int] = {}
    if stages:
        done = TaskItem.objects.filter(
            task__in=set(stages), item__in=[ti.item_id for ti in rows], retired_at__isnull=True,
            finished_at__isnull=False, last_revision__isnull=False,
        )  # fmt: skip
        for task_id, item_id, last in done.values_list("task_id", "item_id", "last_revision"):
            before[task_id, item_id] = last or 0
    for ti in rows:
        of_stage = before.get((ti.task.parent_task_id, ti.item_id)) if ti.task.parent_task_id else None
        of_source = ti.source.last_revision if ti.source else None
        known = [last for last in (of_stage, of_source) if last is not None]
        if known:
            found[ti.pk] = max(known)
    return found


def _compare(
    ti: TaskItem,
    last: int,
    reviewer: User,
    live: Mapping[UUID, Annotation],
    revisions: Sequence[AnnotationRevision],
) -> list[Found]:
    annotator = ti.source.finished_by_id if ti.source else None
    if annotator == reviewer.pk:
        annotator = None  # who reviews their own work corrects it like anybody
    submitted: dict[UUID, AnnotationRevision] = {}
    for revision in revisions:
        if revision.pk <= last or (annotator is not None and revision.author_id == annotator):
            submitted[revision.annotation_id] = revision
    size = (ti.item.width, ti.item.height)
    found = (_one(row, submitted.get(pk), size) for pk, row in live.items())
    return [one for one in found if one is not None]


def _one(row: Annotation, before: AnnotationRevision | None, size_wh: tuple[int, int]) -> Found | None:
    there = before is not None and before.action != "delete"
    if row.deleted_at is not None:
        return Found(row, before.label, before.label, What.REMOVED, None) if before is not None and there else None
    if before is None or not there:
        return Found(row, row.label, "", What.ADDED, None)
    same = _state(row) == _state(before)
    return Found(row, row.label, before.label, What.UNCHANGED if same else What.CHANGED, _iou(row, before, size_wh))


def _state(row: Annotation | AnnotationRevision) -> tuple[Any, ...]:
    return row.label, row.geometry, row.attributes


def _iou(row: Annotation, before: AnnotationRevision, size_wh: tuple[int, int]) -> float | None:
    if row.type == NO_GEOMETRY or row.type != before.type:
        return None
    if row.geometry == before.geometry:
        return 1.0
    return float(geometry.get(row.type).iou(before.geometry, row.geometry, size_wh))
