"""Masks as run lengths: {"box": [x, y, w, h], "rle": [n0, n1, …]}, row-major in the crop, starting with zeros. Pure.

Between the lists and the arithmetic a mask is *spans*: covered ranges [start, end) of flat indices
row * stride + column. The stride is chosen wider than anything covered, so ranges of two rows never touch. No function
here but `decode` makes an array as large as the crop. The browser's side is `static/src/studio/shapes/_rle.ts`.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Mask", "Spans", "area", "combine", "crop", "decode", "encode", "from_spans", "overlap", "sampled", "spans"]

Mask = dict[str, Any]
Spans = tuple[NDArray[np.int64], NDArray[np.int64]]
Operation = Literal["union", "intersection", "difference", "xor"]


def area(mask: Mask) -> int:
    """Covered pixels."""
    return int(sum(mask["rle"][1::2]))


def encode(mask_hw: NDArray[Any], offset_xy: tuple[int, int] = (0, 0)) -> Mask | None:
    """The run lengths of a 2-D array (non-zero is covered) whose first pixel lies at `offset_xy`; None if empty."""
    covered = np.asarray(mask_hw) != 0
    if covered.ndim != 2:
        raise ValueError(f"a mask is 2-D, not {covered.ndim}-D")
    height, width = covered.shape
    padded = np.zeros((height, width + 1), dtype=np.int8)
    padded[:, :width] = covered
    edges = np.flatnonzero(np.diff(padded.ravel(), prepend=np.int8(0)))
    found = from_spans((edges[0::2], edges[1::2]), width + 1)
    if found is not None:
        found["box"][0] += int(offset_xy[0])
        found["box"][1] += int(offset_xy[1])
    return found


def decode(mask: Mask, size_wh: tuple[int, int] | None = None) -> NDArray[np.bool_]:
    """(h, w) bool of the crop; with a size, of the whole image."""
    x, y, w, h = mask["box"]
    runs = np.asarray(mask["rle"], dtype=np.int64)
    crop_hw = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(h, w)
    if size_wh is None:
        return crop_hw
    full = np.zeros((size_wh[1], size_wh[0]), dtype=np.bool_)
    full[y : y + h, x : x + w] = crop_hw
    return full


def sampled(mask: Mask, size: int) -> NDArray[np.bool_]:
    """(ceil(h / size), ceil(w / size)) bool: whether the middle pixel of each cell of the crop is covered. It costs by
    the cells and the runs, not by the pixels."""
    _, _, w, h = mask["box"]
    middle = (size - 1) // 2
    row = np.minimum(np.arange(0, h, size) + middle, h - 1)
    column = np.minimum(np.arange(0, w, size) + middle, w - 1)
    ends = np.cumsum(np.asarray(mask["rle"], dtype=np.int64))
    run = np.searchsorted(ends, row[:, None] * w + column[None, :], side="right")
    return np.asarray(run % 2 == 1, dtype=np.bool_)


def spans(mask: Mask, stride: int) -> Spans:
    """Covered ranges by row, sorted; `stride` is greater than the crop's right edge."""
    x, y, w, _ = mask["box"]
    ends = np.cumsum(np.asarray(mask["rle"], dtype=np.int64))
    start, end = ends[0 : len(ends) // 2 * 2 : 2], ends[1::2]
    some = end > start
    start, end = start[some], end[some]
    # A run over several rows becomes one range a row.
    first, last = start // w, (end - 1) // w
    counts = last - first + 1
    which = np.repeat(np.arange(len(start)), counts)
    row = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts) + first[which]
    left = np.where(row == first[which], start[which] - row * w, 0)
    right = np.where(row == last[which], end[which] - row * w, w)
    base = (row + y) * stride + x
    return base + left, base + right


def from_spans(ranges: Spans, stride: int) -> Mask | None:
    """The mask in normal form (tight crop) of sorted ranges that stay within their rows; None if empty."""
    start, end = ranges
    if not len(start):
        return None
    row, left = start // stride, start % stride
    x, y = int(left.min()), int(row[0])
    w, h = int((left + end - start).max()) - x, int(row[-1]) - y + 1
    start = (row - y) * w + left - x
    end = start + (ranges[1] - ranges[0])
    # Ranges that touch (the end of one row and the start of the next) are one run.
    joined = start[1:] == end[:-1]
    start = start[np.concatenate([[True], ~joined])]
    end = end[np.concatenate([~joined, [True]])]
    marks = np.concatenate([[0], np.stack([start, end], axis=1).ravel(), [w * h]])
    runs = np.diff(marks).tolist()
    return {"box": [x, y, w, h], "rle": runs if runs[-1] else runs[:-1]}


def overlap(first: Mask, second: Mask) -> int:
    """Pixels covered by both."""
    stride = _stride(first, second)
    (a0, a1), (b0, b1) = spans(first, stride), spans(second, stride)
    if not len(a0) or not len(b0):
        return 0
    return int(np.sum(_covered(b0, b1, a1) - _covered(b0, b1, a0)))


def combine(first: Mask, second: Mask, operation: Operation) -> Mask | None:
    """Union, intersection, difference (first without second) or xor; None if nothing is left."""
    stride = _stride(first, second)
    one, two = spans(first, stride), spans(second, stride)
    marks = np.unique(np.concatenate([*one, *two]))
    a, b = _inside(one, marks), _inside(two, marks)
    kept = {"union": a | b, "intersection": a & b, "difference": a & ~b, "xor": a ^ b}[operation]
    edges = np.flatnonzero(np.diff(kept.astype(np.int8), prepend=np.int8(0), append=np.int8(0)))
    return from_spans((marks[edges[0::2]], marks[edges[1::2]]), stride)


def crop(mask: Mask, box_xyxy: tuple[int, int, int, int]) -> Mask | None:
    """What lies in the box of whole pixels; None if nothing does."""
    stride = max(mask["box"][0] + mask["box"][2], box_xyxy[2]) + 1
    x1, y1, x2, y2 = box_xyxy
    start, end = spans(mask, stride)
    row = start // stride
    left = np.maximum(start, row * stride + x1)
    right = np.minimum(end, row * stride + x2)
    kept = (row >= y1) & (row < y2) & (left < right)
    return from_spans((left[kept], right[kept]), stride)


def _stride(*masks: Mask) -> int:
    return int(max(mask["box"][0] + mask["box"][2] for mask in masks)) + 1


def _covered(start: NDArray[np.int64], end: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many covered indices lie before each of `at`."""
    sums = np.concatenate([[0], np.cumsum(end - start)])
    index = np.searchsorted(start, at, side="right")
    beyond = np.maximum(end[np.maximum(index - 1, 0)] - at, 0)
    return np.asarray(sums[index] - np.where(index > 0, beyond, 0), dtype=np.int64)


def _inside(ranges: Spans, at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each index is covered."""
    begun = np.searchsorted(ranges[0], at, side="right")
    ended = np.searchsorted(ranges[1], at, side="right")
    return np.asarray(begun > ended, dtype=np.bool_)
