"""A process of a house that runs management commands as they are asked for: only the first waits for Django to start.

`python -m tests.desk` reads a line of JSON {"arguments", "stdin"} a command and answers with {"code", "out", "err"}.
It ends with its standard input. `Desk` is the other end, in the test's process.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import traceback
from typing import Any

__all__ = ["Desk"]


class Desk:
    """Starts the process when first asked, and again should it have died.

    It keeps no connection between two commands: a database file may be looked at, copied or dropped meanwhile.
    """

    def __init__(self, environment: dict[str, str], folder: str) -> None:
        self.environment = environment
        self.folder = folder
        self._process: subprocess.Popen[str] | None = None

    def run(self, arguments: list[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.desk"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"arguments": arguments, "stdin": stdin}) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        return subprocess.CompletedProcess(arguments, told["code"], told["out"], told["err"])

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def answer(arguments: list[str], stdin: str) -> dict[str, Any]:
    from django.core.management import ManagementUtility
    from django.db import connections

    out, err, code = io.StringIO(), io.StringIO(), 0
    before, sys.stdin = sys.stdin, io.StringIO(stdin)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            ManagementUtility(["manage.py", *arguments]).execute()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:  # noqa: BLE001 - whatever a command raises is told to who asked, with its trace
        code = 1
        err.write(traceback.format_exc())
    finally:
        sys.stdin = before
        connections.close_all()
    return {"code": code, "out": out.getvalue(), "err": err.getvalue()}


if __name__ == "__main__":
    answers = sys.stdout
    for line in sys.stdin:
        print(json.dumps(answer(**json.loads(line))), file=answers, flush=True)
