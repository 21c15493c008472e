"""Reading what clients send: numbers, points, and whether they touch the image. Pure.

The rule of every type: a coordinate is finite and at most MAX_COORDINATE in size; a shape may jut out of the image and
is kept as it was drawn, but one that lies wholly outside is refused. Points (`point`, labelled keypoints) lie in the
image; up to EDGE beyond its border they are put onto it. The browser's side is `static/src/studio/shapes/_values.ts`:
same rules, same sentences, same order of questions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from datasets.errors import GeometryInvalid

__all__ = [
    "BoxXYXY",
    "Point",
    "Rings",
    "angle_of",
    "box_of",
    "clamped",
    "fields_of",
    "number",
    "outside",
    "points_of",
    "rotated",
    "whole",
    "without_repeats",
]

Point = list[float]
Rings = list[list[Point]]
BoxXYXY = tuple[float, float, float, float]

MAX_COORDINATE = 1_000_000.0
EDGE = 1e-6


def fields_of(
    raw: Any, form: str, kind: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, Any]:
    """`raw` if it is an object with these fields and no others; `form` is the sentence that says what is expected."""
    if not isinstance(raw, dict) or not set(required) <= raw.keys() or raw.keys() - {*required, *optional}:
        raise GeometryInvalid(form, type=kind)
    return raw


def number(raw: Any, kind: str) -> float:
    """A finite coordinate; -0 becomes 0."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not abs(raw) <= MAX_COORDINATE:
        raise GeometryInvalid("Every coordinate is a finite number of at most 1,000,000 pixels.", type=kind)
    return float(raw) + 0.0


def whole(raw: Any) -> int | None:
    """`raw` as an int if it is a whole number of at most 2^53, else None."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not abs(raw) <= 2**53 or raw != int(raw):
        return None
    return int(raw)


def angle_of(raw: Any, kind: str) -> float:
    """Degrees in [0, 360)."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not abs(raw) <= MAX_COORDINATE:
        raise GeometryInvalid("The angle is a finite number of degrees.", type=kind)
    turned = math.fmod(float(raw), 360.0)
    if turned < 0:
        turned += 360.0
    return 0.0 if turned >= 360.0 else turned + 0.0


def points_of(raw: Any, form: str, kind: str) -> list[Point]:
    """A list of [x, y]."""
    if not isinstance(raw, list) or any(not isinstance(p, list) or len(p) != 2 for p in raw):
        raise GeometryInvalid(form, type=kind)
    return [[number(x, kind), number(y, kind)] for x, y in raw]


def without_repeats(points: list[Point]) -> list[Point]:
    """The points without those equal to the one before."""
    return [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]


def box_of(points: Iterable[Point]) -> BoxXYXY:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def outside(box_xyxy: BoxXYXY, size_wh: tuple[int, int]) -> bool:
    """Whether the box shares no inner point with the image; of a flat box, whether it does not even touch it."""
    x1, y1, x2, y2 = box_xyxy
    width, height = size_wh
    across = x2 < 0 or x1 > width or (x1 < x2 and (x2 == 0 or x1 == width))
    return across or y2 < 0 or y1 > height or (y1 < y2 and (y2 == 0 or y1 == height))


def clamped(x: float, y: float, size_wh: tuple[int, int]) -> Point | None:
    """The point put onto the image if it lies at most EDGE outside of it, else None."""
    width, height = size_wh
    if not (-EDGE <= x <= width + EDGE and -EDGE <= y <= height + EDGE):
        return None
    return [min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))]


def rotated(points: Iterable[Point], center: Point, angle: float) -> list[Point]:
    """The points turned clockwise (y down) by `angle` degrees about `center`; exact at multiples of 90 degrees."""
    quarter = {0.0: (1.0, 0.0), 90.0: (0.0, 1.0), 180.0: (-1.0, 0.0), 270.0: (0.0, -1.0)}
    cos, sin = quarter.get(angle) or (math.cos(math.radians(angle)), math.sin(math.radians(angle)))
    cx, cy = center
    return [[cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos] for x, y in points]
