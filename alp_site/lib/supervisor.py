"""A few processes in one terminal: started, restarted when they die, ended together.

Children start in the main thread: the kernel's "kill me when my parent dies" goes by the thread that started them.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

from alp_site.lib.procs import PARENT_VARIABLE, adopt_orphans

log = logging.getLogger(__name__)

STEADY_SECONDS = 30.0  # a child that lived this long starts its back-off anew
BACK_OFF_SECONDS = (0.2, 1.0, 2.0, 5.0, 15.0)
LOOK_SECONDS = 0.1


@dataclass
class Child:
    """One process we keep running."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = 0


class Supervisor:
    """Runs children until SIGINT or SIGTERM. `say(name, line)` gets every line they write, from any thread."""

    def __init__(self, children: Sequence[Child], say: Callable[[str, str], None], grace_seconds: float = 8.0) -> None:
        self.children = list(children)
        self._say = say
        self._grace = grace_seconds
        self._stop = False

    def run(self, each_look: Callable[[], None] = lambda: None) -> None:
        """Blocks until told to stop and all children are gone."""
        adopt_orphans()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            while not self._stop:
                now = time.monotonic()
                for child in self.children:
                    if child.process is None and now >= child.start_at:
                        self._start(child)
                self._reap()
                each_look()
                time.sleep(LOOK_SECONDS)
        finally:
            self._end_all()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop = True

    def _start(self, child: Child) -> None:
        environment = {**os.environ, **child.environment, PARENT_VARIABLE: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
        child.process = subprocess.Popen(  # noqa: S603  our own command line
            child.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0,  # Ctrl-C in the terminal reaches us alone; we end the children in order
        )
        child.started_at = time.monotonic()
        assert child.process.stdout is not None
        threading.Thread(target=self._forward, args=(child.name, child.process.stdout), daemon=True).start()

    def _forward(self, name: str, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                self._say(name, line.rstrip("\n"))

    def _reap(self) -> None:
        """Takes in every process that ended: children, and orphans of theirs that the kernel handed to us."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for child in self.children:
                if child.process is not None and child.process.pid == pid:
                    child.process.returncode = os.waitstatus_to_exitcode(status)
                    self._ended(child)

    def _ended(self, child: Child) -> None:
        assert child.process is not None
        code, child.process = child.process.returncode, None
        lived = time.monotonic() - child.started_at
        child.failures = 0 if lived > STEADY_SECONDS else child.failures + 1
        wait = BACK_OFF_SECONDS[min(child.failures, len(BACK_OFF_SECONDS) - 1)]
        child.start_at = time.monotonic() + wait
        if not self._stop:
            self._say(child.name, f"ended ({describe(code)}); starting again in {wait:g} s")

    def _end_all(self) -> None:
        """Asks everybody to stop, waits a while, then kills whole process groups."""
        self._signal_all(signal.SIGTERM, whole_group=False)
        deadline = time.monotonic() + self._grace
        while self._living() and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.05)
        self._signal_all(signal.SIGKILL, whole_group=True)
        deadline = time.monotonic() + self._grace
        while self._living() and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.02)
        self._reap()

    def _living(self) -> list[Child]:
        return [child for child in self.children if child.process is not None]

    def _signal_all(self, number: signal.Signals, *, whole_group: bool) -> None:
        for child in self._living():
            assert child.process is not None
            try:
                if whole_group:
                    os.killpg(child.process.pid, number)
                else:
                    os.kill(child.process.pid, number)
            except ProcessLookupError:
                continue


def describe(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def manage(*arguments: str) -> list[str]:
    """The command line of one of our own management commands, in this Python."""
    return [sys.executable, sys.argv[0], *arguments]
