"""`ellipse`: an ellipse, which may be turned about its centre."""

from __future__ import annotations

import math
from typing import Any

from datasets.errors import GeometryInvalid
from datasets.geometry import _rings
from datasets.geometry._base import TYPES
from datasets.geometry._values import BoxXYXY, Rings, angle_of, fields_of, number, outside, rotated

__all__ = ["ELLIPSE_POINTS", "EllipseGeometry"]

_FORM = 'An ellipse is {"center": [x, y], "radii": [rx, ry], "angle": degrees}.'
ELLIPSE_POINTS = 96


class EllipseGeometry:
    """{"center": [x, y], "radii": [rx, ry], "angle"}: the radii are turned clockwise by the angle."""

    name = "ellipse"
    title = "Ellipse"
    exclusive = False

    def validate(self, geometry: Any, size_wh: tuple[int, int]) -> dict[str, Any]:
        """Radii above 0, angle in [0, 360) and always there. May jut out of the image, not lie wholly outside."""
        given = fields_of(geometry, _FORM, self.name, ("center", "radii"), ("angle",))
        center, radii = given["center"], given["radii"]
        if not isinstance(center, list) or not isinstance(radii, list) or len(center) != 2 or len(radii) != 2:
            raise GeometryInvalid(_FORM, type=self.name)
        cx, cy, rx, ry = (number(value, self.name) for value in [*center, *radii])
        angle = angle_of(given.get("angle", 0), self.name)
        if rx <= 0 or ry <= 0:
            raise GeometryInvalid("Both radii of an ellipse are greater than 0.", type=self.name)
        found = {"center": [cx, cy], "radii": [rx, ry], "angle": angle}
        if outside(self.bounds(found, size_wh), size_wh):
            raise GeometryInvalid("The ellipse lies wholly outside the image.", type=self.name)
        return found

    def area(self, geometry: Any, size_wh: tuple[int, int]) -> float:
        rx, ry = geometry["radii"]
        return float(math.pi * rx * ry)

    def iou(self, first: Any, second: Any, size_wh: tuple[int, int]) -> float:
        """Intersection over union of polygons of 96 corners with the ellipses' own areas: within 0.002 of exact."""
        return _rings.iou(self.rings(first), self.rings(second))

    def bounds(self, geometry: Any, size_wh: tuple[int, int]) -> BoxXYXY:
        (cx, cy), (rx, ry) = geometry["center"], geometry["radii"]
        turn = math.radians(geometry.get("angle", 0))
        across = math.hypot(rx * math.cos(turn), ry * math.sin(turn))
        down = math.hypot(rx * math.sin(turn), ry * math.cos(turn))
        return cx - across, cy - down, cx + across, cy + down

    def rings(self, geometry: Any) -> Rings:
        """A polygon of 96 corners with the ellipse's area."""
        (cx, cy), (rx, ry) = geometry["center"], geometry["radii"]
        points = [[cx + rx * x, cy + ry * y] for x, y in _rings.circle_points(ELLIPSE_POINTS).tolist()]
        return [rotated(points, [cx, cy], geometry.get("angle", 0))]

    def sketch(self, geometry: Any, step: float) -> Rings:
        return self.rings(geometry)


TYPES.register(EllipseGeometry.name, EllipseGeometry())
