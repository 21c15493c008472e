"""Average precision per class, and its mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.metrics.base import METRICS, NotComputableError, StoringMetric


@dataclass(frozen=True)
class Curve:
    """Precision and recall at each distinct score, the highest score first: both (T,), and the (T,) thresholds."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    threshold: NDArray[np.float64]


def pr_curve(scores: NDArray[np.floating[Any]], positive: NDArray[np.bool_]) -> Curve:
    """One class against the rest. Images of equal score come in together, so their order cannot matter.

    scores, positive: (N,). Raises NotComputableError without a positive image (recall has no value then).
    """
    hits = int(positive.sum())
    if not hits:
        raise NotComputableError("Average precision of a class without ground truth.")
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    true_positive = np.cumsum(positive[order])[last]
    return Curve(true_positive / (last + 1), true_positive / hits, ranked[last].astype(np.float64))


def area(curve: Curve) -> float:
    """Sum of precision times the step of recall: no interpolation, as scikit-learn's average_precision_score."""
    return float((np.diff(curve.recall, prepend=0.0) * curve.precision).sum())


@METRICS.add("average_precision")
class AveragePrecision(StoringMetric):
    """``compute`` is the mean over the classes that have ground truth."""

    name = "average_precision"
    title = "Mean average precision"

    def compute(self) -> float:
        values = [value for value in self.per_class() if value is not None]
        return float(np.mean(values))

    def per_class(self) -> list[float | None]:
        """Average precision of each class; None without ground truth."""
        return [None if curve is None else area(curve) for curve in self.curves()]

    def curves(self) -> list[Curve | None]:
        """The precision-recall curve of each class; None without ground truth."""
        probs, labels = self._seen()
        found: list[Curve | None] = []
        for label in range(self.classes):
            positive = labels == label
            found.append(pr_curve(probs[:, label], positive) if positive.any() else None)
        return found
