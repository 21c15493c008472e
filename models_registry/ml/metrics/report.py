"""Everything an evaluation of a classifier shows, as JSON and as one table with a row an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from models_registry.ml.calibration import Temperature, apply_temperature
from models_registry.ml.metrics.accuracy import Accuracy
from models_registry.ml.metrics.average_precision import AveragePrecision, Curve
from models_registry.ml.metrics.balanced_accuracy import BalancedAccuracy
from models_registry.ml.metrics.base import NotComputableError
from models_registry.ml.metrics.confusion_matrix import ConfusionMatrix
from models_registry.ml.metrics.ece import ExpectedCalibrationError
from models_registry.ml.metrics.log_loss import LogLoss
from models_registry.ml.metrics.macro_f1 import MacroF1
from models_registry.ml.uncertainty import entropy, margin_uncertainty

CURVE_POINTS = 200
_HEADLINE = (Accuracy, BalancedAccuracy, MacroF1, AveragePrecision, LogLoss, ExpectedCalibrationError)


@dataclass(frozen=True)
class EvaluationReport:
    """report: JSON-able. table: columns of equal length N, in the order given; write it with
    ``numpy.savez_compressed``.

    Columns: label, predicted (int64, -1 unreadable), correct (bool), readable (bool), confidence, margin_uncertainty,
    entropy, p_true (float64, NaN unreadable), probs (N, C) float32 as given.
    """

    report: dict[str, Any]
    table: dict[str, NDArray[Any]]


def align_classes(
    probs: NDArray[np.floating[Any]], names: Sequence[str], class_names: Sequence[str]
) -> NDArray[np.float32]:
    """(N, len(class_names)) probabilities: columns of a model in another order or set of classes; classes the model
    does not know get 0. Raises Invalid when it has a class that ``class_names`` lacks."""
    place = {name: column for column, name in enumerate(class_names)}
    unknown = [name for name in names if name not in place]
    if unknown:
        raise Invalid(f"The class list lacks {unknown[0]!r}.", field="class_names", missing=unknown)
    aligned = np.zeros((len(probs), len(class_names)), np.float32)
    aligned[:, [place[name] for name in names]] = probs
    aligned[~np.isfinite(probs).all(axis=1)] = np.nan
    return aligned


def evaluate_classification(
    probs: NDArray[np.floating[Any]],
    labels_idx: NDArray[np.integer[Any]],
    class_names: Sequence[str],
    temperature: Temperature | None = None,
) -> EvaluationReport:
    """probs: (N, C), NaN rows for images that could not be read (left out and counted); labels_idx: (N,) true classes.

    Log-loss and calibration error are given after the temperature (and before it under ``raw``); decisions do not
    depend on it. Raises NotComputableError when no image is readable, Invalid on wrong shapes.
    """
    names = list(class_names)
    readable = np.isfinite(probs).all(axis=1)
    if not readable.any():
        raise NotComputableError("The test set has no readable image.")
    heat = temperature or Temperature(1.0, 0, "no validation predictions were given")
    raw = np.asarray(probs, np.float64)[readable]
    labels = np.asarray(labels_idx, np.int64)[readable]
    raw /= raw.sum(axis=1, keepdims=True)
    calibrated = apply_temperature(raw, heat.value)
    report = {
        "n": int(readable.sum()),
        "unreadable": int((~readable).sum()),
        "class_names": names,
        "temperature": {"value": heat.value, "n": heat.n, "reason": heat.reason},
        "metrics": _headline(calibrated, raw, labels, len(names)),
        "raw": {
            "log_loss": _value(LogLoss, raw, labels, len(names)),
            "ece": _value(ExpectedCalibrationError, raw, labels, len(names)),
        },
        **_by_class(raw, labels, names),
        "calibration": _calibration(calibrated, labels, len(names)),
    }
    return EvaluationReport(report, _table(np.asarray(probs), np.asarray(labels_idx, np.int64), readable))


def _value(metric: type[Any], probs: NDArray[np.float64], labels: NDArray[np.int64], classes: int) -> float:
    counter = metric(classes)
    counter.update(probs, labels)
    return float(counter.compute())


def _headline(
    calibrated: NDArray[np.float64], raw: NDArray[np.float64], labels: NDArray[np.int64], classes: int
) -> dict[str, float]:
    """Metrics of decisions and ranking from the raw probabilities, those of confidence from the calibrated ones."""
    confident = (LogLoss, ExpectedCalibrationError)
    return {m.name: _value(m, calibrated if m in confident else raw, labels, classes) for m in _HEADLINE}


def _by_class(probs: NDArray[np.float64], labels: NDArray[np.int64], names: list[str]) -> dict[str, Any]:
    confusion = ConfusionMatrix(len(names))
    confusion.update(probs, labels)
    matrix = confusion.compute()
    precision = AveragePrecision(len(names))
    precision.update(probs, labels)
    areas = precision.per_class()
    support, predicted, hits = matrix.sum(axis=1), matrix.sum(axis=0), np.diag(matrix)
    rows = [
        {
            "name": name,
            "support": int(support[i]),
            "predicted": int(predicted[i]),
            "precision": _ratio(hits[i], predicted[i]),
            "recall": _ratio(hits[i], support[i]),
            "f1": _ratio(2 * hits[i], support[i] + predicted[i]),
            "average_precision": areas[i],
        }
        for i, name in enumerate(names)
    ]
    curves = {name: thin(curve) for name, curve in zip(names, precision.curves(), strict=True) if curve is not None}
    return {"per_class": rows, "confusion_matrix": matrix.tolist(), "pr_curves": curves}


def _ratio(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None


def thin(curve: Curve, points: int = CURVE_POINTS) -> dict[str, list[float]]:
    """At most ``points`` points, spread evenly over recall, the first and the last always among them."""
    keep = np.arange(len(curve.recall))
    if len(keep) > points:
        steps = np.searchsorted(curve.recall, np.linspace(curve.recall[0], curve.recall[-1], points - 1))
        keep = np.unique(np.concatenate(([0], np.minimum(steps, len(keep) - 1), [len(keep) - 1])))
    return {
        "recall": curve.recall[keep].tolist(),
        "precision": curve.precision[keep].tolist(),
        "threshold": curve.threshold[keep].tolist(),
    }


def _calibration(probs: NDArray[np.float64], labels: NDArray[np.int64], classes: int) -> dict[str, Any]:
    counter = ExpectedCalibrationError(classes)
    counter.update(probs, labels)
    return counter.bins().told()


def _table(probs: NDArray[Any], labels: NDArray[np.int64], readable: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    full = np.where(readable[:, None], probs, 1.0 / probs.shape[1]).astype(np.float64)
    predicted = np.where(readable, full.argmax(axis=1), -1)

    def column(values: NDArray[Any]) -> NDArray[np.float64]:
        return np.where(readable, values, np.nan)

    return {
        "label": labels.copy(),
        "predicted": predicted.astype(np.int64),
        "correct": predicted == labels,
        "readable": readable.copy(),
        "confidence": column(full.max(axis=1)),
        "margin_uncertainty": column(margin_uncertainty(full)),
        "entropy": column(entropy(full)),
        "p_true": column(full[np.arange(len(full)), labels]),
        "probs": probs.astype(np.float32),
    }
