"""How alike masks and polygons are, for many pairs at once, straight from run lengths and rings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from datasets.geometry import _rings
from datasets.geometry._convert import mask_of_rings
from models_registry.ml.boundaries import SHARE, outline_f, reach_of
from models_registry.ml.records import Region, region_type
from models_registry.ml.similarity import ratio

__all__ = ["alike_regions", "boundary_f", "mask_iou", "mask_of", "polygon_iou", "region_iou"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_PIXELS = 1 << 23  # of truth masks unrolled at a time
_SPANS = 1 << 21  # of answers expanded at a time
_EMPTY: Region = {"box": [0, 0, 0, 0], "rle": []}


def region_iou(found: Sequence[Region], truth: Sequence[Region], pairs: Ints, crowd: NDArray[np.bool_]) -> Floats:
    """(P,) intersection over union of found[pairs[:, 0]] and truth[pairs[:, 1]]; over the answer's own area where the
    truth is a crowd. All are polygons or all are masks (``alike_regions`` sees to it)."""
    measure = polygon_iou if any("rings" in one for one in chain(found, truth)) else mask_iou
    return measure(found, truth, pairs, crowd)


def alike_regions(regions: Sequence[Region], sizes_wh: Sequence[tuple[int, int]]) -> list[Region]:
    """The regions, polygons among masks turned into masks of the pixels whose centre they cover; sizes of the images
    that they lie in."""
    if len({region_type(region) for region in regions}) < 2:
        return list(regions)
    return [mask_of(region, size_wh) for region, size_wh in zip(regions, sizes_wh, strict=True)]


def mask_of(region: Region, size_wh: tuple[int, int]) -> Region:
    """The region as a mask: the pixels whose centre it covers, an empty one if there is none."""
    return region if "rle" in region else mask_of_rings(region["rings"], size_wh) or _EMPTY


def polygon_iou(found: Sequence[Region], truth: Sequence[Region], pairs: Ints, crowd: NDArray[np.bool_]) -> Floats:
    """Exact, by the even-odd rule, holes and crossings included. Pairs whose bounds are apart cost nothing."""
    bounds = [np.array([_ring_bounds(one) for one in side]).reshape(-1, 4) for side in (found, truth)]
    near = _touching(bounds[0][pairs[:, 0]], bounds[1][pairs[:, 1]])
    shared, own, other = (np.zeros(len(pairs)) for _ in range(3))
    found_area, truth_area = _Areas(found), _Areas(truth)
    for at in np.flatnonzero(near).tolist():
        i, j = pairs[at].tolist()
        own[at], other[at] = found_area[i], truth_area[j]
        one, two = found[i]["rings"], truth[j]["rings"]
        shared[at] = own[at] if one == two else min(_rings.overlap(one, two), own[at], other[at])
    return ratio(shared, own, other, crowd)


class _Areas(dict[int, float]):
    """Areas of polygons, each reckoned when it is first asked for."""

    def __init__(self, polygons: Sequence[Region]) -> None:
        super().__init__()
        self._polygons = polygons

    def __missing__(self, index: int) -> float:
        self[index] = _rings.area(self._polygons[index]["rings"])
        return self[index]


def _ring_bounds(region: Region) -> tuple[float, float, float, float]:
    points = np.array([point for ring in region["rings"] for point in ring], np.float64)
    return (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())


def _touching(one_xyxy: Floats, two_xyxy: Floats) -> NDArray[np.bool_]:
    low = np.maximum(one_xyxy[:, :2], two_xyxy[:, :2])
    high = np.minimum(one_xyxy[:, 2:], two_xyxy[:, 2:])
    return np.asarray((low < high).all(axis=1))


def mask_iou(found: Sequence[Region], truth: Sequence[Region], pairs: Ints, crowd: NDArray[np.bool_]) -> Floats:
    """Exact, in pixels. The truth's masks are unrolled into running counts of covered pixels, a few at a time; an
    answer's runs, cut into rows and clipped to the truth's box, then read their overlap at their two ends."""
    shared, own, other = (np.zeros(len(pairs)) for _ in range(3))
    near = np.flatnonzero(_touching(_boxes_xyxy(found)[pairs[:, 0]], _boxes_xyxy(truth)[pairs[:, 1]]))
    near = near[np.argsort(pairs[near, 1], kind="stable")]
    sides = [np.unique(pairs[near, side], return_inverse=True) for side in (0, 1)]  # only these are unrolled
    one, two = (_Runs.of([masks[i] for i in used[0]]) for masks, used in zip((found, truth), sides, strict=True))
    used = np.stack([sides[0][1], sides[1][1]], axis=1)
    own[near], other[near] = one.areas[used[:, 0]], two.areas[used[:, 1]]
    spans = one.spans()
    for part in _parts(used, two.pixels, spans.count):
        shared[near[part]] = _shared(spans, two, used[part])
    return ratio(shared, own, other, crowd)


def _boxes_xyxy(masks: Sequence[Region]) -> Floats:
    box = np.array([mask["box"] for mask in masks], np.float64).reshape(-1, 4)
    return np.hstack([box[:, :2], box[:, :2] + box[:, 2:]])


@dataclass(frozen=True)
class _Spans:
    """Covered ranges [left, right) of a row, of all masks one after the other; first, count: (M,) of each mask."""

    row: Ints
    left: Ints
    right: Ints
    first: Ints
    count: Ints


@dataclass(frozen=True)
class _Runs:
    """The run lengths of M masks one after the other. xyxy: (M, 4) boxes; first, count: (M,) runs of each."""

    runs: Ints
    first: Ints
    count: Ints
    xyxy: Floats
    areas: Floats

    @classmethod
    def of(cls, masks: Sequence[Region]) -> _Runs:
        count = np.fromiter((len(mask["rle"]) for mask in masks), np.int64, len(masks))
        runs = np.fromiter(chain.from_iterable(mask["rle"] for mask in masks), np.int64, int(count.sum()))
        first = np.cumsum(count) - count
        odd = (np.arange(len(runs)) - np.repeat(first, count)) % 2 == 1
        areas = np.bincount(np.repeat(np.arange(len(masks)), count), np.where(odd, runs, 0), len(masks))
        return cls(runs, first, count, _boxes_xyxy(masks), areas.astype(np.float64))

    @property
    def pixels(self) -> Ints:
        """(M,) pixels of the boxes."""
        return np.asarray((self.xyxy[:, 2:] - self.xyxy[:, :2]).prod(axis=1), np.int64)

    def spans(self) -> _Spans:
        owner = np.repeat(np.arange(len(self.count)), self.count)
        ends = np.cumsum(self.runs)
        base = np.cumsum(self.pixels) - self.pixels
        covered = ((np.arange(len(self.runs)) - self.first[owner]) % 2 == 1) & (self.runs > 0)
        owner, ends, runs = owner[covered], ends[covered], self.runs[covered]
        end = ends - base[owner]
        width = (self.xyxy[:, 2] - self.xyxy[:, 0]).astype(np.int64)[owner]
        begin = end - runs
        top, bottom = begin // width, (end - 1) // width
        which, row = _rings.expand(top, bottom + 1)
        x, y = (self.xyxy[owner[which], side].astype(np.int64) for side in (0, 1))
        left = np.where(row == top[which], begin[which] - row * width[which], 0)
        right = np.where(row == bottom[which], end[which] - row * width[which], width[which])
        count = np.bincount(owner[which], minlength=len(self.count))
        return _Spans(row + y, left + x, right + x, np.cumsum(count) - count, count)

    def running(self, masks: Ints) -> tuple[Ints, Ints]:
        """(total + 1,) how many covered pixels lie before each pixel of these masks' boxes, laid one after the other,
        and (len(masks),) where each begins."""
        which, run = _rings.expand(self.first[masks], self.first[masks] + self.count[masks])
        odd = (run - self.first[masks][which]) % 2 == 1
        pixels = np.repeat(odd, self.runs[run])
        sums = np.zeros(len(pixels) + 1, np.int64)
        np.cumsum(pixels, out=sums[1:])
        size = self.pixels[masks]
        return sums, np.cumsum(size) - size


def _parts(pairs: Ints, pixels: Ints, spans: Ints) -> Iterator[slice]:
    """Slices of the pairs (sorted by truth) whose truths and spans fit into memory; at least one pair each."""
    new = np.append(True, pairs[1:, 1] != pairs[:-1, 1]) if len(pairs) else np.zeros(0, np.bool_)
    cost = np.cumsum(np.where(new, pixels[pairs[:, 1]], 0) / _PIXELS + spans[pairs[:, 0]] / _SPANS)
    begin = 0
    while begin < len(pairs):
        before = cost[begin - 1] if begin else 0.0
        end = max(int(np.searchsorted(cost, before + 1.0, side="right")), begin + 1)
        yield slice(begin, end)
        begin = end


def _shared(spans: _Spans, truth: _Runs, pairs: Ints) -> Floats:
    """(P,) pixels that both masks of a pair cover."""
    masks, local = np.unique(pairs[:, 1], return_inverse=True)
    sums, base = truth.running(masks)
    first = spans.first[pairs[:, 0]]
    which, at = _rings.expand(first, first + spans.count[pairs[:, 0]])
    x0, y0, x1, y1 = truth.xyxy[pairs[:, 1]].astype(np.int64).T
    row, left, right = spans.row[at], np.maximum(spans.left[at], x0[which]), np.minimum(spans.right[at], x1[which])
    inside = (row >= y0[which]) & (row < y1[which]) & (left < right)
    which, row, left, right = which[inside], row[inside], left[inside], right[inside]
    start = base[local[which]] + (row - y0[which]) * (x1 - x0)[which] - x0[which]
    return np.bincount(which, sums[start + right] - sums[start + left], len(pairs)).astype(np.float64)


def boundary_f(found: Region, truth: Region, size_wh: tuple[int, int], share: float = SHARE) -> float:
    """``outline_f`` of two masks within ``share`` of the image's diagonal. What lies outside the image is not
    covered."""
    one, two = (_drawn(mask_of(region, size_wh), found, truth, size_wh) for region in (found, truth))
    return outline_f(one, two, reach_of(size_wh, share))


def _drawn(mask: Region, found: Region, truth: Region, size_wh: tuple[int, int]) -> NDArray[np.bool_]:
    """The mask within the smallest box around both, one pixel wider."""
    boxes = np.array([mask_of(one, size_wh)["box"] for one in (found, truth)])
    boxes = boxes[(boxes[:, 2:] > 0).all(axis=1)] if (boxes[:, 2:] > 0).all(axis=1).any() else boxes[:1]
    x0, y0 = boxes[:, :2].min(axis=0) - 1
    x1, y1 = (boxes[:, :2] + boxes[:, 2:]).max(axis=0) + 1
    full = np.zeros((y1 - y0, x1 - x0), np.bool_)
    x, y, w, h = mask["box"]
    runs = np.asarray(mask["rle"], np.int64)
    full[y - y0 : y - y0 + h, x - x0 : x - x0 + w] = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(h, w)
    return full
