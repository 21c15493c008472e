"""Confusion matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.metrics.base import METRICS, ConfusionMetric


@METRICS.add("confusion_matrix")
class ConfusionMatrix(ConfusionMetric):
    """(C, C) counts: row = true class, column = predicted class (the lower index on a tie)."""

    name = "confusion_matrix"
    title = "Confusion matrix"

    def compute(self) -> NDArray[np.int64]:
        return self._seen().copy()
