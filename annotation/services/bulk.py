"""Hundreds of answers at once, in few queries: for simulated annotators and reviewers, imports, rules.

The same effects as ``status.complete`` and ``review.approve`` one by one. Items that are no longer open are left alone,
so repeating a call is harmless. Each chunk is one transaction unless the caller has one open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from alp_site.lib import db
from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from alp_site.people.models import User
from annotation.models import Issue, Status, Task, TaskItem
from annotation.services import corrections, issues, labels, record, stages
from annotation.services.answers import save_class_outcomes
from annotation.services.record import Change
from annotation.services.review import review_outcome
from annotation.services.status import back_to_review, finish, outcome_of

__all__ = ["Manner", "approve_many", "approve_rows", "complete_many"]

Answer = TypeVar("Answer", str, "str | None")
SAVED = [
    "status", "finished_at", "finished_by", "assignee", "previous_person", "lease_until", "passed", "last_revision",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a batch is approved. `resolve_fixed`: what was marked as fixed is resolved along with it; `op_ids`: the act's
    name, by task item."""

    simulated: bool = False
    note: str = ""
    resolve_fixed: bool = False
    op_ids: Mapping[UUID, UUID] = field(default_factory=dict)


def complete_many(
    *, task: Task, answers: Sequence[tuple[UUID, str]], person: User, simulated: bool = False, note: str = ""
) -> list[UUID]:
    """Label and complete open items of a labelling task. answers: (task item id, label). Returns the ids completed."""
    if task.kind != Task.Kind.ANNOTATION:
        raise Invalid("Only a labelling task is completed.", task=str(task.pk))
    done: list[UUID] = []
    for part in _parts(answers):
        with write():
            done += _complete_part(task, dict(part), person, simulated, note)
    return done


def approve_many(
    *,
    task: Task,
    answers: Sequence[tuple[UUID, str | None]],
    person: User,
    simulated: bool = False,
    note: str = "",
    resolve_fixed: bool = False,
) -> list[UUID]:
    """Approve open items of a review task. answers: (task item id, label or None): another label than the item has is
    a correction. Items without any label, or with an issue not resolved, are left alone; `resolve_fixed` resolves what
    was fixed along with them. Returns the ids approved."""
    if task.kind != Task.Kind.QA:
        raise Invalid("Only a review task approves.", task=str(task.pk))
    done: list[UUID] = []
    manner = Manner(simulated=simulated, note=note, resolve_fixed=resolve_fixed)
    for part in _parts(answers):
        with write():
            wanted = dict(part)
            done += approve_rows(task, _open(task, list(wanted)), wanted, person, manner)
    return done


def _parts(things: Sequence[tuple[UUID, Answer]]) -> list[Sequence[tuple[UUID, Answer]]]:
    return [things[i : i + db.bulk_size()] for i in range(0, len(things), db.bulk_size())]


def _open(task: Task, ids: Sequence[UUID]) -> list[TaskItem]:
    rows = TaskItem.objects.filter(
        task=task, pk__in=ids, finished_at__isnull=True, held_back_at__isnull=True, retired_at__isnull=True
    ).select_related("item", "source")
    rows = rows if db.is_sqlite() else rows.select_for_update(of=("self",))
    found = {ti.pk: ti for ti in rows}
    for ti in found.values():
        ti.task = task
    return [found[i] for i in ids if i in found]


def _complete_part(task: Task, answers: dict[UUID, str], person: User, simulated: bool, note: str) -> list[UUID]:
    rows = _open(task, list(answers))
    before = labels.labels_of(ti.item_id for ti in rows)
    now = db.clock()
    labels.save_labels([(ti, answers[ti.pk]) for ti in rows if before.get(ti.item_id) != answers[ti.pk]], person=person)
    changes = [
        Change(
            task_item=ti, action="complete", label=answers[ti.pk], previous_label=before.get(ti.item_id, ""),
            outcome=outcome_of(ti, answers[ti.pk]), simulated=simulated, note=note,
        )
        for ti in rows
    ]  # fmt: skip
    answered = [(ti, answers[ti.pk]) for ti in rows]
    save_class_outcomes(answered, person, now)
    _settle(task, changes, Status.COMPLETED, person, now)
    back_to_review(rows, person, now)
    stages.pass_on(stages.followers(task), rows)
    return [ti.pk for ti in rows]


def approve_rows(
    task: Task, rows: list[TaskItem], answers: Mapping[UUID, str | None], person: User, manner: Manner
) -> list[UUID]:
    """`approve_many` for open rows that the caller has locked in its transaction and got with `item` and `source`."""
    before = labels.labels_of(ti.item_id for ti in rows)
    left = issues.unresolved_of(rows)
    blocked = {i.task_item_id for i in left if i.state == Issue.State.OPEN or not manner.resolve_fixed}
    rows = [ti for ti in rows if (answers[ti.pk] or before.get(ti.item_id)) and issues.owner_of(ti) not in blocked]
    final = {ti.pk: answers[ti.pk] or before[ti.item_id] for ti in rows}
    wrong = {ti.pk for ti in rows if before.get(ti.item_id) != final[ti.pk]}
    now = db.clock()
    labels.save_labels([(ti, final[ti.pk]) for ti in rows if ti.pk in wrong], person=person)
    found = corrections.found_in(rows, person)
    wrong |= {pk for pk, one in found.items() if corrections.is_corrected(one)}
    after = stages.followers(task)
    if stages.makes_ground_truth(task, after):
        labels.approve(rows, person=person)
    corrections.save(found, rows, person, now)
    approved = {issues.owner_of(ti) for ti in rows}
    issues.resolve_all([i for i in left if i.task_item_id in approved], person, now, action="approve")
    changes = [
        Change(
            task_item=ti, action="correct" if ti.pk in wrong else "approve", label=final[ti.pk],
            previous_label=before.get(ti.item_id, ""), outcome=review_outcome(ti.pk in wrong),
            simulated=manner.simulated, note=manner.note, changes=corrections.counts(found.get(ti.pk, ())),
            op_id=manner.op_ids.get(ti.pk),
        )
        for ti in rows
    ]  # fmt: skip
    _settle(task, changes, Status.APPROVED, person, now)
    stages.pass_on(after, rows)
    return [ti.pk for ti in rows]


def _settle(task: Task, changes: Sequence[Change], status: str, person: User, now: datetime) -> None:
    rows = [c.task_item for c in changes]
    record.let_go(rows, at=now, to=person.pk)
    for ti in rows:
        finish(ti, status=status, person=person, seconds=0, now=now)
    if rows:
        corrections.mark(rows)
        record.record(task=task, changes=changes, person=person, at=now)
        record.announce(task=task, task_items=rows, person=person)
        TaskItem.objects.bulk_update(rows, SAVED, batch_size=db.bulk_size())
