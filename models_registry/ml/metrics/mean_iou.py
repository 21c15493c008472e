"""Mean intersection over union."""

from __future__ import annotations

import numpy as np

from models_registry.ml.metrics.base import METRICS
from models_registry.ml.metrics.class_maps import MapMetric, overlap_by_class


@METRICS.add("mean_iou")
class MeanIoU(MapMetric):
    """Mean over the classes that the truth or the answers have, of pixels right over pixels of either, over all images
    together. [Everingham et al. 2010]"""

    name = "mean_iou"
    title = "Mean IoU"

    def compute(self) -> float:
        return float(np.nanmean(overlap_by_class(self._seen())[0]))
