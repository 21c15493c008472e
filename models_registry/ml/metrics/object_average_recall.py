"""Average recall of objects."""

from __future__ import annotations

from models_registry.ml.averages import average_over, mean_of
from models_registry.ml.metrics.base import METRICS, NotComputableError
from models_registry.ml.metrics.objects import ObjectMetric


@METRICS.add("average_recall")
class ObjectAverageRecall(ObjectMetric):
    """Mean over the classes with ground truth, and over the thresholds of likeness, of the share of objects found among
    the surest answers of each image and class (as many as the rules look at). [COCO detection evaluation]"""

    name = "average_recall"
    title = "Average recall"

    def compute(self) -> float:
        value = mean_of(average_over(self._seen(), self.classes, (self.rules.most,)).ar())
        if value is None:
            raise NotComputableError(f"{self.title} without ground truth.")
        return value
