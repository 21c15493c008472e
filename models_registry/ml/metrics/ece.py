"""Expected calibration error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.metrics.base import METRICS, Labels, Metric, NotComputableError, Probs

BINS = 15


@dataclass(frozen=True)
class Bins:
    """Per bin of the confidence (i/15, (i+1)/15]: images, mean confidence, accuracy; NaN in an empty bin."""

    count: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    def told(self) -> dict[str, list[Any]]:
        """As JSON; None in an empty bin."""
        shares = {"confidence": self.confidence, "accuracy": self.accuracy}
        return {
            "count": self.count.tolist(),
            **{name: [None if np.isnan(v) else float(v) for v in values] for name, values in shares.items()},
        }


def reliability(confidence: NDArray[np.floating[Any]], right: NDArray[np.bool_]) -> Bins:
    """What a reliability diagram draws of (N,) answers in 0..1 and whether each is right."""
    which = _bin_of(confidence)
    count = np.bincount(which, minlength=BINS)
    with np.errstate(invalid="ignore"):
        return Bins(count, np.bincount(which, confidence, BINS) / count, np.bincount(which, right, BINS) / count)


def _bin_of(confidence: NDArray[np.floating[Any]]) -> NDArray[np.int64]:
    return np.asarray(np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1))


@METRICS.add("ece")
class ExpectedCalibrationError(Metric):
    """Mean gap between confidence (of the most probable class) and accuracy, over 15 bins of equal width, weighted by
    their images. [Guo et al., ICML 2017]"""

    name = "ece"
    title = "Expected calibration error"
    better = "lower"

    def reset(self) -> None:
        self._count = np.zeros(BINS, np.int64)
        self._confidence = np.zeros(BINS)
        self._right = np.zeros(BINS)

    def _add(self, probs: Probs, labels: Labels) -> None:
        confidence = probs.max(axis=1)
        right = probs.argmax(axis=1) == labels
        which = _bin_of(confidence)
        self._count += np.bincount(which, minlength=BINS)
        self._confidence += np.bincount(which, confidence, BINS)
        self._right += np.bincount(which, right, BINS)

    def bins(self) -> Bins:
        """What a reliability diagram draws."""
        safe = np.where(self._count > 0, self._count, 1)
        empty = self._count == 0
        return Bins(
            self._count.copy(),
            np.where(empty, np.nan, self._confidence / safe),
            np.where(empty, np.nan, self._right / safe),
        )

    def compute(self) -> float:
        total = self._count.sum()
        if not total:
            raise NotComputableError("Calibration error of no images.")
        return float(np.abs(self._confidence - self._right).sum() / total)
