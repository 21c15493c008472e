"""Even-odd regions bounded by rings: exact area and overlap, covered pixels. Pure.

Rings may cross themselves and each other. Area and overlap cut the plane into horizontal slabs at every vertex and
every crossing: inside a slab no two edges cross, so the region is a row of trapezoids and their area is height times
width at half height [Bentley & Ottmann 1979 find the crossings faster; the slabs are the same]. Rounding can only
swap edges where they meet, which moves the area by a rounding error, so nothing needs exact predicates. The browser's
side is `static/src/studio/shapes/_rings.ts`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from datasets.geometry._values import Rings

__all__ = ["area", "circle_points", "iou", "overlap", "ring_spans"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_AT_ONCE = 2_000_000


def area(rings: Rings) -> float:
    """Square pixels inside an odd number of rings."""
    return overlap(rings, None)


def iou(first: Rings, second: Rings) -> float:
    """Intersection over union of two even-odd regions; 0 when both are empty."""
    if first == second:
        return 1.0 if area(first) > 0 else 0.0
    shared = overlap(first, second)
    union = area(first) + area(second) - shared
    return min(1.0, shared / union) if union > 0 else 0.0


def overlap(first: Rings, second: Rings | None) -> float:
    """Square pixels inside both regions; inside the first where there is no second."""
    edges, owner = _edges([first] if second is None else [first, second])
    if not len(edges):
        return 0.0
    ys = np.unique(np.concatenate([edges[:, 1], edges[:, 3], _crossings(edges)]))
    low = np.searchsorted(ys, edges[:, 1])
    high = np.searchsorted(ys, edges[:, 3])
    steps = np.bincount(low, minlength=len(ys)) - np.bincount(high, minlength=len(ys))
    entries = np.cumsum(np.cumsum(steps))
    total, slab = 0.0, 0
    while slab < len(ys) - 1:
        before = int(entries[slab - 1]) if slab else 0
        end = int(np.searchsorted(entries, before + _AT_ONCE))
        end = min(max(end, slab + 1), len(ys) - 1)
        total += _slabs(edges, owner, ys, np.clip(low, slab, end), np.clip(high, slab, end), second is not None)
        slab = end
    return total


def _slabs(edges: Floats, owner: Ints, ys: Floats, low: Ints, high: Ints, both: bool) -> float:
    """Area within the slabs of the given ranges (one an edge)."""
    which, slab = expand(low, high)
    if not len(which):
        return 0.0
    x0, y0, x1, y1 = edges[which].T
    x = x0 + ((ys[slab] + ys[slab + 1]) / 2 - y0) * ((x1 - x0) / (y1 - y0))
    order = np.lexsort((x, slab))
    x, slab, own = x[order], slab[order], owner[which[order]]
    # Every region has an even number of edges in a slab, so the parity need not be reset between slabs.
    inside = np.cumsum(own == 0) % 2 == 1
    if both:
        inside &= np.cumsum(own == 1) % 2 == 1
    height = ys[slab + 1] - ys[slab]
    return float(np.sum((np.diff(x) * height[:-1])[inside[:-1]]))


def _edges(regions: Sequence[Rings]) -> tuple[Floats, Ints]:
    """((N, 4) x0 y0 x1 y1 with y0 < y1, (N,) which region); level edges bound no slab and are left out."""
    parts, owners = [np.zeros((0, 4))], [np.zeros(0, dtype=np.int64)]
    for number, rings in enumerate(regions):
        for ring in rings:
            points = np.asarray(ring, dtype=np.float64)
            both = np.hstack([points, np.roll(points, -1, axis=0)])
            both = both[both[:, 1] != both[:, 3]]
            down = both[:, 1] < both[:, 3]
            parts.append(np.where(down[:, None], both, both[:, [2, 3, 0, 1]]))
            owners.append(np.full(len(both), number, dtype=np.int64))
    return np.concatenate(parts), np.concatenate(owners)


def _crossings(edges: Floats) -> Floats:
    """The y at which two edges cross inside both of them."""
    edges = edges[np.argsort(edges[:, 1], kind="stable")]
    last = np.searchsorted(edges[:, 1], edges[:, 3])
    first = np.arange(1, len(edges) + 1)
    counts = np.maximum(last - first, 0)
    found = [np.zeros(0)]
    start = 0
    sums = np.cumsum(counts)
    while start < len(edges):
        before = int(sums[start - 1]) if start else 0
        end = max(int(np.searchsorted(sums, before + _AT_ONCE)), start + 1)
        which, other = expand(first[start:end], np.maximum(last[start:end], first[start:end]))
        found.append(_crossing(edges[which + start], edges[other]))
        start = end
    return np.concatenate(found)


def _crossing(one: Floats, two: Floats) -> Floats:
    """y of the proper crossings of edges pair by pair."""
    left = np.minimum(one[:, 0], one[:, 2]) <= np.maximum(two[:, 0], two[:, 2])
    near = left & (np.minimum(two[:, 0], two[:, 2]) <= np.maximum(one[:, 0], one[:, 2]))
    one, two = one[near], two[near]
    ax, ay, bx, by = one.T
    cx, cy, dx, dy = two.T
    across = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / across
        u = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / across
    hit = (across != 0) & (t > 0) & (t < 1) & (u > 0) & (u < 1)
    return np.asarray(ay[hit] + t[hit] * (by[hit] - ay[hit]), dtype=np.float64)


def expand(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """(index of the range, value) for every value of the ranges [low, high)."""
    counts = np.maximum(high - low, 0)
    which = np.repeat(np.arange(len(counts)), counts)
    begin = np.cumsum(counts) - counts
    return which, np.arange(len(which)) - begin[which] + low[which]


def ring_spans(rings: Rings, size_wh: tuple[int, int]) -> tuple[Ints, Ints, Ints]:
    """Pixels whose centre lies inside: (row, first column, column after the last), by row then column."""
    width, height = size_wh
    edges, _ = _edges([rings])
    low = np.clip(np.ceil(edges[:, 1] - 0.5), 0, height).astype(np.int64)
    high = np.clip(np.ceil(edges[:, 3] - 0.5), 0, height).astype(np.int64)
    which, row = expand(low, high)
    x0, y0, x1, y1 = edges[which].T
    x = x0 + (row + 0.5 - y0) * ((x1 - x0) / (y1 - y0))
    column = np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)
    order = np.lexsort((column, row))
    row, column = row[order], column[order]
    kept = column[0::2] < column[1::2]
    return row[0::2][kept], column[0::2][kept], column[1::2][kept]


def circle_points(count: int) -> Floats:
    """(count, 2) corners of a regular polygon about the origin with the area of the unit circle."""
    turn = np.arange(count) * (2 * np.pi / count)
    radius = np.sqrt(2 * np.pi / (count * np.sin(2 * np.pi / count)))
    return np.asarray(radius * np.stack([np.cos(turn), np.sin(turn)], axis=1), dtype=np.float64)
