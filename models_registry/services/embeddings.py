"""Embedding pictures once per encoder: shards by content, rows upserted, safe to interrupt and to repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib import storage
from alp_site.lib.db import bulk_size, write
from alp_site.lib.db_rows import insert_rows, new_row
from models_registry.ml.adapters import AnyAdapter
from models_registry.models import EmbeddingRow, EmbeddingSet
from models_registry.selectors import embeddings as stored

__all__ = ["BlobImages", "ensure", "store"]

CHUNK = 1024  # pictures a shard: what an interruption can cost
THIN = 8  # rows of a few short columns: as many cost no more time than bulk work's usual ones


class BlobImages(Sequence[Any]):
    """Pictures by content as an adapter wants them: paths, looked up when they are read."""

    def __init__(self, blobs: Sequence[str]) -> None:
        self.blobs = blobs

    def __len__(self) -> int:
        return len(self.blobs)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return BlobImages(self.blobs[index])
        return storage.path(self.blobs[index])


def ensure(
    adapter: AnyAdapter, blobs: Sequence[str], *, progress: Callable[[int, int], None] | None = None
) -> dict[str, str]:
    """Embeds the pictures that have no vector yet. Returns blob -> why, for those that could not be read.

    Slow; not inside a transaction. Each chunk is kept as soon as it is made: a repeated call goes on where it was.
    ``progress`` may raise to stop.
    """
    known = stored.set_for(adapter.encoder_key())
    have = stored.known_blobs(known, blobs) if known else set()
    missing = [blob for blob in dict.fromkeys(blobs) if blob not in have]
    errors: dict[str, str] = {}
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]

        def tell(count: int, _total: int, base: int = start) -> None:
            if progress:
                progress(base + count, len(missing))

        vectors, unreadable = adapter.embed(BlobImages(chunk), progress=tell)
        errors.update({chunk[index]: why for index, why in unreadable.items()})
        store(adapter, chunk, vectors)
    return errors


def store(adapter: AnyAdapter, blobs: Sequence[str], vectors: NDArray[np.floating[Any]]) -> None:
    """Keeps (N, D) vectors of these pictures; rows of NaN are left out. Safe to repeat."""
    good = stored.finite_rows(vectors)
    kept = [blob for blob, is_good in zip(blobs, good, strict=True) if is_good]
    if not kept:
        return
    embedding_set = stored.set_for(adapter.encoder_key()) or _new_set(adapter, int(vectors.shape[1]))
    shard = storage.append_shard(stored.folder_of(embedding_set), vectors[good])
    rows = [
        new_row(EmbeddingRow, embedding_set_id=embedding_set.pk, blob_sha256=blob, shard=shard, row=at)
        for at, blob in enumerate(kept)
    ]
    size = THIN * bulk_size()
    for start in range(0, len(rows), size):
        with write():
            insert_rows(rows[start : start + size], ignore=True)


def _new_set(adapter: AnyAdapter, dimension: int) -> EmbeddingSet:
    defaults = {"adapter": adapter.info.name, "dimension": dimension}
    with write():
        return EmbeddingSet.objects.get_or_create(key=stored.set_key(adapter.encoder_key()), defaults=defaults)[0]
