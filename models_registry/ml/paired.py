"""Statistics of two models on the same images: exact McNemar, alpha spending, bootstrap intervals, non-inferiority."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NORMAL = NormalDist()
_BLOCK = 1 << 21  # numbers of a block of resampling weights
_JACKKNIFE = 500  # parts left out, one at a time
Statistic = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""weights (n, B): how often each image counts in each resample -> (B,) the statistic's value."""


def mcnemar_p(only_incumbent: int, only_challenger: int) -> float:
    """Exact one-sided p: P(Bin(b + c, 1/2) >= c) for b images only the incumbent and c only the challenger has
    right."""
    total = only_incumbent + only_challenger
    if only_challenger <= 0:
        return 1.0
    logs = [
        math.lgamma(total + 1) - math.lgamma(i + 1) - math.lgamma(total - i + 1) - total * math.log(2)
        for i in range(only_challenger, total + 1)
    ]
    return min(1.0, math.fsum(math.exp(value) for value in logs))


def alpha_at(k: int, alpha: float = 0.05) -> float:
    """What the k-th candidate judged on one test set may spend: alpha / (k (k + 1)); they sum to alpha for ever."""
    if k < 1:
        raise ValueError(f"k counts from 1, got {k}")
    return alpha / (k * (k + 1))


def e_value(only_incumbent: int, only_challenger: int) -> float:
    """Betting evidence against "not better", valid whenever one looks; 20 or more promotes. Mean over ten stakes of
    (1 + s)^c (1 - s)^b. [Shafer 2021]"""
    stakes = [(i + 0.5) / 10 for i in range(10)]
    logs = [only_challenger * math.log1p(s) + only_incumbent * math.log1p(-s) for s in stakes]
    return math.fsum(math.exp(min(value, 700.0)) for value in logs) / len(stakes)


def smallest_gain(disagreement: float, n: int) -> float:
    """Gain in accuracy that n images show with 80 % power when the models disagree on this share of them."""
    return 2.5 * math.sqrt(max(disagreement, 1.0 / n) / n)


@dataclass(frozen=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


def bootstrap_interval(
    statistic: Statistic,
    n: int,
    *,
    seed: int,
    groups: NDArray[Any] | None = None,
    resamples: int = 2000,
    level: float = 0.95,
) -> Interval:
    """Bias-corrected and accelerated bootstrap over images, or over groups of images. [Efron 1987]

    groups: (n,) any labels; images of one group (a scene, a patient) are drawn together.
    """
    draws = Resampling(n, seed=seed, groups=groups, resamples=resamples)
    values = np.concatenate([statistic(weights) for weights in draws.weights()])
    left_out = np.concatenate([statistic(weights) for weights in draws.jackknife()])
    observed = float(statistic(np.ones((n, 1), np.float32))[0])
    return Spread(observed, values, left_out).interval(level)


class Resampling:
    """Weights of n images for the bootstrap and the jackknife, in blocks, so that one pass over the resamples can serve
    several statistics. First ``weights`` is used up, then ``jackknife``; both can be had once. groups: as above."""

    def __init__(self, n: int, *, seed: int, groups: NDArray[Any] | None = None, resamples: int = 2000) -> None:
        self.n, self.resamples = n, resamples
        self.units, self._owner = _units(n, groups)
        self._rng = np.random.default_rng(seed)
        self._step = max(1, _BLOCK // max(1, n))

    def weights(self) -> Iterator[NDArray[np.float32]]:
        """(n, B) blocks: how often each image counts in each resample."""
        chance = np.full(self.units, 1.0 / self.units)
        for at in range(0, self.resamples, self._step):
            count = min(self._step, self.resamples - at)
            yield self._rng.multinomial(self.units, chance, size=count).T.astype(np.float32)[self._owner]

    def jackknife(self) -> Iterator[NDArray[np.float32]]:
        """(n, B) blocks that leave out a unit each, or one of 500 random parts when there are more units."""
        parts = min(self.units, _JACKKNIFE)
        part_of = (self._rng.permutation(self.units) % parts)[self._owner]
        for at in range(0, parts, self._step):
            yield np.not_equal.outer(part_of, np.arange(at, min(at + self._step, parts))).astype(np.float32)


class Spread:
    """A statistic's value, (B,) values on resamples and (P,) with parts left out; NaN where it had none."""

    def __init__(self, observed: float, values: NDArray[np.float64], left_out: NDArray[np.float64]) -> None:
        self.observed = observed
        self.values = values[np.isfinite(values)]
        self.flat = not len(self.values) or float(np.ptp(self.values)) == 0
        self._bias = 0.0 if self.flat else _NORMAL.inv_cdf(self._inner(self._below(observed)))
        self._acceleration = _acceleration(left_out[np.isfinite(left_out)])

    @property
    def error(self) -> float:
        """Standard error: the deviation of the resampled values."""
        return 0.0 if self.flat else float(self.values.std(ddof=1))

    def interval(self, level: float = 0.95) -> Interval:
        """Bias-corrected and accelerated, two-sided."""
        return Interval(self.quantile((1 - level) / 2), self.quantile((1 + level) / 2))

    def quantile(self, share: float) -> float:
        """One bound: 0.05 gives the one-sided lower 95 % bound."""
        if self.flat:
            return self.observed
        return float(np.quantile(self.values, _shifted(self._bias, self._acceleration, share)))

    def p_not_above(self, bar: float = 0.0) -> float:
        """One-sided p of "the true value is at most ``bar``": the level at which the lower bound would reach it, but
        never less than the normal approximation says, which goes on where no resample fell so low."""
        if self.flat:
            return 1.0  # nothing varies: nothing can be said of chance
        normal = _NORMAL.cdf((bar - self.observed) / self.error)
        below = self._below(bar)
        if below <= 0:
            return normal
        lean = _NORMAL.inv_cdf(self._inner(below)) - self._bias
        turned = 1 + self._acceleration * lean
        return max(normal, _NORMAL.cdf(lean / turned - self._bias) if turned > 1e-3 else 1.0)

    def _below(self, bar: float) -> float:
        """Share of the resampled values below it, those equal to it by half."""
        count = np.count_nonzero(self.values < bar) + 0.5 * np.count_nonzero(self.values == bar)
        return float(count) / len(self.values)

    def _inner(self, share: float) -> float:
        half = 0.5 / len(self.values)
        return min(max(share, half), 1 - half)


def _shifted(bias: float, acceleration: float, quantile: float) -> float:
    z = bias + _NORMAL.inv_cdf(quantile)
    return _NORMAL.cdf(bias + z / max(1 - acceleration * z, 1e-3))


def _units(n: int, groups: NDArray[Any] | None) -> tuple[int, NDArray[np.int64]]:
    if groups is None:
        return n, np.arange(n)
    names, owner = np.unique(groups, return_inverse=True)
    return len(names), owner.reshape(-1).astype(np.int64)


def _acceleration(values: NDArray[np.float64]) -> float:
    """From a jackknife's (P,) values."""
    spread = values.mean() - values if len(values) else np.zeros(1)
    scale = float((spread**2).sum()) ** 1.5
    return float((spread**3).sum()) / (6 * scale) if scale > 0 else 0.0


def weighted_mean(values: NDArray[np.floating[Any]]) -> Statistic:
    """The mean of (n,) values under weights."""
    column = np.asarray(values, np.float64)
    return lambda weights: (column @ weights) / weights.sum(axis=0, dtype=np.float64)


class WeightedAveragePrecision:
    """Average precision of one class under weights; the sorting is done once. Images of equal score count together."""

    def __init__(self, scores: NDArray[np.floating[Any]], positive: NDArray[np.bool_]) -> None:
        self.order = np.argsort(-scores, kind="stable")
        ranked = scores[self.order]
        run = np.cumsum(np.append(True, ranked[1:] != ranked[:-1])) - 1  # which run of equal scores a place is in
        last_of_run = np.append(np.flatnonzero(np.diff(run)), len(run) - 1)
        self.hits = np.flatnonzero(positive[self.order])
        hit_runs = run[self.hits]
        self.run_end = last_of_run[hit_runs]
        self.last_hit = np.searchsorted(hit_runs, hit_runs, side="right") - 1

    def __call__(self, weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """(B,) for weights (n, B); NaN where no positive image has weight."""
        sorted_weights = weights[self.order]
        mine = sorted_weights[self.hits].astype(np.float64)
        seen = np.cumsum(sorted_weights, axis=0)[self.run_end]  # float32 is exact below 16.7 million
        found = np.cumsum(mine, axis=0)[self.last_hit]
        total = mine.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((mine * found / np.maximum(seen, 1e-9)).sum(axis=0) / total)


def mean_average_precision_gain(
    candidate: NDArray[Any], incumbent: NDArray[Any], labels: NDArray[np.int64], classes: list[int]
) -> Statistic:
    """Statistic: mean over classes of the candidate's average precision minus the incumbent's, on the same resample."""
    pairs = [
        (WeightedAveragePrecision(candidate[:, c], labels == c), WeightedAveragePrecision(incumbent[:, c], labels == c))
        for c in classes
        if (labels == c).any()
    ]

    def gain(weights: NDArray[np.float32]) -> NDArray[np.float64]:
        each = np.stack([new(weights) - old(weights) for new, old in pairs])
        present = np.isfinite(each)
        counted = present.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(present, each, 0).sum(axis=0) / counted)

    return gain


def recall_change_bound(
    incumbent_right: NDArray[np.bool_], candidate_right: NDArray[np.bool_], level: float = 0.95
) -> float:
    """One-sided lower bound of the change in recall on one class's images (n,): Newcombe's paired score interval
    (Newcombe 1998, method 10), sound for few images and at 0 or 1. No image: -1, nothing is ruled out."""
    n = len(incumbent_right)
    if not n:
        return -1.0
    both = int((incumbent_right & candidate_right).sum())
    only_old = int((incumbent_right & ~candidate_right).sum())
    only_new = int((~incumbent_right & candidate_right).sum())
    neither = n - both - only_old - only_new
    old, new = (both + only_old) / n, (both + only_new) / n
    z = _NORMAL.inv_cdf(level)
    drop = new - _wilson(new, n, z)[0]
    rise = _wilson(old, n, z)[1] - old
    phi = _phi(both, only_old, only_new, neither)
    return (new - old) - math.sqrt(max(drop**2 - 2 * phi * drop * rise + rise**2, 0.0))


def _wilson(share: float, n: int, z: float) -> tuple[float, float]:
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)


def _phi(both: int, only_old: int, only_new: int, neither: int) -> float:
    """Correlation of the two models' hits, shrunk as Newcombe does when it is positive."""
    sides = (both + only_old) * (only_new + neither) * (both + only_new) * (only_old + neither)
    if not sides:
        return 0.0
    product: float = both * neither - only_old * only_new
    if product > 0:
        product = max(product - (both + only_old + only_new + neither) / 2, 0)
    return float(product / math.sqrt(sides))
