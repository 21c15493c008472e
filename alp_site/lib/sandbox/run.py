"""The starter's side of the sandbox: one process for a batch, watched until its last answer."""

from __future__ import annotations

import json
import os
import selectors
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeAlias

from alp_site.env import ENV
from alp_site.lib.errors import AlpError
from alp_site.lib.sandbox.checks import NotPlain, strict_json, why_not

__all__ = ["Answer", "Limits", "Refused", "Request", "SandboxUnavailable", "run_batch"]

START_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.05
ASK_CANCELLED_SECONDS: Final = 1.0
FLOOD_BYTES: Final = 8 << 20
GIVE_UP_AFTER: Final = 5
CPU_SLACK_SECONDS: Final = 30


class SandboxUnavailable(AlpError):
    """This machine cannot confine code, and the operator did not set ALP_CODE_UNSAFE."""

    code = "sandbox_unavailable"
    status = 409


@dataclass(frozen=True)
class Limits:
    """Of each item: wall seconds, answer, print, bytes lying in the folder, size of one file. Of the process: memory
    beyond Python's own, names in the folder."""

    seconds: float = 10.0
    memory_mb: int = 512
    answer_bytes: int = 1 << 20
    stdout_chars: int = 10_000
    disk_bytes: int = 64 << 20
    file_bytes: int = 32 << 20
    files: int = 256


@dataclass(frozen=True)
class Request:
    """One call of ``run``. ``body``: item, inputs, parameters, variables …, all JSON; ``image``: a file to be read."""

    id: str
    body: Mapping[str, Any]
    image: Path | None = None


@dataclass(frozen=True)
class Answer:
    """What ``run`` returned (JSON, checked), the files it named with their bytes, and what it printed."""

    id: str
    result: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdout: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Refused:
    """An item that failed. ``data`` has type, line and trace of an error in the code."""

    id: str
    code: str
    message: str
    data: Mapping[str, Any] = field(default_factory=dict)
    stdout: str = ""
    seconds: float = 0.0


Reply: TypeAlias = Answer | Refused


def run_batch(
    code: str,
    requests: Sequence[Request],
    *,
    limits: Limits | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    answered: Callable[[int], None] = lambda _done: None,
) -> list[Reply]:
    """Runs the code over the requests, in order; one reply each, in order.

    One process serves all; where an item kills it or has to be stopped, that item fails and another process goes on
    behind it. Five in a row that fail so, and the rest is not tried. Raises SandboxUnavailable.
    """
    if why := why_not():
        raise SandboxUnavailable(why)
    most = limits or Limits()
    replies: list[Reply] = []
    deaths = 0
    while len(replies) < len(requests):
        rest = requests[len(replies) :]
        if cancelled():
            return [*replies, *(Refused(r.id, "cancelled", "Cancelled.") for r in rest)]
        if deaths >= GIVE_UP_AFTER:
            text = f"The code had to be stopped {deaths} times in a row; this item was not tried."
            return [*replies, *(Refused(r.id, "gave_up", text) for r in rest)]
        with _Process(code, rest, most) as process:
            got = process.all_replies(cancelled, partial(_answered, answered, len(replies)))
        deaths = deaths + 1 if len(got) == 1 and process.over else 0
        replies += got
    return replies


def _answered(tell: Callable[[int], None], before: int, done: int) -> None:
    tell(before + done)


class _Stop(Exception):
    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message


class _Process:
    """One child with its folder. ``over`` says that it was killed or died."""

    def __init__(self, code: str, requests: Sequence[Request], limits: Limits) -> None:
        self.requests, self.limits = requests, limits
        self.over = False
        self._temporary = tempfile.TemporaryDirectory(prefix=f"alp-code-{os.getpid()}-")
        self._root = Path(self._temporary.name)
        self._out = self._root / "out"
        self._buffer, self._drained = bytearray(), 0
        self._write_job(code)

    def _write_job(self, code: str) -> None:
        self._out.mkdir()
        images = self._root / "in"
        images.mkdir()
        paths: list[str] = []
        with (self._root / "requests.jsonl").open("w", encoding="utf-8") as file:
            for n, request in enumerate(self.requests):
                body = dict(request.body)
                if request.image is not None:
                    shown = images / f"{n:04d}{request.image.suffix[:10]}"
                    shown.symlink_to(request.image.resolve())
                    body["image"] = str(shown)
                    paths += [str(shown), str(request.image.resolve())]
                file.write(json.dumps(body) + "\n")
        job = {
            "code": code, "parent": os.getpid(), "requests": str(self._root / "requests.jsonl"), "out": str(self._out),
            "images": paths, "confine": not ENV.code_unsafe, "memory_bytes": self.limits.memory_mb << 20,
            "cpu_seconds": int(self.limits.seconds * len(self.requests)) + CPU_SLACK_SECONDS,
            "file_bytes": self.limits.file_bytes, "stdout_chars": self.limits.stdout_chars,
            "answer_bytes": self.limits.answer_bytes,
        }  # fmt: skip
        (self._root / "job.json").write_text(json.dumps(job), "utf-8")

    def __enter__(self) -> _Process:
        self._child = subprocess.Popen(  # noqa: S603  our own script; what it runs is locked up
            [sys.executable, "-I", "-B", str(Path(__file__).with_name("child.py")), str(self._root / "job.json")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", start_new_session=True,
            env={
                "LANG": "C.UTF-8", "TZ": "UTC", "HOME": str(self._out), "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "1",
            },
        )  # fmt: skip
        self._selector = selectors.DefaultSelector()
        for pipe in (self._child.stdout, self._child.stderr):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ)
        self._folder = os.open(self._out, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._kill()
        self._selector.close()
        os.close(self._folder)
        for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
            if pipe is not None:
                with suppress(BrokenPipeError):  # it died before it read the last question
                    pipe.close()
        self._temporary.cleanup()

    def _kill(self) -> None:
        """Ends the process, and in unsafe mode whatever it left in its group."""
        if self._child.returncode is None or ENV.code_unsafe:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def all_replies(self, cancelled: Callable[[], bool], answered: Callable[[int], None]) -> list[Reply]:
        """Replies in order, until the last or until the process is over."""
        replies: list[Reply] = []
        try:
            first = self._line(START_SECONDS, cancelled)
        except _Stop as stop:
            self.over = True
            return [Refused(self.requests[0].id, stop.code, stop.message)]
        if first.get("ready") is not True:
            raise SandboxUnavailable(str(first.get("cannot", "The sandbox did not start.")))
        for n, request in enumerate(self.requests):
            started = time.monotonic()
            reply = self._ask(n, request.id, cancelled, started)
            replies.append(reply)
            answered(len(replies))
            if self.over:
                break
        return replies

    def _ask(self, n: int, request_id: str, cancelled: Callable[[], bool], started: float) -> Reply:
        try:
            self._go(n)
            line = self._line(self.limits.seconds, cancelled)
            self._look_at_folder()
            if line.get("n") != n:
                raise _Stop("bad_result", "The code wrote into the channel of its answers.")
            return self._reply(request_id, line, time.monotonic() - started)
        except _Stop as stop:
            self.over = True
            return Refused(request_id, stop.code, stop.message, seconds=time.monotonic() - started)

    def _go(self, n: int) -> None:
        assert self._child.stdin is not None
        self._empty_folder()
        try:
            os.write(self._child.stdin.fileno(), f"{n}\n".encode())
        except BrokenPipeError:
            raise self._died() from None

    def _reply(self, request_id: str, line: dict[str, Any], seconds: float) -> Reply:
        stdout = str(line.get("stdout", ""))[: self.limits.stdout_chars + 100]
        error = line.get("error")
        if isinstance(error, dict):
            data = {key: error.get(key) for key in ("type", "line", "trace")}
            where = f" (line {data['line']})" if isinstance(data["line"], int) else ""
            code = "out_of_memory" if data["type"] == "MemoryError" else "code_error"
            text = f"{data['type']}: {error.get('message', '')}"[:2000] + where
            return Refused(request_id, code, text, data, stdout, seconds)
        result, names = line.get("result"), line.get("files")
        if not isinstance(result, dict) or not isinstance(names, list):
            raise _Stop("bad_result", "The code wrote into the channel of its answers.")
        return Answer(
            request_id, result, {name: self._read(name) for name in names[: self.limits.files]}, stdout, seconds
        )

    # --- what it says

    def _line(self, seconds: float, cancelled: Callable[[], bool]) -> dict[str, Any]:
        """The next line of the child. Raises _Stop when there will be none, or none that may be taken."""
        deadline, ask_at = time.monotonic() + seconds, time.monotonic() + ASK_CANCELLED_SECONDS
        while b"\n" not in self._buffer:
            self._look_at_folder()
            now = time.monotonic()
            if now > deadline:
                raise _Stop("timeout", f"It took longer than {seconds:g} seconds and was stopped.")
            if now > ask_at:
                ask_at = now + ASK_CANCELLED_SECONDS
                if cancelled():
                    raise _Stop("cancelled", "Cancelled.")
            self._pump()
        raw, _, rest = bytes(self._buffer).partition(b"\n")
        self._buffer = bytearray(rest)
        try:
            value = strict_json(raw)
        except NotPlain as error:
            raise _Stop("bad_result", f"The result cannot be taken: {error}.") from None
        if not isinstance(value, dict):
            raise _Stop("bad_result", "The code wrote into the channel of its answers.")
        return value

    def _pump(self) -> None:
        """Takes what the pipes hold. Raises _Stop when there is too much, or when the child ended."""
        for key, _ in self._selector.select(POLL_SECONDS):
            chunk = os.read(key.fd, 1 << 16)
            if key.fileobj is not self._child.stdout:
                self._drained += len(chunk)
                if not chunk:
                    self._selector.unregister(key.fileobj)
            elif not chunk:
                raise self._died()
            else:
                self._buffer += chunk
        if len(self._buffer) > self.limits.answer_bytes + 8 * self.limits.stdout_chars + 100_000:
            raise _Stop("too_much_output", f"The result is larger than {self.limits.answer_bytes} bytes.")
        if self._drained > FLOOD_BYTES:
            raise _Stop("too_much_output", "It printed without end and was stopped.")

    def _died(self) -> _Stop:
        """How the child ended; it closed its side, so it is over or will be in a moment."""
        try:
            status = self._child.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return _Stop("crashed", "The code closed the channel of its answers.")
        if status in (-signal.SIGXCPU, -signal.SIGKILL):
            return _Stop("crashed", "The process was killed: it used too much CPU time or memory.")
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return _Stop("crashed", f"The process ended before it answered ({how}).")

    # --- what it writes

    def _look_at_folder(self) -> None:
        """Raises _Stop when more lies in the folder than may."""
        total = count = 0
        with os.scandir(self._folder) as entries:
            for entry in entries:
                count += 1
                total += entry.stat(follow_symlinks=False).st_blocks * 512
                if count > self.limits.files or total > self.limits.disk_bytes:
                    raise _Stop("too_much_output", "It wrote more files or more bytes than it may.")

    def _empty_folder(self) -> None:
        """Frees what the item before wrote. The names stay: a file that the code holds open would go on filling the
        disk where nobody sees it, if its name were taken away."""
        for name in os.listdir(self._folder):  # noqa: PTH208  by handle: the path may not be trusted
            try:
                handle = os.open(name, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._folder)
            except OSError:
                continue  # no plain file, which only an unconfined run can make
            os.ftruncate(handle, 0)
            os.close(handle)

    def _read(self, name: object) -> bytes:
        """A plain file of the folder itself, followed through no link. Raises _Stop."""
        if not isinstance(name, str) or not name or "/" in name or name.startswith("."):
            raise _Stop("bad_result", f"{name!r:.100} is not the name of a file in the result's folder.")
        try:
            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._folder)
        except OSError:
            raise _Stop("bad_result", f"There is no plain file {name!r:.100} in the result's folder.") from None
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1 or facts.st_size > self.limits.file_bytes:
                raise _Stop("bad_result", f"{name!r:.100} is not a plain file, or too large.")
            return file.read(self.limits.file_bytes)
