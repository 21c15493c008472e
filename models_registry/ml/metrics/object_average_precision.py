"""Mean average precision of objects: at overlap 0.5 to 0.95, at 0.5 and at 0.75."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from models_registry.ml.averages import average_over, mean_of
from models_registry.ml.metrics.base import METRICS, NotComputableError
from models_registry.ml.metrics.objects import ObjectMetric


@METRICS.add("map")
class ObjectAveragePrecision(ObjectMetric):
    """Mean over the classes with ground truth of the area under the interpolated precision-recall curve (101 points),
    averaged over the thresholds 0.5, 0.55, ... 0.95 of likeness. [COCO detection evaluation]"""

    name = "map"
    title = "mAP at 0.5 to 0.95"
    threshold: ClassVar[float | None] = None

    def compute(self) -> float:
        steps = [i for i, t in enumerate(self.rules.thresholds) if self.threshold in (None, round(t, 9))]
        if not steps:
            raise NotComputableError(f"{self.title}: nothing was matched at {self.threshold}.")
        averages = average_over(self._seen(), self.classes)
        value = mean_of(np.mean([averages.ap(0, step) for step in steps], axis=0))
        if value is None:
            raise NotComputableError(f"{self.title} without ground truth.")
        return value


@METRICS.add("map_50")
class ObjectAveragePrecision50(ObjectAveragePrecision):
    """The same at 0.5 alone."""

    name = "map_50"
    title = "mAP at 0.5"
    threshold = 0.5


@METRICS.add("map_75")
class ObjectAveragePrecision75(ObjectAveragePrecision):
    """The same at 0.75 alone."""

    name = "map_75"
    title = "mAP at 0.75"
    threshold = 0.75
