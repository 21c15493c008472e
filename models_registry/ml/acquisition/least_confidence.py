"""Lowest probability of the best class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models_registry.ml import uncertainty
from models_registry.ml.acquisition.base import STRATEGIES, Context, Pool, Strategy, StrategyInfo


class LeastConfidence(Strategy):
    """Top of 1 - max p."""

    info = StrategyInfo(
        "least_confidence",
        "Least confidence",
        "Images whose best class is least probable.",
        when_not="Many similar classes: margin tells real doubt from many small alternatives.",
        needs_probs=True,
    )

    def score(self, pool: Pool, ctx: Context) -> NDArray[np.float64]:
        assert pool.probs is not None
        return uncertainty.least_confidence(pool.probs)


STRATEGIES.register("least_confidence", LeastConfidence())
