"""Balanced accuracy."""

from __future__ import annotations

import numpy as np

from models_registry.ml.metrics.base import METRICS, ConfusionMetric


@METRICS.add("balanced_accuracy")
class BalancedAccuracy(ConfusionMetric):
    """Mean recall of the classes that occur in the ground truth."""

    name = "balanced_accuracy"
    title = "Balanced accuracy"

    def compute(self) -> float:
        matrix = self._seen()
        support = matrix.sum(axis=1)
        present = support > 0
        return float((np.diag(matrix)[present] / support[present]).mean())
