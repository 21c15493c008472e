"""Serving work: pulling assigns, a lease guards what was served, the sweep takes back what lies idle.

Nobody is served an item that someone else holds: one UPDATE takes free rows and names their new holder. On SQLite the
statement is alone by nature; on PostgreSQL it skips rows another pull has locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Field, Q

from alp_site.lib import db
from alp_site.lib.db import write
from alp_site.lib.errors import Forbidden
from alp_site.people.models import User
from annotation.errors import TaskClosed
from annotation.models import Assignment, Place, Task, TaskItem
from annotation.permissions import may_work
from annotation.selectors.queue import HELD_ORDER, awaits_answer, free_in, held_by
from annotation.services import record
from annotation.services.task_items import assignment_for, end_skips

__all__ = ["LEASE", "hand_back", "next_items", "pull", "release_lapsed", "renew"]

LEASE = timedelta(minutes=10)
CLOCKS_DIFFER = timedelta(seconds=5)
EDITS_WAIT_AT_MOST = timedelta(hours=24)  # a browser that said it holds unsent edits keeps its items this long


def pull(*, task: Task, person: User) -> list[UUID]:
    """Assign up to a batch of free items, so that the person holds at most the maximum workload. Returns their ids.

    A task that distributes its items gives nothing here: what a person gets was dealt when the items came.
    Raises Forbidden for someone who may not work on the task, TaskClosed when it takes no work.
    """
    if task.status != Task.State.OPEN:
        raise TaskClosed("This task takes no more work.", task=str(task.pk), status=task.status)
    if not may_work(person, task):
        raise Forbidden("You are not among the people of this task.", task=str(task.pk))
    with write():
        assignment = _my_assignment(task, person)
        now = db.clock()
        if task.allocation == Task.Allocation.DISTRIBUTION:
            return []
        room = min(task.batch_size, task.max_workload - held_by(task, person).count())
        if room <= 0:
            return []
        taken = _take(task, person, assignment, room, now + LEASE)
        if taken:
            record.project(task=task, task_items=list(TaskItem.objects.filter(pk__in=taken)))
        return taken


def next_items(*, task: Task, person: User, limit: int = 20) -> list[TaskItem]:
    """What waits for the person in this task, in their order, filled up by a pull when it runs low: sent back first,
    skipped last. Skipped ones do not count as work at hand, so a new batch comes before they do."""
    held = held_by(task, person).exclude(place=Place.SKIPPED).count()
    low = max(1, task.max_workload - task.batch_size)
    if held <= low and task.status == Task.State.OPEN:
        pull(task=task, person=person)
    rows = held_by(task, person).select_related("item", "task", "source").order_by(*HELD_ORDER)
    return list(rows[:limit])


def renew(*, task: Task, person: User, open_ids: Sequence[UUID] = (), waiting_edits: Sequence[UUID] = ()) -> datetime:
    """The person's page lives: stretch the lease of all they hold here. `open_ids`: what is on the screen now;
    `waiting_edits`: task items whose edits the browser could not send yet. Returns the lease's new end."""
    with write():
        now = db.clock()
        until = now + LEASE
        assignment = _my_assignment(task, person, lock=False)
        assignment.seen_at = now
        assignment.waiting_edits = [str(i) for i in waiting_edits][:2000]
        assignment.save(update_fields=["seen_at", "waiting_edits"])
        held_by(task, person).update(lease_until=until)
        if open_ids:
            held_by(task, person).filter(pk__in=list(open_ids), opened_at__isnull=True).update(opened_at=now)
    return until


def hand_back(*, task: Task, person: User, task_item_ids: Sequence[UUID] | None = None) -> int:
    """Give back what the person holds (all, or the named ones) so that others may pull it. What a reviewer sent back
    to them stays theirs. Returns how many went."""
    with write():
        rows = held_by(task, person).exclude(place=Place.SENT_BACK).exclude(awaits_answer())
        if task_item_ids is not None:
            rows = rows.filter(pk__in=list(task_item_ids))
        return _release(task, list(rows))


def release_lapsed() -> int:
    """The sweep: free pulled items whose lease lapsed and whose person is away with no edit waiting in their browser.

    Items sent back to their annotator and distributed ones keep their person. Safe to run anywhere, any time.
    """
    now = db.clock()
    _cut_leases(now)
    keep = Q(task__allocation=Task.Allocation.DISTRIBUTION) | Q(place=Place.SENT_BACK, task__kind=Task.Kind.ANNOTATION)
    rows = (
        TaskItem.objects.filter(finished_at__isnull=True, retired_at__isnull=True, lease_until__lt=now)
        .exclude(keep)
        .exclude(awaits_answer())
        .filter(assignee__isnull=False)
        .select_related("task", "assignment")
        .order_by("task_id", "id")[:2000]
    )
    by_task: dict[UUID, list[TaskItem]] = {}
    for ti in rows:
        if _is_away(ti, now):
            by_task.setdefault(ti.task_id, []).append(ti)
    freed = 0
    for task_items in by_task.values():
        for start in range(0, len(task_items), db.bulk_size()):
            with write():
                freed += _release(task_items[0].task, task_items[start : start + db.bulk_size()], lapsed_before=now)
    return freed


def _cut_leases(now: datetime) -> None:
    """A clock that ran ahead for a while gave leases that reach further than any may, and saw people in the future."""
    far = TaskItem.objects.filter(
        finished_at__isnull=True, retired_at__isnull=True, lease_until__gt=now + LEASE + CLOCKS_DIFFER
    )
    seen = Assignment.objects.filter(seen_at__gt=now + CLOCKS_DIFFER)
    for rows, values in ((far, {"lease_until": now + LEASE}), (seen, {"seen_at": now})):
        if rows.exists():
            with write():
                rows.update(**values)


def _my_assignment(task: Task, person: User, *, lock: bool = True) -> Assignment:
    """The person's row of this task; locked, it lets one pull of a person at a time count what they hold."""
    row = Assignment.objects.filter(task=task, person=person, removed_at__isnull=True).first()
    if row is None:
        row = assignment_for(task, person)
    if lock and not db.is_sqlite():
        row = Assignment.objects.select_for_update().get(pk=row.pk)
    if row.seen_at is None or lock:
        row.seen_at = db.clock()
        row.save(update_fields=["seen_at"])
    return row


def _take(task: Task, person: User, assignment: Assignment, room: int, until: datetime) -> list[UUID]:
    free = free_in(task)
    if not db.is_sqlite():
        free = free.select_for_update(skip_locked=True, of=("self",))
    picked, params = free.values("id")[:room].query.get_compiler(connection=connection).as_sql()
    values = {"assignee": person.pk, "assignment": assignment.pk, "lease_until": until}
    sets = [_stored(name, value) for name, value in values.items()]
    table = connection.ops.quote_name(TaskItem._meta.db_table)
    sql = (
        f"WITH picked(picked_id) AS MATERIALIZED ({picked}) UPDATE {table} SET assignee_id = %s, assignment_id = %s,"  # noqa: S608  names of our own
        " lease_until = %s WHERE id IN (SELECT picked_id FROM picked) AND assignee_id IS NULL RETURNING id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *sets])
        return [_uuid(row[0]) for row in cursor.fetchall()]


def _stored(name: str, value: Any) -> Any:
    """A value as the column of this database takes it."""
    column = TaskItem._meta.get_field(name)
    assert isinstance(column, Field)
    return column.get_db_prep_save(value, connection)


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def _is_away(ti: TaskItem, now: datetime) -> bool:
    """Whether the holder's page is gone and holds no edit of this item."""
    seen = ti.assignment.seen_at if ti.assignment else None
    if seen is None:
        return True
    if seen > now - LEASE:
        return False
    waits = ti.assignment is not None and str(ti.pk) in ti.assignment.waiting_edits
    return not waits or seen < now - EDITS_WAIT_AT_MOST


def _release(task: Task, rows: Sequence[TaskItem], *, lapsed_before: datetime | None = None) -> int:
    """Back into the queue, at the place they had; a skip was the holder's own wish and ends with their hold."""
    ids = [ti.pk for ti in rows]
    still = TaskItem.objects.filter(pk__in=ids, finished_at__isnull=True, assignee__isnull=False)
    if lapsed_before is not None:
        still = still.filter(lease_until__lt=lapsed_before)
    end_skips(rows, still)
    record.let_go(list(still), at=db.clock())
    freed = int(still.update(previous_person=F("assignee"), assignee=None, assignment=None, lease_until=None))
    if freed:
        for ti in rows:
            ti.assignee_id = None
        record.project(task=task, task_items=rows)
        record.touch(task=task, reason="released", count=freed)
    return freed
