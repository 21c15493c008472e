"""What a model is asked and what it answered, one record an image, for every kind of task. Pure: numpy only.

| task kind | truth of an image | answer for an image |
| --- | --- | --- |
| ``classification`` | its class | (C,) probabilities: rows of arrays, no record (``metrics.base``) |
| ``detection`` | ``TruthObjects`` | ``FoundObjects``: boxes, turned ones too |
| ``instance_segmentation`` | the same, with ``regions`` | the same, with ``regions`` |
| ``keypoints`` | the same, with ``keypoints`` (a point: skeleton of one) | the same, with ``keypoints`` |
| ``semantic_segmentation`` | ``ClassMap`` | ``ClassMap`` |
| ``multi_label_classification`` | the same as of detection: each class is one box around the picture | likewise |

Coordinates are image pixels, float, origin top-left. Labels are indices into one list of classes that truth and answer
share. Regions are geometry values as ``datasets.geometry`` defines them: ``{"box", "rle"}`` (mask, row-major) or
``{"rings"}`` (polygon, even-odd). Arrays are converted to the dtypes given here and checked when a record is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from datasets.geometry import _rings, _rle

__all__ = [
    "KINDS",
    "UNLABELLED",
    "ClassMap",
    "FoundObjects",
    "Region",
    "TaskKind",
    "TruthObjects",
    "region_area",
    "region_type",
]

TaskKind = Literal[
    "classification",
    "detection",
    "instance_segmentation",
    "keypoints",
    "multi_label_classification",
    "semantic_segmentation",
]
KINDS: tuple[TaskKind, ...] = get_args(TaskKind)
Region = dict[str, Any]
UNLABELLED = -1
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_BY_RULE = cast("Any", None)  # filled in when the record is made


@dataclass(frozen=True)
class _Objects:
    """What truth and answers share. N objects of one image.

    size_wh: pixels. labels: (N,) int64. boxes_xyxy: (N, 4) float64, of a turned box its extent before it is turned, of
    anything else its bounds. angles: (N,) float64 degrees clockwise about the centre, None if every box is upright.
    regions: N geometry values. keypoints: (N, P, 3) float64: x, y, visibility (0 not labelled, 1 occluded, 2 visible).
    """

    size_wh: tuple[int, int]
    labels: Ints
    boxes_xyxy: Floats
    angles: Floats | None = None
    regions: Sequence[Region] | None = None
    keypoints: Floats | None = None

    def __post_init__(self) -> None:
        self._set("labels", np.int64, (-1,))
        n = len(self.labels)
        self._set("boxes_xyxy", np.float64, (n, 4))
        self._set("angles", np.float64, (n,))
        if self.keypoints is not None:
            points = np.asarray(self.keypoints).shape[1] if np.ndim(self.keypoints) == 3 else -1
            self._set("keypoints", np.float64, (n, points, 3))
        if self.regions is not None and len(self.regions) != n:
            raise Invalid(f"Expected {n} regions, got {len(self.regions)}.", field="regions")
        if n and self.labels.min() < 0:
            raise Invalid("A label is an index, at least 0.", field="labels")
        if n and (self.boxes_xyxy[:, :2] > self.boxes_xyxy[:, 2:]).any():
            raise Invalid("A box's left is at most its right, and its top at most its bottom.", field="boxes_xyxy")

    def __len__(self) -> int:
        return len(self.labels)

    def _own_areas(self) -> Floats:
        if self.regions is not None:
            return np.array([region_area(region) for region in self.regions], np.float64)
        return np.asarray((self.boxes_xyxy[:, 2:] - self.boxes_xyxy[:, :2]).prod(axis=1))

    def _set(self, name: str, dtype: type, shape: tuple[int, ...], default: Callable[[], Any] | None = None) -> None:
        """The field as an array of that dtype and shape (-1: any), an empty one in that shape; ``default`` makes one
        that was not given. Raises Invalid."""
        value = getattr(self, name)
        if value is None and default is None:
            return
        value = default() if value is None and default is not None else value
        array: NDArray[Any] = np.asarray(value, dtype=dtype)
        if not array.size:
            array = array.reshape([max(side, 0) for side in shape])
        if array.ndim != len(shape) or any(want not in (-1, got) for want, got in zip(shape, array.shape, strict=True)):
            raise Invalid(f"Expected {name} of shape {shape}, got {array.shape}.", field=name)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise Invalid(f"Numbers of {name} must be finite.", field=name)
        object.__setattr__(self, name, array)


@dataclass(frozen=True)
class TruthObjects(_Objects):
    """The N objects that people marked in one image.

    areas: (N,) float64 square pixels, by which an object is small, medium or large; by default of its region, else of
    its box. crowd: (N,) bool, a region of many objects: any number of answers may lie in it and none is counted.
    ignored: (N,) bool, one answer may match it, none must, and it is not counted.
    """

    areas: Floats = _BY_RULE
    crowd: Flags = _BY_RULE
    ignored: Flags = _BY_RULE

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("crowd", "ignored"):
            self._set(name, np.bool_, (len(self),), lambda: np.zeros(len(self), np.bool_))
        self._set("areas", np.float64, (len(self),), self._own_areas)


@dataclass(frozen=True)
class FoundObjects(_Objects):
    """The N objects that a model found in one image, in any order.

    scores: (N,) float64 confidences in 0..1, higher = surer. probs: (N, C) float32 class probabilities behind each, if
    the model tells. areas: as of ``TruthObjects``.
    """

    scores: Floats = field(kw_only=True)
    probs: NDArray[np.float32] | None = None
    areas: Floats = _BY_RULE

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set("scores", np.float64, (len(self),))
        if self.probs is not None:
            self._set("probs", np.float32, (len(self), -1))
        self._set("areas", np.float64, (len(self),), self._own_areas)


@dataclass(frozen=True)
class ClassMap:
    """One class a pixel. classes_hw: (H, W) int64 index of the class, ``UNLABELLED`` (-1) where nobody said: such
    pixels of the truth are not counted."""

    classes_hw: Ints

    def __post_init__(self) -> None:
        array = np.asarray(self.classes_hw)
        if array.ndim != 2 or array.dtype.kind not in "iu":
            raise Invalid(f"A class map is a 2-D array of integers, not {array.dtype} {array.shape}.", field="classes")
        object.__setattr__(self, "classes_hw", array.astype(np.int64, copy=False))


def region_type(region: Region) -> Literal["mask", "polygon"]:
    """Which geometry type a region is. Raises Invalid for another geometry."""
    if "rle" in region:
        return "mask"
    if "rings" in region:
        return "polygon"
    raise Invalid('A region is a mask {"box", "rle"} or a polygon {"rings"}.', field="regions")


def region_area(region: Region) -> float:
    """Square pixels it covers: pixels of a mask, the exact even-odd area of a polygon."""
    return float(_rle.area(region)) if region_type(region) == "mask" else _rings.area(region["rings"])
