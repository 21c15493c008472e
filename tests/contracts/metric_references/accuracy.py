from __future__ import annotations

import numpy as np
from sklearn.metrics import accuracy_score


def reference(probs: np.ndarray, labels: np.ndarray) -> float:
    return float(accuracy_score(labels, probs.argmax(1)))
