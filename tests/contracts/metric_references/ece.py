from __future__ import annotations

import numpy as np


def reference(probs: np.ndarray, labels: np.ndarray) -> float:
    """Brute force: scikit-learn has no such metric."""
    total = 0.0
    top = probs.max(1)
    for i in range(15):
        inside = (top > i / 15) & (top <= (i + 1) / 15)
        if inside.any():
            gap = abs(top[inside].mean() - (probs.argmax(1) == labels)[inside].mean())
            total += gap * inside.mean()
    return float(total)
