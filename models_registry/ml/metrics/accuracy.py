"""Accuracy."""

from __future__ import annotations

import numpy as np

from models_registry.ml.metrics.base import METRICS, ConfusionMetric


@METRICS.add("accuracy")
class Accuracy(ConfusionMetric):
    """Share of images whose most probable class is the true one."""

    name = "accuracy"
    title = "Accuracy"

    def compute(self) -> float:
        matrix = self._seen()
        return float(np.trace(matrix) / matrix.sum())
