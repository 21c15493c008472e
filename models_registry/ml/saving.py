"""Labels that choosing saved: how many labels the loop's own versions needed to be as good as labels picked by chance.

The quantity is the one that active learning is judged by, labels to reach random's accuracy [Settles 2009, §6; DISTIL
2021], read from the other side: a loop has one long curve of its own and one small set of labels by chance, so the
curve's inverse is taken at the one figure that chance has reached. The curve is made rising (pool adjacent violators)
and straight between versions. Learning curves bend downwards, so a straight line lies below: the labels read from it
are, if anything, too many, which errs against choosing.

Two kinds of luck are in the interval. The test pictures: all models answer the same ones, which are resampled together
(a paired bootstrap). The seed of a training: its spread is known from the models by chance, which were trained several
times on the same labels, and is taken to be as large for each of the loop's own versions; as it is reckoned from two
to ten trainings, it is itself drawn anew for each resample (scaled inverse chi-square, which makes Student's t of a
mean) [Gelman et al. 2013, §3.2]. Not in it: which labels chance happened to pick, of which there is one draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.curves import isotonic, labels_to
from models_registry.ml.paired import Resampling, Statistic

__all__ = ["LEAST_BY_CHANCE", "LEVEL", "Saved", "labels_saved"]

LEVEL: Final = 0.9
"""Of the interval: each of its ends is wrong one time in twenty."""
LEAST_BY_CHANCE: Final = 10
"""With fewer labels by chance the models differ from the common start by next to nothing."""
RESAMPLES: Final = 1000

Verdict = Literal["saved", "none", "costs"]


@dataclass(frozen=True)
class Saved:
    """reached: labels with which the loop's own curve is as good as chance is on the average; None: it never is so far.
    at_most: its smallest version is as good already. saving: 1 - reached / labels by chance. low, high: of the saving,
    90 %; None: open, as the curve ends before. verdict: "saved" where low is above 0, "costs" where high is below."""

    reached: float | None
    at_most: bool
    saving: float | None
    low: float | None
    high: float | None
    verdict: Verdict


def labels_saved(
    own: Sequence[tuple[int, Statistic]],
    chance_labels: int,
    chance: Sequence[Statistic],
    n: int,
    *,
    groups: NDArray[np.generic] | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Saved:
    """own: (training labels, figure) of each of the loop's versions, at least one. chance: the figure of each seed of
    the model by chance, at least two. All figures are of the same n test pictures under weights; they may lack a
    constant, the same in all. The same arguments give the same answer."""
    if not own or len(chance) < 2 or chance_labels < 1:
        raise ValueError(f"expected versions and two seeds, got {len(own)} and {len(chance)}")
    sizes, place, times = np.unique([count for count, _ in own], return_inverse=True, return_counts=True)
    labels = sizes.astype(np.float64)
    statistics = [*(one for _, one in own), *chance]
    seen = _values(statistics, np.ones((n, 1), np.float32))
    draws = Resampling(n, seed=seed, groups=groups, resamples=resamples)
    drawn = np.concatenate([_values(statistics, weights) for weights in draws.weights()])
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    cut = len(own)
    noise = _seed_noise(seen[0, cut:], times, len(drawn), np.random.default_rng([seed, 1]))
    curves, bars = _by_size(drawn[:, :cut], place, times) + noise[:, :-1], drawn[:, cut:].mean(axis=1) + noise[:, -1]
    observed = _reached(labels, _by_size(seen[:, :cut], place, times)[0], float(seen[0, cut:].mean()))
    found = [_reached(labels, curve, bar) for curve, bar in zip(curves, bars, strict=True)]
    ends = [_interval_of(one, labels, chance_labels) for one in found]
    low = float(np.quantile([a for a, _ in ends], (1 - LEVEL) / 2, method="lower")) if ends else -np.inf
    high = float(np.quantile([b for _, b in ends], (1 + LEVEL) / 2, method="higher")) if ends else 1.0
    return Saved(
        reached=observed,
        at_most=observed is not None and bool(observed <= labels[0]),
        saving=None if observed is None else 1 - observed / chance_labels,
        low=low if np.isfinite(low) else None,
        high=high if high < 1 else None,
        verdict="saved" if low > 0 else "costs" if high < 0 else "none",
    )


def _values(statistics: Sequence[Statistic], weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """(B, models) for weights (n, B)."""
    return np.stack([one(weights) for one in statistics], axis=1)


def _by_size(values: NDArray[np.float64], place: NDArray[np.int64], times: NDArray[np.int64]) -> NDArray[np.float64]:
    """(B, versions) -> (B, sizes): the mean of versions that learnt from as many labels."""
    belongs = np.equal.outer(place, np.arange(len(times)))
    return np.asarray(values @ belongs / times)


def _seed_noise(
    by_seed: NDArray[np.float64], times: NDArray[np.int64], count: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """(count, sizes + 1): what other seeds would change at each size, and of the mean of the seeds by chance."""
    freedom = len(by_seed) - 1
    spread = float(by_seed.std(ddof=1)) * np.sqrt(freedom / rng.chisquare(freedom, size=count))
    shares = 1 / np.sqrt(np.append(times, len(by_seed)))
    return np.asarray(spread[:, None] * shares * rng.standard_normal((count, len(shares))))


def _reached(labels: NDArray[np.float64], curve: NDArray[np.float64], bar: float) -> float | None:
    return labels_to(labels, isotonic(curve), bar)


def _interval_of(reached: float | None, labels: NDArray[np.float64], chance_labels: int) -> tuple[float, float]:
    """What one resample says of the saving, at least and at most: a curve that begins above the bar may have reached
    it with any number of labels, one that ends below it needs more than there are."""
    if reached is None:
        return -np.inf, 1 - labels[-1] / chance_labels
    saving = 1 - reached / chance_labels
    return saving, 1.0 if reached <= labels[0] else saving
