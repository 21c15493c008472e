"""The default: typical images first, then cluster-margin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.acquisition.base import STRATEGIES, Context, Pool, Strategy, StrategyInfo
from models_registry.ml.acquisition.cluster_margin import ClusterMargin
from models_registry.ml.acquisition.margin import Margin
from models_registry.ml.acquisition.random import Random
from models_registry.ml.acquisition.typiclust import TypiClust

SEED_ROUNDS = 3


def in_seed_phase(ctx: Context, has_model: bool) -> bool:
    """True until every known class has a label and there are max(5 K, 50) labels, or three rounds are over; and always
    without a model."""
    if not has_model:
        return True
    classes = len(ctx.label_counts)
    enough = ctx.labelled >= max(5 * classes, 50) and bool((ctx.label_counts > 0).all())
    return not enough and ctx.round_number < SEED_ROUNDS


class Auto(Strategy):
    """Seed phase by TypiClust, then cluster-margin; without embeddings random, then margin."""

    info = StrategyInfo(
        "auto",
        "Automatic",
        "Starts with typical images of every part of the pool; once each class has labels, goes on with the least"
        " certain images of different groups (cluster-margin).",
    )

    def phase(self, pool: Pool, ctx: Context) -> Strategy:
        """The strategy that decides this round."""
        if in_seed_phase(ctx, pool.probs is not None):
            return TypiClust() if pool.embeddings is not None else Random()
        return ClusterMargin() if pool.embeddings is not None else Margin()

    def score(self, pool: Pool, ctx: Context) -> NDArray[np.float64]:
        return self.phase(pool, ctx).score(pool, ctx)

    def select(
        self, pool: Pool, budget: int, rng: np.random.Generator, ctx: Context, scores: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        return self.phase(pool, ctx).select(pool, budget, rng, ctx, scores)


STRATEGIES.register("auto", Auto())
