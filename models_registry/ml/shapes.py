"""Annotations as nets learn and say them: a type of ``datasets.geometry``, a label by its index, a place in pixels.

Pure: numpy and the geometry types; no torch, no Django.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.geometry._base import TYPES

Size = tuple[int, int]
"""Width and height in pixels."""

FAR = 1 << 20
"""A size no picture has: for geometry whose measures do not depend on the picture's."""


@dataclass(frozen=True)
class Shape:
    """One annotation. ``geometry`` is the type's JSON value (datasets/README.md) in pixels of the picture as it is
    shown; ``label`` an index into the adapter's labels; ``score`` 0..1, 1 for what people drew."""

    type: str
    label: int
    geometry: Any
    score: float = 1.0

    def with_score(self, score: float) -> Shape:
        return replace(self, score=score)


def bounds_of(shape: Shape) -> tuple[float, float, float, float] | None:
    """Smallest upright box (xyxy) around a shape; None for a class label, which has no place."""
    found = TYPES.get(shape.type).bounds(shape.geometry, (FAR, FAR))
    return None if found is None else (float(found[0]), float(found[1]), float(found[2]), float(found[3]))


def box_shape(label: int, box_xyxy: Sequence[float], score: float, size_wh: Size, angle: float = 0.0) -> Shape | None:
    """A box as it may be stored on a picture of that size: an upright one clipped to it. None where less than a tenth
    of a pixel is left of a side, or a turned one has its centre outside."""
    x1, y1, x2, y2 = (float(v) for v in box_xyxy)
    width, height = size_wh
    if angle:
        if not (0 < (x1 + x2) / 2 < width and 0 < (y1 + y2) / 2 < height):
            return None
    else:
        x1, x2 = max(0.0, x1), min(float(width), x2)
        y1, y2 = max(0.0, y1), min(float(height), y2)
    if not (x2 - x1 >= 0.1 and y2 - y1 >= 0.1):
        return None
    geometry = {"xyxy": [round(v, 2) for v in (x1, y1, x2, y2)], "angle": round(angle % 360, 2) % 360}
    return Shape("box", label, geometry, float(min(max(score, 0.0), 1.0)))


def box_shapes(
    labels: NDArray[np.integer[Any]],
    boxes_xyxy: NDArray[np.floating[Any]],
    scores: NDArray[np.floating[Any]],
    size_wh: Size,
    angles: NDArray[np.floating[Any]] | None = None,
) -> list[Shape]:
    """``box_shape`` of all of a picture's, in their order; those it has none for are left out. labels, scores and
    angles (degrees): (n,), boxes_xyxy: (n, 4). A net names a hundred a picture, nearly all of them doubtful."""
    box = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
    turn = np.zeros(len(box)) if angles is None else np.asarray(angles, np.float64)
    sides = np.array(size_wh, np.float64)
    middle = (box[:, :2] + box[:, 2:]) / 2
    upright = turn == 0
    box = np.where(upright[:, None], np.clip(box, 0.0, np.tile(sides, 2)), box)
    large = (box[:, 2:] - box[:, :2] >= 0.1).all(1)
    kept = np.flatnonzero(large & (upright | ((middle > 0) & (middle < sides)).all(1)))
    rows = zip(
        np.asarray(labels)[kept].tolist(),
        np.round(box[kept], 2).tolist(),
        (np.round(turn[kept] % 360, 2) % 360).tolist(),
        np.clip(np.asarray(scores, np.float64)[kept], 0.0, 1.0).tolist(),
        strict=True,
    )
    return [Shape("box", label, {"xyxy": xyxy, "angle": angle}, score) for label, xyxy, angle, score in rows]


def point_shape(label: int, xy: Sequence[float], score: float, size_wh: Size) -> Shape:
    """A point on a picture of that size, one outside put onto its border."""
    x, y = (round(min(max(float(v), 0.0), float(side)), 2) for v, side in zip(xy, size_wh, strict=True))
    return Shape("point", label, {"xy": [x, y]}, float(min(max(score, 0.0), 1.0)))


def as_boxes(shapes: Sequence[Sequence[Shape]], *, turned: bool) -> list[list[Shape]]:
    """The boxes around shapes: upright ones, but for boxes that are ``turned`` and may stay so."""
    found = []
    for row in shapes:
        kept = []
        for shape in row:
            box = bounds_of(shape)
            if turned and shape.type == "box":
                kept.append(shape)
            elif box is not None:
                kept.append(Shape("box", shape.label, {"xyxy": list(box), "angle": 0.0}, shape.score))
        found.append(kept)
    return found


def crowd_uncertainty(scores: NDArray[np.floating[Any]], floor: float = 0.05) -> float:
    """How unsure a detector is of a picture, 0..1: S / (1 + S) with S the sum over its detections of 1 - |2 p - 1|.

    scores: (K,) in 0..1; those below ``floor`` are background. A sum, because a picture with five doubtful objects
    teaches more than one with a single one [Brust et al. 2019, "sum"]; squashed, because strategies expect a bounded
    scale (the order is that of S)."""
    kept = np.asarray(scores, np.float64)
    kept = kept[kept >= floor]
    total = float((1.0 - np.abs(2.0 * kept - 1.0)).sum())
    return total / (1.0 + total)
