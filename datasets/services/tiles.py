"""Huge pictures, and large ones that no browser shows, as tiles: cut in the background once a content, sooner where
somebody waits. They are kept beside the thumbnails and may be deleted at any time: whoever asks has them cut again."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db.models import F

from alp_site.lib import jobs, storage
from alp_site.lib.db import write
from alp_site.lib.db_rows import insert_rows
from alp_site.lib.errors import NotFound
from datasets.models import Item, TilesWanted
from datasets.selectors import is_tiled
from datasets.services import pyramid
from datasets.services._common import now_ms

__all__ = ["JOB", "State", "Tile", "ask", "make_wanted", "ring_wanted", "tile", "want"]

log = logging.getLogger(__name__)
JOB = "datasets.tiles"
TURN = 8  # pictures a job cuts before it lets other jobs of its queue go first
MAX_ATTEMPTS = 3  # a picture that takes its worker down with it is given up
RETRY_FAILED = timedelta(minutes=10)


@dataclass(frozen=True)
class State:
    """Whether a picture's tiles are there; if not, why they never will be, or "" while they are being cut."""

    ready: bool
    error: str = ""


@dataclass(frozen=True)
class Tile:
    data: bytes
    mimetype: str


def want(items: Iterable[Item]) -> None:
    """Has the tiles of these new files cut in the background. Joins the transaction that writes the items."""
    new = {item.blob_id: item.mimetype for item in items if item.blob_id and is_tiled(item)}
    if not new:
        return
    now = now_ms()
    with write():
        rows = [TilesWanted(sha256=sha, mimetype=kind, asked_at=now) for sha, kind in sorted(new.items())]
        insert_rows(rows, unique=["sha256"], update=["mimetype"])
        ring_wanted()


def ask(item: Item) -> State:
    """Whether its tiles are there; if not, they are the next to be cut. Cheap to repeat: it writes once.

    What failed is tried again after a while."""
    assert item.blob_id
    if _archive(item.blob_id).is_file():
        return State(ready=True)
    known = TilesWanted.objects.filter(pk=item.blob_id).first()
    if known and known.error and known.asked_at > now_ms() - RETRY_FAILED:
        return State(ready=False, error=known.error)
    if known is None or known.error or not known.waited_for:
        with write():
            row = TilesWanted(sha256=item.blob_id, mimetype=item.mimetype, asked_at=now_ms(), waited_for=True)
            insert_rows([row], unique=["sha256"], update=["asked_at", "waited_for", "attempts", "error"])
            ring_wanted()
    return State(ready=False)


def tile(item: Item, level: int, column: int, row: int) -> Tile | None:
    """A tile; None while they are being cut. Raises NotFound where the picture has none."""
    assert item.blob_id
    all_levels = pyramid.levels((item.width, item.height))
    if level >= len(all_levels) or column >= all_levels[level].columns or row >= all_levels[level].rows:
        raise NotFound("This picture has no such tile.", level=level, column=column, row=row)
    try:
        found = pyramid.read_tile(_archive(item.blob_id), level, column, row)
    except FileNotFoundError:
        return None
    if found is None:
        raise NotFound("This tile is missing from its picture's pyramid.", level=level, column=column, row=row)
    return Tile(*found)


def ring_wanted() -> None:
    """Sees to it that a job cuts what is wanted: one in the house, so that the queue's other workers stay free."""
    if TilesWanted.objects.filter(error="").exists():
        jobs.enqueue(JOB, key=JOB, title="Tiles of huge pictures")


def make_wanted(run: jobs.Run) -> None:
    """Cuts what is wanted: what somebody waits for first, then the oldest."""
    for number in range(TURN):
        run.stop_if_cancelled()
        row = TilesWanted.objects.filter(error="").order_by("-waited_for", "asked_at", "sha256").first()
        if row is None:
            break
        error = _cut(run, row, number)
        with run.commit():
            mine = TilesWanted.objects.filter(pk=row.pk)
            mine.update(error=error[:300], asked_at=now_ms()) if error else mine.delete()
    with run.commit():
        run.finish()
        ring_wanted()


def _cut(run: jobs.Run, row: TilesWanted, number: int) -> str:
    """Cuts one picture unless that is done; returns what went wrong."""
    target = _archive(row.sha256)
    if target.is_file():
        return ""
    if row.attempts >= MAX_ATTEMPTS:
        return f"The worker died {row.attempts} times while at it."
    with run.commit():
        TilesWanted.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
    original = storage.path(row.sha256)
    if not original.is_file():
        return "The bytes of this file are missing from storage."
    try:
        pyramid.build(
            original, target, mimetype=row.mimetype, tell=lambda share: run.progress(number + share, TURN, row.sha256)
        )
    except Exception as error:  # decoders raise whatever they like; one picture must not hold up the others
        log.warning("no tiles of %s", row.sha256, exc_info=True)
        return str(error).strip().split("\n")[0] or type(error).__name__
    return ""


def _archive(sha256: str) -> Path:
    return storage.derived_path("tiles", sha256, ".zip")
