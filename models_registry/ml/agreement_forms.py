"""Ground truth and a model's answer in one form, so that each annotation is held against one of its own type. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from datasets.geometry import _rle as rle
from datasets.geometry._base import TYPES
from models_registry.ml.agreement import Annotation
from models_registry.ml.rasters import class_map, covered
from models_registry.ml.records import TaskKind
from models_registry.ml.shapes import Shape, Size, as_boxes

__all__ = ["as_answered"]


def as_answered(
    annotations: Sequence[Annotation], task: TaskKind, types: Collection[str], size_wh: Size, *, turned: bool = False
) -> list[Annotation]:
    """What of the annotations a model of that task is asked about, in the form of its answers: of the ``types`` it
    learns from, boxes for one that detects (upright, unless it says ``turned`` ones), pixels for one that segments,
    all pixels of a class as one where it does not tell objects apart. An id stands for the annotation it was first."""
    kept = [one for one in annotations if one.type in types]
    if task == "detection":
        return _boxes(kept, turned)
    if task == "semantic_segmentation":
        return _classes(kept, size_wh)
    if task == "instance_segmentation":
        return [mask for one in kept if (mask := _mask(one, size_wh)) is not None]
    return kept


def _shape(one: Annotation, label: int) -> Shape:
    return Shape(one.type, label, one.geometry, one.confidence)


def _boxes(annotations: Sequence[Annotation], turned: bool) -> list[Annotation]:
    """The place of an annotation stands in for its label: what is no box afterwards had no place."""
    (found,) = as_boxes([[_shape(one, at) for at, one in enumerate(annotations)]], turned=turned)
    return [replace(annotations[box.label], type="box", geometry=box.geometry) for box in found]


def _mask(one: Annotation, size_wh: Size) -> Annotation | None:
    if one.type == "mask":
        return one
    geometry = rle.encode(covered(_shape(one, 0), size_wh)) if _covers(one) else None
    return None if geometry is None else replace(one, type="mask", geometry=geometry)


def _covers(one: Annotation) -> bool:
    return one.type == "mask" or TYPES.get(one.type).rings(one.geometry) is not None


def _classes(annotations: Sequence[Annotation], size_wh: Size) -> list[Annotation]:
    """One mask a label, the pixels shared out as a segmentation is judged: of several shapes the smallest in front."""
    names = list(dict.fromkeys(one.label for one in annotations))
    first = {one.label: one for one in reversed(annotations)}
    shapes = [_shape(one, names.index(one.label)) for one in annotations if _covers(one)]
    pixels = class_map(shapes, size_wh)
    found = []
    for at, name in enumerate(names):
        geometry = rle.encode(pixels == at + 1)
        if geometry is not None:
            sure = max(one.confidence for one in annotations if one.label == name)
            found.append(replace(first[name], type="mask", geometry=geometry, confidence=sure))
    return found
