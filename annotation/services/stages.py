"""Stages of review made by hand: a review task gets what the task it follows has finished, without any pipeline.

`Task.parent_task` is the task it follows: a labelling task, whose completed items it gets, or another review task,
whose approved items it gets. Of those it takes a sample: the same items every time, by the task's and the item's id.
What a rule accepts is approved at once, by `datasets.services.approval` in the rule's name; what is neither sampled nor
accepted is passed on nowhere and is no ground truth. Where stages follow one another the last one makes ground truth.

Every stage's item has the labelling as its `source`: a return goes to its annotator, and the answer comes back to the
stage that asked. Passing on is safe to repeat: an item that is in the next stage already stays as it is there. Tasks of
a pipeline are fed by the pipeline.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from alp_site.lib import db
from alp_site.lib.db import write
from annotation.models import ReviewOutcome, Status, SuggestionOutcome, Task, TaskItem, TaskItemLog
from annotation.services import corrections, labels, record
from annotation.services.record import Change
from annotation.services.task_items import add_items
from datasets.models import Annotation

__all__ = [
    "catch_up",
    "count_behind",
    "followers",
    "ids_behind",
    "is_decided",
    "is_sampled",
    "later",
    "makes_ground_truth",
    "pass_on",
    "recall",
    "rule_name",
    "take_part",
    "withdraw_earlier",
]

PASSES = {Task.Kind.ANNOTATION: Status.COMPLETED, Task.Kind.QA: Status.APPROVED}
CARRIED = ("suggestion", "suggestions", "selection")  # of the context: what whoever looks next is shown


def followers(task: Task) -> list[Task]:
    """The open review tasks made by hand that follow this one."""
    rows = Task.objects.filter(
        parent_task=task, kind=Task.Kind.QA, pipeline_id__isnull=True, status=Task.State.OPEN
    ).order_by("id")  # fmt: skip
    return list(rows.select_related("parent_task", "dataset"))


def makes_ground_truth(task: Task, after: Sequence[Task]) -> bool:
    """Whether an approval here is the last word. A pipeline's graph says what follows on its own."""
    return bool(task.pipeline_id) or not after


def is_sampled(task: Task, item_id: UUID) -> bool:
    """Whether the review task takes this item. A larger share takes the same items and more."""
    digest = hashlib.sha256(f"{task.pk}:{item_id}".encode()).digest()
    return Decimal(int.from_bytes(digest[:8], "big")) * 100 < task.sample_percent * (1 << 64)


def rule_name(rule: dict[str, Any]) -> str:
    """What the log and the approval call an auto-accept rule."""
    if rule["kind"] == "not_sampled":
        return "auto_accept: not sampled"
    return f"auto_accept: unchanged suggestions of confidence {rule['min_confidence']:g} or more"


def pass_on(after: Sequence[Task], rows: Sequence[TaskItem]) -> None:
    """Hand finished items of one task to the tasks that follow. Callers hold an open ``write()``; rows come with
    `task` and `item`."""
    passing = [ti for ti in rows if ti.status == PASSES[Task.Kind(ti.task.kind)] and ti.item.deleted_at is None]
    if not after or not passing:
        return
    if not db.is_sqlite():  # one at a time, so that nobody adds an item twice
        list(Task.objects.select_for_update().filter(pk__in=[t.pk for t in after]).order_by("pk").values_list("pk"))
    for task in after:
        there = TaskItem.objects.filter(
            task=task, item__in=[ti.item_id for ti in passing], retired_at__isnull=True
        ).values_list("item_id", flat=True)  # fmt: skip
        known = set(there)
        _take(task, [ti for ti in passing if ti.item_id not in known])


def catch_up(*, task: Task) -> int:
    """Take what the task's parent finished before this task followed it, or while it was closed, and what a larger
    sample takes now. Transactions of `db.bulk_size()`; safe to repeat. Returns how many items came."""
    ids = ids_behind(task)
    before = TaskItem.objects.filter(task=task).count()
    for start in range(0, len(ids), db.bulk_size()):
        with write():
            take_part(task, ids[start : start + db.bulk_size()])
    return TaskItem.objects.filter(task=task).count() - before


def take_part(task: Task, ids: Sequence[UUID]) -> None:
    """Some of what `ids_behind` told, in one `write()` of the caller; what is not finished any more is left out."""
    rows = TaskItem.objects.filter(pk__in=ids, retired_at__isnull=True, finished_at__isnull=False).order_by("id")
    pass_on([task], list(rows.select_related("task", "item", "source")))


def count_behind(task: Task) -> int:
    """How much the parent finished that is not here; what the sample leaves out is counted too."""
    return _behind(task).count()


def ids_behind(task: Task) -> list[UUID]:
    """The parent's finished task items whose picture is not here, oldest first."""
    return list(_behind(task).order_by("id").values_list("pk", flat=True))


def _behind(task: Task) -> QuerySet[TaskItem]:
    parent = task.parent_task
    if parent is None or task.pipeline_id or task.kind != Task.Kind.QA or task.status != Task.State.OPEN:
        return TaskItem.objects.none()
    here = TaskItem.objects.filter(task=task, item=OuterRef("item"), retired_at__isnull=True)
    return TaskItem.objects.filter(
        ~Exists(here), task=parent, status=PASSES[Task.Kind(parent.kind)], retired_at__isnull=True,
        item__deleted_at__isnull=True,
    )  # fmt: skip


# ---- the way back


def later(ti: TaskItem) -> list[TaskItem]:
    """The live review items that rest on this one: of a labelling all its reviews, of a review later stages."""
    if ti.task.kind == Task.Kind.ANNOTATION:
        return list(ti.reviews.filter(retired_at__isnull=True).select_related("task__parent_task"))
    found: list[TaskItem] = []
    level = {ti.task_id}
    while level:
        after = set(Task.objects.filter(parent_task__in=level, kind=Task.Kind.QA).values_list("pk", flat=True))
        rows = TaskItem.objects.filter(task__in=after, item_id=ti.item_id, retired_at__isnull=True)
        found += rows.select_related("task__parent_task") if after else []
        level = after
    return found


def is_decided(review: TaskItem, ti: TaskItem) -> bool:
    """Whether a person decided on what rests on `ti`: finished it, or (a later stage) sent it back."""
    if not review.is_open:
        return review.finished_by_id is not None
    return ti.task.kind == Task.Kind.QA and review.held_back_at is not None


def recall(reviews: Sequence[TaskItem], ti: TaskItem, now: datetime) -> list[TaskItem]:
    """`ti` is taken back, and nobody has decided on what rests on it: what a rule approved is no ground truth any more,
    and what lies in later stages goes. Returns the reviews that wait for the next answer."""
    waits, goes = [], []
    for review in reviews:
        parent = review.task.parent_task
        of_later_stage = parent is not None and parent.kind == Task.Kind.QA
        if review.is_open and not of_later_stage and ti.task.kind == Task.Kind.ANNOTATION:
            waits.append(review)
        else:
            goes.append(review)
    for review in goes:
        labels.withdraw(review)
        review.retired_at, review.assignee, review.assignment, review.lease_until = now, None, None, None
        review.save(update_fields=["retired_at", "assignee", "assignment", "lease_until"])
        record.record(task=review.task, changes=[Change(task_item=review, action="recall")], person=None, at=now)
        record.touch(task=review.task, reason="items_removed", count=1)
    return waits


def withdraw_earlier(ti: TaskItem) -> None:
    """A later stage sends it back: what earlier ones approved is no ground truth meanwhile."""
    if ti.source_id is None:
        return
    for row in TaskItem.objects.filter(source_id=ti.source_id, status=Status.APPROVED, retired_at__isnull=True):
        labels.withdraw(row)


# ---- taking


@dataclass(frozen=True)
class _Choice:
    ti: TaskItem
    rule: str  # the rule that accepts it; "" for people


def _take(task: Task, rows: Sequence[TaskItem]) -> None:
    chosen = _choose(task, rows)
    if not chosen:
        return
    ids = add_items(task=task, entries=[_entry(one.ti) for one in chosen])
    by_rule = [pk for pk, one in zip(ids, chosen, strict=True) if one.rule]
    if by_rule:
        _accept(task, by_rule, next(one.rule for one in chosen if one.rule))


def _entry(ti: TaskItem) -> dict[str, Any]:
    source = ti.pk if ti.task.kind == Task.Kind.ANNOTATION else ti.source_id
    context = {name: ti.context[name] for name in CARRIED if name in ti.context}
    return {
        "item_id": ti.item_id, "context": context, "key": str(source or ti.pk), "source": source,
        "cycle_id": None,
    }  # fmt: skip


def _choose(task: Task, rows: Sequence[TaskItem]) -> list[_Choice]:
    rule: dict[str, Any] = task.auto_accept or {}
    name = rule_name(rule) if rule else ""
    agreed = _agreed(rows, float(rule["min_confidence"])) if rule.get("kind") == "agreement" else set()
    chosen = []
    for ti in rows:
        sampled = is_sampled(task, ti.item_id)
        accepted = ti.pk in agreed or (rule.get("kind") == "not_sampled" and not sampled)
        if sampled or accepted:
            chosen.append(_Choice(ti, name if accepted else ""))
    return chosen


def _agreed(rows: Sequence[TaskItem], least: float) -> set[UUID]:
    """Those submitted exactly as the model suggested, all of it with at least this confidence, and since unchanged."""
    labelling = {ti.pk: ti.pk if ti.task.kind == Task.Kind.ANNOTATION else ti.source_id for ti in rows}
    told: dict[UUID, list[SuggestionOutcome]] = {}
    for one in SuggestionOutcome.objects.filter(task_item__in=[pk for pk in labelling.values() if pk]):
        told.setdefault(one.task_item_id, []).append(one)
    live = dict(
        Annotation.objects.filter(item__in=[ti.item_id for ti in rows], deleted_at__isnull=True)
        .order_by()
        .values_list("item_id")
        .annotate(n=Count("pk"))
    )
    changed = ReviewOutcome.objects.filter(task_item__in=[ti.pk for ti in rows])
    changed = changed.exclude(change=ReviewOutcome.Change.UNCHANGED)
    corrected = set(changed.values_list("task_item_id", flat=True))
    found = set()
    for ti in rows:
        outcomes = told.get(labelling[ti.pk] or ti.pk, [])
        sure = [
            one
            for one in outcomes
            if one.outcome == TaskItemLog.Outcome.ACCEPTED and one.confidence is not None and one.confidence >= least
        ]
        if outcomes and len(sure) == len(outcomes) == live.get(ti.item_id, 0) and ti.pk not in corrected:
            found.add(ti.pk)
    return found


def _accept(task: Task, ids: Sequence[UUID], rule: str) -> None:
    """Approve these fresh rows in the rule's name, and hand them on."""
    rows = list(TaskItem.objects.filter(pk__in=ids).select_related("item", "source").order_by("id"))
    now = db.clock()
    for ti in rows:
        ti.task, ti.status, ti.finished_at = task, Status.APPROVED, now
        ti.assignee, ti.assignment, ti.lease_until = None, None, None
    corrections.mark(rows)
    after = followers(task)
    if makes_ground_truth(task, after):
        labels.approve_by_rule(rows, rule=rule)
    said = labels.labels_of(ti.item_id for ti in rows)
    changes = [Change(task_item=ti, action="approve", label=said.get(ti.item_id, ""), rule=rule) for ti in rows]
    record.record(task=task, changes=changes, person=None, at=now)
    record.announce(task=task, task_items=rows, person=None)
    fields = ["status", "finished_at", "assignee", "assignment", "lease_until", "last_revision", "passed"]
    TaskItem.objects.bulk_update(rows, fields, batch_size=db.bulk_size())
    pass_on(after, rows)
