"""Smallest distance between the two most probable classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.acquisition.base import STRATEGIES, Context, Pool, Strategy, StrategyInfo
from models_registry.ml.uncertainty import margin_uncertainty


class Margin(Strategy):
    """Top of 1 - (best - second best)."""

    info = StrategyInfo(
        "margin",
        "Margin",
        "Images on which the two most probable classes are closest. Cheap and strong in small, fast rounds.",
        when_not="Large batches from pools with many near-duplicates: it picks them all.",
        needs_probs=True,
    )

    def score(self, pool: Pool, ctx: Context) -> NDArray[np.float64]:
        assert pool.probs is not None
        return margin_uncertainty(pool.probs)


STRATEGIES.register("margin", Margin())
