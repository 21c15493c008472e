"""Typical images of clusters that have no label yet: the right start when there are hardly any labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.acquisition._distance import Clusters, Rows, k_means, nearest, unit_rows
from models_registry.ml.acquisition.base import STRATEGIES, Context, Floats, Pool, Strategy, StrategyInfo

MAX_CLUSTERS = 500
_NEIGHBOURS = 20
_SCORED_CLUSTERS = 20


class TypiClust(Strategy):
    """k-means into (labelled + budget) clusters; from the clusters with fewest labels, the largest first, the most
    typical image each: the one with the smallest mean distance to its neighbours. [Hacohen et al., ICML 2022]"""

    info = StrategyInfo(
        "typiclust",
        "TypiClust",
        "Typical images of parts of the pool that have no label yet. The best start from nothing.",
        when_not="After the first few rounds: it keeps choosing easy images and stalls.",
        needs_embeddings=True,
    )

    def score(self, pool: Pool, ctx: Context) -> NDArray[np.float64]:
        """Minus the distance to the centre of its cluster, of at most 20 clusters: a cheap stand-in for typicality."""
        assert pool.embeddings is not None
        rng = np.random.default_rng(0)
        clusters = k_means(pool.embeddings, _SCORED_CLUSTERS, rng, iterations=3, sample=5_000, unit=True)
        return -np.sqrt(clusters.distance.astype(np.float64))

    def select(
        self, pool: Pool, budget: int, rng: np.random.Generator, ctx: Context, scores: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        assert pool.embeddings is not None
        order = rng.permutation(len(pool))  # ties (duplicates) fall by chance, not by upload order
        rows = pool.embeddings[order]
        labelled = ctx.labelled_embeddings
        known = 0 if labelled is None else len(labelled)
        clusters = k_means(rows, min(known + budget, max(MAX_CLUSTERS, budget)), rng, unit=True)
        taken = np.zeros(len(clusters.centres), np.int64)
        if labelled is not None and known:
            taken += np.bincount(nearest(unit_rows(labelled), clusters.centres)[0], minlength=len(taken))
        return order[_typical(rows, clusters, taken, min(budget, len(rows)))].astype(np.int64)


def _typical(rows: Floats, clusters: Clusters, taken: NDArray[np.int64], budget: int) -> NDArray[np.int64]:
    """One image of each cluster a turn: fewest labels first, then the largest; in each by typicality."""
    order = np.argsort(clusters.members, kind="stable")
    sizes = np.bincount(clusters.members, minlength=len(taken))
    starts = np.cumsum(sizes) - sizes
    queues: dict[int, NDArray[np.int64]] = {}
    left = sizes.copy()
    picks: list[int] = []
    while len(picks) < budget:
        open_clusters = np.flatnonzero(left)
        cluster = int(open_clusters[np.lexsort((-left[open_clusters], taken[open_clusters]))[0]])
        if cluster not in queues:
            mine = order[starts[cluster] : starts[cluster] + sizes[cluster]]
            queues[cluster] = mine[
                np.argsort(-_typicality(unit_rows(rows, mine), clusters.distance[mine]), kind="stable")
            ]
        picks.append(int(queues[cluster][sizes[cluster] - left[cluster]]))
        left[cluster] -= 1
        taken[cluster] += 1
    return np.array(picks, np.int64)


def _typicality(rows: Rows, to_centre: Rows) -> Rows:
    """Minus the mean distance to the 20 nearest members. Of a big cluster only the 300 most central are compared."""
    result = np.full(len(rows), -np.inf, np.float32) - to_centre
    central = np.argsort(to_centre, kind="stable")[:300]
    part = rows[central]
    squared = np.maximum(2 - 2 * (part @ part.T), 0)
    count = min(_NEIGHBOURS + 1, len(part))
    near = np.sqrt(np.partition(squared, count - 1, axis=1)[:, :count])
    result[central] = -near.sum(axis=1) / max(1, count - 1)
    return result


STRATEGIES.register("typiclust", TypiClust())
