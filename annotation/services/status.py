"""One person answers for one item: complete, discard, skip, undo.

Each takes an optional `op_id`, the client's name for this act: repeated with the same one, it changes nothing and
returns the state of now, so a lost acknowledgement never counts twice. A lease guards serving, not answering: who once
held an item may finish it late, unless someone else has finished it (409).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from alp_site.lib import db
from alp_site.lib.db import write
from alp_site.lib.errors import Conflict, Forbidden, Invalid, NotFound
from alp_site.people.models import User
from annotation.errors import AlreadyConsumed, FinishedByOther, LabelMissing, TaskClosed, WithAnnotator
from annotation.models import Place, Status, Task, TaskItem, TaskItemLog
from annotation.permissions import TaskItemPolicy
from annotation.selectors.queue import held_by
from annotation.selectors.rules import labels_said, single_class
from annotation.services import answers, corrections, issues, labels, record, stages
from annotation.services.queue import LEASE
from annotation.services.record import Change
from datasets.models import Item

__all__ = ["Done", "complete", "discard", "skip", "undo"]

MAX_SECONDS = 3600.0  # longer than this on one picture is a person who went for lunch


@dataclass(frozen=True)
class Done:
    """The state after an act. `repeated`: it had been done before, nothing changed now."""

    task_item: TaskItem
    label: str | None
    repeated: bool = False
    outcome: str = ""


def complete(
    *,
    task_item_id: UUID,
    person: User,
    label: str | None = None,
    seen_version: int | None = None,
    op_id: UUID | None = None,
    seconds: float = 0,
    status: str = Status.COMPLETED,
    note: str = "",
    empty: bool = False,
    simulated: bool = False,
) -> Done:
    """Label (if a label is given) and finish. Choosing exactly the suggestion shown counts as accepting it.

    Without a label the item's annotations are the answer: `answers.check_ready` says what they must be, `empty` that
    there is nothing to label. `simulated` marks it as no person's work. Raises Stale when annotations moved since
    `seen_version`, FinishedByOther, LabelMissing, NotReady, Forbidden, TaskClosed.
    """
    with write():
        ti = locked(task_item_id)
        before = labels.labels_of([ti.item_id]).get(ti.item_id)
        if was_done(ti, person, op_id):
            return Done(ti, before, repeated=True)
        check_worker(ti, person)
        _check_offered(ti, status)
        check_label(ti, label)
        if not ti.is_open:
            if ti.status == status and ti.finished_by_id == person.pk and _said_already(ti, label, before):
                return Done(ti, before, repeated=True)
            _take_back(ti, person)
        labels.check_version(ti.item, seen_version, before)
        now = db.clock()
        if label is not None and label != before:
            accepted = label == suggested(ti)
            labels.save_label(ti, label=label, person=person, accepted=accepted, op_id=op_id)
        outcome = _conclude(ti, person, now, label=label, before=before, empty=empty)
        record.let_go([ti], at=now, to=person.pk)
        finish(ti, status=status, person=person, seconds=seconds, now=now)
        corrections.mark([ti])
        back_to_review([ti], person, now)
        change = Change(
            task_item=ti, action="complete", note=note, label=label or before or "", previous_label=before or "",
            outcome=outcome, seconds=seconds, empty=empty, op_id=op_id, simulated=simulated,
        )  # fmt: skip
        settle(ti, change, person, now)
        stages.pass_on(stages.followers(ti.task), [ti])
        return Done(ti, label or before, outcome=outcome)


def _said_already(ti: TaskItem, label: str | None, before: str | None) -> bool:
    """Whether completing again would say what was said: the same label, or annotations nobody has changed since."""
    if label is not None:
        return label == before
    return ti.finished_at is not None and not answers.edited_since(ti.item_id, ti.finished_at)


def _conclude(ti: TaskItem, person: User, now: datetime, *, label: str | None, before: str | None, empty: bool) -> str:
    """Checks the answer, keeps what became of the suggestions, and returns the word for it."""
    plain = single_class(ti.task)
    final = label or before
    if plain and final is None:
        raise LabelMissing("Choose a label first.", task_item=str(ti.pk))
    if label is None or not plain:
        answers.check_ready(ti, person, empty=empty)
    if not plain or final is None:
        return answers.save_outcomes(ti, person, now)
    answers.save_class_outcomes([(ti, final)], person, now)
    return outcome_of(ti, final)


def discard(*, task_item_id: UUID, person: User, op_id: UUID | None = None, seconds: float = 0, note: str = "") -> Done:
    """Say that the picture cannot be labelled. Its annotations stay as they are. Undo takes it back."""
    with write():
        ti = locked(task_item_id)
        before = labels.labels_of([ti.item_id]).get(ti.item_id)
        if was_done(ti, person, op_id):
            return Done(ti, before, repeated=True)
        check_worker(ti, person)
        if not ti.is_open:
            if ti.status == Status.DISCARD and ti.finished_by_id == person.pk:
                return Done(ti, before, repeated=True)
            _take_back(ti, person)
        now = db.clock()
        outcome = answers.save_outcomes(ti, person, now, rejected=True)
        record.let_go([ti], at=now, to=person.pk)
        finish(ti, status=Status.DISCARD, person=person, seconds=seconds, now=now)
        change = Change(task_item=ti, action="discard", note=note, outcome=outcome, seconds=seconds, op_id=op_id)
        settle(ti, change, person, now)
        return Done(ti, before, outcome=outcome)


def skip(*, task_item_id: UUID, person: User, op_id: UUID | None = None, seconds: float = 0) -> Done:
    """Put it behind everything else the person holds; it stays theirs until they hand it back or go away."""
    with write():
        ti = locked(task_item_id)
        before = labels.labels_of([ti.item_id]).get(ti.item_id)
        if was_done(ti, person, op_id):
            return Done(ti, before, repeated=True)
        check_worker(ti, person)
        if not ti.is_open:
            if ti.finished_by_id != person.pk:
                raise _finished_by_other(ti)
            raise Conflict(
                "You finished this item already: take the answer back (undo) to work on it again.",
                task_item=str(ti.pk), status=ti.status,
            )  # fmt: skip
        now = db.clock()
        skipped = held_by(ti.task, person).filter(place=Place.SKIPPED).aggregate(last=Max("rank"))
        ti.place, ti.rank = Place.SKIPPED, (skipped["last"] or 0) + 1  # behind all I skipped before
        ti.seconds += max(0.0, min(seconds, MAX_SECONDS))
        ti.save(update_fields=["place", "rank", "seconds"])
        change = Change(task_item=ti, action="skip", seconds=seconds, op_id=op_id)
        record.record(task=ti.task, changes=[change], person=person, at=now)
        return Done(ti, before)


def undo(*, task_item_id: UUID, person: User, op_id: UUID | None = None) -> Done:
    """Open my own finished item again and give it the label it had before. Raises AlreadyConsumed when a review has
    decided on it or its copy lies in another dataset; a review that still waits is recalled and waits on."""
    with write():
        ti = locked(task_item_id)
        before = labels.labels_of([ti.item_id]).get(ti.item_id)
        if was_done(ti, person, op_id) or ti.is_open:
            return Done(ti, before, repeated=True)
        check_worker(ti, person)
        last = _take_back(ti, person)
        if last is not None and last.label != last.previous_label and before == last.label:
            labels.restore_label(ti, label=last.previous_label or None, person=person)
            before = last.previous_label or None
        now = db.clock()
        change = Change(task_item=ti, action="undo", label=before or "", op_id=op_id)
        record.record(task=ti.task, changes=[change], person=person, at=now)
        record.touch(task=ti.task, reason="reopened", people=[str(person.pk)])
        return Done(ti, before)


# ---- shared with the review and bulk doors ----


def locked(task_item_id: UUID) -> TaskItem:
    """The live row with its task and item, locked until the transaction ends."""
    rows = TaskItem.objects.select_related("task__parent_task", "task__dataset", "item", "source").filter(
        pk=task_item_id, retired_at__isnull=True
    )
    ti = (rows if db.is_sqlite() else rows.select_for_update(of=("self",))).first()
    if ti is None:
        raise NotFound("There is no such task item.", task_item=str(task_item_id))
    return ti


def was_done(ti: TaskItem, person: User, op_id: UUID | None) -> bool:
    """Whether this very act was done before. An `op_id` used for something else is refused."""
    if op_id is None:
        return False
    old = TaskItemLog.objects.filter(op_id=op_id).first()
    if old is None:
        return False
    if old.task_item_id != ti.pk or old.person_id != person.pk:
        raise Conflict("This op_id was used for something else.", op_id=str(op_id))
    return True


def check_worker(ti: TaskItem, person: User) -> None:
    """The task takes work, the person may do it, and the picture is not away with its annotator."""
    if ti.task.status != Task.State.OPEN:
        raise TaskClosed("This task takes no more work.", task=str(ti.task_id), status=ti.task.status)
    if not TaskItemPolicy().can(person, "task.work_own", ti):
        raise Forbidden("This item is not yours to answer.", task_item=str(ti.pk))
    if ti.held_back_at is not None:
        raise WithAnnotator("It is back with its annotator; it returns here when answered.", task_item=str(ti.pk))


def check_label(ti: TaskItem, label: str | None) -> None:
    """The task takes this label. Whether the ontology knows it is asked where it is written."""
    said = labels_said(ti.task)
    if label is not None and said and label not in said:
        raise Invalid(f"This task does not take the label {label!r}.", field="label", labels=said)


def suggested(ti: TaskItem) -> str:
    """The label a model suggested, "" for none."""
    return str((ti.context.get("suggestion") or {}).get("label") or "")


def outcome_of(ti: TaskItem, label: str) -> str:
    """What became of the suggestion when a person chose this label."""
    shown = suggested(ti)
    if not shown:
        return TaskItemLog.Outcome.NONE
    return TaskItemLog.Outcome.ACCEPTED if label == shown else TaskItemLog.Outcome.EDITED


def finish(ti: TaskItem, *, status: str, person: User, seconds: float, now: datetime) -> None:
    """Set the finished state on the object; `settle` saves it."""
    if ti.assignee_id not in (None, person.pk):
        ti.previous_person_id = ti.assignee_id  # who held it may still ask about it, and learns who was first
    ti.status, ti.finished_at, ti.finished_by = status, now, person
    ti.assignee, ti.lease_until = person, None
    ti.seconds += max(0.0, min(seconds, MAX_SECONDS))


def settle(ti: TaskItem, change: Change, person: User, now: datetime) -> None:
    """Log, project, announce and save one finished item."""
    record.record(task=ti.task, changes=[change], person=person, at=now)
    record.announce(task=ti.task, task_items=[ti], person=person)
    ti.save()


def reopen(ti: TaskItem, *, place: Place, assignee_id: UUID | None, lease_until: datetime | None = None) -> None:
    """Make a finished item open again and save it."""
    ti.status, ti.finished_at, ti.finished_by = "", None, None
    ti.place, ti.assignee_id, ti.lease_until, ti.held_back_at = place, assignee_id, lease_until, None
    ti.save()


def hold_back(review: TaskItem, now: datetime) -> None:
    """Take a waiting review out of every queue until its annotator answers; the same reviewer gets it back."""
    review.previous_person_id = review.assignee_id or review.previous_person_id
    review.held_back_at, review.assignee, review.lease_until = now, None, None
    review.save(update_fields=["held_back_at", "previous_person", "assignee", "lease_until"])


def _check_offered(ti: TaskItem, status: str) -> None:
    own = {Status.APPROVED, Status.DISCARD, Status.REJECTED}  # these have their own doors
    if status in own or status not in ti.task.statuses:
        raise Invalid(f"This task does not offer the status {status!r}.", field="status", offered=ti.task.statuses)


def _finished_by_other(ti: TaskItem) -> FinishedByOther:
    """What happened and what to do; `data` lets the page show both answers side by side."""
    other, label = str(ti.finished_by or "Someone else"), labels.labels_of([ti.item_id]).get(ti.item_id)
    how = f" as “{label}”" if label and ti.status != Status.DISCARD else ""
    return FinishedByOther(
        f"{other} finished this item already ({ti.status}{how}); your answer was not saved. You may still look at it:"
        " go on with your next item, and tell a reviewer if you disagree.",
        task_item=str(ti.pk), status=ti.status, person=str(ti.finished_by_id), person_name=other,
        finished_at=ti.finished_at.isoformat() if ti.finished_at else None,
        label=label, content_version=ti.item.content_version,
    )  # fmt: skip


def _take_back(ti: TaskItem, person: User) -> TaskItemLog | None:
    """Reopen a finished item of mine if nothing has used it yet; returns the log line of what is taken back."""
    if ti.finished_by_id != person.pk:
        raise _finished_by_other(ti)
    reviews = stages.later(ti)
    if any(stages.is_decided(review, ti) for review in reviews):
        raise AlreadyConsumed("It has been reviewed already.", task_item=str(ti.pk))
    if Item.objects.filter(parent_item_id=ti.item_id, deleted_at__isnull=True, created_at__gte=ti.finished_at).exists():
        raise AlreadyConsumed("It has been taken into another dataset already; change it there.", task_item=str(ti.pk))
    now = db.clock()
    for review in stages.recall(reviews, ti, now):
        hold_back(review, now)
    sent_back = issues.reopen_fixed(ti, person, now)
    answers.forget_outcomes([ti])
    last = ti.log.exclude(status="").order_by("at", "id").last()
    if ti.status == Status.APPROVED:
        labels.withdraw(ti)
        issues.unresolve(ti, person, now)
        corrections.forget([ti])
    reopen(ti, place=Place.SENT_BACK if sent_back else Place.NORMAL, assignee_id=person.pk, lease_until=now + LEASE)
    return last


def back_to_review(answered: Sequence[TaskItem], person: User, now: datetime) -> None:
    """The reviews that wait for these answers go on, first in their reviewer's queue. One query when there are none."""
    waiting = TaskItem.objects.filter(
        source__in=answered, held_back_at__isnull=False, finished_at__isnull=True, retired_at__isnull=True
    ).select_related("task")
    reviews = list(waiting)
    if not reviews:
        return
    issues.fix_open(answered, person, now)
    by_task: dict[Task, list[TaskItem]] = {}
    for review in reviews:
        review.held_back_at, review.place = None, Place.SENT_BACK
        review.assignee_id = review.previous_person_id
        review.lease_until = now + LEASE if review.assignee_id else None
        by_task.setdefault(review.task, []).append(review)
    TaskItem.objects.bulk_update(reviews, ["held_back_at", "place", "assignee", "lease_until"])
    for task, rows in by_task.items():
        changes = [Change(task_item=review, action="answered") for review in rows]
        record.record(task=task, changes=changes, person=person, at=now)
        people = sorted({str(review.assignee_id) for review in rows if review.assignee_id})
        record.touch(task=task, reason="answered", people=people)
