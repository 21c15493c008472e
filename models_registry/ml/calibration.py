"""Temperature scaling: one number that makes confidences honest without changing any decision. [Guo et al., ICML
2017]"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MINIMUM = 300  # randomly chosen validation images; fewer leave more error than they take away
_LOW, _HIGH = np.log(0.05), np.log(20.0)
_TINY = 1e-12


@dataclass(frozen=True)
class Temperature:
    """value 1 changes nothing. reason: why it was not fitted, None when it was. n: images it could use."""

    value: float
    n: int
    reason: str | None = None


def fit_temperature(
    probs: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]], *, minimum: int = MINIMUM
) -> Temperature:
    """The temperature with the lowest log-loss. probs: (N, C) of images drawn at random, never by a strategy (that
    biases it: error .14 against .03); labels: (N,). Rows with NaN are left out. The loss is convex in 1/T."""
    usable = np.isfinite(probs).all(axis=1)
    log_probs = np.log(np.clip(np.asarray(probs, np.float64)[usable], _TINY, 1.0))
    known = np.asarray(labels)[usable]
    n = len(known)
    if n < minimum:
        return Temperature(1.0, n, f"{n} random validation images; at least {minimum} are needed")
    right = float((log_probs.argmax(axis=1) == known).mean())
    if right in (0.0, 1.0):
        return Temperature(1.0, n, "all validation images are right" if right else "no validation image is right")
    return Temperature(float(np.exp(_golden(lambda t: _loss(log_probs, known, float(np.exp(t)))))), n)


def apply_temperature(probs: NDArray[np.floating[Any]], temperature: float) -> NDArray[np.float64]:
    """softmax(log p / T). probs: (N, C). NaN rows stay NaN."""
    if temperature == 1.0:
        return np.array(probs, dtype=np.float64)
    scaled = np.log(np.clip(np.asarray(probs, np.float64), _TINY, 1.0)) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    raised = np.exp(scaled)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _loss(log_probs: NDArray[np.float64], labels: NDArray[Any], temperature: float) -> float:
    scaled = log_probs / temperature
    top = scaled.max(axis=1)
    total = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
    return float((total - scaled[np.arange(len(labels)), labels]).mean())


def _golden(loss: Any, low: float = _LOW, high: float = _HIGH, tolerance: float = 1e-6) -> float:
    """Minimum of a function with one valley by golden-section search."""
    ratio = (np.sqrt(5.0) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > tolerance:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = loss(right)
    return float((low + high) / 2)
