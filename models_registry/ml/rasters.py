"""Shapes as pixels and back. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.geometry import _rle as rle
from datasets.geometry._base import TYPES
from models_registry.ml.shapes import Shape, Size


def covered(shape: Shape, size: Size, step: int = 1) -> NDArray[np.bool_]:
    """(ceil(H / step), ceil(W / step)) bool: cells of ``step`` pixels whose middle a mask, polygon, ellipse or box
    covers; nothing of points and lines."""
    width, height = -(-size[0] // step), -(-size[1] // step)
    if shape.type == "mask":
        full = _decoded(shape.geometry, size)
        rows, columns = (_middles(count, step, side) for count, side in zip((height, width), full.shape, strict=True))
        return full[np.ix_(rows, columns)]
    rings = TYPES.get(shape.type).rings(shape.geometry) or ()
    return _filled([np.asarray(ring, np.float64) / step for ring in rings], width, height)


def _filled(rings: Sequence[NDArray[np.float64]], width: int, height: int) -> NDArray[np.bool_]:
    """Cells whose middle lies inside, even-odd: every edge that passes a row's middle turns all cells right of it."""
    turns = np.zeros((height, width + 1), np.int64)
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            low, high = sorted((y1, y2))
            rows = np.arange(max(math.ceil(low - 0.5), 0), min(math.ceil(high - 0.5), height))
            if len(rows):
                x = x1 + (rows + 0.5 - y1) * (x2 - x1) / (y2 - y1)
                np.add.at(turns, (rows, np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)), 1)
    return np.asarray(np.cumsum(turns, axis=1)[:, :width] % 2 == 1)


def _middles(count: int, step: int, side: int) -> NDArray[np.int64]:
    return np.minimum(np.arange(count) * step + (step - 1) // 2, side - 1)


def _decoded(mask: Any, size: Size) -> NDArray[np.bool_]:
    """The whole picture's pixels; what a moved mask has outside of it is cut off."""
    x, y, w, h = mask["box"]
    full = np.zeros((size[1], size[0]), bool)
    crop = rle.decode(mask)
    x1, y1, x2, y2 = max(x, 0), max(y, 0), min(x + w, size[0]), min(y + h, size[1])
    if x2 > x1 and y2 > y1:
        full[y1:y2, x1:x2] = crop[y1 - y : y2 - y, x1 - x : x2 - x]
    return full


def class_map(shapes: Sequence[Shape], size: Size, step: int = 1) -> NDArray[np.int64]:
    """As ``covered``: 0 for what nothing covers, else 1 + label; of several the smallest is in front."""
    found = np.zeros((-(-size[1] // step), -(-size[0] // step)), np.int64)
    for shape in sorted(shapes, key=lambda s: -TYPES.get(s.type).area(s.geometry, size)):
        found[covered(shape, size, step)] = shape.label + 1
    return found


def mask_shapes(classes_hw: NDArray[np.int64], sureness_hw: NDArray[np.floating[Any]]) -> list[Shape]:
    """One mask a class that is there (0 is none), the surest first; its score is the mean sureness of its pixels."""
    found = []
    for value in np.unique(classes_hw[classes_hw > 0]).tolist():
        here = classes_hw == value
        geometry = rle.encode(here)
        if geometry is not None:
            score = float(np.clip(sureness_hw[here].mean(), 0.0, 1.0))
            found.append(Shape("mask", int(value) - 1, geometry, score))
    return sorted(found, key=lambda shape: -shape.score)
