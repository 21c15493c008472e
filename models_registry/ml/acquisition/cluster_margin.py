"""Small margins, one per cluster: uncertainty without near-duplicates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.acquisition._distance import k_means, unit_rows
from models_registry.ml.acquisition.base import STRATEGIES, Context, Pool, Strategy, StrategyInfo, top
from models_registry.ml.uncertainty import margin_uncertainty

CANDIDATES = 10  # times the budget


class ClusterMargin(Strategy):
    """The 10 b smallest margins are clustered into b groups; picks go round-robin from the smallest group to the
    largest, in each the smallest margin first. [Citovsky et al., NeurIPS 2021; k-means in place of their agglomerative
    step]"""

    info = StrategyInfo(
        "cluster_margin",
        "Cluster-margin",
        "The least certain images, spread over groups of similar ones. The best all-round choice once a model exists.",
        when_not="The first rounds, when the model knows nothing: 'auto' starts with typical images instead.",
        needs_probs=True,
        needs_embeddings=True,
    )

    def score(self, pool: Pool, ctx: Context) -> NDArray[np.float64]:
        assert pool.probs is not None
        return margin_uncertainty(pool.probs)

    def select(
        self, pool: Pool, budget: int, rng: np.random.Generator, ctx: Context, scores: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        assert pool.embeddings is not None
        candidates = top(scores, CANDIDATES * budget, rng)
        if len(candidates) <= budget:
            return candidates
        members = k_means(unit_rows(pool.embeddings[candidates]), budget, rng).members
        return candidates[round_robin(members)[:budget]]


def round_robin(members: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions in the order of picking: one of each cluster a turn, small clusters first; members come best first."""
    sizes = np.bincount(members)
    order = np.argsort(members, kind="stable")
    starts = np.cumsum(sizes) - sizes
    turn = np.empty(len(members), np.int64)
    turn[order] = np.arange(len(members)) - np.repeat(starts, sizes)
    return np.lexsort((members, sizes[members], turn))


STRATEGIES.register("cluster_margin", ClusterMargin())
