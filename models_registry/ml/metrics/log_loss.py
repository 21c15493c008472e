"""Log-loss."""

from __future__ import annotations

import numpy as np

from models_registry.ml.metrics.base import METRICS, Labels, Metric, NotComputableError, Probs

_EPS = float(np.finfo(np.float64).eps)


@METRICS.add("log_loss")
class LogLoss(Metric):
    """Mean of -log p(true class) in nats; a probability below 2.2e-16 counts as that, so one sure error is finite."""

    name = "log_loss"
    title = "Log-loss"
    better = "lower"

    def reset(self) -> None:
        self._total, self._count = 0.0, 0

    def _add(self, probs: Probs, labels: Labels) -> None:
        picked = np.clip(probs[np.arange(len(labels)), labels], _EPS, 1 - _EPS)
        self._total += float(-np.log(picked).sum())
        self._count += len(labels)

    def compute(self) -> float:
        if not self._count:
            raise NotComputableError("Log-loss of no images.")
        return self._total / self._count
