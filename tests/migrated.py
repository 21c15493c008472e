"""A migrated SQLite database, made once for a set of migrations and copied for every run and house.

Going through all migrations takes several seconds of a core; a suite with many houses would do it dozens of times. The
migrations still run: when one changes the copy is made anew, and Django checks on every start that none is missing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

__all__ = ["copy_migrated"]

ROOT = Path(__file__).resolve().parent.parent
KEPT_IN = ROOT / ".pytest_cache" / "migrated"


def copy_migrated(target: Path) -> None:
    """Puts a migrated database there, unless something is there already."""
    if target.exists():
        return
    KEPT_IN.mkdir(parents=True, exist_ok=True)
    source = KEPT_IN / f"{_digest()}.sqlite3"
    with (KEPT_IN / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not source.exists():
            _make(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _digest() -> str:
    found = hashlib.sha256(f"{version('Django')} {version('django-q2')} {sys.version_info[:2]}".encode())
    for path in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py")]):
        found.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return found.hexdigest()[:24]


def _make(target: Path) -> None:
    for old in target.parent.glob("*.sqlite3"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="alp-migrated-") as name:
        made = Path(name) / "new.sqlite3"
        environment = {
            **os.environ,
            "ALP_DATA_DIR": name,
            "ALP_SQLITE_FILE": str(made),
            "DJANGO_SETTINGS_MODULE": "alp_site.settings.dev",
        }
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        shutil.move(made, target)
