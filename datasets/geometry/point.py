"""`point`: one place."""

from __future__ import annotations

import math
from typing import Any

from datasets.errors import GeometryInvalid
from datasets.geometry._base import TYPES
from datasets.geometry._distance import closeness, tolerance
from datasets.geometry._values import BoxXYXY, Rings, clamped, fields_of, number

__all__ = ["PointGeometry"]

_FORM = 'A point is {"xy": [x, y]}.'


class PointGeometry:
    """{"xy": [x, y]}."""

    name = "point"
    title = "Point"
    exclusive = False

    def validate(self, geometry: Any, size_wh: tuple[int, int]) -> dict[str, Any]:
        """Lies in the image, its border included; up to 1e-6 pixels outside it is put onto the border."""
        raw = fields_of(geometry, _FORM, self.name, ("xy",))["xy"]
        if not isinstance(raw, list) or len(raw) != 2:
            raise GeometryInvalid(_FORM, type=self.name)
        found = clamped(number(raw[0], self.name), number(raw[1], self.name), size_wh)
        if found is None:
            raise GeometryInvalid("The point lies outside the image.", type=self.name)
        return {"xy": found}

    def area(self, geometry: Any, size_wh: tuple[int, int]) -> float:
        return 0.0

    def iou(self, first: Any, second: Any, size_wh: tuple[int, int]) -> float:
        """exp(-d² / 2s²) of their distance d, with s one hundredth of the image's diagonal."""
        return closeness(math.dist(first["xy"], second["xy"]), tolerance(size_wh))

    def bounds(self, geometry: Any, size_wh: tuple[int, int]) -> BoxXYXY:
        x, y = geometry["xy"]
        return x, y, x, y

    def rings(self, geometry: Any) -> None:
        return None

    def sketch(self, geometry: Any, step: float) -> Rings:
        return [[geometry["xy"]]]


TYPES.register(PointGeometry.name, PointGeometry())
