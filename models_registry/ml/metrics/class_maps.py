"""The base of metrics of class maps: functions of how often each class was taken for each other, pixel by pixel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from models_registry.ml.metrics.base import AnyMetric, NotComputableError
from models_registry.ml.records import UNLABELLED, ClassMap

__all__ = ["MapMetric", "map_confusion", "overlap_by_class"]


def map_confusion(truth: ClassMap, found: ClassMap, classes: int) -> NDArray[np.int64]:
    """(C, C + 1) pixels of one image: row = true class, column = answered one, the last column where the answer says
    nothing. Pixels that the truth does not name are left out. Raises Invalid: sizes, unknown classes."""
    first, second = truth.classes_hw, found.classes_hw
    if first.shape != second.shape:
        raise Invalid(f"The truth is {first.shape}, the answer {second.shape} pixels.", field="found")
    known = first != UNLABELLED
    rows, columns = first[known], second[known]
    columns = np.where(columns == UNLABELLED, classes, columns)
    if rows.size and not (rows.min() >= 0 and rows.max() < classes and columns.min() >= 0 and columns.max() <= classes):
        raise Invalid(f"Classes must lie in 0..{classes - 1}, or be {UNLABELLED}.", field="classes")
    return np.bincount(rows * (classes + 1) + columns, minlength=classes * (classes + 1)).reshape(classes, classes + 1)


def overlap_by_class(confusion: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(..., C) intersection over union and Dice of each class from (..., C, C + 1) counts; NaN for a class that neither
    the truth nor the answer has."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1).astype(np.float64)
    both = confusion.sum(axis=-1) + confusion[..., :-1].sum(axis=-2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return hits / (both - hits), 2 * hits / both


class MapMetric(AnyMetric):
    """Give ``compute``, from ``_seen``."""

    tasks = ("semantic_segmentation",)

    def reset(self) -> None:
        self._confusion = np.zeros((self.classes, self.classes + 1), np.int64)

    def update(self, truths: Sequence[ClassMap], found: Sequence[ClassMap]) -> None:
        """One truth and one answer an image. Raises Invalid: sizes, unknown classes, numbers of images."""
        if len(truths) != len(found):
            raise Invalid(f"{len(truths)} truths, but {len(found)} answers.", field="found")
        for truth, answer in zip(truths, found, strict=True):
            self.add(map_confusion(truth, answer, self.classes))

    def add(self, confusion: NDArray[np.int64]) -> None:
        """The counts of an image, or of many."""
        self._confusion += confusion

    def _seen(self) -> NDArray[np.int64]:
        """(C, C + 1). Raises NotComputableError when no labelled pixel was added."""
        if not self._confusion.sum():
            raise NotComputableError(f"{self.title} of no labelled pixels.")
        return self._confusion
