"""Model adapters: one file each, found by discovery. An adapter is how the house trains, stores and runs one kind of
net."""

from __future__ import annotations

from models_registry.ml.adapters.base import (
    ADAPTERS,
    Adapter,
    AdapterInfo,
    AnyAdapter,
    Prediction,
    PublicWeights,
    ShapeAdapter,
    ShapeData,
    ShapePrediction,
    ShapeSplit,
    Split,
    TrainCancelled,
    TrainData,
    TrainHooks,
    TrainResult,
    check_config,
    check_labels,
    defaults,
    load_adapter,
    new_adapter,
    says_classes,
    says_shapes,
)

__all__ = [
    "ADAPTERS",
    "Adapter",
    "AdapterInfo",
    "AnyAdapter",
    "Prediction",
    "PublicWeights",
    "ShapeAdapter",
    "ShapeData",
    "ShapePrediction",
    "ShapeSplit",
    "Split",
    "TrainCancelled",
    "TrainData",
    "TrainHooks",
    "TrainResult",
    "check_config",
    "check_labels",
    "defaults",
    "load_adapter",
    "new_adapter",
    "says_classes",
    "says_shapes",
]
