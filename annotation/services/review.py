"""A reviewer decides: approve, correct and approve, or send back with issues. Approving is the way to ground truth."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from alp_site.lib import db
from alp_site.lib.db import write
from alp_site.lib.errors import Conflict, Forbidden, Invalid
from alp_site.people.models import User
from alp_site.people.permissions import allowed
from annotation.errors import AlreadyConsumed, FinishedByOther, LabelMissing, NoAnnotator, OpenIssues
from annotation.models import Issue, IssueLog, Place, Status, Task, TaskItem, TaskItemLog
from annotation.selectors.rules import single_class
from annotation.services import answers, corrections, issues, labels, record, stages
from annotation.services.issues import NewIssue, Said
from annotation.services.queue import LEASE
from annotation.services.record import Change
from annotation.services.status import (
    Done,
    check_label,
    check_worker,
    finish,
    hold_back,
    locked,
    reopen,
    settle,
    was_done,
)

__all__ = ["approve", "return_item", "take_back"]

MAX_NOTE = 4000


def approve(
    *,
    task_item_id: UUID,
    person: User,
    label: str | None = None,
    seen_version: int | None = None,
    op_id: UUID | None = None,
    seconds: float = 0,
    note: str = "",
    empty: bool = False,
    resolve_fixed: bool = False,
    resolve_open: bool = False,
    simulated: bool = False,
) -> Done:
    """Make the item's annotations ground truth; with another `label`, correct it first.

    Needs every issue of the item resolved; `resolve_fixed` resolves those marked as fixed along with it, `resolve_open`
    those that are still open: the reviewer put them right or thinks better of it. What the reviewer changed by
    operations before is a correction too. Outside of plain classification annotations are checked as when completing.
    Raises OpenIssues, Stale when annotations moved since `seen_version`, FinishedByOther, WithAnnotator, LabelMissing,
    NotReady.
    """
    with write():
        ti = locked(task_item_id)
        before = labels.labels_of([ti.item_id]).get(ti.item_id)
        if was_done(ti, person, op_id):
            return Done(ti, before, repeated=True)
        check_reviewer(ti, person)
        if not ti.is_open:
            if ti.status == Status.APPROVED and ti.finished_by_id == person.pk and label in (None, before):
                return Done(ti, before, repeated=True)
            raise _decided(ti, before)
        check_label(ti, label)
        labels.check_version(ti.item, seen_version, before)
        left = _assert_resolved(ti, resolve_fixed, resolve_open)
        final = label or before
        relabelled = final is not None and final != before
        if relabelled and final is not None:
            labels.save_label(ti, label=final, person=person, accepted=False, op_id=op_id)
        _check_answer(ti, person, final, empty)
        found = corrections.found_in([ti], person)
        corrected = relabelled or _corrected(ti, person, found.get(ti.pk))
        after = stages.followers(ti.task)
        if stages.makes_ground_truth(ti.task, after):
            labels.approve([ti], person=person)
        now = db.clock()
        corrections.save(found, [ti], person, now)
        corrections.mark([ti])
        issues.resolve_all(left, person, now, action="approve")
        finish(ti, status=Status.APPROVED, person=person, seconds=seconds, now=now)
        change = Change(
            task_item=ti, action="correct" if corrected else "approve", note=note, label=final or "",
            previous_label=before or "", outcome=review_outcome(corrected), seconds=seconds, empty=empty, op_id=op_id,
            changes=corrections.counts(found.get(ti.pk, ())), simulated=simulated,
        )  # fmt: skip
        settle(ti, change, person, now)
        stages.pass_on(after, [ti])
        return Done(ti, final, outcome=change.outcome)


def _corrected(ti: TaskItem, person: User, found: list[corrections.Found] | None) -> bool:
    return answers.was_corrected(ti, person) if found is None else corrections.is_corrected(found)


def _check_answer(ti: TaskItem, person: User, label: str | None, empty: bool) -> None:
    if not single_class(ti.task):
        answers.check_ready(ti, person, empty=empty)
    elif label is None:
        raise LabelMissing("There is no label to approve; choose one.", task_item=str(ti.pk))


def return_item(
    *,
    task_item_id: UUID,
    person: User,
    note: str = "",
    issue: NewIssue | None = None,
    op_id: UUID | None = None,
    seconds: float = 0,
) -> Done:
    """Send it back: its annotator gets it first, and answering brings it here again; nothing flows on.

    What to change is said by the item's open issues, by one made with the return, by a note (it becomes an issue on the
    whole item); Invalid without any. Where the task offers `rejected` (the graph draws that connection) the item leaves
    this task with that status instead. Raises NoAnnotator when nobody labelled it in a task.
    """
    text = note.strip()
    if len(text) > MAX_NOTE:
        raise Invalid(f"A note has at most {MAX_NOTE} characters.", field="note")
    with write():
        ti = locked(task_item_id)
        before = labels.labels_of([ti.item_id]).get(ti.item_id)
        if was_done(ti, person, op_id):
            return Done(ti, before, repeated=True)
        check_reviewer(ti, person)
        if not ti.is_open:
            raise _decided(ti, before)
        if not text and issue is None and not any(one.state == Issue.State.OPEN for one in issues.unresolved(ti)):
            raise Invalid("Say what to change: in a note, or by an open issue.", field="note")
        now = db.clock()
        if Status.REJECTED in ti.task.statuses:
            if issue is not None:
                issues.open_issue(ti.source or ti, person, issue)
            finish(ti, status=Status.REJECTED, person=person, seconds=seconds, now=now)
            settle(ti, Change(task_item=ti, action="reject", note=text, seconds=seconds, op_id=op_id), person, now)
            return Done(ti, before)
        source = _source(ti)
        if text:
            issues.open_issue(source, person, NewIssue(said=Said(text)), action="return")
        if issue is not None:
            issues.open_issue(source, person, issue, action="return")
        _send_back(source, person, text, before, now)
        stages.withdraw_earlier(ti)
        ti.assignee, ti.times_sent_back = person, ti.times_sent_back + 1
        ti.seconds += max(0.0, min(seconds, 3600.0))
        ti.save(update_fields=["assignee", "times_sent_back", "seconds"])
        hold_back(ti, now)
        change = Change(task_item=ti, action="return", note=text, label=before or "", seconds=seconds, op_id=op_id)
        record.record(task=ti.task, changes=[change], person=person, at=now)
        return Done(ti, before)


def take_back(*, ti: TaskItem, person: User, op_id: UUID | None = None) -> Done:
    """Take my return back while the annotator has not answered: the labelling stands as it was, the note is closed.
    `ti` is locked by the caller. Raises AlreadyConsumed when it is too late, FinishedByOther for another's return."""
    before = labels.labels_of([ti.item_id]).get(ti.item_id)
    last = ti.log.filter(action="return").order_by("at", "id").last()
    if last is None or last.person_id != person.pk:
        raise FinishedByOther("Someone else returned this item.", task_item=str(ti.pk))
    source = TaskItem.objects.select_related("task").filter(reviews=ti, finished_at__isnull=True).first()
    finished = source.log.exclude(status="").order_by("at", "id").last() if source else None
    if source is None or finished is None:
        raise AlreadyConsumed("Its annotator has answered already.", task_item=str(ti.pk))
    now = db.clock()
    source.status, source.finished_at, source.finished_by_id = finished.status, finished.at, finished.person_id
    source.assignee_id, source.times_sent_back = finished.person_id, max(0, source.times_sent_back - 1)
    source.place, source.lease_until = Place.NORMAL, None
    source.save()
    of_note = IssueLog.objects.filter(action="return", person=person, at__gte=last.at).values("issue")
    issues.resolve_all(issues.unresolved(ti).filter(pk__in=of_note), person, now)
    ti.held_back_at, ti.assignee, ti.lease_until = None, person, now + LEASE
    ti.times_sent_back = max(0, ti.times_sent_back - 1)
    ti.save()
    note = "took the return back"
    change = Change(task_item=source, action="not_sent_back", note=note)
    record.record(task=source.task, changes=[change], person=person, at=now)
    change = Change(task_item=ti, action="undo", note=note, op_id=op_id)
    record.record(task=ti.task, changes=[change], person=person, at=now)
    record.touch(task=source.task, reason="not_sent_back", people=[str(source.assignee_id or "")])
    return Done(ti, before)


def check_reviewer(ti: TaskItem, person: User) -> None:
    """Raises unless this is a review task, open, and the person may decide."""
    check_role(ti, person)
    check_worker(ti, person)


def check_role(ti: TaskItem, person: User) -> None:
    """Raises unless this is a review task and the person's role reviews."""
    if ti.task.kind != Task.Kind.QA:
        raise Invalid("This is a labelling task; only a review task approves or returns.", task=str(ti.task_id))
    if not allowed(person, "review.decide", ti.task.project_id):
        raise Forbidden("Your role does not allow reviewing.", action="review.decide")


def review_outcome(corrected: bool) -> str:
    """What became of the label under review."""
    return TaskItemLog.Outcome.EDITED if corrected else TaskItemLog.Outcome.ACCEPTED


def has_annotator(ti: TaskItem) -> bool:
    """Whether there is somebody to send it back to."""
    try:
        _source(ti)
    except Conflict:
        return False
    return True


def _source(ti: TaskItem) -> TaskItem:
    if ti.source_id is None:
        raise NoAnnotator("Nobody labelled this item in a task: correct it here.", task_item=str(ti.pk))
    source = TaskItem.objects.select_related("task", "item", "finished_by").get(pk=ti.source_id)
    if source.retired_at is not None or source.task.status != Task.State.OPEN:
        raise NoAnnotator("Its labelling task takes no more work: correct it here.", task_item=str(ti.pk))
    if source.is_open:
        raise Conflict("It is with its annotator already.", task_item=str(ti.pk))
    return source


def _send_back(source: TaskItem, reviewer: User, note: str, label: str | None, now: datetime) -> None:
    annotator = source.finished_by
    still_here = annotator is not None and allowed(annotator, "task.work_own", source.task.project_id)
    annotator_id = annotator.pk if annotator is not None and still_here else None  # else: first in the common queue
    source.times_sent_back += 1
    reopen(source, place=Place.SENT_BACK, assignee_id=annotator_id)
    change = Change(task_item=source, action="sent_back", note=note, label=label or "")
    record.record(task=source.task, changes=[change], person=reviewer, at=now)
    record.touch(task=source.task, reason="sent_back", people=[str(annotator_id or "")])


def _assert_resolved(ti: TaskItem, resolve_fixed: bool, resolve_open: bool) -> list[Issue]:
    """The issues that approving resolves along with it. Raises OpenIssues for any that stand in its way."""
    left = list(issues.unresolved(ti))
    taken = {Issue.State.FIXED: resolve_fixed, Issue.State.OPEN: resolve_open}
    blocking = [issue for issue in left if not taken[Issue.State(issue.state)]]
    if blocking:
        n, fixed = len(blocking), sum(issue.state == Issue.State.FIXED for issue in blocking)
        what = f"{n} issue{'s are' if n > 1 else ' is'} not resolved yet"
        how = "look at what was fixed and resolve it" if fixed == n else "resolve them, or send the item back"
        raise OpenIssues(
            f"{what}: {how}.", task_item=str(ti.pk), open=n - fixed, fixed=fixed, issues=[str(i.pk) for i in blocking]
        )
    return left


def _decided(ti: TaskItem, label: str | None) -> FinishedByOther:
    other = str(ti.finished_by or "Someone")
    return FinishedByOther(
        f"{other} decided on this item already.",
        task_item=str(ti.pk), status=ti.status, person=str(ti.finished_by_id), person_name=other,
        finished_at=ti.finished_at.isoformat() if ti.finished_at else None, label=label,
        content_version=ti.item.content_version,
    )  # fmt: skip
