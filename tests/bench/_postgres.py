"""A PostgreSQL of a bench's own: the newest that is installed, as it comes, in a folder that goes with it."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.house import free_port

__all__ = ["Missing", "running"]

HOMES = Path("/usr/lib/postgresql")  # Debian's; elsewhere what the path has
SERVER_USER = "postgres"  # the server refuses to run as root


class Missing(Exception):
    """There is none here, or it cannot be started."""


@contextmanager
def running() -> Iterator[str]:
    """The address of an empty database. Raises Missing."""
    binaries = _binaries()
    with tempfile.TemporaryDirectory(prefix="alp-bench-pg-", ignore_cleanup_errors=True) as name:
        folder, port = Path(name), free_port()
        as_user = _user_for(folder)
        data = folder / "data"
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        _run(as_user, folder, binaries / "initdb", "-D", data, "-U", "alp", "--auth=trust", "--encoding=UTF8",
             "--locale=C.UTF-8")  # fmt: skip
        control = (binaries / "pg_ctl", "-D", data, "-w")
        _run(as_user, folder, *control, "-l", folder / "log", "-o", options, "start")
        try:
            _run(as_user, folder, binaries / "createdb", "-h", "127.0.0.1", "-p", port, "-U", "alp", "alp")
            yield f"postgres://alp@127.0.0.1:{port}/alp"
        finally:
            _run(as_user, folder, *control, "-m", "fast", "stop")


def _binaries() -> Path:
    homes = sorted(HOMES.glob("*/bin"), key=lambda home: [int(n) for n in re.findall(r"\d+", home.parent.name)])
    found = [home for home in homes if (home / "initdb").is_file()]
    if found:
        return found[-1]
    if initdb := shutil.which("initdb"):
        return Path(initdb).parent
    raise Missing("PostgreSQL is not installed here")


def _user_for(folder: Path) -> list[str]:
    """How its programs are called: as root by way of its own user, who then has the folder."""
    if os.geteuid() != 0:
        return []
    try:
        user = pwd.getpwnam(SERVER_USER)
    except KeyError:
        raise Missing(f"there is no user {SERVER_USER} to run it as") from None
    folder.chmod(0o755)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["runuser", "-u", SERVER_USER, "--"]


def _run(as_user: list[str], folder: Path, *command: object) -> None:
    # Into a file: the server keeps what it was given, and a pipe would be waited for until it ends.
    with tempfile.TemporaryFile("w+") as said:
        line = [*as_user, *map(str, command)]
        done = subprocess.run(line, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False)
        said.seek(0)
        if done.returncode:
            raise Missing(f"{Path(str(command[0])).name}: {said.read()[-500:].strip()}")
