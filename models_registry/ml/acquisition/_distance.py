"""Squared distances, k-means and farthest-first on float32 rows: written for memory bandwidth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.acquisition.base import Floats

Rows = NDArray[np.float32]
_BLOCK = 1 << 23  # numbers of a distance block: about 32 MB


def as_rows(embeddings: Floats) -> Rows:
    """Contiguous float32. Copies unless it is that already."""
    return np.ascontiguousarray(embeddings, dtype=np.float32)


def unit_rows(embeddings: Floats) -> Rows:
    """Rows of length 1 (zero rows stay zero): distance is then about direction, as in the papers' features."""
    rows = np.array(embeddings, dtype=np.float32, order="C")
    norms = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    rows /= np.where(norms > 0, norms, 1)[:, None]
    return rows


def square_norms(rows: Rows) -> Rows:
    """(N,) squared lengths."""
    return np.asarray(np.einsum("ij,ij->i", rows, rows), np.float32)


def nearest(rows: Rows, centres: Rows, norms: Rows | None = None) -> tuple[NDArray[np.int64], Rows]:
    """For each row the index of its nearest centre and the squared distance to it. rows (N, D), centres (K, D)."""
    norms = square_norms(rows) if norms is None else norms
    centre_norms = square_norms(centres)
    which = np.empty(len(rows), np.int64)
    distance = np.empty(len(rows), np.float32)
    step = max(1, _BLOCK // max(1, len(centres)))
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        block = rows[part] @ centres.T
        block *= -2
        block += centre_norms
        best = block.argmin(axis=1)
        which[part] = best
        distance[part] = np.maximum(block[np.arange(len(best)), best] + norms[part], 0)
    return which, distance


@dataclass(frozen=True)
class Clusters:
    """centres: (K, D). members: (N,) cluster of each row. distance: (N,) squared, to its centre."""

    centres: Rows
    members: NDArray[np.int64]
    distance: Rows


def k_means(
    rows: Rows, count: int, rng: np.random.Generator, *, iterations: int = 10, sample: int = 10_000
) -> Clusters:
    """Lloyd's k-means from k-means++ seeds [Arthur & Vassilvitskii 2007]. Fitted on at most ``sample`` random rows when
    there are more, then every row is assigned. Empty clusters are allowed; ``count`` is cut to the number of rows."""
    count = max(1, min(count, len(rows)))
    fit = rows if len(rows) <= sample else rows[np.sort(rng.choice(len(rows), max(sample, count), replace=False))]
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
    members, distance = nearest(rows, centres)
    return Clusters(centres, members, distance)


def _means(rows: Rows, members: NDArray[np.int64], centres: Rows) -> Rows:
    """Mean of each cluster; an empty one keeps its centre."""
    order = np.argsort(members, kind="stable")
    present, starts = np.unique(members[order], return_index=True)
    sums = np.add.reduceat(rows[order], starts, axis=0, dtype=np.float64)
    moved = centres.copy()
    moved[present] = (sums / np.diff(np.append(starts, len(rows)))[:, None]).astype(np.float32)
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


def farthest_first(rows: Rows, distance: Rows, count: int, *, look_ahead: int = 512) -> list[int]:
    """Greedy k-center: again and again the row farthest from everything chosen. The same picks as the naive loop.

    distance: (N,) squared, to what is labelled already (inf if nothing is). Distances only shrink, so the rows now
    farthest are the only ones that can be next while the best of them stays above the first one left out: picks among
    them cost nothing, and one matrix product applies them all to the rest.
    """
    norms = square_norms(rows)
    distance = distance.copy()
    picked: list[int] = []
    while len(picked) < count:
        near = min(len(rows), max(look_ahead, 4 * count))
        front = np.argpartition(-distance, near - 1)[:near] if near < len(rows) else np.arange(len(rows))
        front = np.sort(front)  # ties fall to the lower row whatever argpartition did
        outside = np.ones(len(rows), bool)
        outside[front] = False
        bound = float(distance[outside].max()) if near < len(rows) else -np.inf
        fresh = _among(rows[front], norms[front], distance[front], bound, count - len(picked))
        picked += [int(front[i]) for i in fresh]
        if len(picked) < count:
            _, closer = nearest(rows, rows[front[fresh]], norms)
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
