"""Processes that never outlive the one that started them.

`kill -9` of a parent leaves its children running; so every process we start asks the kernel to be killed when its
parent dies (Linux), or watches its parent itself (elsewhere).
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import threading
import time

PARENT_VARIABLE = "ALP_PARENT_PID"  # how `manage.py up` tells a child, across exec, who its parent is
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
WATCH_SECONDS = 0.5

COLLECTED_AFTER = (10_000, 20, 50)
"""Rows of a bulk write are thousands of objects without a cycle among them: Python's own 700 looks through them again
and again, and now and then through all that torch and Django hold."""

_forking_pid = 0


def collect_seldom() -> None:
    """Garbage is looked for less often in this process and those it forks, and never among what is loaded by now."""
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


def die_with_parent(parent_pid: int) -> None:
    """From now on this process is killed when its parent dies; at once if it is dead already.

    Call it in the child's main thread. Lasts over exec, not over fork (see `guard_forks`).
    """
    if not _prctl(PR_SET_PDEATHSIG, signal.SIGKILL):
        threading.Thread(target=_watch, args=(parent_pid,), name="parent watch", daemon=True).start()
    if os.getppid() != parent_pid:  # it died before we asked
        os._exit(1)


def die_with_starter() -> None:
    """`die_with_parent` in a process that `manage.py up` started; nothing in one started by hand or by systemd."""
    parent = os.environ.pop(PARENT_VARIABLE, "")
    if parent:
        die_with_parent(int(parent))


def guard_forks() -> None:
    """Every process this one forks, and every one those fork, dies with the one that forked it."""
    os.register_at_fork(before=_remember_forker, after_in_child=_follow_forker)


def adopt_orphans() -> bool:
    """Make this process the parent of descendants whose own parent died, so that it can reap them. Linux only."""
    return _prctl(PR_SET_CHILD_SUBREAPER, 1)


def is_alive(pid: int) -> bool:
    """Whether a process of this machine exists (a zombie counts as dead where /proc can tell)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:  # noqa: PTH123  hot and tiny
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return sys.platform != "linux"


def _remember_forker() -> None:
    global _forking_pid  # noqa: PLW0603  read by the child, which has no other way to know
    _forking_pid = os.getpid()


def _follow_forker() -> None:
    die_with_parent(_forking_pid)


def _prctl(option: int, value: int) -> bool:
    """Whether the kernel took it; False where there is no prctl."""
    if sys.platform != "linux":
        return False
    try:
        return bool(ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def _watch(parent_pid: int) -> None:
    while os.getppid() == parent_pid:
        time.sleep(WATCH_SECONDS)
    os._exit(1)
