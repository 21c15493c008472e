"""Embeddings kept between runs, by encoder and content: the second seed of a benchmark decodes no picture.

A file an encoder in ``settings.CACHE_DIR``; replaced as a whole, so a reader never sees half of one.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from models_registry.models import EmbeddingRow, Model
from models_registry.selectors.catalogue import is_frozen_encoder
from models_registry.selectors.embeddings import embeddings_for, set_for
from models_registry.services import embeddings
from models_registry.services.runtime import encoder_of

__all__ = ["keep", "take"]


def take(model: Model) -> int:
    """Puts what is cached for the model's encoder into the database; returns how many vectors."""
    if not is_frozen_encoder(model.adapter, model.configuration):
        return 0
    adapter = encoder_of(model).adapter
    blobs, vectors = _read(adapter.encoder_key())
    if len(blobs):
        embeddings.store(adapter, blobs, vectors)
    return len(blobs)


def keep(model: Model) -> int:
    """Adds what the database has of the model's encoder to the cache; returns how many it holds now."""
    if not is_frozen_encoder(model.adapter, model.configuration):
        return 0
    key = encoder_of(model).adapter.encoder_key()
    found = set_for(key)
    if found is None:
        return 0
    blobs, vectors = _read(key)
    known = set(blobs)
    rows = EmbeddingRow.objects.filter(embedding_set=found).values_list("blob_sha256", flat=True)
    fresh = sorted(set(rows) - known)
    if fresh:
        new = embeddings_for(key, fresh)
        _write(key, [*blobs, *fresh], np.concatenate([vectors, new]) if len(blobs) else new)
    return len(known) + len(fresh)


def _path(key: str) -> Path:
    return Path(settings.CACHE_DIR) / "embeddings" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"


def _read(key: str) -> tuple[list[str], NDArray[np.float16]]:
    path = _path(key)
    if not path.is_file():
        return [], np.empty((0, 0), dtype=np.float16)
    with np.load(path, allow_pickle=False) as content:
        return [str(blob) for blob in content["blobs"]], content["vectors"]


def _write(key: str, blobs: list[str], vectors: NDArray[Any]) -> None:
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    temp = path.with_name(f".{path.stem}.{os.getpid()}.npz")
    np.savez(temp, blobs=np.array(blobs, dtype="U64"), vectors=vectors.astype(np.float16))
    temp.replace(path)
