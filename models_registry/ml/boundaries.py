"""How well outlines meet: F of boundaries, of two masks or of every class of two maps. Pure: numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["SHARE", "boundaries_by_class", "outline_f", "reach_of"]

SHARE = 0.0075
"""Of an image's diagonal: how far apart outlines may be that count as met. [Perazzi et al., CVPR 2016]"""
Mask = NDArray[np.bool_]


def reach_of(size_wh: tuple[int, int], share: float = SHARE) -> int:
    """Pixels, at least one."""
    return max(1, round(share * float(np.hypot(*size_wh))))


def outline_f(found_hw: Mask, truth_hw: Mask, reach: int) -> float:
    """0..1: precision is the share of the answer's boundary pixels at most ``reach`` from one of the truth's, recall
    the other way round. A boundary pixel is covered and has an uncovered one beside, above or below it (outside the
    array none is covered). 1 where neither covers anything. [Martin et al. 2004]"""
    found, truth = _outline(found_hw), _outline(truth_hw)
    counts = int(found.sum()), int(truth.sum())
    if not all(counts):
        return float(counts[0] == counts[1])
    precision, recall = _met(found, truth, reach) / counts[0], _met(truth, found, reach) / counts[1]
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def boundaries_by_class(
    found_hw: NDArray[np.int64], truth_hw: NDArray[np.int64], classes: int, size_wh: tuple[int, int]
) -> NDArray[np.float64]:
    """(C,) ``outline_f`` of each class of an image; NaN for one that neither map has. Maps: 0 for no class, else 1 +
    class."""
    reach = reach_of(size_wh)
    values = np.full(classes, np.nan)
    for value in np.union1d(found_hw, truth_hw).tolist():
        if value:
            one, two = found_hw == value, truth_hw == value
            either = one | two
            rows, columns = (np.flatnonzero(either.any(axis=axis)) for axis in (1, 0))
            window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            values[value - 1] = outline_f(one[window], two[window], reach)
    return values


def _outline(mask_hw: Mask) -> Mask:
    padded = np.pad(mask_hw, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return np.asarray(mask_hw & ~inner)


def _met(mine: Mask, other: Mask, reach: int) -> int:
    """How many pixels of mine have one of the other's at most ``reach`` away. Goes through the steps of a disc, the
    short ones first, with those that are left: outlines have few pixels, and most meet at once."""
    padded = np.pad(other, reach)
    y, x = np.nonzero(mine)
    total = len(y)
    steps = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1).T
    length = (steps**2).sum(axis=1)
    for dy, dx in steps[np.argsort(length, kind="stable")][: int((length <= reach**2).sum())].tolist():
        if not len(y):
            break
        left = ~padded[y + dy + reach, x + dx + reach]
        y, x = y[left], x[left]
    return total - len(y)
