"""The base of metrics of objects: boxes, regions, keypoints."""

from __future__ import annotations

from collections.abc import Sequence

from models_registry.ml.metrics.base import AnyMetric, NotComputableError
from models_registry.ml.object_matches import ObjectMatches, Rules, match_objects
from models_registry.ml.records import FoundObjects, TruthObjects

__all__ = ["ObjectMetric"]


class ObjectMetric(AnyMetric):
    """Give ``compute``. classes: how many; rules: how answers are matched to the truth."""

    tasks = ("detection", "instance_segmentation", "keypoints", "multi_label_classification")

    def __init__(self, classes: int, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        super().__init__(classes)

    def reset(self) -> None:
        self._parts: list[ObjectMatches] = []

    def update(self, truths: Sequence[TruthObjects], found: Sequence[FoundObjects]) -> None:
        """One truth and one answer an image. Raises Invalid when they do not fit each other or the rules."""
        self.add(match_objects(truths, found, self.rules))

    def add(self, matches: ObjectMatches) -> None:
        """What was matched elsewhere by the same rules: several metrics need not match again."""
        self._parts.append(matches)

    def _seen(self) -> ObjectMatches:
        """All of it. Raises NotComputableError when no image was added."""
        if not sum(part.images for part in self._parts):
            raise NotComputableError(f"{self.title} of no images.")
        return ObjectMatches.join(self._parts)
