"""Measurements, run by hand: ``make bench NAME=loop``. Each prints JSON lines: name, value, unit, baseline, ratio, …"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["number", "own_house", "percentile", "report"]


def report(
    name: str, value: float, unit: str, *, baseline: float | None = None, ratio: float | None = None, note: str = ""
) -> None:
    """One measurement as one line."""
    row = {"name": name, "value": value, "unit": unit, "baseline": baseline, "ratio": ratio, "note": note}
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Progress, apart from the measurements."""
    sys.stderr.write(text + "\n")


def number(name: str, default: int) -> int:
    """A size that the environment may change: ``BENCH_ITEMS=1000 make bench NAME=loop``."""
    return int(os.environ.get(f"BENCH_{name}", default))


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of them do not exceed; nan of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


@contextmanager
def own_house(**environment: str) -> Iterator[Path]:
    """A data folder and a migrated database of the bench's own; Django is set up with them."""
    with tempfile.TemporaryDirectory(prefix="alp-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        os.environ.update(
            {
                "DJANGO_SETTINGS_MODULE": "alp_site.settings.dev",
                "ALP_DATA_DIR": str(folder / "data"),
                "ALP_SQLITE_FILE": str(folder / "house.sqlite3"),
                "ALP_LOG_LEVEL": "WARNING",
                **environment,
            }
        )
        (folder / "data").mkdir()
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        yield folder
