"""Shards: (N, D) float16 arrays on disk, written once, read by row through a memory map."""

from __future__ import annotations

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.conf import settings

Float16 = npt.NDArray[np.float16]


def shard_folder(name: str) -> Path:
    """The folder of one embedding set."""
    return Path(settings.DATA_DIR) / "shards" / re.sub(r"[^A-Za-z0-9._-]", "_", name)


def append_shard(folder: Path, rows: npt.NDArray[np.floating]) -> str:
    """Writes (N, D) vectors as one float16 shard named after its content, and returns that name. Repeatable."""
    data = np.ascontiguousarray(rows, dtype=np.float16)
    if data.ndim != 2:
        raise ValueError(f"vectors must be (N, D), got {data.shape}")
    name = f"{hashlib.sha256(data.tobytes()).hexdigest()[:32]}.npy"
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / name
    if not final.is_file():
        temp = folder / f".{name}.{os.getpid()}.npy"
        np.save(temp, data)
        temp.replace(final)
    return name


def read_rows(folder: Path, places: Sequence[tuple[str, int]]) -> Float16:
    """The vectors at (shard, row), in the order asked for: (len(places), D) float16. Reads only those rows."""
    if not places:
        return np.empty((0, 0), dtype=np.float16)
    by_shard: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for at, (shard, row) in enumerate(places):
        by_shard[shard].append((at, row))
    width = _open(str(folder / places[0][0])).shape[1]
    out = np.empty((len(places), width), dtype=np.float16)
    for shard, wanted in by_shard.items():
        where = np.fromiter((at for at, _ in wanted), dtype=np.int64)
        rows = np.fromiter((row for _, row in wanted), dtype=np.int64)
        out[where] = _open(str(folder / shard))[rows]
    return out


@lru_cache(maxsize=256)
def _open(name: str) -> Float16:
    return np.load(name, mmap_mode="r")  # type: ignore[no-any-return]
