"""Greedy k-center: cover the embedding space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.acquisition._distance import as_rows, farthest_first, nearest, square_norms
from models_registry.ml.acquisition.base import STRATEGIES, Context, Pool, Strategy, StrategyInfo


class KCenter(Strategy):
    """Farthest-first from what is labelled; from the pool's mean if nothing is. [Sener & Savarese, ICLR 2018]"""

    info = StrategyInfo(
        "k_center",
        "k-center",
        "Images farthest from everything labelled or chosen so far.",
        when_not="Pools with odd pictures: outliers are the farthest of all and are picked first.",
        needs_embeddings=True,
    )

    def score(self, pool: Pool, ctx: Context) -> NDArray[np.float64]:
        """Distance to the nearest labelled image; to the pool's mean if none is labelled."""
        assert pool.embeddings is not None
        labelled = ctx.labelled_embeddings
        if labelled is None or not len(labelled):
            rows = as_rows(pool.embeddings)
            centre = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
            squared = square_norms(rows) - 2 * (rows @ centre) + centre @ centre
        else:
            squared = nearest(pool.embeddings, as_rows(labelled))[1]
        return np.asarray(np.sqrt(np.maximum(squared, 0)), np.float64)

    def select(
        self, pool: Pool, budget: int, rng: np.random.Generator, ctx: Context, scores: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        assert pool.embeddings is not None
        order = rng.permutation(len(pool))  # ties (duplicates) fall by chance, not by upload order
        rows = pool.embeddings[order]
        picks = farthest_first(rows, (scores[order] ** 2).astype(np.float32), min(budget, len(pool)))
        return order[picks].astype(np.int64)


STRATEGIES.register("k_center", KCenter())
