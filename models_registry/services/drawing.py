"""Answers of a model as pages draw them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datasets.geometry._base import TYPES
from models_registry.ml.shapes import Shape

__all__ = ["DECIMALS", "drawn"]

DECIMALS = 4


def drawn(shape: Shape, labels: Sequence[str], step: float = 1) -> dict[str, Any]:
    """rings: (x, y) in pixels of its outline; of what covers nothing its lines, a point being a line of one. step:
    pixels that are one dot where it will be seen; borders of masks are as fine."""
    kind = TYPES.get(shape.type)
    return {
        "type": shape.type,
        "label": labels[shape.label],
        "confidence": round(float(shape.score), DECIMALS),
        "covers": shape.type == "mask" or kind.rings(shape.geometry) is not None,  # not a large mask's exact border
        "rings": [
            [[round(float(x), 1), round(float(y), 1)] for x, y in ring]
            for ring in kind.sketch(shape.geometry, step) or ()
        ],
    }
