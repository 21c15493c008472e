"""BADGE: k-means++ on the gradients of the last layer, never written out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.acquisition._distance import Rows, as_rows, square_norms
from models_registry.ml.acquisition.base import STRATEGIES, Context, Pool, Strategy, StrategyInfo


class Badge(Strategy):
    """Gradient of an image under its most probable label: g = (p - onehot) x embedding. As
    <g_i, g_j> = <e_i, e_j> <h_i, h_j>, memory is N (C + D) and not N C D. [Ash et al., ICLR 2020]"""

    info = StrategyInfo(
        "badge",
        "BADGE",
        "Uncertain and diverse at once. For pools with many near-duplicates or unequal classes.",
        when_not="Very large pools with large batches: each pick looks at every image.",
        needs_probs=True,
        needs_embeddings=True,
    )

    def score(self, pool: Pool, ctx: Context) -> NDArray[np.float64]:
        """Length of the gradient."""
        errors, rows = _factors(pool)
        return np.asarray(np.sqrt(square_norms(errors) * square_norms(rows)), np.float64)

    def select(
        self, pool: Pool, budget: int, rng: np.random.Generator, ctx: Context, scores: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        errors, rows = _factors(pool)
        norms = (scores**2).astype(np.float32)
        chosen = [int(np.lexsort((rng.random(len(norms)), -norms))[0])] if len(norms) else []
        distance = np.full(len(norms), np.inf, np.float32)
        while 0 < len(chosen) < min(budget, len(norms)):
            last = chosen[-1]
            to_last = norms + norms[last] - 2 * (errors @ errors[last]) * (rows @ rows[last])
            np.minimum(distance, np.maximum(to_last, 0), out=distance)
            distance[chosen] = 0
            chosen.append(_draw(distance, chosen, rng))
        return np.array(chosen[:budget], np.int64)


def _factors(pool: Pool) -> tuple[Rows, Rows]:
    """Error vectors (N, C) and embeddings (N, D)."""
    assert pool.probs is not None
    assert pool.embeddings is not None
    errors = np.array(pool.probs, dtype=np.float32)
    errors[np.arange(len(errors)), errors.argmax(axis=1)] -= 1
    return errors, as_rows(pool.embeddings)


def _draw(distance: Rows, chosen: list[int], rng: np.random.Generator) -> int:
    """A row with probability proportional to its squared distance; any unchosen row when all distances are zero."""
    cumulative = np.cumsum(distance, dtype=np.float64)
    if cumulative[-1] > 0:
        return int(min(np.searchsorted(cumulative, rng.random() * cumulative[-1], "right"), len(distance) - 1))
    return int(rng.choice(np.setdiff1d(np.arange(len(distance)), chosen)))


STRATEGIES.register("badge", Badge())
