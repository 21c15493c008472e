"""How long a model takes for one picture alone, where evaluations run: what a latency budget is held against."""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median

from models_registry.ml.adapters import AnyAdapter, says_classes, says_shapes
from models_registry.models import Model
from models_registry.services.embeddings import BlobImages
from models_registry.services.runtime import runtime_of

__all__ = ["PICTURES", "measure"]

PICTURES = 9  # timed ones; the first is shown once before, so that nothing is loaded on the clock


def measure(model: Model, blobs: Sequence[str]) -> float | None:
    """Milliseconds, the median over the first pictures, each asked about by itself and decoded on the way, without
    cached embeddings. None where none of them can be read. Slow; not inside a transaction."""
    runtime = runtime_of(model)
    took: list[float] = []
    with runtime.lock:
        for number, blob in enumerate([*blobs[:1], *blobs[:PICTURES]]):
            started = time.perf_counter()
            read = _ask(runtime.adapter, blob)
            if number and read:
                took.append(time.perf_counter() - started)
    return round(1000 * median(took), 2) if took else None


def _ask(adapter: AnyAdapter, blob: str) -> bool:
    """Whether the picture could be read."""
    picture = BlobImages([blob])
    if says_shapes(adapter):
        return not adapter.detect(picture, batch_size=1).errors
    assert says_classes(adapter)
    return not adapter.predict(picture, batch_size=1).errors
