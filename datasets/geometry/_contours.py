"""From rings to masks and back. Pure; the browser's side is `static/src/studio/shapes/_convert.ts`.

A mask's rings run along the borders of its pixels, so turning them into a mask again gives the same pixels, holes
included, and both have the same area. Pixels that touch only at a corner belong to different rings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datasets.geometry import _rle
from datasets.geometry._rings import ring_spans
from datasets.geometry._values import Rings

__all__ = ["mask_of_rings", "rings_of_mask"]


def mask_of_rings(rings: Rings, size_wh: tuple[int, int]) -> _rle.Mask | None:
    """The pixels of the image whose centre lies inside by the even-odd rule; None if there is none."""
    row, left, right = ring_spans(rings, size_wh)
    stride = size_wh[0] + 1
    return _rle.from_spans((row * stride + left, row * stride + right), stride)


def rings_of_mask(mask: _rle.Mask) -> Rings:
    """Rings along the pixels' borders, from the topmost corner of each; corners only."""
    x, y, _, _ = mask["box"]
    corner_xy, across, down = _corners(_rle.decode(mask))
    seen = np.zeros(len(corner_xy), dtype=np.bool_)
    rings: Rings = []
    for first in range(len(corner_xy)):
        if seen[first]:
            continue
        ring, at = [], first
        while not seen[at]:
            for step in (across, down):
                seen[at] = True
                ring.append([float(corner_xy[at, 0] + x), float(corner_xy[at, 1] + y)])
                at = int(step[at])
        rings.append(ring)
    return rings


def _corners(mask_hw: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(N, 2) corners x, y by row; the corner at the other end of the level edge; that of the upright edge.

    Along a row of grid points the borders alternate: 1st corner to 2nd, 3rd to 4th; so do they along a column. Where
    two pixels touch at a corner it counts twice, once for each pixel."""
    padded = np.pad(mask_hw, 1)
    nw, ne, sw, se = padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    single = nw ^ ne ^ sw ^ se
    touch = (nw == se) & (ne == sw) & (nw != ne)
    row, column = np.nonzero(single | touch)
    twice = touch[row, column]
    index = np.repeat(np.arange(len(row)), 1 + twice)
    row, column = row[index], column[index]
    second = np.concatenate([[False], index[1:] == index[:-1]]) if len(index) else np.zeros(0, dtype=np.bool_)
    # The first of two is the end of the edge from the left, which runs on upwards if that pixel is the upper one.
    upper = np.where(twice[index], nw[row, column] != second, False)
    across = _mates(np.arange(len(row)))
    down = _mates(np.lexsort((~upper, row, column)))
    return np.stack([column, row], axis=1), across, down


def _mates(order: NDArray[np.int64]) -> NDArray[np.int64]:
    """The partner of each, where 1st and 2nd of the order belong together, 3rd and 4th, and so on."""
    mates = np.empty_like(order)
    mates[order[0::2]], mates[order[1::2]] = order[1::2], order[0::2]
    return mates
