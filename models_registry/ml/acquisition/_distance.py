"""Squared distances, k-means and farthest-first in float32: written for memory bandwidth.

A pool is stored as float16. What looks at every row once turns it into float32 block by block, while the block lies in
the processor's cache, instead of making a whole float32 copy first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.acquisition.base import Floats

Rows = NDArray[np.float32]
_BLOCK = 1 << 22  # numbers of a distance block: about 16 MB
_UNIT_BLOCK = 1 << 20  # numbers of a block of rows: about 4 MB


def as_rows(embeddings: Floats) -> Rows:
    """Contiguous float32. Copies unless it is that already."""
    return np.ascontiguousarray(embeddings, dtype=np.float32)


def unit_rows(embeddings: Floats, order: NDArray[np.int64] | None = None) -> Rows:
    """Rows of length 1 (zero rows stay zero): distance is then about direction, as in the papers' features. ``order``:
    which rows, in this order."""
    count = len(embeddings) if order is None else len(order)
    rows = np.empty((count, embeddings.shape[1]), np.float32)
    step = max(1, _UNIT_BLOCK // max(1, embeddings.shape[1]))
    for start in range(0, count, step):
        part = slice(start, start + step)
        block = rows[part]
        block[...] = embeddings[part] if order is None else embeddings[order[part]]
        norms = np.sqrt(square_norms(block))
        block /= np.where(norms > 0, norms, 1)[:, None]
    return rows


def square_norms(rows: Rows) -> Rows:
    """(N,) squared lengths."""
    return np.asarray(np.einsum("ij,ij->i", rows, rows), np.float32)


def nearest(
    rows: Floats, centres: Rows, norms: Rows | None = None, *, unit: bool = False
) -> tuple[NDArray[np.int64], Rows]:
    """For each row the index of its nearest centre and the squared distance to it. rows (N, D) float16 or float32,
    centres (K, D). norms: (N,) squared lengths of the rows, when they are known. unit: of ``unit_rows(rows)``."""
    centre_norms = square_norms(centres)
    which = np.empty(len(rows), np.int64)
    distance = np.empty(len(rows), np.float32)
    step = max(1, _BLOCK // max(1, len(centres), centres.shape[1]))
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        mine = unit_rows(rows[part]) if unit else as_rows(rows[part])
        block = mine @ centres.T
        block *= -2
        block += centre_norms
        best = block.argmin(axis=1)
        which[part] = best
        own = square_norms(mine) if norms is None else norms[part]
        distance[part] = np.maximum(block[np.arange(len(best)), best] + own, 0)
    return which, distance


@dataclass(frozen=True)
class Clusters:
    """centres: (K, D). members: (N,) cluster of each row. distance: (N,) squared, to its centre."""

    centres: Rows
    members: NDArray[np.int64]
    distance: Rows


def k_means(
    rows: Floats,
    count: int,
    rng: np.random.Generator,
    *,
    iterations: int = 10,
    sample: int = 10_000,
    unit: bool = False,
) -> Clusters:
    """Lloyd's k-means from k-means++ seeds [Arthur & Vassilvitskii 2007]. Fitted on at most ``sample`` random rows when
    there are more, then every row is assigned. Empty clusters are allowed; ``count`` is cut to the number of rows.
    unit: clusters ``unit_rows(rows)``, which is not made as a whole."""
    count = max(1, min(count, len(rows)))
    some = None if len(rows) <= sample else np.sort(rng.choice(len(rows), max(sample, count), replace=False))
    if unit:
        fit = unit_rows(rows, some)
    else:
        fit = as_rows(rows if some is None else rows[some])
    norms = square_norms(fit)
    centres = fit[_plus_plus(fit, norms, count, rng)]
    before = np.inf
    for _ in range(iterations):
        members, distance = nearest(fit, centres, norms)
        centres = _means(fit, members, centres)
        total = float(distance.sum(dtype=np.float64))
        if total >= before * (1 - 1e-3):
            break
        before = total
    members, distance = nearest(rows, centres, unit=unit)
    return Clusters(centres, members, distance)


def _means(rows: Rows, members: NDArray[np.int64], centres: Rows) -> Rows:
    """Mean of each cluster; an empty one keeps its centre."""
    order = np.argsort(members, kind="stable")
    sizes = np.bincount(members, minlength=len(centres))
    sorted_rows = rows[order]
    moved = centres.copy()
    ends = np.cumsum(sizes)
    for cluster in np.flatnonzero(sizes):  # a few hundred slices: five times as fast as np.add.reduceat
        mine = sorted_rows[ends[cluster] - sizes[cluster] : ends[cluster]]
        moved[cluster] = mine.sum(axis=0, dtype=np.float64) / sizes[cluster]
    return moved


def _plus_plus(rows: Rows, norms: Rows, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """k-means++ seeding: each next row with probability proportional to its squared distance to those chosen."""
    chosen = [int(rng.integers(len(rows)))]
    distance = _to_point(rows, norms, chosen[0])
    while len(chosen) < count:
        weights = distance.astype(np.float64)
        total = weights.sum()
        if total <= 0:  # only duplicates are left
            chosen.append(int(rng.integers(len(rows))))
            continue
        chosen.append(int(min(np.searchsorted(np.cumsum(weights), rng.random() * total, "right"), len(rows) - 1)))
        np.minimum(distance, _to_point(rows, norms, chosen[-1]), out=distance)
    return np.array(chosen, np.int64)


def _to_point(rows: Rows, norms: Rows, index: int) -> Rows:
    distance = norms + norms[index] - 2 * (rows @ rows[index])
    distance[index] = 0
    return np.asarray(np.maximum(distance, 0), dtype=np.float32)


def farthest_first(rows: Floats, distance: Rows, count: int, *, look_ahead: int = 512) -> list[int]:
    """Greedy k-center: again and again the row farthest from everything chosen. The same picks as the naive loop.

    rows: (N, D) float16 or float32. distance: (N,) squared, to what is labelled already (inf if nothing is). Distances
    only shrink, so the rows now farthest are the only ones that can be next while the best of them stays above the
    first one left out: picks among them cost nothing, and one matrix product applies them all to the rest.
    """
    distance = distance.copy()
    picked: list[int] = []
    while len(picked) < count:
        near = min(len(rows), max(look_ahead, 4 * count))
        front = np.argpartition(-distance, near - 1)[:near] if near < len(rows) else np.arange(len(rows))
        front = np.sort(front)  # ties fall to the lower row whatever argpartition did
        outside = np.ones(len(rows), bool)
        outside[front] = False
        bound = float(distance[outside].max()) if near < len(rows) else -np.inf
        ahead = as_rows(rows[front])
        fresh = _among(ahead, square_norms(ahead), distance[front], bound, count - len(picked))
        picked += [int(front[i]) for i in fresh]
        if len(picked) < count:
            _, closer = nearest(rows, ahead[fresh])
            np.minimum(distance, closer, out=distance)
            distance[picked] = -1
    return picked


def _among(rows: Rows, norms: Rows, distance: Rows, bound: float, count: int) -> list[int]:
    """Farthest-first inside the front while its best is at least ``bound``; at least one pick."""
    distance = distance.copy()
    picks: list[int] = []
    while len(picks) < count:
        best = int(distance.argmax())
        if picks and (distance[best] < bound or distance[best] < 0):
            break
        picks.append(best)
        np.minimum(distance, _to_point(rows, norms, best), out=distance)
        distance[best] = -1
        if len(picks) == len(rows):
            break
    return picks
