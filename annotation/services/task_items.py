"""Items come into a task, move between people, leave it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from alp_site.lib import db
from alp_site.lib.db import write
from alp_site.lib.errors import Conflict, Invalid, NotFound
from alp_site.people.models import User
from annotation.errors import TaskClosed
from annotation.models import Assignment, Place, Status, Task, TaskItem, TaskItemLog
from annotation.selectors.queue import awaits_answer
from annotation.services import record
from annotation.services.allocation import share_out
from annotation.services.tasks import WORKERS
from datasets.models import Item

__all__ = ["add_items", "assignment_for", "end_skips", "put_back", "reassign", "redistribute", "remove_items"]


def add_items(
    *,
    task: Task,
    entries: Sequence[Mapping[str, Any]],
    cycle_id: UUID | None = None,
    user: User | None = None,
) -> list[UUID]:
    """Put items into a task's queue; returns the task items' ids in the order of `entries`.

    entries: {"item_id", "context"?, "key"?, "cycle_id"?, "priority"? (1..3), "source"? (task item it reviews)}.
    Safe to repeat: an item that is in the task already and open, or was added with the same `key` (default: the
    context's "execution"), keeps its row. A finished row added under another key is another pass: it is retired and a
    new one made. Splits itself into transactions of `db.bulk_size()` unless one is open. Raises NotFound, TaskClosed.
    """
    if task.status == Task.State.ARCHIVED:
        raise TaskClosed("The task is archived.", task=str(task.pk))
    ids: list[UUID] = []
    for start in range(0, len(entries), db.bulk_size()):
        with write():
            ids += _add_chunk(task, entries[start : start + db.bulk_size()], cycle_id, user)
    return ids


@dataclass(frozen=True)
class _Entry:
    item_id: UUID
    context: dict[str, Any]
    key: str
    cycle_id: UUID | None
    urgency: int
    source_id: UUID | None


def _parse(task: Task, raw: Mapping[str, Any], cycle_id: UUID | None) -> _Entry:
    context = dict(raw.get("context") or {})
    cycle = raw.get("cycle_id") or cycle_id
    priority = int(raw.get("priority") or task.priority)
    return _Entry(
        item_id=_uuid(raw["item_id"]),
        context=context,
        key=str(raw.get("key") or context.get("execution") or cycle or ""),
        cycle_id=_uuid(cycle) if cycle else None,
        urgency=3 - max(1, min(3, priority)),
        source_id=_uuid(raw["source"]) if raw.get("source") else None,
    )


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def _add_chunk(task: Task, raw: Sequence[Mapping[str, Any]], cycle_id: UUID | None, user: User | None) -> list[UUID]:
    wanted = [_parse(task, r, cycle_id) for r in raw]
    item_ids = {e.item_id for e in wanted}
    _check_items(task, item_ids)
    present = {
        ti.item_id: ti for ti in TaskItem.objects.filter(task=task, item_id__in=item_ids, retired_at__isnull=True)
    }
    fresh: dict[UUID, _Entry] = {}
    for entry in wanted:
        old = present.get(entry.item_id)
        if old is None or (not old.is_open and entry.key and old.key != entry.key):
            fresh.setdefault(entry.item_id, entry)
    now = db.clock()
    again = [present[i].pk for i in fresh if i in present]
    if again:
        TaskItem.objects.filter(pk__in=again).update(retired_at=now)
    sources = _sources(task, fresh.values())
    rows = {i: _row(task, e, sources.get(i)) for i, e in fresh.items()}
    if task.allocation == Task.Allocation.DISTRIBUTION:
        _deal(task, list(rows.values()))
    TaskItem.objects.bulk_create(rows.values())
    if rows:
        changes = [record.Change(task_item=ti, action="add") for ti in rows.values()]
        record.record(task=task, changes=changes, person=user, at=now)
        record.tell_given(task=task, item_ids=list(rows))
        record.touch(task=task, reason="items_added", count=len(rows))
    return [rows[e.item_id].pk if e.item_id in rows else present[e.item_id].pk for e in wanted]


def _check_items(task: Task, item_ids: set[UUID]) -> None:
    found = set(
        Item.objects.filter(pk__in=item_ids, dataset__project_id=task.project_id, deleted_at__isnull=True).values_list(
            "pk", flat=True
        )
    )
    missing = [str(i) for i in item_ids - found]
    if missing:
        raise NotFound("Some items are not in this project.", items=missing[:20], count=len(missing))


def _row(task: Task, entry: _Entry, source: UUID | None) -> TaskItem:
    selection = entry.context.get("selection") or {}
    return TaskItem(
        task=task, item_id=entry.item_id, context=entry.context, key=entry.key, cycle_id=entry.cycle_id,
        urgency=entry.urgency, rank=int(selection.get("rank") or 0), round=selection.get("round"), source_id=source,
    )  # fmt: skip


def _sources(task: Task, entries: Iterable[_Entry]) -> dict[UUID, UUID]:
    """For a review task: the labelling each item comes from, so that it can go back to its annotator."""
    if task.kind != Task.Kind.QA:
        return {}
    named = {e.item_id: e.source_id for e in entries if e.source_id}
    open_ids = [e.item_id for e in entries if not e.source_id]
    rows = TaskItem.objects.filter(
        item_id__in=open_ids, task__project_id=task.project_id, task__kind=Task.Kind.ANNOTATION,
        retired_at__isnull=True, status=Status.COMPLETED,
    )  # fmt: skip
    root = task.parent_task
    while root is not None and root.kind == Task.Kind.QA:
        root = root.parent_task
    if root is not None:
        rows = rows.filter(task=root)
    elif task.pipeline_id:
        rows = rows.filter(task__pipeline_id=task.pipeline_id)
    latest = dict(rows.order_by("finished_at", "id").values_list("item_id", "pk"))
    return {**latest, **{k: v for k, v in named.items() if v is not None}}


def _deal(task: Task, rows: Sequence[TaskItem]) -> None:
    """Assign new rows by the people's shares of this task. The task's row is locked, so two adders do not overdeal."""
    if not db.is_sqlite():
        Task.objects.select_for_update().get(pk=task.pk)
    people = {a.person_id: a for a in task.assignments.filter(removed_at__isnull=True)}
    if not people:
        return
    held = dict(
        TaskItem.objects.filter(task=task, retired_at__isnull=True, assignee_id__in=people)
        .values_list("assignee_id")
        .annotate(n=Count("id"))
    )
    for person_id, mine in share_out(rows, {p: a.share for p, a in people.items()}, held).items():
        for ti in mine:
            ti.assignee_id, ti.assignment = person_id, people[person_id]


def remove_items(*, task: Task, task_item_ids: Sequence[UUID], user: User) -> int:
    """Take open items out of a task (nobody is asked any more). Finished ones stay. Returns how many went."""
    with write():
        now = db.clock()
        rows = list(_open(task).filter(pk__in=list(task_item_ids)))
        record.let_go(rows, at=now)
        TaskItem.objects.filter(pk__in=[ti.pk for ti in rows]).update(
            retired_at=now, assignee=None, assignment=None, lease_until=None
        )
        if rows:
            for ti in rows:
                ti.assignee_id = None
            record.record(
                task=task, person=user, at=now, changes=[record.Change(task_item=t, action="remove") for t in rows]
            )
            record.touch(task=task, reason="items_removed", count=len(rows))
    return len(rows)


def put_back(*, task: Task, task_item_ids: Sequence[UUID], user: User) -> int:
    """Take a `remove_items` back: the same rows with all that hangs on them (suggestion, why they were chosen, issues),
    in their place and with whoever held them, if they still work here. One that is in the task again stays out. Safe to
    repeat. Returns how many came back. Raises TaskClosed."""
    if task.status == Task.State.ARCHIVED:
        raise TaskClosed("The task is archived.", task=str(task.pk))
    ids = list(task_item_ids)
    size = db.bulk_size()
    return sum(_put_back(task, ids[start : start + size], user) for start in range(0, len(ids), size))


def _put_back(task: Task, ids: Sequence[UUID], user: User) -> int:
    with write():
        live = TaskItem.objects.filter(task=task, item=OuterRef("item"), retired_at__isnull=True)
        gone = TaskItem.objects.filter(
            ~Exists(live), task=task, pk__in=ids, retired_at__isnull=False, finished_at__isnull=True,
            item__deleted_at__isnull=True, log__action="remove", log__at=F("retired_at"),
        )  # fmt: skip
        rows = list({ti.item_id: ti for ti in gone.order_by("id")}.values())
        holders = _holders(task, rows)
        for ti in rows:
            ti.assignment = holders.get(ti.pk)
            ti.assignee_id = ti.assignment.person_id if ti.assignment else None
            ti.retired_at = None
        TaskItem.objects.bulk_update(rows, ["retired_at", "assignee", "assignment"], batch_size=db.bulk_size())
        if rows:
            changes = [record.Change(task_item=ti, action="put_back") for ti in rows]
            record.record(task=task, changes=changes, person=user, at=db.clock())
            record.touch(task=task, reason="items_added", count=len(rows))
    return len(rows)


def _holders(task: Task, rows: Sequence[TaskItem]) -> dict[UUID, Assignment]:
    """Whose each row was when it was taken out, where that person still works in the task."""
    here = {one.person_id: one for one in task.assignments.filter(removed_at__isnull=True)}
    lines = TaskItemLog.objects.filter(task_item__in=rows, action="release", at=F("task_item__retired_at"))
    told = lines.values_list("task_item_id", "person_id")
    return {pk: here[person] for pk, person in told if person in here}


def reassign(*, task: Task, task_item_ids: Sequence[UUID], person: User | None, user: User) -> int:
    """Give open items to one person, or (None) back to the queue. Returns how many moved."""
    with write():
        now = db.clock()
        assignment = assignment_for(task, person) if person else None
        rows = list(_open(task).filter(pk__in=list(task_item_ids)))
        _move(task, {person.pk if person else None: rows}, {assignment.person_id: assignment} if assignment else {})
        changes = [
            record.Change(task_item=t, action="reassign", note=str(person) if person else "to the queue") for t in rows
        ]
        if changes:
            record.record(task=task, changes=changes, person=user, at=now)
            record.touch(task=task, reason="reassigned", count=len(rows))
    return len(rows)


def redistribute(*, task: Task, shares: Mapping[UUID, int], user: User) -> dict[UUID, int]:
    """Deal all open items that nobody is looking at anew by these shares. Sent-back ones stay with their annotator."""
    if not shares:
        raise Invalid("Name at least one person and their share.", field="shares")
    with write():
        now = db.clock()
        people = {}
        for person in User.objects.filter(pk__in=shares):
            people[person.pk] = assignment_for(task, person)
        missing = set(shares) - set(people)
        if missing:
            raise NotFound("Some people are not members of the project.", people=[str(p) for p in missing])
        rows = [
            ti for ti in _open(task).exclude(place=Place.SENT_BACK).order_by("place", "urgency", "rank", "id")
            if ti.held_back_at is None and not (ti.opened_at and ti.lease_until and ti.lease_until > now)
        ]  # fmt: skip
        dealt = share_out(rows, dict(shares))
        whose: dict[UUID | None, Sequence[TaskItem]] = dict(dealt.items())
        _move(task, whose, people)
        if rows:
            changes = [record.Change(task_item=t, action="reassign", note="redistributed") for t in rows]
            record.record(task=task, changes=changes, person=user, at=now)
            record.touch(task=task, reason="redistributed", count=len(rows))
    return {person: len(mine) for person, mine in dealt.items()}


def assignment_for(task: Task, person: User) -> Assignment:
    """The person's live assignment, made if needed. Raises Invalid for someone who cannot work on this kind of task."""
    membership = person.memberships.filter(project_id=task.project_id).first()
    if membership is None:
        raise NotFound("This person is not a member of the project.", person=str(person.pk))
    if membership.role not in WORKERS[task.kind]:
        raise Invalid(f"A {membership.role} cannot work on this task.", field="person", person=str(person.pk))
    row, made = Assignment.objects.get_or_create(task=task, person=person)
    if row.removed_at is not None:
        row.removed_at, made = None, True
        row.save(update_fields=["removed_at"])
    if made:
        record.tell_assignments(task=task, changed={"created": [row.pk]})
    return row


def end_skips(rows: Sequence[TaskItem], still: QuerySet[TaskItem]) -> None:
    """Give skipped rows their turn again, on the objects and (where `still` holds) in the table: a skip was the
    holder's own wish and ends with their hold. One that a reviewer sent back goes first again."""
    skipped = [ti for ti in rows if ti.place == Place.SKIPPED]
    if not skipped:
        return
    sent_back = set(
        TaskItem.objects.filter(awaits_answer(), pk__in=[t.pk for t in skipped]).values_list("pk", flat=True)
    )
    for ti in skipped:
        ti.place = Place.SENT_BACK if ti.pk in sent_back else Place.NORMAL
        ti.rank = int((ti.context.get("selection") or {}).get("rank") or 0)
        still.filter(pk=ti.pk).update(place=ti.place, rank=ti.rank)


def _open(task: Task) -> Any:
    rows = TaskItem.objects.filter(task=task, finished_at__isnull=True, retired_at__isnull=True)
    return rows if db.is_sqlite() else rows.select_for_update()


def _move(task: Task, dealt: Mapping[UUID | None, Sequence[TaskItem]], assignments: Mapping[UUID, Assignment]) -> None:
    for person_id, rows in dealt.items():
        assignment = assignments.get(person_id) if person_id else None
        if person_id and assignment is None:
            raise Conflict("No assignment for this person.", person=str(person_id))
        record.let_go(rows, at=db.clock(), to=person_id)
        end_skips([ti for ti in rows if ti.assignee_id != person_id], TaskItem.objects.filter(finished_at__isnull=True))
        for ti in rows:
            ti.previous_person_id, ti.assignee_id, ti.assignment = ti.assignee_id, person_id, assignment
            ti.lease_until = None
        TaskItem.objects.bulk_update(
            rows, ["previous_person", "assignee", "assignment", "lease_until"], batch_size=db.bulk_size()
        )
