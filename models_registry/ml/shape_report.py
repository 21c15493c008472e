"""Everything an evaluation of a model that says shapes shows, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.metrics.average_precision import Curve
from models_registry.ml.metrics.base import NotComputableError
from models_registry.ml.metrics.report import thin
from models_registry.ml.shape_table import OVERLAPS, Answers, ShapeTable


def report_shapes(table: ShapeTable, class_names: Sequence[str], threshold: float) -> dict[str, Any]:
    """map50 and map (mean over overlaps 0.5 to 0.95) over the classes present; precision, recall and F1 of the answers
    that people are shown, those from ``threshold`` on. Raises NotComputableError with nothing to find."""
    if not table.present():
        raise NotComputableError("The test set has no object of any class.")
    counts = [
        sum(column) for column in zip(*(table.of(c).counts(threshold) for c in range(len(class_names))), strict=True)
    ]
    means = {float(least): table.mean_average_precision(float(least)) for least in OVERLAPS}
    return {
        "n": int(table.readable.sum()),
        "unreadable": int((~table.readable).sum()),
        "objects": int(table.objects.sum()),
        "class_names": list(class_names),
        "threshold": threshold,
        "metrics": {
            "map50": means[0.5],
            "map75": means[0.75],
            "map": float(np.mean(list(means.values()))),
            **_shares(*counts),
        },
        "per_class": [_row(table, label, name, threshold) for label, name in enumerate(class_names)],
        "pr_curves": {
            class_names[label]: thin(_curve(table.of(label))) for label in table.present() if len(table.of(label).hit)
        },
    }


@dataclass(frozen=True)
class ShapeItems:
    """Of each image, from the answers that people are shown: said (N, C) how many of each class, mistakes (N,) objects
    missed and answers that hit nothing, confidence (N,) of the surest answer, 0 without any."""

    said: NDArray[np.int64]
    mistakes: NDArray[np.int64]
    confidence: NDArray[np.float64]


def shape_items(columns: Mapping[str, NDArray[Any]], threshold: float) -> ShapeItems:
    """columns: of a stored table."""
    table = ShapeTable.from_columns(columns)
    n, classes = table.objects.shape
    kept = table.score >= threshold
    said = np.zeros((n, classes), np.int64)
    np.add.at(said, (table.image[kept], table.label[kept]), 1)
    hits = np.bincount(table.image[kept], table.hits[kept, 0].astype(np.float64), n).astype(np.int64)
    confidence = np.zeros(n)
    np.maximum.at(confidence, table.image, table.score)
    return ShapeItems(said, table.objects.sum(axis=1) + said.sum(axis=1) - 2 * hits, confidence)


def _shares(hits: int, answers: int, objects: int) -> dict[str, float]:
    return {
        "precision": hits / answers if answers else 0.0,
        "recall": hits / objects if objects else 0.0,
        "f1": 2 * hits / (answers + objects) if answers + objects else 0.0,
    }


def _row(table: ShapeTable, label: int, name: str, threshold: float) -> dict[str, Any]:
    mine = table.of(label)
    hits, answers, objects = mine.counts(threshold)
    return {
        "name": name,
        "support": objects,
        "predicted": answers,
        "precision": hits / answers if answers else None,
        "recall": hits / objects if objects else None,
        "f1": 2 * hits / (answers + objects) if answers + objects else None,
        "average_precision": mine.average_precision() if objects else None,
    }


def _curve(answers: Answers) -> Curve:
    found = np.cumsum(answers.hit)
    return Curve(
        recall=found / max(int(answers.objects.sum()), 1),
        precision=found / np.arange(1, len(found) + 1),
        threshold=answers.score,
    )
