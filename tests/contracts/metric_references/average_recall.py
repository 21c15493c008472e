from __future__ import annotations

from tests.pure.ml.coco_reference import Found, Truths, figures


def reference(truths: Truths, found: Found, classes: int) -> float:
    return figures(truths, found, classes)[8]
