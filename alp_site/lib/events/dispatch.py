"""Readers of the outbox, each with its own cursor. Run by the pulse of one process (``lib.jobs.pulse``)."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils import timezone

from alp_site.lib.db import is_sqlite, write
from alp_site.lib.events.outbox import Event, Position, read
from alp_site.lib.models import EventCursor, EventFailure

log = logging.getLogger(__name__)
READ_LIMIT = 200
ATTEMPTS = 5
LAZY_MOVE = 1000  # events that concern a reader not at all move its cursor only now and then
PAGES_KEPT = 4


@dataclass
class _Reader:
    name: str
    types: frozenset[str]
    fn: Callable[[list[Event]], None]
    seen: Position | None = None  # scanned so far in this process, at or ahead of the stored cursor


class _Pages:
    """What was read in one round of looking: readers that stand at the same place, as they do most of the time, share
    one look at the table. A few pages are kept: an event may name hundreds of ids."""

    def __init__(self) -> None:
        self._pages: dict[Position, list[Event]] = {}

    def after(self, position: Position) -> list[Event]:
        found = self._pages.get(position)
        if found is None:
            found = self._pages[position] = read(position, READ_LIMIT)
            while len(self._pages) > PAGES_KEPT:
                del self._pages[next(iter(self._pages))]
        return found

    def may_have_grown(self) -> None:
        """A reader wrote: where there was nothing there may be something by now."""
        self._pages = {at: page for at, page in self._pages.items() if page}


_readers: dict[str, _Reader] = {}


def subscribe(
    name: str, types: Iterable[str]
) -> Callable[[Callable[[list[Event]], None]], Callable[[list[Event]], None]]:
    """Declares a reader. The function gets events of its types in one open ``write()``; it must be short, and converge
    when a batch is given again after a failure."""

    def register(fn: Callable[[list[Event]], None]) -> Callable[[list[Event]], None]:
        if name in _readers and _readers[name].fn.__module__ != fn.__module__:
            raise RuntimeError(f"two readers are called {name!r}")
        _readers[name] = _Reader(name, frozenset(types), fn)
        return fn

    return register


def forget_positions() -> None:
    """Makes every reader look at its stored cursor again: called when another process had the duty meanwhile."""
    for reader in _readers.values():
        reader.seen = None


def dispatch_pending(limit: int = 10_000) -> int:
    """Brings every reader up to date, a page each in turn; returns how many events were handled. Failing readers are
    logged, not raised."""
    handled, behind, pages = 0, list(_readers.values()), _Pages()
    while behind and handled < limit:
        got = {reader.name: _step(reader, pages) for reader in behind}
        handled += sum(n for n in got.values() if n > 0)
        behind = [reader for reader in behind if got[reader.name] > 0]
    return handled


def _step(reader: _Reader, pages: _Pages) -> int:
    """One batch. Returns the number of events scanned, 0 when there are none, -1 when the reader failed."""
    if reader.seen is None:
        reader.seen = _stored(reader.name)
    events = pages.after(reader.seen)
    if not events:
        return 0
    last = events[-1].position
    wanted = [e for e in events if e.type in reader.types]
    if not wanted:
        reader.seen = last
        if last.id // LAZY_MOVE != events[0].position.id // LAZY_MOVE:
            with write():
                _move(reader.name, last)
        return len(events)
    pages.may_have_grown()
    try:
        _handle(reader, wanted, last)
    except Exception:
        log.exception("reader %s failed", reader.name)
        return _one_by_one(reader, wanted, last)
    reader.seen = last
    return len(events)


def _handle(reader: _Reader, events: list[Event], last: Position) -> None:
    with write():
        cursor = _locked(reader.name)
        fresh = [e for e in events if e.position > Position(cursor.xid, cursor.event_id)]
        if fresh:
            reader.fn(fresh)
        _move(reader.name, last)


def _one_by_one(reader: _Reader, events: list[Event], last: Position) -> int:
    """After a failed batch: feed events singly, so that only the poisonous one is held back and, at last, set aside."""
    for event in events:
        try:
            _handle(reader, [event], event.position)
        except Exception as error:  # noqa: BLE001  recorded below, with its traceback
            with write():
                failure, _ = EventFailure.objects.get_or_create(
                    reader=reader.name, event_id=event.id, defaults={"type": event.type, "error": ""}
                )
                failure.attempts += 1
                failure.error = "".join(traceback.format_exception(error))[-4000:]
                failure.at = timezone.now()
                failure.save()
                if failure.attempts < ATTEMPTS:
                    return -1
                log.error("reader %s gave up on event %s (%s)", reader.name, event.id, event.type)
                _move(reader.name, event.position)
        reader.seen = event.position
    with write():
        _move(reader.name, last)
    reader.seen = last
    return len(events)


def _stored(name: str) -> Position:
    row = EventCursor.objects.filter(name=name).first()
    if row is None:
        with write():
            row, _ = EventCursor.objects.get_or_create(name=name)
    return Position(row.xid, row.event_id)


def _locked(name: str) -> EventCursor:
    rows = EventCursor.objects.filter(name=name)
    row = (rows if is_sqlite() else rows.select_for_update()).first()
    return row or EventCursor.objects.create(name=name)


def _move(name: str, to: Position) -> None:
    EventCursor.objects.filter(name=name).update(xid=to.xid, event_id=to.id, moved_at=timezone.now())
