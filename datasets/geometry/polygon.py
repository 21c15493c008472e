"""`polygon`: the inside of one or more rings by the even-odd rule, so a ring in a ring is a hole."""

from __future__ import annotations

from typing import Any

from datasets.errors import GeometryInvalid
from datasets.geometry import _rings
from datasets.geometry._base import TYPES
from datasets.geometry._values import BoxXYXY, Point, Rings, box_of, fields_of, outside, points_of, without_repeats

__all__ = ["PolygonGeometry"]

_FORM = 'A polygon is {"rings": [[[x, y], …], …]}.'
MAX_POINTS = 100_000


class PolygonGeometry:
    """{"rings": [[[x, y], …], …]}; rings may cross themselves and each other."""

    name = "polygon"
    title = "Polygon"
    exclusive = False

    def validate(self, geometry: Any, size_wh: tuple[int, int]) -> dict[str, Any]:
        """Rings are open (a closing point is taken off), have no point twice in a row, at least 3 points and some
        inside. May jut out of the image, not lie wholly outside."""
        raw = fields_of(geometry, _FORM, self.name, ("rings",))["rings"]
        if not isinstance(raw, list):
            raise GeometryInvalid(_FORM, type=self.name)
        if not raw:
            raise GeometryInvalid("A polygon has at least one ring.", type=self.name)
        if sum(len(ring) for ring in raw if isinstance(ring, list)) > MAX_POINTS:
            raise GeometryInvalid("A polygon has at most 100,000 points: simplify it or use a mask.", type=self.name)
        rings = [self._ring(ring) for ring in raw]
        if outside(box_of(point for ring in rings for point in ring), size_wh):
            raise GeometryInvalid("The polygon lies wholly outside the image.", type=self.name)
        return {"rings": rings}

    def _ring(self, raw: Any) -> list[Point]:
        ring = without_repeats(points_of(raw, _FORM, self.name))
        if len(ring) > 1 and ring[0] == ring[-1]:
            ring.pop()
        if len(ring) < 3:
            raise GeometryInvalid("A ring has at least 3 different points.", type=self.name)
        (ax, ay), *others = ring
        bx, by = next(p for p in others if p != ring[0])
        if all((bx - ax) * (y - ay) == (by - ay) * (x - ax) for x, y in others):
            raise GeometryInvalid("The points of a ring lie on one line: it encloses nothing.", type=self.name)
        return ring

    def area(self, geometry: Any, size_wh: tuple[int, int]) -> float:
        """Exact even-odd area, also of rings that cross."""
        return _rings.area(geometry["rings"])

    def iou(self, first: Any, second: Any, size_wh: tuple[int, int]) -> float:
        """Exact intersection over union."""
        return _rings.iou(first["rings"], second["rings"])

    def bounds(self, geometry: Any, size_wh: tuple[int, int]) -> BoxXYXY:
        return box_of(point for ring in geometry["rings"] for point in ring)

    def rings(self, geometry: Any) -> Rings:
        found: Rings = geometry["rings"]
        return found

    def sketch(self, geometry: Any, step: float) -> Rings:
        return self.rings(geometry)


TYPES.register(PolygonGeometry.name, PolygonGeometry())
