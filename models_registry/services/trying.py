"""One picture shown to a version, for people who want to see what it says: nothing of it goes into a dataset.

The picture lies in storage without a reference, so that housekeeping takes it away; the answer is a small file, and the
oldest go by themselves.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings

from alp_site.lib import storage
from alp_site.lib.errors import Invalid
from alp_site.lib.jobs import Run, enqueue
from alp_site.lib.models import Job
from models_registry.errors import NotTrained
from models_registry.ml.adapters import Adapter, ShapeAdapter, says_shapes
from models_registry.ml.images import UnreadableImage, open_upright
from models_registry.models import Model
from models_registry.selectors.tries import KIND, answer_path
from models_registry.services.drawing import DECIMALS, drawn
from models_registry.services.runtime import runtime_of, tempered

__all__ = ["request_try", "try_picture"]

MOST_SHAPES = 300
KEPT = 200  # answers of a few kB each


def request_try(*, model: Model, file: IO[bytes], person_id: UUID | None) -> Job:
    """The job that will show the picture to the version. Raises NotTrained, Invalid (no picture), TooLarge."""
    if not model.can_predict:
        raise NotTrained(f"{model.name} has no weights to predict with.", model=str(model.pk))
    received = storage.receive(file, max_bytes=settings.MAX_UPLOAD_BYTES)
    try:
        with open_upright(received.path, (1, 1)) as (_, size):
            if size[0] * size[1] > settings.MAX_IMAGE_PIXELS:
                limit = settings.MAX_IMAGE_PIXELS // 1_000_000
                raise Invalid(f"The picture has more than {limit} megapixels.", field="file")
    except UnreadableImage as error:
        raise Invalid(f"This is no picture that can be read: {error}", field="file") from None
    return enqueue(
        KIND, key=f"try:{model.pk}:{received.sha256}:{person_id}",
        payload={"model": str(model.pk), "blob": received.sha256}, project_id=model.project_id,
        title=f"Try {model.name}"[:200], created_by=person_id,
    )  # fmt: skip


def try_picture(run: Run) -> None:
    """The job: its answer becomes a file, whole or not at all. May run twice; writes no table but its own end."""
    model = Model.objects.get(pk=run.payload["model"])
    path = storage.path(run.payload["blob"])
    started = time.perf_counter()
    runtime = runtime_of(model)
    with runtime.lock:
        adapter = runtime.adapter
        said = _shapes(adapter, path, model) if says_shapes(adapter) else _classes(adapter, path, model)  # type: ignore[arg-type]
    said["seconds"] = round(time.perf_counter() - started, 3)
    final = answer_path(run.job.pk)
    final.parent.mkdir(parents=True, exist_ok=True)
    temp = final.with_name(f".{final.name}.{os.getpid()}")
    temp.write_text(json.dumps(said), encoding="utf-8")
    temp.replace(final)
    _drop_oldest(final.parent.parent)


def _classes(adapter: Adapter, path: Path, model: Model) -> dict[str, Any]:
    """Every class with its share, the likeliest first. Raises Invalid."""
    found = adapter.predict([path])
    if found.errors:
        raise Invalid(found.errors[0], field="file")
    shares = tempered(found.probs, model.temperature)[0]
    with open_upright(path, (1, 1)) as (_, size):
        ranked = sorted(zip(adapter.labels, shares.tolist(), strict=True), key=lambda pair: -pair[1])
        return {
            "size_wh": list(size),
            "classes": [{"label": label, "share": round(share, DECIMALS)} for label, share in ranked],
        }


def _shapes(adapter: ShapeAdapter, path: Path, model: Model) -> dict[str, Any]:
    """Everything it says of the picture, the surest first, and from which score it would be shown. Raises Invalid."""
    found = adapter.detect([path])
    if found.errors:
        raise Invalid(found.errors[0], field="file")
    return {
        "size_wh": [int(side) for side in found.sizes_wh[0]],
        "threshold": round(adapter.threshold if model.shown_from is None else model.shown_from, DECIMALS),
        "shapes": [drawn(shape, adapter.labels) for shape in found.shapes[0][:MOST_SHAPES]],
    }


def _drop_oldest(folder: Path) -> None:
    found = []
    for path in folder.glob("*/*"):
        with suppress(FileNotFoundError):
            found.append((path.stat().st_mtime, path))
    for _, path in sorted(found)[:-KEPT]:
        path.unlink(missing_ok=True)
