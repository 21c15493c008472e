"""One type turned into another, and fewer points for the same line. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np

from datasets.errors import GeometryInvalid
from datasets.geometry import _base
from datasets.geometry._contours import mask_of_rings, rings_of_mask
from datasets.geometry._values import Point, Rings

__all__ = ["convert", "mask_of_rings", "rings_of_mask", "simplify", "simplify_rings"]


def convert(geometry: Any, source: str, target: str, size_wh: tuple[int, int]) -> dict[str, Any]:
    """A geometry of the `source` type as one of `target`: box, polygon or mask. Raises GeometryInvalid where that says
    nothing: a type that covers nothing, or a shape so small that it covers no pixel's centre.

    To box: its bounds, of an upright box itself. To polygon: its outline; a mask's along its pixels' borders. To mask:
    the pixels of the image whose centre is covered."""
    kind = _base.get(source)
    if target not in ("box", "polygon", "mask"):
        raise GeometryInvalid(f"Nothing can become a {target}: choose box, polygon or mask.", type=target)
    if source == target:
        return dict(geometry)
    rings = kind.rings(geometry)
    if rings is None:
        raise GeometryInvalid(f"A {source} has no outline: it cannot become a {target}.", type=source)
    if target == "box":
        bounds = kind.bounds(geometry, size_wh)
        return {"xyxy": [float(v) for v in bounds or ()], "angle": 0.0}
    if target == "polygon":
        return {"rings": rings}
    mask = mask_of_rings(rings, size_wh)
    if mask is None:
        raise GeometryInvalid("It covers no pixel of the image.", type=source)
    return mask


def simplify(points: list[Point], tolerance: float, *, closed: bool) -> list[Point]:
    """Fewer points, none of those left out further than `tolerance` pixels from the new line [Douglas & Peucker 1973].

    A closed line is cut at its first point and the one farthest from it; it keeps at least 3 points."""
    if len(points) <= (3 if closed else 2) or tolerance <= 0:
        return points
    xy = np.asarray([*points, points[0]] if closed else points, dtype=np.float64)
    far = int(np.argmax(np.hypot(*(xy - xy[0]).T))) if closed else len(xy) - 1
    kept = {0, far, len(xy) - 1}
    stack = [(0, far), (far, len(xy) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        distance = _off_chord(xy[first + 1 : last], xy[first], xy[last])
        worst = int(np.argmax(distance))
        if distance[worst] > tolerance:
            middle = first + 1 + worst
            kept.add(middle)
            stack += [(first, middle), (middle, last)]
    found = sorted(kept)[:-1] if closed else sorted(kept)
    if closed and len(found) < 3:
        rest = _off_chord(xy[:-1], xy[0], xy[far])
        found = sorted({*found, int(np.argmax(rest))})
    return [points[i] for i in found] if len(found) >= (3 if closed else 2) else points


def _off_chord(points: Any, first: Any, last: Any) -> Any:
    """Distances, in pixels, of (N, 2) points from the line piece between two points."""
    along = last - first
    length2 = float(along @ along)
    t = np.clip((points - first) @ along / length2, 0, 1) if length2 else np.zeros(len(points))
    return np.hypot(*(points - first - t[:, None] * along).T)


def simplify_rings(rings: Rings, tolerance: float) -> Rings:
    """Every ring simplified on its own."""
    return [simplify(ring, tolerance, closed=True) for ring in rings]
