"""Mean Dice coefficient."""

from __future__ import annotations

import numpy as np

from models_registry.ml.metrics.base import METRICS
from models_registry.ml.metrics.class_maps import MapMetric, overlap_by_class


@METRICS.add("mean_dice")
class MeanDice(MapMetric):
    """Mean over the classes that the truth or the answers have, of twice the pixels right over the pixels of both, over
    all images together: F1 of the pixels. [Dice 1945]"""

    name = "mean_dice"
    title = "Mean Dice"

    def compute(self) -> float:
        return float(np.nanmean(overlap_by_class(self._seen())[1]))
