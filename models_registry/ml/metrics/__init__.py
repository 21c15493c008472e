"""Metrics of predictions against ground truth: ``reset``, ``update`` in batches, ``compute``. Numpy only."""

from __future__ import annotations

from models_registry.ml.metrics.base import METRICS, Metric, NotComputableError

__all__ = ["METRICS", "Metric", "NotComputableError"]
