"""Learning curves over seeds: mean with its interval, area under the budget curve, labels to a target against
random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000


@dataclass(frozen=True)
class Curve:
    """labels: (T,) rising. values: (S, T), one row a seed, seeds in the same order in every curve compared."""

    labels: NDArray[np.float64]
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.labels) or len(self.labels) < 1:
            raise ValueError(f"expected (seeds, {len(self.labels)}) values, got {self.values.shape}")
        if (np.diff(self.labels) <= 0).any():
            raise ValueError("labels must rise")


def curve(labels: Sequence[float], values: Sequence[Sequence[float]]) -> Curve:
    """From plain lists."""
    return Curve(np.asarray(labels, np.float64), np.asarray(values, np.float64))


def area_under(labels: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """AUBC: mean height of the curve over the labels, by trapezoids. values: (..., T). One point: its height."""
    if len(labels) == 1:
        return np.asarray(values[..., 0])
    return np.asarray(np.trapezoid(values, labels, axis=-1) / (labels[-1] - labels[0]))


def isotonic(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rising sequence closest to (T,) values in least squares (pool adjacent violators)."""
    blocks: list[list[float]] = []  # mean, count
    for value in values:
        blocks.append([float(value), 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, count = blocks.pop()
            last = blocks[-1]
            last[0] = (last[0] * last[1] + mean * count) / (last[1] + count)
            last[1] += count
    return np.repeat([mean for mean, _ in blocks], [int(count) for _, count in blocks])


def labels_to(labels: NDArray[np.float64], values: NDArray[np.float64], target: float) -> float | None:
    """Labels at which a rising (T,) curve first reaches the target, between points by a straight line; None if
    never."""
    reached = np.flatnonzero(values >= target)
    if not len(reached):
        return None
    at = int(reached[0])
    if at == 0:
        return float(labels[0])
    low, high = values[at - 1], values[at]
    return float(labels[at - 1] + (target - low) / (high - low) * (labels[at] - labels[at - 1]))


def summarise(strategies: Mapping[str, Curve], *, baseline: str = "random", seed: int = 0) -> dict[str, Any]:
    """JSON-able figures of each strategy against the baseline's isotonic mean curve.

    Seeds are paired (row i of every curve is seed i) and drawn together in the bootstrap. target: the value the
    baseline's isotonic mean reaches at its last label. labels_to_target and ratio are null where the target is not
    reached; their interval is null unless 95 % of the resamples reach it. With fewer than 10 seeds ``claims`` is false.
    """
    base = strategies[baseline]
    seeds = len(base.values)
    if any(len(one.values) != seeds for one in strategies.values()):
        raise ValueError("every strategy needs the same seeds")
    draws = np.random.default_rng(seed).integers(seeds, size=(RESAMPLES, seeds))
    target = float(isotonic(base.values.mean(axis=0))[-1])
    return {
        "baseline": baseline,
        "seeds": seeds,
        "claims": seeds >= 10,
        "target": target,
        "strategies": {name: _one(one, base, target, draws) for name, one in strategies.items()},
    }


def _one(mine: Curve, base: Curve, target: float, draws: NDArray[np.int64]) -> dict[str, Any]:
    means = mine.values[draws].mean(axis=1)  # (B, T)
    areas, base_areas = area_under(mine.labels, mine.values), area_under(base.labels, base.values)
    differences = (areas - base_areas)[draws].mean(axis=1)
    needed = labels_to(mine.labels, isotonic(mine.values.mean(axis=0)), target)
    base_needed = labels_to(base.labels, isotonic(base.values.mean(axis=0)), target)
    ratios = [_ratio(mine, base, rows) for rows in draws[:500]]
    return {
        "labels": mine.labels.tolist(),
        "mean": mine.values.mean(axis=0).tolist(),
        "low": np.quantile(means, 0.025, axis=0).tolist(),
        "high": np.quantile(means, 0.975, axis=0).tolist(),
        "aubc": float(areas.mean()),
        "aubc_interval": _interval(areas[draws].mean(axis=1)),
        "aubc_gain": float((areas - base_areas).mean()),
        "aubc_gain_interval": _interval(differences),
        "labels_to_target": needed,
        "ratio": None if needed is None or not base_needed else needed / base_needed,
        "ratio_interval": _reached_interval(ratios),
    }


def _ratio(mine: Curve, base: Curve, rows: NDArray[np.int64]) -> float | None:
    """Labels needed over labels the baseline needs to its own final value, on one resample of seeds."""
    base_mean = isotonic(base.values[rows].mean(axis=0))
    target = float(base_mean[-1])
    needed = labels_to(mine.labels, isotonic(mine.values[rows].mean(axis=0)), target)
    base_needed = labels_to(base.labels, base_mean, target)
    return None if needed is None or not base_needed else needed / base_needed


def _interval(values: NDArray[np.float64]) -> list[float]:
    return [float(np.quantile(values, q)) for q in (0.025, 0.975)]


def _reached_interval(values: list[float | None]) -> list[float] | None:
    reached = np.array([value for value in values if value is not None])
    return _interval(reached) if len(reached) >= 0.95 * len(values) else None
