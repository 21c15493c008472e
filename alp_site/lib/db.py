"""The one door to writing. ``with write():`` is a transaction that is fair to the people at their screens.

SQLite lets one writer in at a time. People's saves must never queue behind bulk work, so writes go through
``lib.write_gate``, which lets people in before background processes, and those keep their transactions short.
PostgreSQL needs none of this and gets a plain transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from alp_site.lib import write_gate

Role = Literal["web", "worker"]
QUIET_SECONDS = 3.0
CONTENDED_SECONDS = 1.0
_role: Role = "web"
_local = threading.local()


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


def bulk_size_now() -> int:
    """What suits the moment: three times ``bulk_size()`` while no person has saved for a while, as what a transaction
    costs beside its rows is then paid less often; half of it while people save, who wait for the rest of one. It may
    change between two calls: ask once for one walk through a list."""
    if not is_sqlite():
        return bulk_size()
    quiet = write_gate.seconds_since_people(_database()) > QUIET_SECONDS
    return 3 * bulk_size() if quiet else bulk_size() // 2


def bulk_step() -> int:
    """``bulk_size_now()`` for work that runs ahead of what waits for it: briefer while other bulk work wants to write.
    A model between two batches stands still for as long as the turn of whoever goes before it takes."""
    contended = is_sqlite() and write_gate.seconds_since_waited() < CONTENDED_SECONDS
    return min(bulk_size_now(), 2 * bulk_size()) if contended else bulk_size_now()


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
    with _transaction(write_gate.background if _role == "worker" else write_gate.person):
        yield


@contextmanager
def background_write() -> Iterator[None]:
    """``write()`` behind the background gate whatever the process's role: for bulk work started from a web process."""
    with _transaction(write_gate.background):
        yield


@contextmanager
def short_write() -> Iterator[None]:
    """``write()`` before all bulk work whatever the process's role: for a row or two that a worker stands still for."""
    with _transaction(write_gate.foreground):
        yield


@contextmanager
def _transaction(gate: Callable[[str], AbstractContextManager[None]]) -> Iterator[None]:
    depth = getattr(_local, "depth", 0)
    if depth:
        with _deeper(depth), transaction.atomic(savepoint=False):
            yield
    elif connection.in_atomic_block or not is_sqlite():  # a test's own transaction, or PostgreSQL
        with _deeper(depth), transaction.atomic():
            yield
    else:
        with gate(_database()), _deeper(depth), transaction.atomic():
            yield


def _database() -> str:
    return str(settings.DATABASES["default"]["NAME"])


@contextmanager
def _deeper(depth: int) -> Iterator[None]:
    _local.depth = depth + 1
    try:
        yield
    finally:
        _local.depth = depth
