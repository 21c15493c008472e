"""The one door to writing. ``with write():`` is a transaction that is fair to the people at their screens.

SQLite lets one writer in at a time. People's saves must never queue behind bulk work, so background processes take a
file lock first (one background writer in the house), keep their transactions short and, while people are saving, rest
as long as they wrote; web threads take a first-come-first-served lock in their process and leave word that they are
there. PostgreSQL needs none of this and gets a plain transaction.
"""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

log = logging.getLogger(__name__)

Role = Literal["web", "worker"]
_role: Role = "web"
_local = threading.local()
LONG_WRITE_SECONDS = 0.25
PEOPLE_SECONDS = 5.0
"""How long after a web process's last write background work goes on resting."""
TELL_SECONDS = 0.5
REST_SECONDS = 0.02
"""The shortest rest: several saves fit into it."""
TURN_SECONDS = 0.001


class FairLock:
    """A mutex that lets waiters in strictly in the order they came."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def acquire(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()  # released by the one before us, who hands the lock over without freeing it

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


_web_lock = FairLock()
_told = -TELL_SECONDS


def set_role(role: Role) -> None:
    """Says once, at start-up, what this process is: ``worker`` for clusters and bulk commands."""
    global _role  # noqa: PLW0603
    _role = role


def role() -> Role:
    return _role


def is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def bulk_size() -> int:
    """Rows a transaction of bulk work may write: short on SQLite, where it holds everybody up."""
    return 64 if is_sqlite() else 5000


def now() -> datetime:
    """The time of this process, in UTC; for columns that people read. Leases use :func:`clock`."""
    return timezone.now()


def clock() -> datetime:
    """Now by the database's clock, which all machines share; leases are measured by it."""
    if is_sqlite():
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    return row[0]  # type: ignore[no-any-return]


def on_commit(fn: Callable[[], object]) -> None:
    """Calls ``fn`` after the open transaction commits, or at once when there is none."""
    transaction.on_commit(fn)


def in_write() -> bool:
    """Whether a ``write()`` of this thread is open."""
    return bool(getattr(_local, "depth", 0))


@contextmanager
def write() -> Iterator[None]:
    """A write transaction; joins the one this thread has open, if any. No decoding, no model, no network inside."""
    depth = getattr(_local, "depth", 0)
    if depth:
        with _deeper(depth), transaction.atomic(savepoint=False):
            yield
        return
    if connection.in_atomic_block or not is_sqlite():  # a test's own transaction, or PostgreSQL
        with _deeper(depth), transaction.atomic():
            yield
        return
    gate = _background_gate if _role == "worker" else _foreground_gate
    with gate(), _deeper(depth), transaction.atomic():
        yield


@contextmanager
def background_write() -> Iterator[None]:
    """``write()`` behind the background gate whatever the process's role: for bulk work started from a web process."""
    if getattr(_local, "depth", 0) or connection.in_atomic_block or not is_sqlite():
        with write():
            yield
        return
    with _background_gate(), _deeper(0), transaction.atomic():
        yield


@contextmanager
def _deeper(depth: int) -> Iterator[None]:
    _local.depth = depth + 1
    try:
        yield
    finally:
        _local.depth = depth


@contextmanager
def _foreground_gate() -> Iterator[None]:
    _tell_people()
    _web_lock.acquire()
    try:
        yield
    finally:
        _web_lock.release()


def _tell_people() -> None:
    """Leaves word that somebody saves: touches a file beside the database, before queueing for the write lock. So
    whoever holds it sees at its end that somebody waits."""
    global _told  # noqa: PLW0603  one a process is enough
    moment = time.monotonic()
    if moment - _told >= TELL_SECONDS:
        _told = moment
        _beside(".people").touch()


def people_about() -> bool:
    """Whether a web process wrote, or wanted to, a few seconds ago."""
    try:
        return time.time() - _beside(".people").stat().st_mtime < PEOPLE_SECONDS
    except FileNotFoundError:
        return False


def forget_people() -> None:
    """As if nobody had saved for long. For tests."""
    global _told  # noqa: PLW0603
    _told = -TELL_SECONDS
    _beside(".people").unlink(missing_ok=True)


def _beside(suffix: str) -> Path:
    return Path(f"{settings.DATABASES['default']['NAME']}{suffix}")


@contextmanager
def _background_gate() -> Iterator[None]:
    """One background writer among all processes. While people are saving, the gate then stays shut as long as the write
    took; else nothing but another background writer that waits gets its turn."""
    with _beside(".writer").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - started
            if spent > LONG_WRITE_SECONDS:
                log.debug("a background write took %.0f ms", spent * 1000)
            if people_about():
                time.sleep(min(max(spent, REST_SECONDS), 1.0))
    time.sleep(TURN_SECONDS)
