"""What a metric is, for every kind of task, and the base of those of classification.

A metric is one file here: a subclass of ``Metric`` (probabilities against labels), ``ObjectMetric`` (``objects``:
boxes, regions, keypoints) or ``MapMetric`` (``class_maps``: one class a pixel), registered under its name. ``tasks``
says which kinds of task (``records.KINDS``) it is for; ``for_task`` lists those of one kind.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from alp_site.lib.registry import Registry
from models_registry.ml.records import TaskKind

Probs = NDArray[np.float64]
Labels = NDArray[np.int64]


class NotComputableError(Invalid):
    """The metric has no value on what it was given; the message says why."""

    code = "not_computable"


class AnyMetric:
    """Batches may come in any number and order; what ``update`` takes depends on the kind of task."""

    name: ClassVar[str]
    title: ClassVar[str]
    better: ClassVar[Literal["higher", "lower"]] = "higher"
    tasks: ClassVar[tuple[TaskKind, ...]] = ()

    def __init__(self, classes: int) -> None:
        if classes < 1:
            raise Invalid("A metric needs at least one class.", field="classes")
        self.classes = classes
        self.reset()

    def reset(self) -> None:
        """Forgets everything."""
        raise NotImplementedError

    def compute(self) -> Any:
        """The value. Raises NotComputableError."""
        raise NotImplementedError


class Metric(AnyMetric):
    """Of probabilities against labels, which are indices into their columns. Give ``_add`` and ``compute``."""

    tasks = ("classification",)

    def update(self, probs: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]]) -> None:
        """probs: (N, C), rows sum to 1, no NaN. labels: (N,) in 0..C-1. Inputs are not changed. Raises Invalid."""
        self._add(*checked(probs, labels, self.classes))

    def _add(self, probs: Probs, labels: Labels) -> None:
        raise NotImplementedError


METRICS: Registry[type[AnyMetric]] = Registry("metric")


def for_task(kind: TaskKind) -> list[str]:
    """Names of the metrics for a kind of task."""
    return [name for name, metric in METRICS.items() if kind in metric.tasks]


class ConfusionMetric(Metric):
    """A metric that is a function of the confusion matrix: rows are true classes, columns predicted ones."""

    def reset(self) -> None:
        self.matrix = np.zeros((self.classes, self.classes), np.int64)

    def _add(self, probs: Probs, labels: Labels) -> None:
        predicted = probs.argmax(axis=1)
        flat = np.bincount(labels * self.classes + predicted, minlength=self.classes**2)
        self.matrix += flat.reshape(self.classes, self.classes)

    def _seen(self) -> NDArray[np.int64]:
        """The matrix. Raises NotComputableError when nothing was added."""
        if not self.matrix.sum():
            raise NotComputableError(f"{self.title} of no images.")
        return self.matrix


class StoringMetric(Metric):
    """A metric that needs every row at once."""

    def reset(self) -> None:
        self._probs: list[Probs] = []
        self._labels: list[Labels] = []

    def _add(self, probs: Probs, labels: Labels) -> None:
        self._probs.append(probs)
        self._labels.append(labels)

    def _seen(self) -> tuple[Probs, Labels]:
        """All rows. Raises NotComputableError when nothing was added."""
        if not sum(len(part) for part in self._labels):
            raise NotComputableError(f"{self.title} of no images.")
        return np.concatenate(self._probs), np.concatenate(self._labels)


def checked(probs: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]], classes: int) -> tuple[Probs, Labels]:
    """Copies as float64 and int64. Raises Invalid on wrong shapes, NaN, numbers outside 0..1, unknown labels."""
    wide = np.array(probs, dtype=np.float64)
    index = np.array(labels, dtype=np.int64)
    if wide.ndim != 2 or wide.shape[1] != classes or index.shape != (len(wide),):
        raise Invalid(f"Expected (N, {classes}) probabilities and (N,) labels, got {wide.shape} and {index.shape}.")
    if not np.isfinite(wide).all() or (wide.size and (wide.min() < 0 or wide.max() > 1 + 1e-6)):
        raise Invalid("Probabilities must be numbers in 0..1.", field="probs")
    if wide.size and np.abs(wide.sum(axis=1) - 1).max() > 1e-3:
        raise Invalid("Each row of probabilities must sum to 1.", field="probs")
    if index.size and not (index.min() >= 0 and index.max() < classes):
        raise Invalid(f"Labels must lie in 0..{classes - 1}.", field="labels")
    return wide, index
