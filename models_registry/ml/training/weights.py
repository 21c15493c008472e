"""Class weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


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
