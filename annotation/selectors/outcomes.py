"""What became of a model's suggestions: each compared with the annotations an item has when its person answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotation.models import TaskItemLog
from annotation.selectors.suggestions import Suggestion
from datasets.errors import GeometryInvalid
from datasets.geometry import _base as geometry
from datasets.geometry._convert import convert
from datasets.models import Annotation, Label

__all__ = ["Verdict", "class_verdict", "summary", "verdicts"]

Outcome = TaskItemLog.Outcome
SAME_PX = 0.002  # browsers round to 1/1000 pixel


@dataclass(frozen=True)
class Verdict:
    """`annotation`: what the suggestion became, if it became anything. `iou`: how alike the two are, 0..1, where both
    have a geometry that can be compared."""

    suggestion: Suggestion
    outcome: str
    annotation: Annotation | None = None
    iou: float | None = None


def class_verdict(one: Suggestion, label: str) -> Verdict:
    """Of a suggested class, where a person's answer is one label."""
    return Verdict(one, Outcome.ACCEPTED if one.label == label else Outcome.EDITED)


def verdicts(
    suggestions: Iterable[Suggestion],
    rows: Sequence[Annotation],
    labels: Mapping[str, Label] | None,
    size_wh: tuple[int, int],
) -> list[Verdict]:
    """One verdict a suggestion. rows: the item's live annotations; labels: the ontology's, which tell the groups.

    A suggestion became the annotation that names it in `metadata.suggestion`, of several the one most alike; a class
    also the one that says the same, or else the one that took its place in an exclusive group."""
    named: dict[str, list[Annotation]] = {}
    for row in rows:
        if isinstance(row.metadata, dict) and row.metadata.get("suggestion"):
            named.setdefault(str(row.metadata["suggestion"]), []).append(row)
    return [_verdict(one, named.get(one.id) or _same_class(one, rows, labels), size_wh) for one in suggestions]


def summary(found: Sequence[Verdict]) -> str:
    """One word for all of an item's suggestions."""
    outcomes = {one.outcome for one in found}
    if not outcomes:
        return Outcome.NONE
    return outcomes.pop() if len(outcomes) == 1 else Outcome.EDITED


def _same_class(one: Suggestion, rows: Sequence[Annotation], labels: Mapping[str, Label] | None) -> list[Annotation]:
    if one.type != "class":
        return []
    classes = [row for row in rows if row.type == "class"]
    group = labels[one.label].group if labels and one.label in labels else "class"
    same = [row for row in classes if row.label == one.label]
    return same or [row for row in classes if group and row.group == group]


def _verdict(one: Suggestion, candidates: Sequence[Annotation], size_wh: tuple[int, int]) -> Verdict:
    if not candidates:
        return Verdict(one, Outcome.REJECTED)
    shape = _normal(one, size_wh)
    for row in candidates:
        if _unchanged(one, shape, row):
            return Verdict(one, Outcome.ACCEPTED, row, None if row.geometry is None else 1.0)
    rated = [(_iou(one.type, shape, row, size_wh), row) for row in candidates]
    iou, row = max(rated, key=lambda pair: pair[0] or 0.0)
    return Verdict(one, Outcome.EDITED, row, iou)


def _normal(one: Suggestion, size_wh: tuple[int, int]) -> Any:
    """The model's geometry in the form that stored ones have; None where it is none of its type."""
    try:
        return geometry.get(one.type).validate(one.geometry, size_wh)
    except GeometryInvalid:
        return None


def _unchanged(one: Suggestion, shape: Any, row: Annotation) -> bool:
    """Type, label, place and every attribute that the model gave; attributes that a person added do not count."""
    if (row.type, row.label) != (one.type, one.label):
        return False
    given = all(row.attributes.get(key) == value for key, value in one.attributes.items())
    return given and _same(shape, row.geometry)


def _same(first: Any, second: Any) -> bool:
    """Equal values; numbers within what rounding makes of them."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(_same(first[key], second[key]) for key in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_same, first, second))
    if isinstance(first, (int, float)) and isinstance(second, (int, float)):
        return math.isclose(first, second, rel_tol=0, abs_tol=SAME_PX)
    return bool(first == second)


def _iou(kind: str, shape: Any, row: Annotation, size_wh: tuple[int, int]) -> float | None:
    """Overlap with what it became; as masks where the type is another one. None where that says nothing."""
    if shape is None or row.geometry is None:
        return None
    try:
        if kind == row.type:
            return geometry.get(kind).iou(shape, row.geometry, size_wh)
        both = (convert(shape, kind, "mask", size_wh), convert(row.geometry, row.type, "mask", size_wh))
        return geometry.get("mask").iou(*both, size_wh)
    except GeometryInvalid:
        return None
