from __future__ import annotations

import numpy as np
from sklearn.metrics import jaccard_score

from models_registry.ml.records import ClassMap


def reference(truths: list[ClassMap], found: list[ClassMap], classes: int) -> float:
    truth, answer = (np.concatenate([one.classes_hw.ravel() for one in side]) for side in (truths, found))
    known = truth >= 0
    labels = [c for c in np.union1d(truth[known], answer[known]) if c >= 0]
    return float(jaccard_score(truth[known], answer[known], labels=labels, average="macro", zero_division=0))
