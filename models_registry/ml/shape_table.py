"""Answers of a model that says shapes beside the truth: one row an answer, whether it hit, and what there was to find.

From these rows come the figures of an evaluation and every resample of a comparison; the geometry is not needed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.geometry._base import TYPES
from models_registry.ml.shapes import FAR, Shape, Size, bounds_of

OVERLAPS = np.round(np.arange(0.5, 1.0, 0.05), 2)
"""The ten overlaps of COCO, 0.5 to 0.95."""
MOST = 100  # answers of an image and class that count, the surest

Shapes = Sequence[Sequence[Shape]]
Weights = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class ShapeTable:
    """D answers on N images. image, label: (D,) int64; score: (D,) float64; hits: (D, 10) bool, whether the answer was
    matched to an object of its own at each of ``OVERLAPS``. objects: (N, C) int64, how many there are to find.
    readable: (N,) bool; an image that could not be read has objects all the same, and nothing is found on it."""

    image: NDArray[np.int64]
    label: NDArray[np.int64]
    score: NDArray[np.float64]
    hits: NDArray[np.bool_]
    objects: NDArray[np.int64]
    readable: NDArray[np.bool_]

    def columns(self) -> dict[str, NDArray[Any]]:
        """For ``numpy.savez``; ``from_columns`` reads them."""
        return {
            "answer_image": self.image,
            "answer_label": self.label,
            "answer_score": self.score,
            "answer_hits": self.hits,
            "objects": self.objects,
            "readable": self.readable,
        }

    @classmethod
    def from_columns(cls, columns: Mapping[str, NDArray[Any]]) -> ShapeTable:
        names = ("answer_image", "answer_label", "answer_score", "answer_hits", "objects", "readable")
        return cls(*(columns[name] for name in names))

    def of(self, label: int, overlap: float = 0.5) -> Answers:
        """One class at one overlap."""
        mine = np.flatnonzero(self.label == label)
        order = mine[np.argsort(-self.score[mine], kind="stable")]
        at = int(np.argmin(np.abs(OVERLAPS - overlap)))
        return Answers(self.score[order], self.hits[order, at], self.image[order], self.objects[:, label])

    def present(self) -> list[int]:
        """The classes there is anything of to find."""
        return np.flatnonzero(self.objects.sum(axis=0)).tolist()

    def mean_average_precision(self, overlap: float = 0.5) -> float:
        """Over the classes present; NaN where there is nothing to find."""
        areas = [self.of(label, overlap).average_precision() for label in self.present()]
        return float(np.mean(areas)) if areas else float("nan")


@dataclass(frozen=True)
class Answers:
    """Of one class, the surest first: score, hit and image, each (D,). objects: (N,) how many on each image."""

    score: NDArray[np.float64]
    hit: NDArray[np.bool_]
    image: NDArray[np.int64]
    objects: NDArray[np.int64]

    def average_precision(self) -> float:
        """Area under the curve of precision over recall, precision made to fall [Everingham et al. 2015, VOC 2010 on].
        NaN without an object."""
        ones = np.ones((len(self.objects), 1), np.float32)
        return float(self.weighted(ones)[0])

    def weighted(self, image_weights: Weights) -> NDArray[np.float64]:
        """(B,) average precision under weights of images, (N, B); NaN where no object has weight."""
        totals = self.objects.astype(np.float64) @ image_weights.astype(np.float64)
        return weighted_area(self.hit, image_weights[self.image], totals)

    def counts(self, threshold: float) -> tuple[int, int, int]:
        """(hits, answers, objects) from that score on."""
        kept = self.score >= threshold
        return int(self.hit[kept].sum()), int(kept.sum()), int(self.objects.sum())


def weighted_area(hit: NDArray[np.bool_], weights: Weights, totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """(B,) areas. hit: (D,) in the order of scores; weights: (D, B) of answers; totals: (B,) weight of all objects."""
    with np.errstate(invalid="ignore", divide="ignore"):
        if not len(hit):
            return np.where(totals > 0, 0.0, np.nan)
        right = weights * hit[:, None]
        precision = np.cumsum(right, axis=0, dtype=np.float64) / np.cumsum(weights, axis=0, dtype=np.float64)
        precision = np.where(np.isfinite(precision), precision, 0.0)
        falling = np.maximum.accumulate(precision[::-1], axis=0)[::-1]
        return np.asarray((falling * right).sum(axis=0) / np.where(totals > 0, totals, np.nan))


def make_table(
    truth: Shapes,
    found: Shapes,
    classes: int,
    readable: NDArray[np.bool_] | None = None,
    sizes: Sequence[Size] | None = None,
) -> ShapeTable:
    """truth, found: one list an image, labels in 0..classes-1. sizes: width and height of each image, needed for points
    and skeletons, whose likeness goes by the image's diagonal. Answers are matched in the order of their scores, each
    to the object of its label that it overlaps most and that is free [Lin et al. 2014, COCO]."""
    rows: list[tuple[int, int, float, NDArray[np.bool_]]] = []
    objects = np.zeros((len(truth), classes), np.int64)
    for image, (wanted, said) in enumerate(zip(truth, found, strict=True)):
        for shape in wanted:
            objects[image, shape.label] += 1
        for label in {shape.label for shape in said}:
            mine = sorted((shape for shape in said if shape.label == label), key=lambda s: -s.score)[:MOST]
            size = sizes[image] if sizes is not None else (FAR, FAR)
            hits = match(overlaps([shape for shape in wanted if shape.label == label], mine, size))
            rows += [(image, label, shape.score, hits[i]) for i, shape in enumerate(mine)]
    return ShapeTable(
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows], np.int64),
        np.array([row[2] for row in rows], np.float64),
        np.array([row[3] for row in rows], bool).reshape(-1, len(OVERLAPS)),
        objects,
        np.ones(len(truth), bool) if readable is None else readable,
    )


def match(alike: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(T, D) overlaps of objects and answers, the surest answer first -> (D, 10) which answers hit."""
    hits = np.zeros((alike.shape[1], len(OVERLAPS)), bool)
    if not alike.size:
        return hits
    for at, least in enumerate(OVERLAPS):
        free = np.ones(len(alike), bool)
        for answer in np.flatnonzero(alike.max(axis=0) >= least):
            column = np.where(free, alike[:, answer], -1.0)
            best = int(column.argmax())
            if column[best] >= least:
                free[best] = False
                hits[answer, at] = True
    return hits


def overlaps(truth: Sequence[Shape], said: Sequence[Shape], size: Size = (FAR, FAR)) -> NDArray[np.float64]:
    """(T, D) how alike: the type's own measure; of two types, or upright boxes, of the boxes around them."""
    alike = np.zeros((len(truth), len(said)))
    if alike.size and all(_is_upright(shape) for shape in (*truth, *said)):
        return box_overlaps(_bounds(truth), _bounds(said))
    for i, one in enumerate(truth):
        for j, two in enumerate(said):
            if one.type == two.type:
                alike[i, j] = TYPES.get(one.type).iou(one.geometry, two.geometry, size)
            else:
                alike[i, j] = box_overlaps(_bounds([one]), _bounds([two]))[0, 0]
    return alike


def _is_upright(shape: Shape) -> bool:
    return shape.type == "box" and not shape.geometry.get("angle", 0)


def _bounds(shapes: Sequence[Shape]) -> NDArray[np.float64]:
    return np.array([bounds_of(shape) or (0.0,) * 4 for shape in shapes], np.float64).reshape(-1, 4)


def box_overlaps(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """(T, 4) and (D, 4) upright boxes xyxy -> (T, D) intersection over union."""
    corner = np.minimum(first[:, None, 2:], second[None, :, 2:]) - np.maximum(first[:, None, :2], second[None, :, :2])
    shared = np.maximum(corner, 0).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (first, second)]
    union = areas[0][:, None] + areas[1][None, :] - shared
    return np.asarray(shared / np.where(union > 0, union, 1.0))


def best_threshold(table: ShapeTable, otherwise: float) -> float:
    """The score from which answers are worth showing: of the highest F1 over all classes, at most 0.9; ``otherwise``
    where nothing was hit."""
    hit = table.hits[:, 0]
    if not hit.any():
        return otherwise
    order = np.argsort(-table.score, kind="stable")
    found = np.cumsum(hit[order])
    score = 2 * found / (np.arange(1, len(order) + 1) + table.objects.sum())
    return float(min(table.score[order][int(score.argmax())], 0.9))
