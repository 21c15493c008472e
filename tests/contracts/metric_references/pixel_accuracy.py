from __future__ import annotations

import numpy as np

from models_registry.ml.records import ClassMap


def reference(truths: list[ClassMap], found: list[ClassMap], classes: int) -> float:
    right = [
        float(a == b) for one, two in zip(truths, found, strict=True)
        for a, b in zip(one.classes_hw.ravel(), two.classes_hw.ravel(), strict=True) if a >= 0
    ]  # fmt: skip
    return float(np.mean(right))
