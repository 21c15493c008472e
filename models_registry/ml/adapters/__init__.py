"""Model adapters: one file each, found by discovery. An adapter is how the house trains, stores and runs one kind of
net."""

from __future__ import annotations

from models_registry.ml.adapters.base import (
    ADAPTERS,
    Adapter,
    AdapterInfo,
    Prediction,
    Split,
    TrainCancelled,
    TrainData,
    TrainHooks,
    TrainResult,
    check_config,
    defaults,
    load_adapter,
    new_adapter,
)

__all__ = [
    "ADAPTERS",
    "Adapter",
    "AdapterInfo",
    "Prediction",
    "Split",
    "TrainCancelled",
    "TrainData",
    "TrainHooks",
    "TrainResult",
    "check_config",
    "defaults",
    "load_adapter",
    "new_adapter",
]
