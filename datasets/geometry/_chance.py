"""How far raters agree beyond chance: Krippendorff's alpha, and what one unit of it is on pictures. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

from datasets.geometry._agreement import Shape
from datasets.geometry._base import TYPES
from datasets.geometry._values import BoxXYXY

__all__ = ["CLASS", "NOTHING", "Alpha", "Unit", "krippendorff_alpha", "units_of"]

CLASS: Final = "class"
NOTHING: Final = ""
"""The value of a rater who saw the picture and put nothing there. (None is a rater who did not see it.)"""
JOINT: Final = "\x1f"
Size = tuple[int, int]
Spot: TypeAlias = tuple[int, int]
"""A rater and the index of one of their shapes."""


@dataclass(frozen=True)
class Alpha:
    """``value``: 1 full agreement, 0 what chance would give, below 0 they differ more than that; None where it is not
    defined, and ``why`` says so. ``units``: those that two raters or more gave a value."""

    value: float | None
    units: int
    why: str = ""


@dataclass(frozen=True)
class Unit:
    """One thing that was judged. ``kind``: the annotation type. ``values``: a label (or ``NOTHING``) of each rater; of
    the class unit the picture's labels, sorted and joined."""

    kind: str
    values: tuple[str, ...]


def krippendorff_alpha(units: Iterable[tuple[Sequence[Hashable | None], int]]) -> Alpha:
    """Krippendorff's alpha for nominal values: 1 - observed / expected disagreement, any number of raters.

    ``units``: (the raters' values of one unit, None for a missing one; how many such units there are). With the
    coincidences o(c, k) = sum over units of (pairs c, k of different raters) / (values of the unit - 1), and n(c) their
    margins: alpha = 1 - (n - 1) (n - sum o(c, c)) / (n^2 - sum n(c)^2). A unit with fewer than two values says nothing
    of agreement and is left out.

    Its kin: for two raters, no missing value and many units it is Scott's pi, which is Cohen's kappa where both use the
    values equally often; for more raters, Fleiss' kappa. At n values it lies (1 - kappa) / n above either.
    [Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, C; Cohen 1960; Fleiss 1971]
    """
    margins: Counter[Hashable] = Counter()
    same, seen = 0.0, 0
    for values, times in units:
        given = Counter(value for value in values if value is not None)
        m = given.total()
        if m < 2 or times < 1:
            continue
        seen += times
        same += times * sum(c * (c - 1) for c in given.values()) / (m - 1)
        for value, c in given.items():
            margins[value] += times * c
    n = margins.total()
    if not seen:
        return Alpha(None, 0, "nothing was judged by two")
    if len(margins) == 1:
        return Alpha(None, seen, "all said the same of everything, so nothing tells agreement from chance")
    expected = n * n - sum(c * c for c in margins.values())
    return Alpha(1 - (n - 1) * (n - same) / expected, seen)


def units_of(votes: Sequence[Sequence[Shape]], size_wh: Size, least: float = 0.5) -> list[Unit]:
    """What the raters judged on one picture: one unit for its classes, one for each place that any of them marked.

    ``votes``: each rater's annotations of the picture. Its classes are one value a rater, the set of their labels, so
    that several labels on one picture are one judgement. Of annotations with a place, those of one type that lie alike
    (``least``, the type's own ``iou``, 0..1) belong to one unit whatever their labels are, the most alike first, one of
    a rater at most and each like every other; a rater who has none there says ``NOTHING``. Where nobody marked
    anything there is no unit, though they agree on it: alpha is of what at least one of them saw. The order of raters
    changes no unit, only the order of its values.
    """
    classes = tuple(JOINT.join(sorted({one.label for one in vote if one.type == CLASS})) for vote in votes)
    return [Unit(CLASS, classes), *(_unit(votes, group) for group in _groups(votes, size_wh, least))]


def _unit(votes: Sequence[Sequence[Shape]], group: Mapping[int, int]) -> Unit:
    rater, index = next(iter(group.items()))
    said = (votes[r][group[r]].label if r in group else NOTHING for r in range(len(votes)))
    return Unit(votes[rater][index].type, tuple(said))


def _groups(votes: Sequence[Sequence[Shape]], size_wh: Size, least: float) -> list[dict[int, int]]:
    """Rater -> index of what lies at one place, for every place."""
    spots = {(r, i): one for r, vote in enumerate(votes) for i, one in enumerate(vote) if one.type != CLASS}
    alike, names = _likenesses(spots, size_wh, least), _names(spots)

    def order(pair: tuple[Spot, Spot]) -> tuple[float, bool, list[tuple[str, int]]]:
        """The most alike first, of equals those of one label; then by what they are, never by who is which rater."""
        first, second = pair
        return -alike[pair], spots[first].label != spots[second].label, sorted([names[first], names[second]])

    where = {(r, i): {r: i} for r, i in spots}
    for pair in sorted(alike, key=order):
        first, second = (where[spot] for spot in pair)
        pairs = ((min(a, b), max(a, b)) for a in first.items() for b in second.items())
        if first.keys().isdisjoint(second) and all(one in alike for one in pairs):
            first |= second
            where.update(dict.fromkeys(second.items(), first))
    return list({id(group): group for group in where.values()}.values())


def _names(spots: Mapping[Spot, Shape]) -> dict[Spot, tuple[str, int]]:
    """What each is, and the how many-eth of its kind its rater made."""
    seen: Counter[tuple[int, str]] = Counter()
    found = {}
    for (rater, index), one in spots.items():
        text = json.dumps([one.type, one.label, one.geometry], sort_keys=True, default=str)
        found[rater, index] = (text, seen[rater, text])
        seen[rater, text] += 1
    return found


def _likenesses(spots: Mapping[Spot, Shape], size_wh: Size, least: float) -> dict[tuple[Spot, Spot], float]:
    """How alike any two of different raters lie, where it is enough."""
    around = {spot: TYPES.get(one.type).bounds(one.geometry, size_wh) for spot, one in spots.items()}
    covers = {spot: TYPES.get(one.type).area(one.geometry, size_wh) > 0 for spot, one in spots.items()}
    found = {}
    for a, b in combinations(sorted(spots), 2):
        one, other = spots[a], spots[b]
        apart = covers[a] and covers[b] and _apart(around[a], around[b])
        if a[0] != b[0] and one.type == other.type and not apart:
            value = TYPES.get(one.type).iou(one.geometry, other.geometry, size_wh)
            if value > 0 and value >= least:
                found[a, b] = value
    return found


def _apart(first: BoxXYXY | None, second: BoxXYXY | None) -> bool:
    if first is None or second is None:
        return False
    return first[0] > second[2] or second[0] > first[2] or first[1] > second[3] or second[1] > first[3]
