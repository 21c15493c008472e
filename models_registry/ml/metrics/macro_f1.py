"""Macro F1."""

from __future__ import annotations

import numpy as np

from models_registry.ml.metrics.base import METRICS, ConfusionMetric


@METRICS.add("macro_f1")
class MacroF1(ConfusionMetric):
    """Mean F1 of the classes that occur in the ground truth or in the predictions; no hit counts as 0."""

    name = "macro_f1"
    title = "Macro F1"

    def compute(self) -> float:
        matrix = self._seen()
        either = matrix.sum(axis=1) + matrix.sum(axis=0)
        present = either > 0
        return float((2 * np.diag(matrix)[present] / either[present]).mean())
