"""Everything an evaluation of semantic segmentation shows, as JSON and as columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models_registry.ml.metrics.base import NotComputableError
from models_registry.ml.metrics.class_maps import map_confusion, overlap_by_class
from models_registry.ml.metrics.mean_dice import MeanDice
from models_registry.ml.metrics.mean_iou import MeanIoU
from models_registry.ml.metrics.pixel_accuracy import PixelAccuracy
from models_registry.ml.metrics.report import EvaluationReport
from models_registry.ml.records import ClassMap

__all__ = ["evaluate_class_maps"]


def evaluate_class_maps(
    truths: Sequence[ClassMap], found: Sequence[ClassMap], class_names: Sequence[str]
) -> EvaluationReport:
    """One truth and one answer an image. table: a row an image: confusion (N, C, C + 1) int64, mean_iou (N,) over the
    classes of that image and accuracy (N,), NaN without a labelled pixel. Raises NotComputableError, Invalid."""
    names = list(class_names)
    if not len(truths):
        raise NotComputableError("The test set has no image.")
    counts = np.stack([map_confusion(*pair, len(names)) for pair in zip(truths, found, strict=True)])
    whole = counts.sum(axis=0)
    metrics = {}
    for kind in (MeanIoU, MeanDice, PixelAccuracy):
        counter = kind(len(names))
        counter.add(whole)
        metrics[kind.name] = float(counter.compute())
    iou, dice = overlap_by_class(whole)
    hits = np.diagonal(whole)
    rows = [
        {
            "name": name,
            "support": int(whole[c].sum()),
            "predicted": int(whole[:, c].sum()),
            "iou": None if np.isnan(iou[c]) else float(iou[c]),
            "dice": None if np.isnan(dice[c]) else float(dice[c]),
            "precision": float(hits[c] / whole[:, c].sum()) if whole[:, c].any() else None,
            "recall": float(hits[c] / whole[c].sum()) if whole[c].any() else None,
        }
        for c, name in enumerate(names)
    ]
    report = {
        "kind": "semantic_segmentation",
        "n": len(counts),
        "pixels": int(whole.sum()),
        "class_names": names,
        "metrics": metrics,
        "per_class": rows,
        "confusion_matrix": whole.tolist(),
    }
    each = overlap_by_class(counts)[0]
    known = np.isfinite(each)
    pixels = counts.sum(axis=(1, 2))
    with np.errstate(invalid="ignore"):
        mean = np.where(known, each, 0).sum(axis=1) / known.sum(axis=1)
        accuracy = np.diagonal(counts, axis1=1, axis2=2).sum(axis=1) / pixels
    return EvaluationReport(report, {"confusion": counts, "mean_iou": mean, "accuracy": accuracy})
