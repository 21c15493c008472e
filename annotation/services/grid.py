"""A page of classes decided at once: what is not flagged is approved, what is flagged goes back with what is wrong.

One transaction a page. What somebody changed, decided or holds meanwhile is left alone and told, item by item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from alp_site.lib import db
from alp_site.lib.db import write
from alp_site.lib.errors import AlpError, Conflict, Invalid
from alp_site.people.models import User
from annotation.errors import TaskClosed
from annotation.models import Issue, Task, TaskItem, TaskItemLog
from annotation.selectors.labels import labels_of
from annotation.selectors.rules import labels_said, single_class
from annotation.services import bulk, issues, review, undo
from annotation.services.issues import NewIssue

__all__ = ["MAX_PAGE", "Outcome", "Verdict", "check_grid", "decide_page", "undo_page"]

MAX_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a reviewer says of one item of the page, as they saw it. `label`: another one than it has; `issue`: why it
    goes back."""

    task_item_id: UUID
    seen_version: int
    label: str | None = None
    issue: NewIssue | None = None


@dataclass(frozen=True)
class Outcome:
    """`result`: approved, corrected, returned, reopened (an undo); or why it was left: gone, decided, with_annotator,
    held, changed, open_issues, no_label, no_annotator, or the code of an error. `repeated`: it had been done before."""

    task_item_id: UUID
    result: str
    repeated: bool = False


def check_grid(task: Task) -> None:
    """Raises Invalid unless the task is a review whose answers are one class."""
    if task.kind != Task.Kind.QA or not single_class(task):
        raise Invalid("A page is decided at once only in a review of one class a picture.", task=str(task.pk))


def decide_page(*, task: Task, person: User, op_id: UUID, verdicts: Sequence[Verdict]) -> list[Outcome]:
    """Decide on each item, in the order given. Repeated with the same `op_id`, what was done is not done again. Raises
    Invalid (not such a task, an unknown label), TaskClosed; then nothing was done."""
    check_grid(task)
    _check_labels(task, verdicts)
    if task.status != Task.State.OPEN:
        raise TaskClosed("This task takes no more work.", task=str(task.pk), status=task.status)
    with write():
        rows = _locked(task, [verdict.task_item_id for verdict in verdicts])
        told = _done_before(op_id, rows, person)
        labels = labels_of(ti.item_id for ti in rows.values())
        open_ = _with_open_issues(rows.values())
        approving: dict[UUID, Verdict] = {}
        returning: dict[UUID, Verdict] = {}
        for verdict in verdicts:
            pk = verdict.task_item_id
            if pk in told:
                continue
            left = _why_left(rows.get(pk), verdict, person, labels, open_)
            if left:
                told[pk] = Outcome(pk, left)
            else:
                (returning if verdict.issue else approving)[pk] = verdict
        _approve(task, [rows[pk] for pk in approving], approving, labels, person, op_id)
        for pk, verdict in returning.items():
            review.return_item(task_item_id=pk, person=person, issue=verdict.issue, op_id=uuid5(op_id, str(pk)))
            told[pk] = Outcome(pk, "returned")
        for pk, verdict in approving.items():
            corrected = verdict.label not in (None, labels.get(rows[pk].item_id))
            told[pk] = Outcome(pk, "corrected" if corrected else "approved")
    return [told[verdict.task_item_id] for verdict in verdicts]


def undo_page(*, task: Task, person: User, op_id: UUID, task_item_ids: Sequence[UUID]) -> list[Outcome]:
    """Take back what `decide_page` did with this `op_id` to these items, each by itself. What cannot be taken back any
    more is left and told; repeating is harmless."""
    rows = TaskItem.objects.filter(task=task, pk__in=list(task_item_ids), retired_at__isnull=True).in_bulk()
    done = _done_before(op_id, rows, person)
    return [_undo(pk, person, op_id) if pk in done else Outcome(pk, "gone") for pk in task_item_ids]


def _undo(pk: UUID, person: User, op_id: UUID) -> Outcome:
    try:
        back = undo.undo(task_item_id=pk, person=person, op_id=uuid5(op_id, f"undo {pk}"))
    except AlpError as error:
        return Outcome(pk, error.code)
    return Outcome(pk, "reopened", repeated=back.repeated)


def _check_labels(task: Task, verdicts: Sequence[Verdict]) -> None:
    said = labels_said(task)
    for label in {verdict.label for verdict in verdicts if verdict.label}:
        if said and label not in said:
            raise Invalid(f"This task does not take the label {label!r}.", field="label", labels=said)
    if len({verdict.task_item_id for verdict in verdicts}) < len(verdicts):
        raise Invalid("An item is named twice.", field="items")


def _locked(task: Task, ids: Sequence[UUID]) -> dict[UUID, TaskItem]:
    found = TaskItem.objects.filter(task=task, pk__in=list(ids), retired_at__isnull=True)
    found = found.select_related("item", "source__task").order_by("pk")
    rows = list(found if db.is_sqlite() else found.select_for_update(of=("self",)))
    for ti in rows:
        ti.task = task
    return {ti.pk: ti for ti in rows}


def _done_before(op_id: UUID, rows: Mapping[UUID, TaskItem], person: User) -> dict[UUID, Outcome]:
    """What an earlier call of this name did. Raises Conflict when it was somebody else's."""
    names = {uuid5(op_id, str(pk)): pk for pk in rows}
    results = {"approve": "approved", "correct": "corrected", "return": "returned", "reject": "returned"}
    found: dict[UUID, Outcome] = {}
    for line in TaskItemLog.objects.filter(op_id__in=list(names)):
        if line.person_id != person.pk:
            raise Conflict("This op_id was used for something else.", op_id=str(op_id))
        found[line.task_item_id] = Outcome(line.task_item_id, results.get(line.action, line.action), repeated=True)
    return found


def _with_open_issues(rows: Iterable[TaskItem]) -> set[UUID]:
    """The ids that open issues hang on; those marked as fixed are resolved with the approval."""
    left = issues.unresolved_of(list(rows)).filter(state=Issue.State.OPEN).order_by()
    return set(left.values_list("task_item_id", flat=True))


def _why_left(
    ti: TaskItem | None, verdict: Verdict, person: User, labels: Mapping[UUID, str], open_: set[UUID]
) -> str | None:
    if ti is None:
        return "gone"
    reasons = {
        "decided": not ti.is_open,
        "with_annotator": ti.held_back_at is not None,
        "held": ti.assignee_id not in (None, person.pk),
        "changed": ti.item.content_version != verdict.seen_version,
        "no_annotator": verdict.issue is not None and not review.has_annotator(ti),
        "open_issues": verdict.issue is None and issues.owner_of(ti) in open_,
        "no_label": verdict.issue is None and not (verdict.label or labels.get(ti.item_id)),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _approve(
    task: Task,
    rows: list[TaskItem],
    verdicts: Mapping[UUID, Verdict],
    labels: Mapping[UUID, str],
    person: User,
    op_id: UUID,
) -> None:
    answers = {ti.pk: verdicts[ti.pk].label or labels[ti.item_id] for ti in rows}
    names = {ti.pk: uuid5(op_id, str(ti.pk)) for ti in rows}
    bulk.approve_rows(task, rows, answers, person, bulk.Manner(resolve_fixed=True, op_ids=names))
