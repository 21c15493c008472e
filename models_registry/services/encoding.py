"""Encoding a picture for the smart tool, for browsers too slow to do it: once a content, kept as a file, made by a job.

What is kept is (256, 64, 64) float16, row-major, as the browser reads it. It may be deleted at any time; the oldest go
by themselves.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from PIL import Image, ImageOps

from alp_site.env import ENV
from alp_site.lib.errors import NotFound
from alp_site.lib.jobs import Run, enqueue
from alp_site.lib.models import Job, JobState
from datasets.models import Item
from datasets.services.thumbnails import thumbnail
from models_registry.ml.smart import SHAPE, SIDE, Encoder, prepared
from models_registry.selectors.encodings import Standing, encoder_file, path_of

__all__ = ["KIND", "encode", "request_encoding"]

KIND = "models.encode"
KEPT = 500  # encodings of 2 MB each
NOT_BUILT = "The model's files are not on this server: the front end is not built."

_encoder: tuple[Path, Encoder] | None = None
_guard = threading.Lock()


def request_encoding(*, item: Item, person_id: UUID | None, waits_for: UUID | None = None) -> Standing:
    """How the encoding of the item's picture stands; begun when nothing was. Safe to repeat.

    ``waits_for``: the job of an earlier answer. When it has failed, that is told and nothing is begun anew.
    Raises NotFound for an item without a picture.
    """
    if not item.blob_id:
        raise NotFound("This item has no picture.")
    file = encoder_file()
    if file is None:
        return Standing("failed", None, NOT_BUILT)
    if path_of(file, item.blob_id).is_file():
        return Standing("ready", None)
    key = f"encode:{file.stem}:{item.blob_id}"
    waited = Job.objects.filter(pk=waits_for, kind=KIND, key=key).first() if waits_for else None
    if waited and waited.state in {JobState.FAILED, JobState.CANCELLED}:
        return Standing("failed", waited.pk, waited.error or "It was cancelled.")
    title = f"Encoding of {item.name} for the smart tool"[:200]
    job = enqueue(KIND, key=key, payload={"item": str(item.pk)}, title=title, created_by=person_id)
    return Standing("running" if job.state == JobState.RUNNING else "queued", job.pk)


def encode(run: Run) -> None:
    """The job: one file, put in place whole. May run twice; writes no table. Raises NotFound without the picture."""
    item = Item.objects.filter(pk=run.payload["item"]).first()
    file = encoder_file()
    if item is None or not item.blob_id:
        raise NotFound("The picture is gone.")
    if file is None:
        raise NotFound(NOT_BUILT)
    final = path_of(file, item.blob_id)
    if final.is_file():
        return
    small = thumbnail(item.blob_id, SIDE, mimetype=item.mimetype, size_wh=(item.width, item.height))
    with Image.open(small.path) as image:
        tensor = prepared(ImageOps.exif_transpose(image))
    with _guard:
        values = _loaded(file).run(tensor)
    if values.shape != SHAPE:
        raise ValueError(f"the encoder gave {values.shape}, not {SHAPE}")
    final.parent.mkdir(parents=True, exist_ok=True)
    temp = final.with_name(f".{final.name}.{os.getpid()}.{time.monotonic_ns()}")
    temp.write_bytes(values.astype("<f2").tobytes())
    temp.replace(final)
    _drop_oldest(final.parent.parent)


def _loaded(file: Path) -> Encoder:
    global _encoder  # noqa: PLW0603  one network a process, loaded when a picture is first encoded
    if _encoder is None or _encoder[0] != file:
        _encoder = file, Encoder(file, threads=ENV.ml_threads)
    return _encoder[1]


def _drop_oldest(folder: Path) -> None:
    """Those read or made longest ago, beyond ``KEPT``."""
    found = []
    for path in folder.glob("*/*"):
        with suppress(FileNotFoundError):
            found.append((path.stat().st_mtime, path))
    for _, path in sorted(found)[:-KEPT]:
        path.unlink(missing_ok=True)
