"""`class`: a statement about the whole image, without coordinates."""

from __future__ import annotations

from typing import Any

from datasets.errors import GeometryInvalid
from datasets.geometry._base import TYPES

__all__ = ["ClassGeometry"]


class ClassGeometry:
    name = "class"
    title = "Classification"
    exclusive = True

    def validate(self, geometry: Any, size_wh: tuple[int, int]) -> None:
        """A class annotation has no geometry: None, {} and [] are accepted, anything else is refused."""
        if geometry not in (None, {}, []):
            raise GeometryInvalid("A class annotation has no geometry.", type=self.name)

    def area(self, geometry: Any, size_wh: tuple[int, int]) -> float:
        width, height = size_wh
        return float(width * height)

    def iou(self, first: Any, second: Any, size_wh: tuple[int, int]) -> float:
        """Two statements about one image always cover the same pixels."""
        return 1.0

    def bounds(self, geometry: Any, size_wh: tuple[int, int]) -> None:
        return None

    def rings(self, geometry: Any) -> None:
        return None

    def sketch(self, geometry: Any, step: float) -> None:
        return None


TYPES.register(ClassGeometry.name, ClassGeometry())
