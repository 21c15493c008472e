"""Precision, recall and their averages from matched objects, and the same under weights of images for resampling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.object_matches import HIT, IGNORED, ObjectMatches

__all__ = ["RECALLS", "Averages", "average_over", "mean_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
RECALLS = np.linspace(0.0, 1.0, 101)
_EPS = float(np.spacing(1))


@dataclass(frozen=True)
class Averages:
    """precision: (A, T, C, 101) at the ``RECALLS``, interpolated, 0 where that recall is never reached. recall: (A, T,
    C, M) when the ``most`` (M,) surest answers per image and class are looked at. score: (A, T, C, 101) the confidence
    that reaches the recall. counted: (A, C) truths. NaN for a class without truths in that size range. The numbers are
    those of COCO's evaluation, which writes -1 for NaN."""

    precision: Floats
    recall: Floats
    score: Floats
    counted: Ints
    most: tuple[int, ...]

    def ap(self, size: int = 0, step: int | None = None) -> Floats:
        """(C,) average precision of each class in a size range, over all thresholds or at one; NaN without truths."""
        chosen = self.precision[size] if step is None else self.precision[size, step : step + 1]
        return np.asarray(chosen.mean(axis=(0, 2)))

    def ar(self, size: int = 0, most: int = -1) -> Floats:
        """(C,) recall averaged over the thresholds; ``most`` is an index into ``self.most``."""
        return np.asarray(self.recall[size, :, :, most].mean(axis=0))


def mean_of(values: Floats) -> float | None:
    """The mean of what is not NaN; None of nothing."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def average_over(matches: ObjectMatches, classes: int, most: Sequence[int] = (1, 10, 100)) -> Averages:
    """All averages of all classes. Answers of equal confidence keep the order of images, and inside one the order in
    which they chose: as COCO's evaluation does."""
    order = np.lexsort((matches.rank, matches.found_image, -matches.score, matches.found_label))
    state, label = matches.state[:, :, order], matches.found_label[order]
    score, rank = matches.score[order], matches.rank[order]
    edges = np.searchsorted(label, np.arange(classes + 1))
    counted = np.stack([np.bincount(matches.truth_label[row], minlength=classes) for row in matches.counted])
    sizes, steps = state.shape[:2]
    precision, at_score = (np.full((sizes, steps, classes, len(RECALLS)), np.nan) for _ in range(2))
    recall = np.full((sizes, steps, classes, len(most)), np.nan)
    for c in range(classes):
        mine = slice(edges[c], edges[c + 1])
        hits = state[:, :, mine] == HIT
        shown = np.cumsum(state[:, :, mine] != IGNORED, axis=2, dtype=np.int32)
        for a in np.flatnonzero(counted[:, c]):
            total = int(counted[a, c])
            recall[a, :, c] = np.stack([(hits[a] & (rank[mine] < m)).sum(axis=1) / total for m in most], axis=1)
            for t in range(steps):
                at = np.flatnonzero(hits[a, t])
                precision[a, t, c], at_score[a, t, c] = _interpolated(at, shown[a, t], total, score[mine])
    return Averages(precision, recall, at_score, counted.astype(np.int64), tuple(most))


def _interpolated(at: Ints, shown: NDArray[np.int32], total: int, score: Floats) -> tuple[Floats, Floats]:
    """(101,) precision and confidence where each recall is first reached.

    at: places of the hits among the ranked answers. Precision falls between hits, so its envelope from the right needs
    no other place; the recall r is reached at the n-th hit, n the least with n / total >= r, at the first place of all
    for r = 0.
    """
    precision, scores = np.zeros(len(RECALLS)), np.zeros(len(RECALLS))
    if not len(at):
        if len(score):
            scores[0] = score[0]
        return precision, scores
    hits = np.arange(1, len(at) + 1)
    envelope = np.maximum.accumulate((hits / (shown[at] + _EPS))[::-1])[::-1]
    nth = np.searchsorted(hits / total, RECALLS, side="left")
    reached = nth < len(at)
    precision[reached] = envelope[nth[reached]]
    scores[reached] = score[at[nth[reached]]]
    scores[0] = score[0]
    return precision, scores
