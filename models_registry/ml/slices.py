"""Where a model is worse than elsewhere: metrics per slice of the test set, and the worst slices, found without fooling
oneself. A slice is the items that share a fact: a folder, a metadata value, a size, a label, an annotator."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid

__all__ = ["Facts", "Slice", "WorstSlice", "binned", "members", "metric_by_slice", "slices_of", "worst_slices"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Facts = Mapping[str, Sequence[Any]]
"""Name of a fact -> its value for each of the n items; None where there is none, a list where there are several."""
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Slice:
    """Items (indices, rising) that share these facts, e.g. {"folder": "/night"} or two at once."""

    facts: Mapping[str, str]
    items: Ints


@dataclass(frozen=True)
class WorstSlice:
    """A slice that is worse than the rest. mean: its items' mean value; rest: that of all others; gap: rest - mean > 0.
    p: one-sided chance of so low a mean if the slice were as many items drawn at random. q: the same after as many
    slices as were looked at (Benjamini & Yekutieli 2001: slices overlap). cost: gap times items, what mending it would
    bring at most."""

    slice: Slice
    n: int
    mean: float
    rest: float
    gap: float
    p: float
    q: float
    cost: float


def slices_of(facts: Facts, n: int, *, least: int = 1, together: int = 1) -> list[Slice]:
    """Every slice of at least ``least`` items, by one fact or by up to ``together`` (1 or 2) of different names; two
    that hold the same items are one, the one with fewer facts. Raises Invalid for a fact without n values."""
    least = max(least, 1)
    single = {name: _of_fact(name, values, n, least) for name, values in facts.items()}
    found = [one for group in single.values() for one in group]
    if together > 1:
        for first, second in combinations(single, 2):
            for one, two in product(single[first], single[second]):
                shared = np.intersect1d(one.items, two.items, assume_unique=True)
                if len(shared) >= least:
                    found.append(Slice({**one.facts, **two.facts}, shared))
    distinct: dict[bytes, Slice] = {}
    for one in found:
        distinct.setdefault(one.items.tobytes(), one)
    return list(distinct.values())


def _of_fact(name: str, values: Sequence[Any], n: int, least: int) -> list[Slice]:
    if len(values) != n:
        raise Invalid(f"{name!r} has {len(values)} values for {n} items.", field=name)
    places: dict[str, list[int]] = {}
    for item, value in enumerate(values):
        for one in dict.fromkeys(_texts(value)):
            places.setdefault(one, []).append(item)
    return [Slice({name: one}, np.array(at)) for one, at in sorted(places.items()) if len(at) >= least]


def members(facts: Facts, wanted: Mapping[str, str], n: int) -> NDArray[np.bool_]:
    """(n,) whether an item has all these facts. Raises Invalid for a fact that is not told of the items."""
    mask = np.ones(n, np.bool_)
    for name, value in wanted.items():
        if name not in facts:
            raise Invalid(f"There is no slice by {name!r}.", field="slice")
        mask &= [value in _texts(one) for one in facts[name]]
    return mask


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, (list, tuple, set, frozenset)):
        return [str(one) for one in value]
    return [str(value)]


def binned(values: Sequence[float | None], bins: int = 4) -> list[str | None]:
    """A number as a fact: which of up to ``bins`` ranges with about as many items each it lies in, e.g. "10 to 32.5".
    Equal numbers are never parted; None and NaN stay None."""
    numbers = np.array([np.nan if value is None else value for value in values], np.float64)
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return [None] * len(numbers)
    inner = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1]))
    at = np.searchsorted(inner, numbers, side="left")
    names: dict[int, str] = {}
    for place in np.unique(at[np.isfinite(numbers)]).tolist():
        mine = numbers[at == place]
        names[place] = f"{np.nanmin(mine):.6g} to {np.nanmax(mine):.6g}"
    return [names[place] if math.isfinite(value) else None for place, value in zip(at.tolist(), numbers, strict=True)]


def metric_by_slice(slices: Sequence[Slice], metric: Callable[[Ints], float | None]) -> list[dict[str, Any]]:
    """A row for each slice: facts, n, value. metric: of the items with these indices, such as accuracy, or mAP of
    ``ObjectMatches.of_images``; None where it has none."""
    return [{"facts": dict(one.facts), "n": len(one.items), "value": metric(one.items)} for one in slices]


def worst_slices(
    values: Floats, slices: Sequence[Slice], *, least: int = 20, gap: float = 0.0, false_share: float = 0.1
) -> list[WorstSlice]:
    """The slices whose items do worse than all others, the least likely by chance first.

    values: (n,) per item, higher = better (right or wrong, F1 of the image, its IoU), NaN is left out. Only slices of
    at least ``least`` items that leave as many are looked at. Kept are those more than ``gap`` below the rest whose q
    is at most ``false_share``: of what is shown, at most that share is expected to be chance. A slice that is bad only
    by the items of one before it is left out: what remains of it is no worse than the rest. [after Chung et al. 2019]
    """
    known = np.isfinite(values)
    population = values[known]
    looked = []
    for one in slices:
        items = one.items[known[one.items]]
        n, others = len(items), len(population) - len(items)
        if n < max(least, 1) or others < max(least, 1):
            continue
        mean = float(values[items].mean())
        rest = (float(population.sum()) - mean * n) / others
        looked.append((Slice(one.facts, items), mean, rest, _chance(values[items], population)))
    adjusted = _adjusted(np.array([row[3] for row in looked]))
    found = [
        WorstSlice(one, len(one.items), mean, rest, rest - mean, p, float(q), (rest - mean) * len(one.items))
        for (one, mean, rest, p), q in zip(looked, adjusted, strict=True)
    ]
    kept: list[WorstSlice] = []
    covered = np.zeros(len(values), np.bool_)
    for worst in sorted(found, key=lambda row: (row.p, -row.cost, sorted(row.slice.facts.items()))):
        left = worst.slice.items[~covered[worst.slice.items]]
        if worst.gap > gap and worst.q <= false_share and len(left) and _chance(values[left], population) <= 0.05:
            kept.append(worst)
            covered[worst.slice.items] = True
    return kept


def _chance(mine: Floats, population: Floats) -> float:
    """P(as many items drawn from the population without replacement have as low a mean), by the normal approximation
    with the finite population's variance and half an item's step of 1 / n off, so that few wrong items are not
    overrated. [Cochran 1977, 2.6]"""
    n, count = len(mine), len(population)
    variance = float(population.var(ddof=1)) if count > 1 else 0.0
    error = math.sqrt(variance / n * (count - n) / count)
    if error <= 0:
        return 1.0
    return _NORMAL.cdf((float(mine.mean()) - float(population.mean()) + 0.5 / n) / error)


def _adjusted(p: Floats) -> Floats:
    """q values that hold whatever the slices have to do with each other. [Benjamini & Yekutieli 2001]"""
    m = len(p)
    if not m:
        return p
    order = np.argsort(p)
    harmonic = float((1 / np.arange(1, m + 1)).sum())
    scaled = p[order] * m * harmonic / np.arange(1, m + 1)
    q = np.empty(m)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q
