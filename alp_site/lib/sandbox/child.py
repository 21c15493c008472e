"""The process that runs people's code: started by ``run.py`` as a script, apart from this project (``python -I``).

It reads the job and all requests, locks itself up, says that it is ready, and then answers one request a line until its
input ends. Standard library only.
"""

from __future__ import annotations

import ctypes
import importlib.util
import io
import json
import linecache
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

NAME = "<code>"
SYSTEM_LIBRARIES = (
    "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
    "/lib64", "/usr/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo", "/dev/urandom",
)  # fmt: skip
RESULT_KEYS = ("outputs", "action", "metadata", "annotations", "images")
CANNOT = 70


class Printed(io.TextIOBase):
    """What the code prints, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._parts: list[str] = []
        self._left = limit

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._left > 0:
            self._parts.append(text[: self._left])
            self._left -= len(text)
            if self._left <= 0:
                self._parts.append("\n… the rest was cut off")
        return len(text)

    def text(self) -> str:
        return "".join(self._parts)


class Context:
    """What ``run(item, context)`` holds on to beside its item. Its attributes are documented in pipelines/README.md."""

    def __init__(self, request: Mapping[str, Any], out: str) -> None:
        self.inputs: dict[str, Any] = request.get("inputs", {})
        self.parameters: dict[str, Any] = request.get("parameters", {})
        self.variables: dict[str, Any] = request.get("variables", {})
        self.execution_id: str = request.get("execution_id", "")
        self.image_path: str | None = request.get("image")
        self.folder = Path(out)
        self.images: list[dict[str, str]] = []

    def open_image(self) -> Any:
        """The item's picture as a Pillow image, turned the way people see it."""
        if self.image_path is None:
            raise ValueError("The node does not ask for images: turn on 'Give the image' in its settings.")
        from PIL import Image, ImageOps

        return ImageOps.exif_transpose(Image.open(self.image_path))

    def save_image(self, image: Any, name: str = "") -> str:
        """Keeps a picture (a Pillow image or an array) as a result; ``name`` is that of the new item."""
        if hasattr(image, "__array_interface__") and not hasattr(image, "save"):
            from PIL import Image

            image = Image.fromarray(image)
        file = f"{len(self.images):04d}.png"
        image.save(self.folder / file)
        self.images.append({"file": file, "name": name or file})
        return file


def load_confine() -> ModuleType:
    spec = importlib.util.spec_from_file_location("alp_confine", Path(__file__).with_name("confine.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["alp_confine"] = module
    spec.loader.exec_module(module)
    return module


def readable_paths(images: list[str]) -> list[str]:
    found = [*sys.path, os.path.dirname(os.__file__), *SYSTEM_LIBRARIES, *images]  # noqa: PTH120
    return [path for path in dict.fromkeys(found) if path and os.path.exists(path)]  # noqa: PTH110


def limit(job: Mapping[str, Any]) -> None:
    """Memory beyond what Python itself takes, CPU, files. Not to be raised again: soft and hard are the same."""
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
        base = int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    for what, most in (
        (resource.RLIMIT_AS, base + job["memory_bytes"]),
        (resource.RLIMIT_CPU, job["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, job["file_bytes"]),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        hard = resource.getrlimit(what)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (value, value))


def follow(parent: int) -> None:
    """Dies with the process that started this one; steps back for people's work and first when memory is short."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)
    os.nice(5)
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:  # noqa: PTH123
            file.write("1000")
    except OSError:
        pass  # not everywhere; the memory limit holds without it


class Runner:
    def __init__(self, job: Mapping[str, Any], answer: Callable[[dict[str, Any]], None]) -> None:
        self.job, self.answer = job, answer
        self.run: Callable[[Any, Context], Any] | None = None

    def load(self) -> Callable[[Any, Context], Any]:
        """The code's ``run``, executed once a process."""
        if self.run is None:
            source = str(self.job["code"])
            linecache.cache[NAME] = (len(source), None, source.splitlines(keepends=True), NAME)
            compiled: CodeType = compile(source, NAME, "exec", dont_inherit=True)
            namespace: dict[str, Any] = {"__name__": "code", "__file__": NAME}
            exec(compiled, namespace)  # noqa: S102  that is what this process is for
            run = namespace.get("run")
            if not callable(run):
                raise TypeError("The code has no function run(item, context).")
            self.run = run
        return self.run

    def one(self, n: int, request: Mapping[str, Any]) -> None:
        printed = Printed(self.job["stdout_chars"])
        sys.stdout = sys.stderr = printed
        context = Context(request, self.job["out"])
        body: dict[str, Any] = {"n": n}
        try:
            body["result"] = checked(self.load()(request["item"], context), context)
            body["files"] = [image["file"] for image in context.images]
            text = json.dumps(body, allow_nan=False)
            if len(text) > self.job["answer_bytes"]:
                raise ValueError(f"The result is larger than {self.job['answer_bytes']} bytes.")
        except BaseException as error:  # noqa: BLE001  whatever it is, SystemExit too, is this item's failure
            body = {"n": n, "error": described(error)}
        body["stdout"] = printed.text().encode("utf-8", "replace").decode()
        self.answer(body)


def checked(result: Any, context: Context) -> dict[str, Any]:
    """What ``run`` returned, with the pictures it saved. Raises TypeError naming what is not known."""
    found = {} if result is None else result
    if not isinstance(found, dict):
        raise TypeError(f"run() returns a dictionary or None, not {type(result).__name__}.")
    strange = [key for key in found if key not in RESULT_KEYS]
    if strange:
        raise TypeError(f"run() returned {strange[0]!r}; it may return {', '.join(RESULT_KEYS)}.")
    return {**found, "images": context.images} if context.images else found


def described(error: BaseException) -> dict[str, Any]:
    """Type, message, line of the code and the traceback from there on."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == NAME]
    line = frames[-1].lineno if frames else error.lineno if isinstance(error, SyntaxError) else None
    trace = "".join(traceback.format_list(frames)) + "".join(traceback.format_exception_only(error))
    return {"type": type(error).__name__, "message": str(error)[:2000], "line": line, "trace": trace[-8000:]}


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    with open(job["requests"], encoding="utf-8") as file:  # noqa: PTH123
        requests = [json.loads(line) for line in file]
    follow(job["parent"])
    channel = os.dup(1)
    os.dup2(2, 1)  # what native code prints must not look like an answer
    os.chdir(job["out"])
    limit(job)

    def answer(body: dict[str, Any]) -> None:
        data = json.dumps(body).encode() + b"\n"
        while data:
            data = data[os.write(channel, data) :]

    if job["confine"]:
        confine = load_confine()
        try:
            confine.lock_up(readable_paths(job["images"]), [job["out"]])
        except (confine.CannotConfine, OSError) as error:
            answer({"cannot": str(error)})
            os._exit(CANNOT)
    answer({"ready": True})
    runner = Runner(job, answer)
    while line := os.read(0, 32):
        n = int(line)
        runner.one(n, requests[n])


if __name__ == "__main__":
    main()
    os._exit(0)
