"""A real `manage.py up` on a database and port of its own, for journeys and for tests that kill processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tests.desk import Desk
from tests.migrated import copy_migrated

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = os.environ.get("ALP_HOUSE_SETTINGS", "tests.house_settings")
MARK = "ALP_HOUSE_MARK"
AT_DESK = {"create_user", "shell"}


@dataclass(frozen=True)
class Proc:
    """A process of the house. kind: up, web, cluster, sentinel, worker (or another child of a sentinel)."""

    pid: int
    parent: int
    kind: str
    queue: str


class House:
    """Starts and ends it, knows its processes, reads its log."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.mark = uuid.uuid4().hex
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = folder / "up.log"
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("COV_")},
            "ALP_DATA_DIR": str(folder / "data"),
            "ALP_SQLITE_FILE": str(folder / "house.sqlite3"),
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "OMP_NUM_THREADS": "1",
            "ALP_ML_THREADS": "1",
            MARK: self.mark,
            **own_services(self.mark),
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None
        unmarked = {key: value for key, value in self.environment.items() if key != MARK}
        self.desk = Desk(unmarked, str(ROOT))  # none of the house's own processes, which tests count
        if not self.environment.get("DATABASE_URL"):
            copy_migrated(Path(self.environment["ALP_SQLITE_FILE"]))

    def manage(self, *arguments: str, check: bool = True, stdin: str = "") -> str:
        """Runs a management command on the house's database; its standard output. Short ones share a process."""
        if arguments[0] in AT_DESK:
            done = self.desk.run(list(arguments), stdin)
        else:
            command = [sys.executable, "manage.py", *arguments]
            done = subprocess.run(
                command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, input=stdin
            )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def start(self, timeout: float = 180) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "manage.py", "up", "--port", str(self.port)]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.wait_until(self.answers, timeout, "the web server to answer")
        self.wait_until(lambda: len(self.of_kind("worker")) >= 7, timeout, "both clusters to have their workers")

    def stop(self, timeout: float = 60) -> int:
        """Ends it as Ctrl-C would; the exit code."""
        self.desk.close()
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout)

    def kill_everything(self) -> None:
        """For tear-down: whatever still bears our mark."""
        self.desk.close()
        for proc in self.processes():
            kill(proc.pid)
        if self.process is not None:
            self.process.wait(10)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/accounts/login/", timeout=2) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def processes(self) -> list[Proc]:
        """Every living process that bears our mark, or that one of them forked."""
        found: dict[int, tuple[int, list[str]]] = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                if f"{MARK}={self.mark}".encode() not in (folder / "environ").read_bytes():
                    continue
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                arguments = (folder / "cmdline").read_bytes().decode().split("\0")
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if state != "Z":
                found[int(folder.name)] = (int(parent), arguments)
        kinds: dict[int, str] = {}
        for pid, (parent, arguments) in found.items():
            above, depth = parent, 0
            while above in found and found[above][1] == arguments:
                above, depth = found[above][0], depth + 1
            command = next((word for word in ("up", "web", "cluster") if word in arguments), "other")
            kinds[pid] = (command, "sentinel", "worker")[min(depth, 2)] if command == "cluster" else command
        return [
            Proc(pid, parent, kinds[pid], "ml" if "ml" in arguments else "default")
            for pid, (parent, arguments) in found.items()
        ]

    def of_kind(self, kind: str) -> list[Proc]:
        return [proc for proc in self.processes() if proc.kind == kind]

    def wait_until(self, condition: Callable[[], bool], timeout: float, what: str) -> None:
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {timeout:g} s for {what}\n{self.log()[-6000:]}")
            if self.process is not None and self.process.poll() not in {None, -signal.SIGKILL}:
                raise AssertionError(f"`manage.py up` ended while waiting for {what}\n{self.log()[-6000:]}")
            time.sleep(0.1)


def own_services(mark: str) -> dict[str, str]:
    """Where the suite runs on PostgreSQL and Redis: a fresh database on the same server, and one of Redis's numbers."""
    found = {}
    if url := os.environ.get("DATABASE_URL"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"house_{mark}")))
        found["DATABASE_URL"] = f"{url.rpartition('/')[0]}/house_{mark}"
    if url := os.environ.get("REDIS_URL"):
        found["REDIS_URL"] = f"{url.rpartition('/')[0]}/{1 + int(mark, 16) % 15}"
    return found


def kill(pid: int) -> None:
    """`kill -9`, whether or not it still lives."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
