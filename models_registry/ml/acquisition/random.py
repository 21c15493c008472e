"""Every image alike: the yardstick of all others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.acquisition.base import STRATEGIES, Context, Pool, Strategy, StrategyInfo


class Random(Strategy):
    """All scores are equal, and ties fall by the generator."""

    info = StrategyInfo("random", "Random", "Each image of the pool with the same chance; needs no model.")

    def score(self, pool: Pool, ctx: Context) -> NDArray[np.float64]:
        return np.zeros(len(pool))


STRATEGIES.register("random", Random())
