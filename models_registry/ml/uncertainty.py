"""Scores from class probabilities alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def margin_uncertainty(probs: Floats) -> NDArray[np.float64]:
    """1 - (best - second best). probs: (N, C). -> (N,) in 0..1; 1 is a tie of two classes. One class: zeros.
    [Scheffer et al. 2001]"""
    if probs.shape[1] < 2:
        return np.zeros(len(probs))
    best_two = np.partition(probs, probs.shape[1] - 2, axis=1)[:, -2:].astype(np.float64)
    return np.asarray(1.0 - (best_two[:, 1] - best_two[:, 0]))


def entropy(probs: Floats) -> NDArray[np.float64]:
    """Predictive entropy in nats. probs: (N, C), rows sum to 1. -> (N,), 0..log C. [Settles 2009, eq. 3]"""
    wide = probs.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(wide > 0, -wide * np.log(wide), 0.0)
    return np.asarray(terms.sum(axis=1))


def least_confidence(probs: Floats) -> NDArray[np.float64]:
    """1 - probability of the best class. probs: (N, C). -> (N,), 0..1 - 1/C. [Lewis & Gale 1994]"""
    return np.asarray(1.0 - probs.max(axis=1, initial=0.0).astype(np.float64))
