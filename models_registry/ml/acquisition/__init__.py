"""Acquisition: which images to label next. One sign everywhere: higher = label sooner. Numpy only, never a global
generator."""

from __future__ import annotations

from models_registry.ml.acquisition.base import (
    STRATEGIES,
    Context,
    Pick,
    Pool,
    Strategy,
    StrategyInfo,
    StrategyNotApplicable,
    choose,
)

__all__ = [
    "STRATEGIES",
    "Context",
    "Pick",
    "Pool",
    "Strategy",
    "StrategyInfo",
    "StrategyNotApplicable",
    "choose",
]
