"""Whether the pictures that come in now are another kind than those a model was judged on.

Black-box shift detection [Lipton et al. 2018; Rabanser et al., "Failing Loudly", NeurIPS 2019, where it was the most
reliable of the methods that need no second model]: what a model answers on held-out pictures of before and on new ones
are two samples; each class's score is compared by the two-sample Kolmogorov-Smirnov test, and the smallest p is taken
times the number of classes (Bonferroni).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Shift", "ks_distance", "ks_p", "largest_shift"]

TERMS: Final = 100


@dataclass(frozen=True)
class Shift:
    """``distance``: the largest gap between the two distribution functions of one column, 0..1; ``column``: which;
    ``p``: how often equal pictures would differ as much in any column, 0..1."""

    distance: float
    column: int
    p: float


def largest_shift(before: NDArray[Any], now: NDArray[Any]) -> Shift:
    """before: (N, C), now: (M, C) scores 0..1, one row a picture, the same columns; rows that are not finite are left
    out. Raises ValueError where a sample is empty or the columns differ in number."""
    old, new = _finite(before), _finite(now)
    if not len(old) or not len(new) or old.shape[1] != new.shape[1] or not old.shape[1]:
        raise ValueError(f"two samples of the same columns are compared, not {old.shape} and {new.shape}")
    distances = [ks_distance(old[:, c], new[:, c]) for c in range(old.shape[1])]
    column = int(np.argmax(distances))
    p = min(1.0, old.shape[1] * ks_p(distances[column], len(old), len(new)))
    return Shift(distances[column], column, p)


def _finite(scores: NDArray[Any]) -> NDArray[np.float64]:
    rows = np.asarray(scores, dtype=np.float64)
    return rows[np.isfinite(rows).all(axis=1)]


def ks_distance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Kolmogorov-Smirnov distance of two samples, (N,) and (M,): the largest gap of their distribution functions."""
    a, b = np.sort(one), np.sort(other)
    at = np.concatenate([a, b])
    gap = np.searchsorted(a, at, side="right") / len(a) - np.searchsorted(b, at, side="right") / len(b)
    return float(np.abs(gap).max())


def ks_p(distance: float, n: int, m: int) -> float:
    """How often two samples of n and m from one distribution lie at least so far apart: Kolmogorov's series with
    Stephens's correction for small samples, good from n m / (n + m) of 4. [Stephens 1970; Numerical Recipes 14.3]"""
    root = math.sqrt(n * m / (n + m))
    x = (root + 0.12 + 0.11 / root) * distance
    if x < 0.2:
        return 1.0
    total = 2.0 * sum((-1.0) ** (k - 1) * math.exp(-2 * (k * x) ** 2) for k in range(1, TERMS))
    return min(max(total, 0.0), 1.0)
