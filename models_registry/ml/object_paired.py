"""Average precision of objects on resampled images, without matching anything again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.averages import RECALLS
from models_registry.ml.object_matches import HIT, IGNORED, ObjectMatches

__all__ = ["WeightedObjectPrecision", "class_gains"]

Floats = NDArray[np.float64]
Weights = NDArray[np.float32]
_AT_ONCE = 1 << 18  # numbers of a block of answers times resamples


class WeightedObjectPrecision:
    """Average precision of one class (101 recalls, over the given thresholds) when images count as often as weights
    say: the value that the evaluation of a set with copies of images would give.

    steps: indices of the thresholds. The ranking, the hits and the places where precision matters are worked out once;
    a resample then costs a running sum over the answers and one over the hits.
    """

    def __init__(self, matches: ObjectMatches, label: int, steps: Sequence[int]) -> None:
        mine = np.flatnonzero(matches.found_label == label)
        mine = mine[np.lexsort((matches.rank[mine], matches.found_image[mine], -matches.score[mine]))]
        state = matches.state[0][:, mine]
        self.hits = [np.flatnonzero(state[t] == HIT) for t in steps]
        end = 1 + max((int(at[-1]) for at in self.hits if len(at)), default=-1)  # nothing after the last hit matters
        self.images = matches.found_image[mine[:end]]
        self.left_out = [np.flatnonzero(state[t, :end] == IGNORED) for t in steps]
        self.truths = matches.truth_image[(matches.truth_label == label) & matches.counted[0]]

    def __call__(self, weights: Weights) -> Floats:
        """(B,) for weights (n, B) of the n images; NaN where no truth of the class has weight."""
        step = max(1, _AT_ONCE // max(1, len(self.images)))
        parts = [self._block(weights[:, at : at + step]) for at in range(0, weights.shape[1], step)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _block(self, weights: Weights) -> Floats:
        total = weights[self.truths].sum(axis=0, dtype=np.float64)
        own = weights[self.images]
        shown = np.cumsum(own, axis=0)  # float32 is exact below 16.7 million
        value = np.zeros(weights.shape[1])
        for at, left_out in zip(self.hits, self.left_out, strict=True):
            if len(at):
                seen = shown
                if len(left_out):
                    counted = own.copy()
                    counted[left_out] = 0
                    seen = np.cumsum(counted, axis=0)
                value += _area(np.cumsum(own[at], axis=0, dtype=np.float64), seen[at], total)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(total > 0, value / len(self.hits), np.nan)


def _area(hits: Floats, shown: Weights, total: Floats) -> Floats:
    """(B,) mean over the recalls of the interpolated precision. hits, shown: (H, B) running sums at each hit."""
    precision = hits / np.maximum(shown, 1e-9)
    envelope = np.maximum.accumulate(precision[::-1], axis=0)[::-1]
    recall = hits / np.maximum(total, 1e-9)
    reached = np.minimum((recall * 100 + 1e-9).astype(np.int64), 100)
    reached -= RECALLS[reached] > recall  # by the same floats as the evaluation
    new = np.diff(reached, axis=0, prepend=-1)
    return np.asarray((envelope * new).sum(axis=0) / len(RECALLS))


def class_gains(
    candidate: ObjectMatches, incumbent: ObjectMatches, classes: Sequence[int], steps: Sequence[int], weights: Weights
) -> Floats:
    """(C, B) average precision of the candidate less the incumbent's, class by class, on each resample."""
    rows = [
        WeightedObjectPrecision(candidate, c, steps)(weights) - WeightedObjectPrecision(incumbent, c, steps)(weights)
        for c in classes
    ]
    return np.stack(rows) if rows else np.zeros((0, weights.shape[1]))
