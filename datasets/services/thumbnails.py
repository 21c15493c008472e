"""Small pictures for grids: those of new files are made in the background, any other when first asked for. They are
kept on disk and may be deleted at any time."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from alp_site.lib import jobs, storage
from alp_site.lib.db import write
from alp_site.lib.db_rows import insert_rows
from alp_site.lib.errors import NotFound
from datasets.models import Item, ThumbnailWanted
from datasets.selectors.payloads import LARGEST_THUMBNAIL
from datasets.services import images
from datasets.services._common import now_ms

__all__ = ["GRID", "SIZES", "Thumbnail", "make_wanted", "ring_wanted", "thumbnail", "want"]

log = logging.getLogger(__name__)
SIZES = (64, 256, 1024, LARGEST_THUMBNAIL)
GRID = 256
JOB = "datasets.thumbnails"
BATCH = 16
TURN = 256  # pictures a job makes before it lets other jobs of its queue go first
_SHOWN_BY_BROWSERS = frozenset({"image/jpeg", "image/png", "image/webp", "image/bmp"})
_SMALL_FILE = 200_000
_at_work = threading.Semaphore(max(2, (os.cpu_count() or 2)))  # decoding must not take every core from the requests


@dataclass(frozen=True)
class Thumbnail:
    path: Path
    mimetype: str
    size: int


def thumbnail(sha256: str, size: int, *, mimetype: str, size_wh: tuple[int, int]) -> Thumbnail:
    """The picture of a blob within `size` pixels (rounded up to one of SIZES). Raises NotFound without its bytes.

    A small original that browsers show is its own thumbnail. Not on an event loop: it may decode."""
    edge = next((s for s in SIZES if s >= size), SIZES[-1])
    original = storage.path(sha256)
    if _is_its_own(mimetype, size_wh, edge) and _bytes_of(original) <= _SMALL_FILE:
        return Thumbnail(original, mimetype, 0)
    return Thumbnail(_cached(original, sha256, edge), "image/webp", edge)


def want(items: Iterable[Item]) -> None:
    """Has the grid's pictures of these new files made in the background, each content once. Joins the transaction that
    writes the items."""
    now = now_ms()
    wanted = {
        item.blob_id
        for item in items
        if item.blob_id
        and not (_is_its_own(item.mimetype, (item.width, item.height), GRID) and item.size <= _SMALL_FILE)
    }
    if not wanted:
        return
    with write():
        rows = [ThumbnailWanted(sha256=sha, asked_at=now) for sha in sorted(wanted)]
        insert_rows(rows, unique=["sha256"], update=["asked_at"])
        ring_wanted()


def ring_wanted() -> None:
    """Sees to it that a job makes what is wanted: one in the house, so that the queue's other workers stay free."""
    if ThumbnailWanted.objects.exists():
        jobs.enqueue(JOB, key=JOB, title="Small pictures of new files")


def make_wanted(run: jobs.Run) -> None:
    """Makes what is wanted, oldest first, some at a time. What cannot be made is left to whoever asks for it."""
    for _ in range(0, TURN, BATCH):
        run.stop_if_cancelled()
        waiting = ThumbnailWanted.objects.order_by("asked_at", "sha256")
        batch = list(waiting.values_list("sha256", flat=True)[:BATCH])
        if not batch:
            break
        for sha256 in batch:
            _make_ahead(sha256)
        with run.commit():
            ThumbnailWanted.objects.filter(sha256__in=batch).delete()
    with run.commit():
        run.finish()
        ring_wanted()


def _make_ahead(sha256: str) -> None:
    try:
        _cached(storage.path(sha256), sha256, GRID)
    except Exception:  # Pillow's decoders raise whatever they like; one picture must not hold up the others
        log.warning("no small picture of %s", sha256, exc_info=True)


def _is_its_own(mimetype: str, size_wh: tuple[int, int], edge: int) -> bool:
    return mimetype in _SHOWN_BY_BROWSERS and max(size_wh) <= edge


def _cached(original: Path, sha256: str, edge: int) -> Path:
    cached = storage.derived_path(f"thumb/{edge}", sha256, ".webp")
    if not cached.is_file():
        with _at_work:
            if not cached.is_file():
                _make(original, cached, edge)
    return cached


def _bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        raise NotFound("The bytes of this file are missing from storage.") from None


def _make(original: Path, cached: Path, edge: int) -> None:
    if not original.is_file():
        raise NotFound("The bytes of this file are missing from storage.")
    with Image.open(original) as image:
        image.draft("RGB", (edge * 2, edge * 2))  # JPEG only: decodes at a fraction, leaving room to resample well
        upright = ImageOps.exif_transpose(image)
        shown = images.eight_bit(upright)
        shown.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
        cached.parent.mkdir(parents=True, exist_ok=True)
        temp = cached.with_name(f".{cached.name}.{os.getpid()}.{threading.get_ident()}")
        shown.save(temp, "WEBP", quality=82, method=2)
        temp.replace(cached)
