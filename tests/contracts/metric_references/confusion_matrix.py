from __future__ import annotations

import numpy as np
from sklearn.metrics import confusion_matrix


def reference(probs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return confusion_matrix(labels, probs.argmax(1), labels=range(probs.shape[1]))
