"""What reviewers want changed, and the talk about it.

Reviewers make, resolve and reopen issues; whoever may work on the item comments and marks as fixed. Each act may carry
an `op_id`: repeated with the same one it changes nothing and answers with the issue of now. An act that finds its state
reached already changes nothing either.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet

from alp_site.lib import db, events
from alp_site.lib.db import write
from alp_site.lib.errors import Conflict, Forbidden, Invalid, NotFound
from alp_site.people.models import Membership, User
from alp_site.people.permissions import ACTIONS, allowed
from annotation.models import Issue, IssueComment, IssueLog, IssueMention, TaskItem
from annotation.permissions import IssuePolicy
from datasets.models import Annotation, Item

__all__ = [
    "NewIssue",
    "Said",
    "comment",
    "create_issue",
    "fix_open",
    "mark_fixed",
    "open_issue",
    "owner_of",
    "read_mentions",
    "reopen",
    "reopen_fixed",
    "resolve",
    "resolve_all",
    "say",
    "unresolve",
    "unresolved",
    "unresolved_of",
]

MAX_BODY = 4000
MAX_MENTIONS = 20
State = Issue.State


@dataclass(frozen=True)
class Said:
    """A comment to be: its text, and the ids of the people it names."""

    body: str = ""
    mentions: Sequence[UUID] = ()


@dataclass(frozen=True, kw_only=True)
class NewIssue:
    """An issue to be: on an annotation, at a place ({"x", "y", "w"?, "h"?} in image pixels), or, neither given, on the
    whole item."""

    category: str = Issue.Category.OTHER
    said: Said = Said()
    annotation_id: UUID | None = None
    place: Mapping[str, Any] | None = None


def create_issue(*, task_item_id: UUID, person: User, new: NewIssue, op_id: UUID | None = None) -> Issue:
    """Say what is wrong. Asked on a review item it hangs on the labelling that is reviewed. Raises Forbidden, Invalid,
    NotFound."""
    with write():
        ti = _owner(task_item_id)
        if (old := _done_before(op_id, person)) is not None:
            return old
        if not allowed(person, "review.decide", ti.task.project_id):
            raise Forbidden("Your role does not allow reviewing.", action="review.decide")
        return open_issue(ti, person, new, op_id=op_id)


def comment(*, issue_id: UUID, person: User, said: Said, op_id: UUID | None = None) -> Issue:
    """Answer in the issue's thread. Raises Forbidden to whom the item is not theirs, Invalid without a text."""
    with write():
        issue = _locked(issue_id)
        if (old := _done_before(op_id, person)) is not None:
            return old
        _require(person, "review.answer_own", issue)
        if not said.body.strip():
            raise Invalid("A comment needs a text.", field="body")
        named = say(issue, person, said, action="comment", op_id=op_id)
        _tell([issue], named)
        return issue


def mark_fixed(*, issue_id: UUID, person: User, said: Said = Said(), op_id: UUID | None = None) -> Issue:
    """The annotator says it is done; a reviewer looks again. Raises Conflict where it is resolved already."""

    def fixed(issue: Issue, now: datetime) -> bool:
        if issue.state == State.RESOLVED:
            raise Conflict("It is resolved already.", issue=str(issue.pk), state=issue.state)
        changed = issue.state == State.OPEN
        if changed:
            issue.state, issue.fixed_at = State.FIXED, now
        return changed

    return _act(issue_id, person, said, op_id, "fix", "review.answer_own", fixed)


def resolve(*, issue_id: UUID, person: User, said: Said = Said(), op_id: UUID | None = None) -> Issue:
    """The reviewer is content."""

    def resolved(issue: Issue, now: datetime) -> bool:
        changed = issue.state != State.RESOLVED
        if changed:
            issue.state, issue.resolved_at, issue.resolved_by = State.RESOLVED, now, person
        return changed

    return _act(issue_id, person, said, op_id, "resolve", "review.decide", resolved)


def reopen(*, issue_id: UUID, person: User, said: Said = Said(), op_id: UUID | None = None) -> Issue:
    """The reviewer is not content (any more)."""

    def opened(issue: Issue, now: datetime) -> bool:
        changed = issue.state != State.OPEN
        if changed:
            issue.state, issue.fixed_at, issue.resolved_at, issue.resolved_by = State.OPEN, None, None, None
        return changed

    return _act(issue_id, person, said, op_id, "reopen", "review.decide", opened)


def read_mentions(*, project_id: UUID, person: User, mention_ids: Sequence[UUID] | None = None) -> int:
    """Mark my mentions in a project as seen: the named ones, or all. Returns how many were unseen."""
    with write():
        rows = IssueMention.objects.filter(person=person, project_id=project_id, read_at__isnull=True)
        if mention_ids is not None:
            rows = rows.filter(pk__in=list(mention_ids))
        return rows.update(read_at=db.clock())


# ---- shared with the review, labelling and bulk doors; callers hold an open `write()` ----


def say(issue: Issue, person: User, said: Said, *, action: str, op_id: UUID | None = None) -> list[UUID]:
    """Keep a comment (none, where the text is empty), its mentions and the line of the act. Returns whom it names."""
    body, now = said.body.strip(), issue.created_at if action in ("create", "return") else db.clock()
    if len(body) > MAX_BODY:
        raise Invalid(f"A comment has at most {MAX_BODY} characters.", field="body")
    named = list(dict.fromkeys(said.mentions))
    if named and not body:
        raise Invalid("A mention needs a text.", field="body")
    if body:
        row = IssueComment.objects.create(issue=issue, author=person, body=body, at=now)
        _mention(issue, row, named)
    IssueLog.objects.create(issue=issue, action=action, person=person, at=now, op_id=op_id)
    return named


def open_issue(
    ti: TaskItem, person: User, new: NewIssue, *, action: str = "create", op_id: UUID | None = None
) -> Issue:
    """Make an issue on `ti`, which comes with its item and is the one issues hang on. `action`: "return" where it came
    with a return, which takes it back with itself. Raises Invalid, NotFound."""
    if new.category not in Issue.Category.values:
        raise Invalid(f"The category is one of {', '.join(Issue.Category.values)}.", field="category")
    if new.category == Issue.Category.OTHER and not new.said.body.strip():
        raise Invalid("Say what is wrong, or choose a category that does.", field="body")
    if new.annotation_id and new.place:
        raise Invalid("An issue hangs on an annotation or on a place, not on both.", field="place")
    if new.annotation_id:
        _assert_on_item(new.annotation_id, ti.item)
    where = _checked_place(new.place, ti.item) if new.place else None
    issue = _insert(ti, person, new.category, new.annotation_id, where)
    named = say(issue, person, new.said, action=action, op_id=op_id)
    _tell([issue], named)
    return issue


def owner_of(ti: TaskItem) -> UUID:
    """The task item that the issues seen on this one hang on: the labelling, where it reviews one."""
    return ti.source_id or ti.pk


def unresolved(ti: TaskItem) -> QuerySet[Issue]:
    """The issues seen on a task item that are open or wait for a second look, oldest first."""
    return unresolved_of([ti])


def unresolved_of(task_items: Sequence[TaskItem]) -> QuerySet[Issue]:
    """`unresolved` for many."""
    rows = Issue.objects.filter(task_item_id__in=[owner_of(ti) for ti in task_items]).exclude(state=State.RESOLVED)
    return rows.select_related("task_item__task").order_by("item_id", "number")


def fix_open(answered: Sequence[TaskItem], person: User, now: datetime) -> None:
    """An answer to a return says of every open issue that it is done."""
    rows = Issue.objects.filter(task_item__in=answered, state=State.OPEN).select_related("task_item__task")
    _set_all(list(rows), person, now, "fix", state=State.FIXED, fixed_at=now)


def reopen_fixed(ti: TaskItem, person: User, now: datetime) -> bool:
    """An answer taken back: what it said to be done is open again. Returns whether there was any."""
    rows = list(Issue.objects.filter(task_item=ti, state=State.FIXED).select_related("task_item__task"))
    _set_all(rows, person, now, "reopen", state=State.OPEN, fixed_at=None)
    return bool(rows)


def resolve_all(issues: Iterable[Issue], person: User, now: datetime, *, action: str = "resolve") -> None:
    """Resolve these, whatever their state. `action`: "approve" where that came with an approval."""
    _set_all(list(issues), person, now, action, state=State.RESOLVED, resolved_at=now, resolved_by=person)


def unresolve(ti: TaskItem, person: User, now: datetime) -> None:
    """An approval taken back: what it resolved along with it is what it was, open or marked as fixed."""
    of_approval = IssueLog.objects.filter(action="approve", at__gte=ti.finished_at).values("issue")
    found = Issue.objects.filter(task_item_id=owner_of(ti), state=State.RESOLVED, pk__in=of_approval)
    rows = list(found.select_related("task_item__task"))
    for state in (State.FIXED, State.OPEN):
        group = [issue for issue in rows if (issue.fixed_at is not None) == (state == State.FIXED)]
        _set_all(group, person, now, "undo", state=state, resolved_at=None, resolved_by=None)


# ---- inside ----


def _act(
    issue_id: UUID,
    person: User,
    said: Said,
    op_id: UUID | None,
    action: str,
    right: str,
    change: Callable[[Issue, datetime], bool],
) -> Issue:
    with write():
        issue = _locked(issue_id)
        if (old := _done_before(op_id, person)) is not None:
            return old
        _require(person, right, issue)
        if change(issue, db.clock()):
            issue.save(update_fields=["state", "fixed_at", "resolved_at", "resolved_by"])
            named = say(issue, person, said, action=action, op_id=op_id)
            _tell([issue], named)
        return issue


def _owner(task_item_id: UUID) -> TaskItem:
    """The task item an issue hangs on when it is made on this one. Its picture's row is locked: numbers are counted."""
    rows = TaskItem.objects.select_related("task", "item", "source__task", "source__item")
    ti = rows.filter(pk=task_item_id, retired_at__isnull=True).first()
    if ti is None:
        raise NotFound("There is no such task item.", task_item=str(task_item_id))
    if not db.is_sqlite():
        Item.objects.select_for_update().get(pk=ti.item_id)
    return ti.source or ti


def _locked(issue_id: UUID) -> Issue:
    rows = Issue.objects.select_related("task_item__task").filter(pk=issue_id)
    issue = (rows if db.is_sqlite() else rows.select_for_update(of=("self",))).first()
    if issue is None:
        raise NotFound("There is no such issue.", issue=str(issue_id))
    return issue


def _done_before(op_id: UUID | None, person: User) -> Issue | None:
    old = IssueLog.objects.select_related("issue__task_item__task").filter(op_id=op_id).first() if op_id else None
    if old is None:
        return None
    if old.person_id != person.pk:
        raise Conflict("This op_id was used for something else.", op_id=str(op_id))
    return old.issue


def _require(person: User, action: str, issue: Issue) -> None:
    if not IssuePolicy().can(person, action, issue):
        raise Forbidden(f"Your role does not allow this: {action}.", action=action)


def _insert(
    ti: TaskItem, person: User, category: str, annotation_id: UUID | None, place: dict[str, float] | None
) -> Issue:
    last = Issue.objects.filter(item_id=ti.item_id).aggregate(n=Max("number"))["n"]
    return Issue.objects.create(
        task_item=ti, item_id=ti.item_id, number=(last or 0) + 1, author=person, category=category,
        annotation_id=annotation_id, place=place, created_at=db.clock(),
    )  # fmt: skip


def _assert_on_item(annotation_id: UUID, item: Item) -> None:
    if not Annotation.objects.filter(pk=annotation_id, item=item, deleted_at__isnull=True).exists():
        raise NotFound("There is no such annotation on this item.", annotation=str(annotation_id))


def _checked_place(raw: Mapping[str, Any], item: Item) -> dict[str, float]:
    """A point or a box inside the image, floats. Raises Invalid."""
    box = "w" in raw or "h" in raw
    names = ("x", "y", "w", "h") if box else ("x", "y")
    values = [raw.get(name) for name in names]
    if set(raw) - set(names) or not all(_is_number(value) for value in values):
        raise Invalid('A place is {"x", "y"} or {"x", "y", "w", "h"} in image pixels.', field="place")
    x, y, w, h = ([float(value) for value in values if value is not None] + [0.0, 0.0])[:4]
    inside = 0 <= x <= x + w <= item.width and 0 <= y <= y + h <= item.height
    if not inside or (box and (w <= 0 or h <= 0)):
        size = f"{item.width} × {item.height}"
        raise Invalid(f"The place is not inside the image of {size} pixels.", field="place")
    return dict(zip(names, (x, y, w, h), strict=False))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _mention(issue: Issue, row: IssueComment, named: Sequence[UUID]) -> None:
    if not named:
        return
    if len(named) > MAX_MENTIONS:
        raise Invalid(f"At most {MAX_MENTIONS} people at once.", field="mentions")
    project_id = issue.task_item.task.project_id
    members = Membership.objects.filter(project_id=project_id, user__in=named).select_related("user")
    roles = {member.user_id: member for member in members}
    for person_id in named:
        member = roles.get(person_id)
        if member is None:
            raise NotFound("This person is not a member of the project.", person=str(person_id))
        lead = member.role in ACTIONS["task.work"]
        if not lead and not IssuePolicy().visible_to(member.user).filter(pk=issue.pk).exists():
            raise Invalid(
                f"{member.user} cannot see this item, so a mention would lead nowhere.",
                field="mentions", person=str(person_id),
            )  # fmt: skip
    IssueMention.objects.bulk_create(
        [IssueMention(comment=row, project_id=project_id, person_id=person_id) for person_id in named]
    )


def _set_all(issues: Sequence[Issue], person: User, now: datetime, action: str, **values: Any) -> None:
    if not issues:
        return
    Issue.objects.filter(pk__in=[issue.pk for issue in issues]).update(**values)
    lines = [IssueLog(issue=issue, action=action, person=person, at=now) for issue in issues]
    IssueLog.objects.bulk_create(lines, batch_size=db.bulk_size())
    by_task_item: dict[UUID, list[Issue]] = defaultdict(list)
    for issue in issues:
        issue.state = values["state"]
        by_task_item[issue.task_item_id].append(issue)
    for group in by_task_item.values():
        _tell(group)


def _tell(issues: Sequence[Issue], mentioned: Sequence[UUID] = ()) -> None:
    """The event by which open pages follow; `people` are those besides the leads whom it concerns."""
    ti, state = issues[0].task_item, issues[0].state
    concerned = {ti.assignee_id, ti.finished_by_id, ti.previous_person_id, *mentioned} - {None}
    events.publish(
        "issue.changed",
        project_id=ti.task.project_id,
        ids=[issue.pk for issue in issues],
        data={
            "item": str(ti.item_id), "task_item": str(ti.pk), "task": str(ti.task_id), "state": state,
            "people": sorted(str(person) for person in concerned),
            "mentioned": [str(person) for person in mentioned],
        },
    )  # fmt: skip
