"""Where to cut: precision, recall, F1 and cost at every confidence, and the cut that suits a wish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.matching import run_starts
from models_registry.ml.metrics.base import NotComputableError

__all__ = ["Cuts", "Wish", "cuts", "pick"]

Floats = NDArray[np.float64]
Wish = Literal["f1", "precision", "recall", "cost"]


@dataclass(frozen=True)
class Cuts:
    """T cuts, the highest first: what happens when answers with at least that confidence are kept. threshold,
    precision, recall, f1: (T,) float64. false: (T,) wrong answers kept. missed: (T,) positives without an answer."""

    threshold: Floats
    precision: Floats
    recall: Floats
    f1: Floats
    false: NDArray[np.int64]
    missed: NDArray[np.int64]


def cuts(scores: Floats, right: NDArray[np.bool_], positives: int) -> Cuts:
    """Every distinct confidence as a cut. scores: (D,) of the answers (of a class: its probability for every image).
    right: (D,) whether the answer is one of the positives. positives: all there are, those without an answer too.
    Raises NotComputableError without an answer or a positive."""
    if not len(scores) or positives < 1:
        raise NotComputableError("A threshold needs answers and something to find.")
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.append(run_starts(ranked)[1:], len(ranked)) - 1
    hits = np.cumsum(right[order])[last]
    kept = last + 1
    return Cuts(
        ranked[last].astype(np.float64), hits / kept, hits / positives, 2 * hits / (kept + positives),
        (kept - hits).astype(np.int64), (positives - hits).astype(np.int64),
    )  # fmt: skip


def pick(
    found: Cuts, wish: Wish = "f1", *, target: float = 0.9, cost_false: float = 1.0, cost_missed: float = 1.0
) -> int:
    """Index of the cut. ``f1``: the best F1. ``precision``: the most recall at a precision of at least the target.
    ``recall``: the best precision at a recall of at least the target. ``cost``: the least of false answers and missed
    positives at their prices. Equals: the higher threshold. Raises NotComputableError where no cut reaches the target.
    """
    if wish == "f1":
        return int(np.argmax(found.f1))
    if wish == "cost":
        return int(np.argmin(found.false * cost_false + found.missed * cost_missed))
    bound, aim = (found.precision, found.recall) if wish == "precision" else (found.recall, found.precision)
    reached = bound >= target
    if not reached.any():
        raise NotComputableError(f"No threshold reaches a {wish} of {target:g}: the most is {bound.max():.3g}.")
    return int(np.argmax(np.where(reached, aim, -1.0)))
