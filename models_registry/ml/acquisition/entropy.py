"""Highest predictive entropy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models_registry.ml import uncertainty
from models_registry.ml.acquisition.base import STRATEGIES, Context, Pool, Strategy, StrategyInfo


class Entropy(Strategy):
    """Top of -sum p log p."""

    info = StrategyInfo(
        "entropy",
        "Entropy",
        "Images whose class probabilities are spread widest.",
        when_not="Many classes: it chases images with many small probabilities and can fall behind random.",
        needs_probs=True,
    )

    def score(self, pool: Pool, ctx: Context) -> NDArray[np.float64]:
        assert pool.probs is not None
        return uncertainty.entropy(pool.probs)


STRATEGIES.register("entropy", Entropy())
