"""What more training pictures would bring: a power law through the versions that there are.

Error falls with the number of training pictures as a straight line on log-log paper, error = a n^-b, over the range in
which people label [Hestness et al. 2017; Rosenfeld et al. 2020]. Three sizes at least: two points always lie on a line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

__all__ = ["LEAST_SIZES", "expected_gain", "exponent_of"]

LEAST_SIZES: Final = 3
LEAST_ERROR: Final = 1e-4
"""A figure of 1 has no logarithm of its error."""


def exponent_of(points: Sequence[tuple[int, float]]) -> float | None:
    """b of error = a n^-b by least squares on the logarithms; 0 where the error does not fall. ``points``: (training
    pictures, figure 0..1, higher = better), all on the same test pictures. None with fewer than three sizes."""
    known = [(math.log(n), math.log(max(1.0 - figure, LEAST_ERROR))) for n, figure in points if n > 0]
    if len({x for x, _ in known}) < LEAST_SIZES:
        return None
    mean_x, mean_y = (sum(column) / len(known) for column in zip(*known, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in known)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in known) / spread
    return float(max(-slope, 0.0))


def expected_gain(exponent: float, best: tuple[int, float], start: int, end: int) -> float:
    """How much the figure rises from ``start`` to ``end`` training pictures on the curve of that exponent through
    ``best`` = (training pictures, figure). 0 where ``end`` is no more than ``start``."""
    n, figure = best
    if end <= start or n < 1 or start < 1:
        return 0.0
    error = max(1.0 - figure, 0.0)
    return float(error * ((start / n) ** -exponent - (end / n) ** -exponent))
