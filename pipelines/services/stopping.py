"""When a loop has levelled off: new versions no longer get better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["levelled_off"]

ROUNDING: Final = 1e-9
"""Figures are sums of floats: 0.905 - 0.9 is a little more than 0.005, and is meant to be as much."""


def levelled_off(figures: Sequence[tuple[str, float]], *, last: int, tolerance: float) -> str:
    """Why a loop has levelled off, in words; "" while it has not.

    ``figures``: (metric, value) of each judged version, oldest first; higher = better. Levelled off: the best of the
    ``last`` versions is not above the best of all before them by more than ``tolerance`` (in the figure's own unit).
    With fewer than ``last`` + 1 versions, or where ``last`` is 0, nothing is known.
    """
    if last < 1 or len(figures) <= last:
        return ""
    before = max(value for _, value in figures[:-last])
    best = max(value for _, value in figures[-last:])
    if best - before > tolerance + ROUNDING:
        return ""
    metric = figures[-1][0]
    versions = "the last version" if last == 1 else f"the last {last} versions"
    return (
        f"levelled off: {metric} of {versions} is at most {best:.4f}, and was {before:.4f} before"
        f" (a gain of {tolerance:g} or less does not count)"
    )
