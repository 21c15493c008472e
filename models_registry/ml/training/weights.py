"""Weights of classes and of examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid


def class_weights(labels: NDArray[np.int64], classes: int, mode: str) -> NDArray[np.float32]:
    """(C,) weights: ones for "none"; for "balanced" N / (present classes * count), zero for a class without images.

    The mean weight over the images is 1, so losses stay comparable. [King & Zeng 2001]
    """
    if mode == "none":
        return np.ones(classes, np.float32)
    counts = np.bincount(labels, minlength=classes).astype(np.float64)
    present = counts > 0
    weights = np.zeros(classes)
    weights[present] = len(labels) / (present.sum() * counts[present])
    return weights.astype(np.float32)


def example_weights(given: Sequence[float] | None, count: int) -> NDArray[np.float32] | None:
    """(count,) weights of training examples with mean 1, so losses and learning rates stay comparable; None where
    nothing is given or all are alike: then nothing is weighed, and sums are those of an unweighted training to the last
    bit. Raises Invalid: another number of them, or one that is not above 0."""
    if given is None:
        return None
    weights = np.asarray(given, np.float64)
    if weights.shape != (count,) or not np.isfinite(weights).all() or not (weights > 0).all():
        raise Invalid(f"Expected {count} weights of examples, each above 0.", field="weights")
    if not count or weights.min() == weights.max():
        return None
    return np.asarray(weights / weights.mean(), np.float32)


def drawn_by_weight(
    weights: NDArray[np.float32], order: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """As many indices as ``order`` has, each as often as its weight (mean 1) says: the whole part of it surely, and
    once more with the chance of the rest. Systematic sampling [Madow & Madow 1944]: the expectation is exact, and the
    count of an index never wanders by more than one. order: a permutation of the indices."""
    ends = np.cumsum(weights[order], dtype=np.float64)
    marks = (np.arange(len(order)) + rng.random()) * (ends[-1] / len(order))
    places = np.minimum(np.searchsorted(ends, marks, side="right"), len(order) - 1)
    return rng.permutation(order[places])
