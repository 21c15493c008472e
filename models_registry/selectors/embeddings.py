"""Reading cached embeddings: by encoder and content of the picture, only the rows asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib import storage
from models_registry.models import EmbeddingRow, EmbeddingSet

__all__ = ["embeddings_for", "finite_rows", "folder_of", "known_blobs", "set_for", "set_key"]

LOOKUP = 500


def set_key(encoder_key: str) -> str:
    """The column that names an embedding space: sha256 of the adapter's encoder key."""
    return hashlib.sha256(encoder_key.encode()).hexdigest()


def set_for(encoder_key: str) -> EmbeddingSet | None:
    """The set of an encoder, if anything was ever embedded by it."""
    return EmbeddingSet.objects.filter(key=set_key(encoder_key)).first()


def folder_of(embedding_set: EmbeddingSet) -> Path:
    """Where the shards of a set lie."""
    return storage.shard_folder(f"embeddings-{embedding_set.key[:32]}")


def places(embedding_set: EmbeddingSet, blobs: Iterable[str]) -> dict[str, tuple[str, int]]:
    """blob -> (shard, row) of those that are there."""
    wanted = list(dict.fromkeys(blobs))
    found: dict[str, tuple[str, int]] = {}
    for start in range(0, len(wanted), LOOKUP):
        rows = EmbeddingRow.objects.filter(
            embedding_set=embedding_set, blob_sha256__in=wanted[start : start + LOOKUP]
        ).values_list("blob_sha256", "shard", "row")
        found.update({blob: (shard, row) for blob, shard, row in rows})
    return found


def known_blobs(embedding_set: EmbeddingSet, blobs: Iterable[str]) -> set[str]:
    """Which of these pictures have a vector."""
    return set(places(embedding_set, blobs))


def embeddings_for(encoder_key: str, blobs: Sequence[str]) -> NDArray[np.float16]:
    """(len(blobs), D) float16 in the order asked for, NaN rows where there is none; (N, 0) for an unknown encoder."""
    embedding_set = set_for(encoder_key)
    if embedding_set is None:
        return np.empty((len(blobs), 0), dtype=np.float16)
    out = np.full((len(blobs), embedding_set.dimension), np.nan, dtype=np.float16)
    found = places(embedding_set, blobs)
    at = [index for index, blob in enumerate(blobs) if blob in found]
    if at:
        out[at] = storage.read_rows(folder_of(embedding_set), [found[blobs[index]] for index in at])
    return out


def finite_rows(vectors: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
    """(N,) which rows of (N, D) are vectors; NaN rows, and every row when D is 0, are none."""
    if not vectors.shape[1]:
        return np.zeros(len(vectors), dtype=np.bool_)
    return np.asarray(np.isfinite(vectors).all(axis=1), dtype=np.bool_)
