"""Metrics of predictions against ground truth: ``reset``, ``update`` in batches, ``compute``. Numpy only."""

from __future__ import annotations

from models_registry.ml.metrics.base import METRICS, AnyMetric, Metric, NotComputableError, for_task

__all__ = ["METRICS", "AnyMetric", "Metric", "NotComputableError", "for_task"]
