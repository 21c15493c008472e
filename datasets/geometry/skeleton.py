"""`skeleton`: named keypoints in the order of the label's template, each with a visibility."""

from __future__ import annotations

import math
from typing import Any

from datasets.errors import GeometryInvalid
from datasets.geometry._base import TYPES
from datasets.geometry._distance import closeness, tolerance
from datasets.geometry._values import BoxXYXY, Point, Rings, box_of, clamped, fields_of, number

__all__ = ["SkeletonGeometry", "assert_fits", "clean_template"]

_FORM = 'A skeleton is {"keypoints": [[x, y, visibility], …]}.'
MAX_KEYPOINTS = 1000
_FALLOFF = 0.1


class SkeletonGeometry:
    """{"keypoints": [[x, y, v], …]}; v 0: not labelled, 1: occluded, 2: visible. Names and edges: the label's."""

    name = "skeleton"
    title = "Skeleton"
    exclusive = False

    def validate(self, geometry: Any, size_wh: tuple[int, int]) -> dict[str, Any]:
        """Labelled keypoints lie in the image (up to 1e-6 pixels outside they are put onto its border), one that is
        not labelled is [0, 0, 0]; at least one is labelled. That there are as many as the template has is asked where
        the label is known: `datasets.services`."""
        raw = fields_of(geometry, _FORM, self.name, ("keypoints",))["keypoints"]
        if not isinstance(raw, list) or any(not isinstance(k, list) or len(k) != 3 for k in raw):
            raise GeometryInvalid(_FORM, type=self.name)
        if len(raw) > MAX_KEYPOINTS:
            raise GeometryInvalid("A skeleton has at most 1,000 keypoints.", type=self.name)
        keypoints = [self._keypoint(keypoint, size_wh) for keypoint in raw]
        if not any(v for _, _, v in keypoints):
            raise GeometryInvalid("A skeleton has at least one labelled keypoint.", type=self.name)
        return {"keypoints": keypoints}

    def _keypoint(self, raw: list[Any], size_wh: tuple[int, int]) -> list[float]:
        x, y, v = raw
        if isinstance(v, bool) or v not in (0, 1, 2):
            raise GeometryInvalid(
                "A keypoint's visibility is 0 (not labelled), 1 (occluded) or 2 (visible).", type="skeleton"
            )
        place = clamped(number(x, self.name), number(y, self.name), size_wh) if v else [0.0, 0.0]
        if place is None:
            raise GeometryInvalid("A labelled keypoint lies outside the image.", type=self.name)
        return [*place, int(v)]

    def area(self, geometry: Any, size_wh: tuple[int, int]) -> float:
        return 0.0

    def iou(self, first: Any, second: Any, size_wh: tuple[int, int]) -> float:
        """Object keypoint similarity [COCO keypoint evaluation], made symmetric: the mean over the keypoints that
        either has labelled of exp(-d² / 2(ks)²), 0 where only one has. s² is the mean of the areas of the two
        bounding boxes; k = 0.1 for every keypoint (COCO's: 0.05 for eyes, 0.16 for shoulders); ks is at least one
        hundredth of the image's diagonal. Skeletons of different length: 0."""
        one, two = first["keypoints"], second["keypoints"]
        if len(one) != len(two):
            return 0.0
        scale = math.sqrt((_box_area(first) + _box_area(second)) / 2)
        scale = max(_FALLOFF * scale, tolerance(size_wh))
        found = [
            closeness(math.dist(a[:2], b[:2]), scale) if a[2] and b[2] else 0.0
            for a, b in zip(one, two, strict=True) if a[2] or b[2]
        ]  # fmt: skip
        return sum(found) / len(found)

    def bounds(self, geometry: Any, size_wh: tuple[int, int]) -> BoxXYXY:
        return box_of(_labelled(geometry))

    def rings(self, geometry: Any) -> None:
        return None

    def sketch(self, geometry: Any, step: float) -> Rings:
        """One line for each keypoint of the template, in its order; empty where it is not labelled."""
        return [[[x, y]] if v else [] for x, y, v in geometry["keypoints"]]


def clean_template(raw: Any) -> dict[str, Any] | None:
    """A label's template {"names": [...], "edges": [[i, j], ...]} checked, or None for none; edges name keypoints by
    their place in `names` and are kept as [lower, higher]."""
    if raw is None:
        return None
    if not isinstance(raw, dict) or raw.keys() - {"names", "edges"} or "names" not in raw:
        raise GeometryInvalid('A skeleton template is {"names": [...], "edges": [[i, j], ...]}.', field="skeleton")
    names, edges = raw["names"], raw.get("edges", [])
    if not isinstance(names, list) or not all(isinstance(n, str) and 0 < len(n.strip()) <= 100 for n in names):
        raise GeometryInvalid("The names of keypoints are texts of 1 to 100 characters.", field="skeleton")
    names = [name.strip() for name in names]
    if not 1 <= len(names) <= MAX_KEYPOINTS or len(set(names)) < len(names):
        raise GeometryInvalid("A skeleton has 1 to 1,000 keypoints, no name twice.", field="skeleton")
    return {"names": names, "edges": _clean_edges(edges, len(names))}


def _clean_edges(raw: Any, count: int) -> list[list[int]]:
    found = []
    for edge in raw if isinstance(raw, list) else [None]:
        ends = edge if isinstance(edge, list) and len(edge) == 2 else [None, None]
        if any(isinstance(end, bool) or not isinstance(end, int) or not 0 <= end < count for end in ends):
            raise GeometryInvalid(f"An edge names two keypoints by their place, 0 to {count - 1}.", field="skeleton")
        low, high = sorted(ends)
        if low == high:
            raise GeometryInvalid("An edge joins two different keypoints.", field="skeleton")
        if [low, high] not in found:
            found.append([low, high])
    return found


def assert_fits(geometry: Any, template: Any, label: str) -> None:
    """Raises GeometryInvalid unless the skeleton has as many keypoints as the template of its label."""
    if not template:
        raise GeometryInvalid(
            f"The label {label!r} has no skeleton: give it keypoints in the ontology first.",
            type="skeleton",
            label=label,
        )
    wanted, given = len(template["names"]), len(geometry["keypoints"])
    if wanted != given:
        raise GeometryInvalid(
            f"A skeleton of {label!r} has {wanted} keypoints, this one has {given}: reload the page for the template.",
            type="skeleton", label=label, wanted=wanted,
        )  # fmt: skip


def _labelled(geometry: Any) -> list[Point]:
    return [[x, y] for x, y, v in geometry["keypoints"] if v]


def _box_area(geometry: Any) -> float:
    x1, y1, x2, y2 = box_of(_labelled(geometry))
    return (x2 - x1) * (y2 - y1)


TYPES.register(SkeletonGeometry.name, SkeletonGeometry())
