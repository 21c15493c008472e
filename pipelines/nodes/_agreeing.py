"""What the nodes that compare have in common: what is kept of each item, and agreement so far made from it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from datasets.geometry._agreement import Shape
from datasets.geometry._chance import CLASS, NOTHING, Alpha, krippendorff_alpha, units_of
from pipelines.engine.spec import MAX_NOTED, Figure, Figures

__all__ = ["agreed", "agreement_so_far"]

LONGEST: Final = 4000
"""Characters of JSON that one item's units may take: a hundred different ones or so. Where there are more, its score
counts, and alpha does without it."""
DOC: Final = (
    "Mean is the share of annotations in common. Alpha (Krippendorff's) is agreement beyond chance: 1 is full "
    "agreement, 0 what chance would give, below 0 they differ more than that. Its units are the class labels of each "
    f"picture, and each place that any of them marked. Of the last {MAX_NOTED:,} items at most."
)


def agreed(
    votes: Sequence[Sequence[Shape]], size_wh: tuple[int, int], *, overlap: float, score: float, of: str = ""
) -> dict[str, Any]:
    """What an execution notes: its ``score``, and its units as (values, how many) by kind, None where they are too
    many. Who said which does not matter to alpha. ``of``: what was compared, where that may change (a model)."""
    counted: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for unit in units_of(votes, size_wh, overlap):
        counted[unit.kind, tuple(sorted(unit.values))] += 1
    units: dict[str, list[Any]] = defaultdict(list)
    for (kind, values), times in sorted(counted.items()):
        units[kind].append([list(values), times])
    kept = units if len(json.dumps(units)) <= LONGEST else None
    return {"score": score, "units": kept, **({"of": of} if of else {})}


def agreement_so_far(noted: Sequence[Mapping[str, Any]]) -> list[Figures]:
    """The mean of the scores, and alpha for each kind of annotation, since values of two kinds are never mistaken for
    each other. Of several things compared one after the other (models), the newest alone."""
    found = [one for one in noted if "score" in one]
    mine = [one for one in found if one.get("of") == found[0].get("of")]
    if not mine:
        return []
    counted: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for one in mine:
        for kind, entries in (one.get("units") or {}).items():
            for values, times in entries:
                counted[kind][tuple(values)] += times
    by_kind = {kind: krippendorff_alpha(units.items()) for kind, units in counted.items() if _used(kind, units)}
    crowded = sum(one.get("units") is None for one in mine)
    mean = Figure("mean", sum(one["score"] for one in mine) / len(mine))
    return [Figures("Agreement so far", (mean, *_alphas(by_kind)), _over(len(mine), by_kind, crowded), DOC)]


def _used(kind: str, units: Mapping[tuple[str, ...], int]) -> bool:
    """Every picture has a unit for its classes: they are no subject where nobody ever gave one."""
    return kind != CLASS or any(value != NOTHING for values in units for value in values)


def _alphas(by_kind: Mapping[str, Alpha]) -> list[Figure]:
    if not by_kind:
        return [Figure("alpha", None, "nothing was labelled yet")]
    if len(by_kind) == 1:
        return [Figure("alpha", alpha.value, alpha.why) for alpha in by_kind.values()]
    return [Figure(f"alpha ({kind})", alpha.value, alpha.why) for kind, alpha in sorted(by_kind.items())]


def _over(items: int, by_kind: Mapping[str, Alpha], crowded: int) -> str:
    units = sum(alpha.units for alpha in by_kind.values())
    words = f"{_many(items, 'item')} ({_many(units, 'unit')})"
    return f"{words}; alpha without {_many(crowded, 'crowded item')}" if crowded else words


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
