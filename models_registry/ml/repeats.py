"""Whether a candidate's recipe is better whatever the seed: trained with several seeds, on the same test images.

One training says how good one draw of the seed is. Here the mean gain over the seeds is held against two kinds of
chance: the images (a paired bootstrap with all seeds held) and the seeds (the spread of the gain from seed to seed).
Resampling two to five seeds as one resamples images would take too narrow a spread, so their part is reckoned by
Student's t, with the degrees of freedom of both parts together [Welch 1947; Satterthwaite 1946]. The images' part is in
the seeds' part once more, which errs on the side of the incumbent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.paired import Resampling, Statistic
from models_registry.ml.verdict import Reason
from models_registry.ml.verdict_reasons import points

__all__ = ["SeedGain", "gain_over_seeds", "seeds_reason", "t_quantile"]

LEVEL = 0.95  # one-sided, as of guarded classes: the account of looks at a test set is kept by the test of the version


@dataclass(frozen=True)
class SeedGain:
    """gains: of each seed over the incumbent. low: one-sided 95 % bound of their expectation."""

    gains: list[float]
    mean: float
    low: float


def gain_over_seeds(
    statistics: Sequence[Statistic], n: int, *, groups: NDArray[np.generic] | None, seed: int, resamples: int = 2000
) -> SeedGain:
    """statistics: the gain of each seed (two at least) under weights of the n images, all on the same images. The same
    arguments give the same bound."""
    ones = np.ones((n, 1), np.float32)
    gains = [float(one(ones)[0]) for one in statistics]
    draws = Resampling(n, seed=seed, groups=groups, resamples=resamples)
    drawn = np.concatenate([np.mean([one(weights) for one in statistics], axis=0) for weights in draws.weights()])
    drawn = drawn[np.isfinite(drawn)]
    count, mean = len(gains), float(np.mean(gains))
    of_images = float(drawn.var(ddof=1)) if len(drawn) > 1 else 0.0
    of_seeds = float(np.var(gains, ddof=1)) / count
    total = of_images + of_seeds
    if total <= 0:
        return SeedGain(gains, mean, mean)
    parts = of_images**2 / max(draws.units - 1, 1) + of_seeds**2 / (count - 1)
    freedom = total**2 / parts if parts > 0 else math.inf
    return SeedGain(gains, mean, mean - t_quantile(LEVEL, freedom) * math.sqrt(total))


def seeds_reason(found: SeedGain, min_delta: float) -> Reason:
    """The clause: on the average over the seeds better by more than ``min_delta``, and by more than chance."""
    each = ", ".join(points(gain) for gain in found.gains)
    facts = f"over {len(found.gains)} seeds {points(found.mean)} on the average ({each}), at least {points(found.low)}"
    if found.low > 0 and found.mean > min_delta:
        return Reason("seeds_agree", f"Better whatever the seed: {facts} (95 %).", True)
    return Reason("seeds_differ", f"May be luck of the seed: {facts} (95 %).", False)


def t_quantile(share: float, freedom: float) -> float:
    """Where Student's t with ``freedom`` (any number from 1, or inf) degrees has that share (above 1/2) below it; by
    integrating its density and halving intervals, to 1e-6."""
    if freedom > 1e6:
        from statistics import NormalDist

        return NormalDist().inv_cdf(share)
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)
    # With t = sqrt(freedom) tan(u) the density is scale * sqrt(freedom) * cos(u)^(freedom - 1): smooth up to the end.
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        u = np.linspace(0.0, middle, 2001)
        below = 0.5 + scale * math.sqrt(freedom) * float(np.trapezoid(np.cos(u) ** (freedom - 1), u))
        low, high = (middle, high) if below < share else (low, middle)
    return math.sqrt(freedom) * math.tan((low + high) / 2)
