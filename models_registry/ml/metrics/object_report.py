"""Everything an evaluation of objects shows, as JSON and as columns: boxes, regions, keypoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.averages import RECALLS, Averages, average_over, mean_of
from models_registry.ml.metrics.base import NotComputableError
from models_registry.ml.metrics.ece import reliability
from models_registry.ml.metrics.report import EvaluationReport
from models_registry.ml.object_matches import HIT, IGNORED, MISS, RANGES, Likeness, ObjectMatches, Rules, match_objects
from models_registry.ml.records import FoundObjects, TaskKind, TruthObjects
from models_registry.ml.thresholds import cuts, pick

__all__ = ["LIKENESS", "confusion", "evaluate_objects", "matches_of", "per_image"]

LIKENESS: dict[TaskKind, Likeness] = {
    "detection": "box",
    "instance_segmentation": "region",
    "keypoints": "keypoints",
    "multi_label_classification": "box",
}
_EVERY = 1 << 30
_COLUMNS = tuple(field.name for field in fields(ObjectMatches) if field.name != "images")


def evaluate_objects(
    truths: Sequence[TruthObjects], found: Sequence[FoundObjects], class_names: Sequence[str],
    kind: TaskKind = "detection", *, rules: Rules | None = None, threshold: float | None = None,
) -> EvaluationReport:  # fmt: skip
    """One truth and one answer an image, in the same order. threshold: confidence from which answers count in the
    confusion matrix and per image; by default that of the best F1 at likeness 0.5.

    table: a row an image: objects, hits, false, missed (int64), f1 (float64); then the columns of ``ObjectMatches``
    (last axis: answers, or truths), from which ``matches_of`` makes it again, and ``found_confused`` (D,): the truth
    that an answer takes when labels are not looked at, -1 none. Raises NotComputableError without an image, Invalid.
    """
    names = list(class_names)
    if not len(truths):
        raise NotComputableError("The test set has no image.")
    rules = rules or Rules(LIKENESS[kind])
    matches = match_objects(truths, found, rules)
    averages = average_over(matches, len(names), (1, 10, rules.most))
    free = match_objects(truths, found, replace(rules, by_label=False, thresholds=(0.5,), ranges=("all",), most=_EVERY))
    half = int(np.argmin(np.abs(np.array(rules.thresholds) - 0.5)))
    cut = _cut(matches, half) if threshold is None else threshold
    report = {
        "kind": kind,
        "n": matches.images,
        "objects": int(matches.counted[0].sum()),
        "answers": len(matches.score),
        "class_names": names,
        "metrics": figures(averages, rules),
        "threshold": cut,
        "per_class": _by_class(matches, averages, rules, half, cut, names),
        "confusion_matrix": confusion(free, cut, len(names)).tolist(),
        "pr_curves": _curves(averages, half, names),
        "calibration": _calibration(matches, half),
    }
    table = {**per_image(matches, half, cut), **{name: getattr(matches, name) for name in _COLUMNS}}
    return EvaluationReport(report, {**table, "found_confused": _confused(matches, free, found)})


def matches_of(table: dict[str, NDArray[Any]]) -> ObjectMatches:
    """The matches that a table was made from."""
    return ObjectMatches(images=len(table["hits"]), **{name: table[name] for name in _COLUMNS})


def figures(averages: Averages, rules: Rules) -> dict[str, float | None]:
    """map, map_50, map_75, map_small ..., ar_1, ar_10, ar_100 (the most looked at), ar_small ...; None without truth.
    [COCO detection evaluation]"""
    steps = {
        f"map_{round(100 * value)}": i for i, value in enumerate(rules.thresholds) if round(value, 9) in (0.5, 0.75)
    }
    found = {"map": mean_of(averages.ap()), **{name: mean_of(averages.ap(0, i)) for name, i in steps.items()}}
    found |= {f"ar_{most}": mean_of(averages.ar(0, i)) for i, most in enumerate(averages.most)}
    for size, name in enumerate(rules.ranges):
        if name != "all" and name in RANGES:
            found |= {f"map_{name}": mean_of(averages.ap(size)), f"ar_{name}": mean_of(averages.ar(size))}
    return found


def confusion(free: ObjectMatches, cut: float, classes: int) -> NDArray[np.int64]:
    """(C + 1, C + 1) of answers with at least that confidence, matched without looking at labels: row = true class,
    column = answered one; the last row is for answers where nothing is, the last column for objects without answer."""
    kept = free.score >= cut
    partner = free.partner[0]
    hits, wrong = kept & (free.state[0, 0] == HIT), kept & (free.state[0, 0] == MISS)
    missed = free.counted[0].copy()
    missed[partner[hits]] = False
    counts = np.zeros((classes + 1, classes + 1), np.int64)
    np.add.at(counts, (free.truth_label[partner[hits]], free.found_label[hits]), 1)
    np.add.at(counts, (np.full(wrong.sum(), classes), free.found_label[wrong]), 1)
    np.add.at(counts, (free.truth_label[missed], np.full(missed.sum(), classes)), 1)
    return counts


def per_image(matches: ObjectMatches, step: int, cut: float) -> dict[str, NDArray[Any]]:
    """(N,) objects, hits, false, missed of each image among answers with at least that confidence, and their F1, 1 for
    an image where nothing is and nothing was found."""
    kept = matches.score >= cut
    n = matches.images
    objects = np.bincount(matches.truth_image[matches.counted[0]], minlength=n)
    hits = np.bincount(matches.found_image[kept & (matches.state[0, step] == HIT)], minlength=n)
    false = np.bincount(matches.found_image[kept & (matches.state[0, step] == MISS)], minlength=n)
    both = objects + hits + false
    f1 = np.where(both > 0, 2 * hits / np.maximum(both, 1), 1.0)
    return {"objects": objects, "hits": hits, "false": false, "missed": objects - hits, "f1": f1}


def _cut(matches: ObjectMatches, step: int) -> float:
    """The confidence with the best F1 over all classes; 0 where there is nothing to choose from."""
    judged = matches.state[0, step] != 2
    try:
        found = cuts(matches.score[judged], matches.state[0, step][judged] == HIT, int(matches.counted[0].sum()))
    except NotComputableError:
        return 0.0
    return float(found.threshold[pick(found)])


def _by_class(
    matches: ObjectMatches, averages: Averages, rules: Rules, half: int, cut: float, names: list[str]
) -> list[dict[str, Any]]:
    state, kept = matches.state[0, half], matches.score >= cut
    size = len(names)
    hits = np.bincount(matches.found_label[kept & (state == HIT)], minlength=size)
    false = np.bincount(matches.found_label[kept & (state == MISS)], minlength=size)
    whole, at_half, recall = averages.ap(), averages.ap(0, half), averages.ar()
    return [
        {
            "name": name,
            "support": int(averages.counted[0, c]),
            "predicted": int(hits[c] + false[c]),
            "precision": _share(hits[c], hits[c] + false[c]),
            "recall": _share(hits[c], averages.counted[0, c]),
            "f1": _share(2 * hits[c], averages.counted[0, c] + hits[c] + false[c]),
            "average_precision": _known(whole[c]),
            "average_precision_50": _known(at_half[c]),
            "average_recall": _known(recall[c]),
        }
        for c, name in enumerate(names)
    ]


def _curves(averages: Averages, half: int, names: list[str]) -> dict[str, dict[str, list[float]]]:
    """Of each class with truth: interpolated precision and the confidence that reaches the recall, at likeness 0.5."""
    return {
        name: {
            "recall": RECALLS.tolist(),
            "precision": averages.precision[0, half, c].tolist(),
            "threshold": averages.score[0, half, c].tolist(),
        }
        for c, name in enumerate(names)
        if averages.counted[0, c]
    }


def _calibration(matches: ObjectMatches, step: int) -> dict[str, list[Any]]:
    """Of answers by their confidence how many hit: "confidence" of an answer is of it being there, with that label.
    What meets an ignored object is neither. [Kueppers et al., CVPR Workshops 2020]"""
    judged = matches.state[0, step] != IGNORED
    return reliability(matches.score[judged], matches.state[0, step][judged] == HIT).told()


def _confused(matches: ObjectMatches, free: ObjectMatches, found: Sequence[FoundObjects]) -> NDArray[np.int64]:
    offset = np.cumsum([0, *(len(one) for one in found)])
    partner = np.full(offset[-1], -1)
    partner[offset[free.found_image] + free.found_index] = free.partner[0]
    return partner[offset[matches.found_image] + matches.found_index]


def _share(part: Any, whole: Any) -> float | None:
    return float(part / whole) if whole else None


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
