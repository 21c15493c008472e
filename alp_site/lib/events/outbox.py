"""Writing and reading the outbox table; nobody else touches it.

SQLite has one writer, so id order is commit order. PostgreSQL hands ids out before commit: a reader with an id cursor
steps over a slow transaction's rows for good. There each row carries the id of the transaction that wrote it; readers
order by (xid, id) and read only below ``pg_snapshot_xmin``, the oldest transaction still open, so nothing can appear
behind them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from alp_site.lib import models
from alp_site.lib.db import in_write, is_sqlite
from alp_site.lib.db_rows import insert_rows
from alp_site.lib.events.cause import Cause, current_cause
from alp_site.lib.events.types import check

MAX_IDS = 500


class Position(NamedTuple):
    """A place in the order of commits. ``str()`` of it is what clients keep."""

    xid: int
    id: int

    def __str__(self) -> str:
        return f"{self.xid}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> Position:
        """From ``str()``; raises ValueError."""
        xid, _, event_id = text.partition(".")
        return cls(int(xid), int(event_id))


@dataclass(frozen=True)
class Event:
    """What a reader sees."""

    id: int
    position: Position
    type: str
    project_id: uuid.UUID | None
    audience: str
    ids: list[str]
    data: dict[str, Any]
    cycle_id: uuid.UUID | None = None
    pipeline_id: uuid.UUID | None = None
    depth: int = 0
    created_at: datetime = field(default_factory=timezone.now)


def publish(
    type: str,  # noqa: A002  the field's own name
    *,
    project_id: uuid.UUID | None,
    ids: Iterable[Any] = (),
    data: dict[str, Any] | None = None,
    audience: str = "project",
    cause: Cause | None = None,
) -> None:
    """Adds events to the open transaction, one for each 500 ids. Raises RuntimeError outside ``db.write()``."""
    if not in_write() and not connection.in_atomic_block:
        raise RuntimeError("publish() needs an open write(): an event belongs to the change it tells of")
    body = data or {}
    check(type, body)
    why = cause or current_cause()
    all_ids = [str(i) for i in ids]
    rows = [
        models.Event(
            type=type, project_id=project_id, audience=audience, ids=all_ids[start : start + MAX_IDS], data=body,
            cycle_id=why.cycle_id, pipeline_id=why.pipeline_id, depth=why.depth,
        )
        for start in range(0, max(len(all_ids), 1), MAX_IDS)
    ]  # fmt: skip
    held = _held.get()
    if held is None:
        insert_rows(rows)
    else:
        held += rows


_held: ContextVar[list[models.Event] | None] = ContextVar("held events", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """What is published inside is written together, in its order, when the block ends: one statement for many events.
    Nothing of it is written when the block raises."""
    if _held.get() is not None:
        yield
        return
    rows: list[models.Event] = []
    mark = _held.set(rows)
    try:
        yield
    finally:
        _held.reset(mark)
    insert_rows(rows)


_COLUMNS = "id, type, project_id, audience, ids, data, cycle_id, pipeline_id, depth, created_at"


def read(after: Position, limit: int) -> list[Event]:
    """Up to ``limit`` committed events after a position, in commit order; none that a later commit could precede."""
    if is_sqlite():
        rows = models.Event.objects.filter(id__gt=after.id).order_by("id")[:limit]
        return [_from_row(row) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT xid::text AS xid_text, {_COLUMNS} FROM lib_event"  # noqa: S608  constant column list
            " WHERE (xid, id) > (%s::text::xid8, %s) AND xid < pg_snapshot_xmin(pg_current_snapshot())"
            " ORDER BY xid, id LIMIT %s",
            [str(after.xid), after.id, limit],
        )
        return [_from_tuple(row) for row in cursor.fetchall()]


tail = read


def newest() -> Position:
    """Where a reader that wants only what comes from now on starts."""
    if is_sqlite():
        last = models.Event.objects.order_by("-id").values_list("id", flat=True).first()
        return Position(0, last or 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT xid::text AS xid_text, id FROM lib_event WHERE xid < pg_snapshot_xmin(pg_current_snapshot())"
            " ORDER BY xid DESC, id DESC LIMIT 1"
        )
        row = cursor.fetchone()
    return Position(int(row[0]), row[1]) if row else Position(0, 0)


def held_back() -> bool:
    """Whether committed events wait for an older transaction that is still open somewhere on the server."""
    if is_sqlite() or connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS(SELECT 1 FROM lib_event WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()))")
        return bool(cursor.fetchone()[0])


def oldest() -> int:
    """The id of the oldest event kept; 0 when there is none. A client behind it must refetch (``resync``)."""
    return models.Event.objects.order_by("id").values_list("id", flat=True).first() or 0


def _from_row(row: models.Event) -> Event:
    return Event(
        row.id, Position(0, row.id), row.type, row.project_id, row.audience, row.ids, row.data, row.cycle_id,
        row.pipeline_id, row.depth, row.created_at,
    )  # fmt: skip


def _from_tuple(row: Sequence[Any]) -> Event:
    xid, event_id, kind, project, audience, ids, data, cycle, pipeline, depth, created = row
    return Event(
        event_id, Position(int(xid), event_id), kind, project, audience, _json(ids), _json(data), cycle, pipeline,
        depth, created,
    )  # fmt: skip


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
