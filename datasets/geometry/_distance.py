"""How near two things without an inside are, as a number in 0..1. Pure."""

from __future__ import annotations

import math

__all__ = ["closeness", "tolerance"]


def tolerance(size_wh: tuple[int, int]) -> float:
    """One hundredth of the image's diagonal, in pixels: the distance at which `closeness` is exp(-1/2) = 0.61."""
    return 0.01 * math.hypot(*size_wh) or 1.0


def closeness(distance: float, scale: float) -> float:
    """exp(-d² / 2s²), the kernel of the object keypoint similarity [COCO keypoint evaluation]; 1 at distance 0."""
    return math.exp(-(distance * distance) / (2 * scale * scale))
