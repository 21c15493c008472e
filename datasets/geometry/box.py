"""`box`: a rectangle, which may be turned about its centre."""

from __future__ import annotations

from typing import Any

from datasets.errors import GeometryInvalid
from datasets.geometry import _rings
from datasets.geometry._base import TYPES
from datasets.geometry._values import BoxXYXY, Rings, angle_of, box_of, fields_of, number, outside, rotated

__all__ = ["BoxGeometry"]

_FORM = 'A box is {"xyxy": [left, top, right, bottom], "angle": degrees}.'


class BoxGeometry:
    """{"xyxy": [x1, y1, x2, y2], "angle"}: the extent before it is turned clockwise about its centre."""

    name = "box"
    title = "Box"
    exclusive = False

    def validate(self, geometry: Any, size_wh: tuple[int, int]) -> dict[str, Any]:
        """x1 < x2, y1 < y2, angle in [0, 360) and always there. May jut out of the image, not lie wholly outside."""
        given = fields_of(geometry, _FORM, self.name, ("xyxy",), ("angle",))
        raw = given["xyxy"]
        if not isinstance(raw, list) or len(raw) != 4:
            raise GeometryInvalid(_FORM, type=self.name)
        x1, y1, x2, y2 = (number(value, self.name) for value in raw)
        angle = angle_of(given.get("angle", 0), self.name)
        if not (x1 < x2 and y1 < y2):
            raise GeometryInvalid("A box's left is less than its right, and its top less than its bottom.", type="box")
        found = {"xyxy": [x1, y1, x2, y2], "angle": angle}
        if outside(self.bounds(found, size_wh), size_wh):
            raise GeometryInvalid("The box lies wholly outside the image.", type=self.name)
        return found

    def area(self, geometry: Any, size_wh: tuple[int, int]) -> float:
        x1, y1, x2, y2 = geometry["xyxy"]
        return float((x2 - x1) * (y2 - y1))

    def iou(self, first: Any, second: Any, size_wh: tuple[int, int]) -> float:
        """Exact intersection over union, turned boxes too."""
        if first.get("angle", 0) or second.get("angle", 0):
            return _rings.iou(self.rings(first), self.rings(second))
        ax1, ay1, ax2, ay2 = first["xyxy"]
        bx1, by1, bx2, by2 = second["xyxy"]
        shared = max(0.0, min(ax2, bx2) - max(ax1, bx1)) * max(0.0, min(ay2, by2) - max(ay1, by1))
        return float(shared / (self.area(first, size_wh) + self.area(second, size_wh) - shared))

    def bounds(self, geometry: Any, size_wh: tuple[int, int]) -> BoxXYXY:
        return box_of(self.rings(geometry)[0])

    def rings(self, geometry: Any) -> Rings:
        """Its four corners, clockwise from the one that was left top before it was turned."""
        x1, y1, x2, y2 = geometry["xyxy"]
        corners = [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]
        angle = geometry.get("angle", 0)
        return [rotated(corners, [(x1 + x2) / 2, (y1 + y2) / 2], angle) if angle else corners]

    def sketch(self, geometry: Any, step: float) -> Rings:
        return self.rings(geometry)


TYPES.register(BoxGeometry.name, BoxGeometry())
