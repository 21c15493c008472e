"""How much a person's annotations count in training, from their agreement scores. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["AT_FIRST", "FORMULA", "annotator_weight", "picture_weight"]

AT_FIRST = 5
"""Pictures on which everybody is taken to have agreed before any was compared: one bad picture makes nobody bad."""
FORMULA = "max(floor, (sum of scores + 5) / (number of scores + 5)); 1 for who has no score"


def annotator_weight(mean_score: float | None, scores: int, floor: float) -> float:
    """floor..1. mean_score: of the person's pictures against ground truth, 0..1; None without any. A mean that is
    shrunk to 1 by ``AT_FIRST`` pictures in full agreement; nobody is left out altogether (``floor``)."""
    if mean_score is None or not scores:
        return 1.0
    return max(floor, (mean_score * scores + AT_FIRST) / (scores + AT_FIRST))


def picture_weight(authors: Sequence[Any], weights: Mapping[Any, float]) -> float:
    """The mean weight of who drew what is on a picture, annotation by annotation; an author without a weight, or a
    picture with nothing on it, counts as 1."""
    return sum(weights.get(author, 1.0) for author in authors) / len(authors) if authors else 1.0
