"""`polyline`: a chain of points that encloses nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.errors import GeometryInvalid
from datasets.geometry._base import TYPES
from datasets.geometry._distance import closeness, tolerance
from datasets.geometry._values import BoxXYXY, Rings, box_of, fields_of, outside, points_of, without_repeats

__all__ = ["PolylineGeometry"]

_FORM = 'A polyline is {"points": [[x, y], …]}.'
MAX_POINTS = 100_000
_SAMPLES = 512
_BLOCK = 4_000_000


class PolylineGeometry:
    """{"points": [[x, y], …]}."""

    name = "polyline"
    title = "Polyline"
    exclusive = False

    def validate(self, geometry: Any, size_wh: tuple[int, int]) -> dict[str, Any]:
        """At least 2 points, none twice in a row. May jut out of the image, not lie wholly outside."""
        raw = fields_of(geometry, _FORM, self.name, ("points",))["points"]
        if isinstance(raw, list) and len(raw) > MAX_POINTS:
            raise GeometryInvalid("A polyline has at most 100,000 points: simplify it.", type=self.name)
        points = without_repeats(points_of(raw, _FORM, self.name))
        if len(points) < 2:
            raise GeometryInvalid("A polyline has at least 2 different points.", type=self.name)
        if outside(box_of(points), size_wh):
            raise GeometryInvalid("The polyline lies wholly outside the image.", type=self.name)
        return {"points": points}

    def area(self, geometry: Any, size_wh: tuple[int, int]) -> float:
        return 0.0

    def iou(self, first: Any, second: Any, size_wh: tuple[int, int]) -> float:
        """exp(-d² / 2s²), with d the mean distance of the one line's points from the other line, averaged over both
        directions (512 places evenly along each), and s one hundredth of the image's diagonal."""
        one = np.asarray(first["points"], dtype=np.float64)
        two = np.asarray(second["points"], dtype=np.float64)
        if one.shape == two.shape and bool((one == two).all()):
            return 1.0
        distance = (_mean_distance(one, two) + _mean_distance(two, one)) / 2
        return closeness(distance, tolerance(size_wh))

    def bounds(self, geometry: Any, size_wh: tuple[int, int]) -> BoxXYXY:
        return box_of(geometry["points"])

    def rings(self, geometry: Any) -> None:
        return None

    def sketch(self, geometry: Any, step: float) -> Rings:
        return [geometry["points"]]


def _mean_distance(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """Mean distance, in pixels, of evenly spaced places on the (N, 2) line `one` from the line `two`."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(one, axis=0).T))])
    at = (np.arange(_SAMPLES) + 0.5) * (lengths[-1] / _SAMPLES)
    places = np.stack([np.interp(at, lengths, one[:, 0]), np.interp(at, lengths, one[:, 1])], axis=1)
    nearest = np.full(_SAMPLES, np.inf)
    size = max(1, _BLOCK // _SAMPLES)
    for begin in range(0, len(two) - 1, size):
        a, b = two[begin : begin + size], two[begin + 1 : begin + 1 + size]
        a = a[: len(b)]
        along = b - a
        t = np.einsum("nsd,sd->ns", places[:, None] - a, along) / np.sum(along**2, axis=1)
        foot = a + np.clip(t, 0, 1)[..., None] * along
        nearest = np.minimum(nearest, np.hypot(*np.moveaxis(places[:, None] - foot, -1, 0)).min(axis=1))
    return float(nearest.mean())


TYPES.register(PolylineGeometry.name, PolylineGeometry())
