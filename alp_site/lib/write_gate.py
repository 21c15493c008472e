"""Who may write to SQLite next: people before bulk work, across processes.

SQLite lets one writer in, and who finds it busy polls with growing pauses, so a save could lose against bulk writers
again and again. Three locks on files beside the database (released by the kernel when a process dies) put this right:

- `.wanted`: shared by every person's save from the moment it waits until it is done. Bulk work looks whether anybody
  holds it and stays back while somebody does.
- `.busy`: held by whoever writes, so that the next is woken by the kernel, without polling.
- `.writer`: one bulk writer in the house.

So a save waits for at most the rest of one bulk transaction, and bulk work never pauses for nobody. A fourth file,
`.people`, bears the time of the last save: while there was none for a moment, bulk work takes larger steps.
"""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger(__name__)

LONG_WRITE_SECONDS = 0.25
LOOK_SECONDS = 0.001
WAITED_SECONDS = 0.003
"""Longer waits for the turn of bulk work mean that another bulk writer had it."""
PATIENCE_SECONDS = 0.5
"""So long bulk work stays back for people who save without a pause; then it takes a turn."""


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


_own = FairLock()
_waited_at = float("-inf")


@contextmanager
def foreground(database: str) -> Iterator[None]:
    """A person's save: in the order they came in this process, before any bulk writer that has not begun."""
    with _locked(database, ".wanted", fcntl.LOCK_SH):
        _own.acquire()
        try:
            with _locked(database, ".busy", fcntl.LOCK_EX):
                yield
        finally:
            _own.release()


@contextmanager
def person(database: str) -> Iterator[None]:
    """``foreground`` for somebody who waits for it; it leaves its time, so that bulk work knows to be brief."""
    Path(f"{database}.people").touch()
    with foreground(database):
        yield


def seconds_since_people(database: str) -> float:
    """Since a person last wanted to save; infinite when nobody ever did."""
    try:
        return time.time() - Path(f"{database}.people").stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def seconds_since_waited() -> float:
    """Since this process's bulk work last waited for another's; infinite when it never did."""
    return time.monotonic() - _waited_at


@contextmanager
def background(database: str) -> Iterator[None]:
    """Bulk work: one at a time among all processes, and after the people who wait."""
    global _waited_at  # noqa: PLW0603
    asked = time.monotonic()
    with _locked(database, ".writer", fcntl.LOCK_EX):
        if time.monotonic() - asked > WAITED_SECONDS:
            _waited_at = time.monotonic()
        let_people_go_first(database)
        with _locked(database, ".busy", fcntl.LOCK_EX):
            started = time.perf_counter()
            try:
                yield
            finally:
                spent = time.perf_counter() - started
                if spent > LONG_WRITE_SECONDS:
                    log.debug("a background write took %.0f ms", spent * 1000)
    time.sleep(LOOK_SECONDS)  # another bulk writer that waits gets its turn


def let_people_go_first(database: str) -> float:
    """Waits while somebody wants to save, at most `PATIENCE_SECONDS`; returns the seconds waited."""
    started = time.perf_counter()
    with Path(f"{database}.wanted").open("a") as handle:
        while (spent := time.perf_counter() - started) < PATIENCE_SECONDS:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(LOOK_SECONDS)
            else:
                return spent  # closing the file gives the lock back
    return spent


@contextmanager
def _locked(database: str, suffix: str, how: int) -> Iterator[None]:
    with Path(f"{database}{suffix}").open("a") as handle:
        fcntl.flock(handle, how)
        yield
