"""The images behind an evaluation of shapes: what is on each, what was said, how wrong it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.metrics.object_report import matches_of
from models_registry.ml.object_matches import IGNORED
from models_registry.ml.pixel_table import PixelTable


@dataclass(frozen=True)
class ShapeItems:
    """Of each image: objects and said (N, C), how many of each class there are and people are shown; mistakes (N,)
    objects missed and answers that hit nothing; confidence (N,) of the surest answer, 0 without any.

    Where pixels were judged, objects and said are whether a class is there, mistakes the per mille of pixels that truth
    and answer give to different classes, confidence what they share over what either has."""

    objects: NDArray[np.int64]
    said: NDArray[np.int64]
    mistakes: NDArray[np.int64]
    confidence: NDArray[np.float64]


def shape_items(table: Mapping[str, NDArray[Any]], threshold: float) -> ShapeItems:
    """table: as an evaluation stored it."""
    if "pixels_truth" in table:
        return _pixel_items(PixelTable.from_columns(table))
    matches = matches_of(dict(table))
    n, classes = matches.images, len(table["classes"])
    objects, said = np.zeros((2, n, classes), np.int64)
    counted, kept = matches.counted[0], matches.score >= threshold
    np.add.at(objects, (matches.truth_image[counted], matches.truth_label[counted]), 1)
    np.add.at(said, (matches.found_image[kept], matches.found_label[kept]), 1)
    confidence = np.zeros(n)
    np.maximum.at(confidence, matches.found_image, matches.score)
    return ShapeItems(objects, said, table["false"] + table["missed"], confidence)


def cell_images(
    table: Mapping[str, NDArray[Any]], threshold: float, truth: int | None, predicted: int | None
) -> NDArray[np.bool_]:
    """(N,) whether a cell of the confusion matrix counts something on the image. truth, predicted: labels; None is the
    last row (an answer where nothing is) or column (an object without an answer), not both where objects were judged.
    Of pixels: whether it has such."""
    if "pixels_confused" in table:
        return _pixel_cell(PixelTable.from_columns(table), truth, predicted)
    matches, taken = matches_of(dict(table)), table["found_confused"]
    kept = matches.score >= threshold
    images = np.zeros(matches.images, np.bool_)
    if predicted is None:
        missed = matches.counted[0] & (matches.truth_label == truth)
        missed[taken[kept & (taken >= 0)]] = False
        images[matches.truth_image[missed]] = True
        return images
    said = kept & (matches.found_label == predicted)
    if truth is None:
        said &= (taken < 0) & (matches.state[0, 0] != IGNORED)
    else:
        said &= taken >= 0
        said[said] = matches.counted[0][taken[said]] & (matches.truth_label[taken[said]] == truth)
    images[matches.found_image[said]] = True
    return images


def _pixel_cell(table: PixelTable, truth: int | None, predicted: int | None) -> NDArray[np.bool_]:
    assert table.confused is not None
    nothing = table.truth.shape[1]
    cell = [nothing if label is None else label for label in (truth, predicted)]
    images = np.zeros(len(table.readable), np.bool_)
    images[table.confused[(table.confused[:, 1:3] == cell).all(axis=1), 0]] = True
    return images


def _pixel_items(table: PixelTable) -> ShapeItems:
    shared = table.shared.sum(axis=1)
    either = (table.truth + table.said).sum(axis=1) - shared
    alike = np.where(either > 0, shared / np.where(either > 0, either, 1), 1.0)
    there, said = ((part > 0).astype(np.int64) for part in (table.truth, table.said))
    return ShapeItems(there, said, np.round(1000 * (1 - alike)).astype(np.int64), alike)
