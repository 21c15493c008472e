"""How long a model takes for one picture alone, where evaluations run: what a latency budget is held against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models_registry.ml.adapters import AnyAdapter, says_classes, says_shapes
from models_registry.ml.latency import time_passes
from models_registry.models import Model
from models_registry.services.embeddings import BlobImages
from models_registry.services.runtime import runtime_of

__all__ = ["PICTURES", "measure"]

PICTURES = 9


def measure(model: Model, blobs: Sequence[str]) -> dict[str, Any]:
    """``{"latency_ms", "latency_wall_ms", "latency_by"}`` of the first pictures, each asked about by itself and decoded
    on the way, without cached embeddings; how, and why neighbours count little, ``ml.latency`` says. None each where no
    picture can be read. Slow; not inside a transaction."""
    runtime = runtime_of(model)
    adapter = runtime.adapter
    first = blobs[:PICTURES]
    with runtime.lock, adapter.one_thread() as own:
        found = time_passes(lambda at: _ask(adapter, first[at]), len(first), own=own)
    if found is None:
        return dict.fromkeys(("latency_ms", "latency_wall_ms", "latency_by"))
    return {"latency_ms": found.ms, "latency_wall_ms": found.wall_ms, "latency_by": found.by}


def _ask(adapter: AnyAdapter, blob: str) -> bool:
    """Whether the picture could be read."""
    picture = BlobImages([blob])
    if says_shapes(adapter):
        return not adapter.detect(picture, batch_size=1).errors
    assert says_classes(adapter)
    return not adapter.predict(picture, batch_size=1).errors
