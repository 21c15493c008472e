from __future__ import annotations

import numpy as np
from sklearn.metrics import f1_score


def reference(probs: np.ndarray, labels: np.ndarray) -> float:
    return float(f1_score(labels, probs.argmax(1), average="macro", zero_division=0))
