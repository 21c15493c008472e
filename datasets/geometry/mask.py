"""`mask`: pixels, as run lengths inside a crop."""

from __future__ import annotations

from typing import Any

from datasets.errors import GeometryInvalid
from datasets.geometry import _rle
from datasets.geometry._base import TYPES
from datasets.geometry._contours import rings_of_mask
from datasets.geometry._values import BoxXYXY, Rings, fields_of, whole

__all__ = ["MaskGeometry"]

_FORM = 'A mask is {"box": [x, y, width, height], "rle": [counts]} in whole numbers.'


class MaskGeometry:
    """{"box": [x, y, w, h], "rle": [n0, n1, …]}: row-major inside the box, the first count is of zeros."""

    name = "mask"
    title = "Mask"
    exclusive = False

    def validate(self, geometry: Any, size_wh: tuple[int, int]) -> dict[str, Any]:
        """The box lies in the image and is made tight, counts add up to its pixels, runs of length 0 are joined away
        (but for the first). An empty mask is refused."""
        given = fields_of(geometry, _FORM, self.name, ("box", "rle"))
        box, runs = self._whole(given["box"]), self._whole(given["rle"])
        if len(box) != 4 or box[2] < 1 or box[3] < 1 or any(run < 0 for run in runs):
            raise GeometryInvalid(_FORM, type=self.name)
        x, y, w, h = box
        if x < 0 or y < 0 or x + w > size_wh[0] or y + h > size_wh[1]:
            raise GeometryInvalid("A mask lies inside the image.", type=self.name)
        if sum(runs) != w * h:
            raise GeometryInvalid("The counts of a mask add up to the pixels of its box.", type=self.name)
        stride = x + w + 1
        found = _rle.from_spans(_rle.spans({"box": box, "rle": runs}, stride), stride)
        if found is None:
            raise GeometryInvalid("The mask is empty.", type=self.name)
        return found

    def _whole(self, raw: Any) -> list[int]:
        values = [whole(value) for value in raw] if isinstance(raw, list) else [None]
        if any(value is None for value in values):
            raise GeometryInvalid(_FORM, type=self.name)
        return [value for value in values if value is not None]

    def area(self, geometry: Any, size_wh: tuple[int, int]) -> float:
        """Covered pixels."""
        return float(_rle.area(geometry))

    def iou(self, first: Any, second: Any, size_wh: tuple[int, int]) -> float:
        """Exact, from the runs."""
        shared = _rle.overlap(first, second)
        return shared / (_rle.area(first) + _rle.area(second) - shared)

    def bounds(self, geometry: Any, size_wh: tuple[int, int]) -> BoxXYXY:
        x, y, w, h = geometry["box"]
        return x, y, x + w, y + h

    def rings(self, geometry: Any) -> Rings:
        return rings_of_mask(geometry)

    def sketch(self, geometry: Any, step: float) -> Rings:
        """The borders of cells of `step` pixels whose middle pixel is covered; the box of a mask thinner than that."""
        x, y, w, h = geometry["box"]
        size = max(1, round(step))
        coarse = _rle.encode(_rle.sampled(geometry, size))
        if coarse is None:
            return [[[x, y], [x + w, y], [x + w, y + h], [x, y + h]]]
        rings = rings_of_mask(coarse)
        return [[[min(x + px * size, x + w), min(y + py * size, y + h)] for px, py in ring] for ring in rings]


TYPES.register(MaskGeometry.name, MaskGeometry())
