"""Label Studio on this machine, to be measured beside ALP: installed once into the cache, started on SQLite.

It takes about a gigabyte of disk in ``ALP_CACHE_DIR``, in a virtual environment of its own. It is told to send nothing
anywhere, and every proxy it might use is a closed port of this machine.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import say
from tests.house import free_port

__all__ = ["VERSION", "LabelStudio", "LabelStudioSaver", "Missing", "run", "running"]

VERSION = "1.23"
WANTED = "label-studio>=1.23,<1.24"
TOKEN = "0123456789abcdef0123456789abcdef01234567"
START_SECONDS = 900  # of which most go into its migrations, on a machine that is busy
CONFIG = """<View><Image name="image" value="$image"/><PolygonLabels name="label" toName="image">
<Label value="car"/><Label value="bus"/></PolygonLabels></View>"""
SILENT = {
    "COLLECT_ANALYTICS": "false", "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": "", "LATEST_VERSION_CHECK": "false",
    "HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost",
    "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1,localhost",
}  # fmt: skip


class Missing(RuntimeError):
    """It cannot be had here; the text says why."""


@dataclass(frozen=True)
class LabelStudio:
    port: int
    tasks: list[int]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"}


@contextmanager
def running(folder: Path, tasks: int) -> Iterator[LabelStudio]:
    """A server with a project of so many tasks. Raises Missing when it cannot be installed or does not start."""
    program = _installed()
    port = free_port()
    command = [
        str(program), "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port),
        "--data-dir", str(folder / "label-studio"), "--username", "bench@example.org", "--password", "blue-heron-41",
        "--user-token", TOKEN, "--enable-legacy-api-token",
    ]  # fmt: skip
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("ALP_", "DJANGO_"))}
    log = folder / "label-studio.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env={**environment, **SILENT}, stdout=out, stderr=subprocess.STDOUT, cwd=folder
        )
    try:
        _wait(process, port, log)
        yield LabelStudio(port, _project(port, tasks))
    finally:
        process.kill()
        process.wait(20)


def _installed() -> Path:
    from alp_site.env import ENV  # reads the environment, which the bench sets first

    folder = ENV.cache_dir.expanduser() / f"label-studio-{VERSION}"
    program, made = folder / "bin" / "label-studio", folder / ".made"
    if program.is_file() and made.is_file():
        return program
    say(f"Installing Label Studio {VERSION} into {folder} (once; about a gigabyte)")
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", WANTED],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise Missing(f"Label Studio {VERSION} could not be installed: {last[:200]}")
    made.touch()
    return program


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if _ask(port, "GET", "/health")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.5)
    tail = log.read_text(errors="replace")[-400:]
    raise Missing(f"Label Studio {VERSION} did not start within {START_SECONDS} s: {tail}")


def _ask(port: int, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text) if text.startswith((b"{", b"[")) else text


def _project(port: int, tasks: int) -> list[int]:
    status, project = _ask(port, "POST", "/api/projects/", {"title": "Bench", "label_config": CONFIG})
    if status != 201:
        raise Missing(f"Label Studio {VERSION} made no project: {status} {project!r:.200}")
    rows = [{"data": {"image": f"/static/{n}.png"}} for n in range(tasks)]
    status, found = _ask(port, "POST", f"/api/projects/{project['id']}/import?return_task_ids=true", rows)
    if status != 201 or len(found.get("task_ids", [])) != tasks:
        raise Missing(f"Label Studio {VERSION} made no tasks: {status} {found!r:.200}")
    return list(found["task_ids"])


@dataclass
class LabelStudioSaver:
    """One annotator on a task of their own: creates an annotation, then changes it, as its editor does."""

    server: LabelStudio
    task: int
    spent: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    annotation: int = 0

    def run(self, until: float, seed: int) -> None:
        rng = random.Random(seed)
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        while time.monotonic() < until:
            try:
                self._save(connection, rng)
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(repr(error))
                connection.close()
        connection.close()

    def _save(self, connection: http.client.HTTPConnection, rng: random.Random) -> None:
        method, path = "POST", f"/api/tasks/{self.task}/annotations/"
        if self.annotation:
            method, path = "PATCH", f"/api/annotations/{self.annotation}/"
        points = [[round(100 * rng.random(), 3), round(100 * rng.random(), 3)] for _ in range(20)]
        region = {
            "id": "region1", "type": "polygonlabels", "from_name": "label", "to_name": "image",
            "original_width": 1000, "original_height": 1000, "image_rotation": 0,
            "value": {"points": points, "closed": True, "polygonlabels": ["car"]},
        }  # fmt: skip
        body = json.dumps({"result": [region], "lead_time": 2.0}, separators=(",", ":"))
        started = time.perf_counter()
        connection.request(method, path, body, self.server.headers)
        answer = connection.getresponse()
        text = answer.read()
        self.spent.append(time.perf_counter() - started)
        if answer.status not in {200, 201}:
            self.errors.append(text[:300].decode(errors="replace"))
            return
        self.annotation = json.loads(text)["id"]


def run(server: LabelStudio, savers: int, seconds: float) -> list[LabelStudioSaver]:
    """So many savers, each at once again after the answer."""
    everyone = [LabelStudioSaver(server, task) for task in server.tasks[:savers]]
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=saver.run, args=(until, seed)) for seed, saver in enumerate(everyone)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return everyone
