"""Margin inside each predicted class, classes taken in turn: for long tails."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.acquisition.base import STRATEGIES, Context, Pool, Strategy, StrategyInfo, top
from models_registry.ml.uncertainty import margin_uncertainty


class ClassStratified(Strategy):
    """One image of each predicted class in turn, the smallest margin first; classes with few labels begin."""

    info = StrategyInfo(
        "class_stratified",
        "Class-stratified margin",
        "Margin, with every predicted class getting its turn: for rare classes and recall targets.",
        when_not="Balanced classes: cluster-margin reaches the same accuracy with fewer labels.",
        needs_probs=True,
    )

    def score(self, pool: Pool, ctx: Context) -> NDArray[np.float64]:
        assert pool.probs is not None
        return margin_uncertainty(pool.probs)

    def select(
        self, pool: Pool, budget: int, rng: np.random.Generator, ctx: Context, scores: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        assert pool.probs is not None
        predicted = pool.probs.argmax(axis=1)
        order = top(scores, len(scores), rng)
        turn = np.empty(len(order), np.int64)  # how many of its class come before it
        for label in np.unique(predicted):
            mine = order[predicted[order] == label]
            turn[mine] = np.arange(len(mine))
        counts = np.zeros(pool.probs.shape[1])
        counts[: len(ctx.label_counts)] = ctx.label_counts[: len(counts)]
        wanted = np.lexsort((-scores, counts[predicted], turn))
        return wanted[:budget].astype(np.int64)


STRATEGIES.register("class_stratified", ClassStratified())
