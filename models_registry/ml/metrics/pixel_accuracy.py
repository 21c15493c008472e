"""Pixel accuracy."""

from __future__ import annotations

import numpy as np

from models_registry.ml.metrics.base import METRICS
from models_registry.ml.metrics.class_maps import MapMetric


@METRICS.add("pixel_accuracy")
class PixelAccuracy(MapMetric):
    """Share of the labelled pixels that are right."""

    name = "pixel_accuracy"
    title = "Pixel accuracy"

    def compute(self) -> float:
        confusion = self._seen()
        return float(np.diagonal(confusion).sum() / confusion.sum())
