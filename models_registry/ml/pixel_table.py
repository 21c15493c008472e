"""Semantic segmentation beside the truth: pixels by image and class. From these come figures and comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.boundaries import boundaries_by_class
from models_registry.ml.metrics.base import NotComputableError
from models_registry.ml.rasters import class_map
from models_registry.ml.shapes import Shape, Size

Shapes = Sequence[Sequence[Shape]]


@dataclass(frozen=True)
class PixelTable:
    """(N, C) float64 pixels of each image and class: shared by truth and answer, of the truth, of the answer.
    readable: (N,) bool. confused: (K, 4) int64 rows of image, class of the truth, class of the answer and how many
    pixels have both, C for no class. outlines: (N, C) F of boundaries (``ml.boundaries``), NaN for a class that neither
    truth nor answer of the image has. Both are None where they were not asked for, and of tables from before."""

    shared: NDArray[np.float64]
    truth: NDArray[np.float64]
    said: NDArray[np.float64]
    readable: NDArray[np.bool_]
    confused: NDArray[np.int64] | None = None
    outlines: NDArray[np.float64] | None = None

    def columns(self) -> dict[str, NDArray[Any]]:
        """For ``numpy.savez``; ``from_columns`` reads them."""
        more = {"pixels_confused": self.confused, "boundary_f": self.outlines}
        known = {name: each for name, each in more.items() if each is not None}
        return {"pixels_shared": self.shared, "pixels_truth": self.truth, "pixels_said": self.said,
                "readable": self.readable, **known}  # fmt: skip

    @classmethod
    def from_columns(cls, columns: Mapping[str, NDArray[Any]]) -> PixelTable:
        shared, truth, said = (columns[f"pixels_{name}"] for name in ("shared", "truth", "said"))
        return cls(shared, truth, said, columns["readable"], columns.get("pixels_confused"), columns.get("boundary_f"))

    def outlines_by_class(self) -> NDArray[np.float64]:
        """(C,) mean over the images that have the class in truth or answer; NaN without one."""
        if self.outlines is None:
            return np.full(self.truth.shape[1], np.nan)
        known = np.isfinite(self.outlines)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(known, self.outlines, 0).sum(axis=0) / known.sum(axis=0))

    def confusion(self) -> NDArray[np.int64] | None:
        """(C + 1, C + 1) pixels of all images: row = true class, column = answered one, the last is no class."""
        if self.confused is None:
            return None
        classes = self.truth.shape[1]
        whole = np.zeros((classes + 1, classes + 1), np.int64)
        np.add.at(whole, (self.confused[:, 1], self.confused[:, 2]), self.confused[:, 3])
        return whole

    def ious(self, weights: NDArray[Any] | None = None) -> NDArray[np.float64]:
        """(C, B) intersection over union of each class over all images under weights (N, B); NaN for a class that
        neither truth nor answer has. Pixels are counted over the whole set, not averaged over images."""
        ones = np.ones((len(self.shared), 1)) if weights is None else np.asarray(weights, np.float64)
        shared = self.shared.T @ ones
        union = (self.truth + self.said - self.shared).T @ ones
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(shared / union)

    def mean_iou(self) -> float:
        """Over the classes that the truth has."""
        present = self.truth.sum(axis=0) > 0
        values = self.ious()[present, 0]
        return float(np.mean(values)) if len(values) else float("nan")


def make_pixel_table(
    truth: Shapes, found: Shapes, classes: int, sizes: Sequence[Size], readable: NDArray[np.bool_] | None = None,
    *, whole: bool = False,
) -> PixelTable:  # fmt: skip
    """truth, found: one list an image. An image of size (0, 0) could not be read and counts nothing. whole: with
    ``confused`` and ``outlines``, for a report; what a training judges by needs neither."""
    counts = np.zeros((3, len(truth), classes))
    confused = [np.zeros((0, 4), np.int64)]
    outlines = np.full((len(truth), classes), np.nan)
    for at, (wanted, said, size) in enumerate(zip(truth, found, sizes, strict=True)):
        if not size[0]:
            continue
        one, two = class_map(wanted, size), class_map(said, size)
        for row, values in zip(counts, (one[one == two], one, two), strict=True):
            row[at] = np.bincount(values.ravel(), minlength=classes + 1)[1:]
        if whole:
            confused.append(_confused(at, one, two, classes))
            outlines[at] = boundaries_by_class(two, one, classes, size)
    seen = np.ones(len(truth), bool) if readable is None else readable
    table = PixelTable(counts[0], counts[1], counts[2], seen)
    return replace(table, confused=np.concatenate(confused), outlines=outlines) if whole else table


def _confused(at: int, one: NDArray[np.int64], two: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Rows of ``PixelTable.confused`` of an image, from maps in which 0 is no class."""
    side = classes + 1
    pairs = np.bincount((one * side + two).ravel(), minlength=side * side)
    there = np.flatnonzero(pairs)
    truth, said = (there // side - 1) % side, (there % side - 1) % side  # no class: from the first place to the last
    return np.stack([np.full(len(there), at), truth, said, pairs[there]], axis=1).astype(np.int64)


def report_pixels(table: PixelTable, class_names: Sequence[str]) -> dict[str, Any]:
    """miou, dice and the F of boundaries over the classes that the truth has. Raises NotComputableError where it has
    none."""
    if not table.truth.sum():
        raise NotComputableError("The test set shows nothing of any class.")
    ious = table.ious()[:, 0]
    dices = 2 * ious / (1 + ious)
    present = table.truth.sum(axis=0) > 0
    sums = [part.sum(axis=0) for part in (table.shared, table.truth, table.said)]
    confusion, outlines = table.confusion(), table.outlines_by_class()
    met = {} if table.outlines is None else {"boundary_f": float(outlines[present].mean())}
    return {
        "n": int(table.readable.sum()),
        "unreadable": int((~table.readable).sum()),
        "class_names": list(class_names),
        "threshold": 0.0,
        "metrics": {"miou": float(ious[present].mean()), "dice": float(dices[present].mean()), **met},
        "per_class": [
            {
                "name": name,
                "support": int((table.truth[:, i] > 0).sum()),
                "predicted": int((table.said[:, i] > 0).sum()),
                "precision": _share(sums[0][i], sums[2][i]),
                "recall": _share(sums[0][i], sums[1][i]),
                "f1": None if np.isnan(dices[i]) else float(dices[i]),
                "average_precision": None,
                "iou": None if np.isnan(ious[i]) else float(ious[i]),
                "boundary_f": None if np.isnan(outlines[i]) else float(outlines[i]),
            }
            for i, name in enumerate(class_names)
        ],
        "pr_curves": {},
        **({} if confusion is None else {"confusion_matrix": confusion.tolist()}),
    }


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
