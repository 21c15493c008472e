"""How far an answer agrees with the truth, annotation by annotation: label, attributes, geometry. All annotation types.

Each pair of annotations that belong together, and each annotation without a partner, is one row with its context. What
belongs together is decided without the label, so that a wrong label shows as such: inside a type, the surest answer
chooses first and takes the most alike truth; classes, which have no place, pair by name before they pair at all. Right
where the usual scorers are not: labels are equal or not (never "a part of the other's name"), turned boxes and holes
count, a class annotation is judged by its label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from datasets.geometry._base import TYPES

__all__ = ["Annotation", "Row", "attribute_score", "geometry_score", "label_score", "score_annotations", "summarise"]

Size = tuple[int, int]
LEAST = 0.01  # how alike two must be to belong together at all


@dataclass(frozen=True)
class Annotation:
    """One annotation, as far as agreement is about it. geometry: the value of its type (``datasets.geometry``).
    confidence: 0..1, 1 of a person."""

    id: str
    type: str
    label: str
    geometry: Any = field(default=None, hash=False)
    attributes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    confidence: float = 1.0


@dataclass(frozen=True)
class Row:
    """One row. truth, found: ids, None where there is no partner (then every score is 0). label, attributes, geometry:
    0..1; geometry is None of a class, which has no place, attributes of one who was not asked for any. score: the mean
    of those there are."""

    type: str
    truth: str | None
    found: str | None
    truth_label: str | None
    found_label: str | None
    confidence: float | None
    label: float
    attributes: float | None
    geometry: float | None
    score: float


def label_score(truth: str, found: str) -> float:
    """1 for the same label, else 0."""
    return float(truth == found)


def attribute_score(truth: Mapping[str, Any], found: Mapping[str, Any]) -> float:
    """The mean over the attributes that either has of how far their values agree; two without any agree. Lists (several
    choices) by shared over all of their values, anything else is equal or not; one that only one side has: 0.
    [Jaccard 1901]"""
    names = truth.keys() | found.keys()
    if not names:
        return 1.0
    return sum(_value_score(truth, found, name) for name in names) / len(names)


def _value_score(truth: Mapping[str, Any], found: Mapping[str, Any], name: str) -> float:
    if name not in truth or name not in found:
        return 0.0
    one, two = truth[name], found[name]
    if isinstance(one, (list, tuple, set)) and isinstance(two, (list, tuple, set)):
        first, second = ({repr(value) for value in side} for side in (one, two))
        return len(first & second) / len(first | second) if first | second else 1.0
    return float(one == two and isinstance(one, bool) == isinstance(two, bool))  # 1 is not True


def geometry_score(kind: str, truth: Any, found: Any, size_wh: Size) -> float | None:
    """0..1 by the measure of the annotation type: exact intersection over union of boxes (turned ones too), polygons,
    ellipses and masks, closeness of points and lines, object keypoint similarity of skeletons. None for a class."""
    measure = TYPES.get(kind)
    return None if measure.bounds(truth, size_wh) is None else measure.iou(truth, found, size_wh)


def score_annotations(
    truth: Sequence[Annotation],
    found: Sequence[Annotation],
    size_wh: Size,
    least: float = LEAST,
    *,
    attributes: bool = True,
) -> list[Row]:
    """A row for each pair and each annotation without a partner, of one image: pairs and surplus answers by falling
    confidence, then truths that nothing matched in their order. Equals keep the order given. attributes: whether both
    were asked for any; a model is not."""
    free = list(range(len(truth)))
    answers = sorted(found, key=lambda one: -one.confidence)
    partner = _named_alike(truth, free, answers)
    rows = []
    for at, answer in enumerate(answers):
        best = partner[at] if at in partner else _best(truth, free, answer, size_wh, least)
        if best is None:
            rows.append(_alone(answer, "found", attributes))
        else:
            if at not in partner:
                free.remove(best)
            rows.append(_paired(truth[best], answer, size_wh, attributes))
    return rows + [_alone(truth[index], "truth", attributes) for index in free]


def _named_alike(truth: Sequence[Annotation], free: list[int], answers: Sequence[Annotation]) -> dict[int, int]:
    """Answer -> truth of the same type without a place and of the same label, which is taken out of the free ones."""
    pairs = {}
    for at, answer in enumerate(answers):
        if TYPES.get(answer.type).name != "class":
            continue
        same = (i for i in free if (truth[i].type, truth[i].label) == (answer.type, answer.label))
        index = next(same, None)
        if index is not None:
            pairs[at] = index
            free.remove(index)
    return pairs


def _best(truth: Sequence[Annotation], free: list[int], answer: Annotation, size_wh: Size, least: float) -> int | None:
    """The free truth of the answer's type most alike to it; of equally alike ones one of its label, then the first."""
    ranked = []
    for index in free:
        if truth[index].type != answer.type:
            continue
        place = geometry_score(answer.type, truth[index].geometry, answer.geometry, size_wh)
        if place is None or place >= least:
            same = label_score(truth[index].label, answer.label)
            ranked.append((-1.0 if place is None else -place, -same, index))
    return min(ranked)[2] if ranked else None


def _paired(truth: Annotation, found: Annotation, size_wh: Size, asked: bool) -> Row:
    label = label_score(truth.label, found.label)
    attributes = attribute_score(truth.attributes, found.attributes) if asked else None
    geometry = geometry_score(truth.type, truth.geometry, found.geometry, size_wh)
    known = [one for one in (label, attributes, geometry) if one is not None]
    return Row(
        truth.type, truth.id, found.id, truth.label, found.label, found.confidence, label, attributes, geometry,
        sum(known) / len(known),
    )  # fmt: skip


def _alone(one: Annotation, side: str, asked: bool) -> Row:
    here = side == "truth"
    place = None if TYPES.get(one.type).name == "class" else 0.0
    return Row(
        one.type, one.id if here else None, None if here else one.id, one.label if here else None,
        None if here else one.label, None if here else one.confidence, 0.0, 0.0 if asked else None, place, 0.0,
    )  # fmt: skip


def summarise(rows: Sequence[Row]) -> dict[str, float | None]:
    """Means over the rows: label, attributes (where asked for), geometry (of what has a place), score; None of nothing.
    matched: the share of rows that are pairs."""
    if not rows:
        return {"label": None, "attributes": None, "geometry": None, "score": None, "matched": None}
    pairs = sum(row.truth is not None and row.found is not None for row in rows)
    return {
        "label": sum(row.label for row in rows) / len(rows),
        "attributes": _mean([row.attributes for row in rows]),
        "geometry": _mean([row.geometry for row in rows]),
        "score": sum(row.score for row in rows) / len(rows),
        "matched": pairs / len(rows),
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
