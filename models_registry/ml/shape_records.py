"""Shapes as the records that metrics take, and back from the task kinds to what is compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.rasters import class_map, covered
from models_registry.ml.records import ClassMap, FoundObjects, TaskKind, TruthObjects
from models_registry.ml.shapes import Shape, Size, bounds_of

Shapes = Sequence[Sequence[Shape]]


def truth_records(truth: Shapes, sizes: Sequence[Size], kind: TaskKind) -> list[TruthObjects]:
    """One an image. kind: of objects, or multi_label_classification, whose classes all lie around the whole picture:
    average precision over them is that of ranking pictures by a class's score."""
    if kind == "multi_label_classification":  # whoever said it, a picture has a class once
        truth = [list({shape.label: shape for shape in shapes}.values()) for shapes in truth]
    return [TruthObjects(**_columns(shapes, size, kind)) for shapes, size in zip(truth, sizes, strict=True)]


def found_records(found: Shapes, sizes: Sequence[Size], kind: TaskKind) -> list[FoundObjects]:
    """As ``truth_records``, with scores."""
    return [
        FoundObjects(**_columns(shapes, size, kind), scores=np.array([shape.score for shape in shapes], np.float64))
        for shapes, size in zip(found, sizes, strict=True)
    ]


def map_records(shapes: Shapes, sizes: Sequence[Size]) -> list[ClassMap]:
    """Of segmentations: class 0 is what nothing covers, a label's class is its index + 1."""
    return [ClassMap(class_map(row, size)) for row, size in zip(shapes, sizes, strict=True)]


def _columns(shapes: Sequence[Shape], size: Size, kind: TaskKind) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "size_wh": size,
        "labels": np.array([shape.label for shape in shapes], np.int64),
        "boxes_xyxy": np.array([_box(shape, kind, size) for shape in shapes], np.float64).reshape(-1, 4),
    }
    if kind == "detection" and any(_angle(shape) for shape in shapes):
        columns["angles"] = np.array([_angle(shape) for shape in shapes], np.float64)
    if kind == "instance_segmentation":
        columns["regions"] = [_region(shape, size) for shape in shapes]
    if kind == "keypoints":
        columns["keypoints"] = _keypoints(shapes)
    return columns


def _box(shape: Shape, kind: TaskKind, size: Size) -> Sequence[float]:
    if kind == "multi_label_classification":
        return [0.0, 0.0, float(size[0]), float(size[1])]
    if kind == "detection" and shape.type == "box":
        return [float(v) for v in shape.geometry["xyxy"]]
    return bounds_of(shape) or (0.0, 0.0, 0.0, 0.0)


def _angle(shape: Shape) -> float:
    return float(shape.geometry.get("angle", 0.0)) if shape.type == "box" else 0.0


def _region(shape: Shape, size: Size) -> Any:
    """A mask or polygon as it is; of another shape the pixels it covers."""
    if shape.type in ("mask", "polygon"):
        return shape.geometry
    from datasets.geometry import _rle as rle

    return rle.encode(covered(shape, size)) or {"box": [0, 0, 1, 1], "rle": [0, 1]}


def _keypoints(shapes: Sequence[Shape]) -> NDArray[np.float64]:
    """(N, P, 3); a point is a skeleton of one. Skeletons shorter than the longest are filled up."""
    rows = [
        [[*shape.geometry["xy"], 2.0]] if shape.type == "point" else shape.geometry["keypoints"] for shape in shapes
    ]
    most = max((len(row) for row in rows), default=1)
    filled = [[*row, *([[0.0, 0.0, 0.0]] * (most - len(row)))] for row in rows]
    return np.array(filled, np.float64).reshape(-1, most, 3)
