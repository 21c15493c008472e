"""Margin with noise that spreads the batch: Gumbel top-k of the log score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.acquisition.base import STRATEGIES, Context, Pool, Strategy, StrategyInfo, top
from models_registry.ml.uncertainty import margin_uncertainty


class PowerMargin(Strategy):
    """Draws without replacement with probability proportional to score ** beta. [Kirsch et al., TMLR 2023]"""

    info = StrategyInfo(
        "power_margin",
        "Power margin",
        "Margin with randomness: for very large batches and many annotators at once.",
        when_not="Small batches: plain margin or cluster-margin waste fewer labels.",
        needs_probs=True,
    )

    def score(self, pool: Pool, ctx: Context) -> NDArray[np.float64]:
        assert pool.probs is not None
        return margin_uncertainty(pool.probs)

    def select(
        self, pool: Pool, budget: int, rng: np.random.Generator, ctx: Context, scores: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        beta = float(ctx.options.get("beta", 1.0))
        noisy = beta * np.log(np.maximum(scores, 1e-12)) + rng.gumbel(size=len(scores))
        return top(noisy, budget, rng)


STRATEGIES.register("power_margin", PowerMargin())
