"""Where to cut a model's answers: the curve over every confidence, and the cut that suits a wish."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid, NotFound
from models_registry.ml.metrics.base import NotComputableError
from models_registry.ml.metrics.object_report import matches_of
from models_registry.ml.object_matches import HIT, IGNORED
from models_registry.ml.thresholds import Cuts, Wish, cuts, pick
from models_registry.models import Evaluation
from models_registry.selectors.judging import Table, read_table

__all__ = ["WISHES", "cutting"]

WISHES: tuple[Wish, ...] = ("f1", "precision", "recall", "cost")
MOST_POINTS = 200


def cutting(
    evaluation: Evaluation,
    *,
    label: str | None = None,
    wish: Wish = "f1",
    target: float = 0.9,
    cost_false: float = 1.0,
    cost_missed: float = 1.0,
) -> dict[str, Any]:
    """``{"labels", "label", "whole", "cut", "reason", "curve", "shown_from"}``.

    Of objects a label or, without one, all of them; of a classifier one label against the rest, the first by default.
    cut: threshold, precision, recall, f1, false, missed, cost of the best cut, None with the ``reason`` where no cut
    meets the wish. curve: at most 200 points. shown_from: the score from which the version's shapes are shown to
    people. Raises NotFound (nothing to cut), Invalid (no such label).
    """
    if evaluation.table_id is None:
        raise NotFound("This evaluation has no table of items.")
    table = read_table(evaluation.table_id)
    names = [str(name) for name in table["classes"]]
    if label is not None and label not in names:
        raise Invalid(f"The evaluation knows no class {label}.", field="label")
    objects = "found_label" in table
    if not objects and "probs" not in table:
        raise NotFound("Answers by pixel have no score to cut.")
    label = label if label is not None or objects else names[0]
    answer: dict[str, Any] = {
        "labels": names, "label": label, "whole": objects, "cut": None, "reason": None, "curve": None,
        "shown_from": evaluation.model.shown_from,
    }  # fmt: skip
    at = names.index(label) if label is not None else None
    try:
        found = cuts(*(_objects(table, at) if objects else _class(table, at or 0)))
        answer["curve"] = _curve(found)
        best = pick(found, wish, target=target, cost_false=cost_false, cost_missed=cost_missed)
        answer["cut"] = _cut(found, best, cost_false, cost_missed)
    except NotComputableError as error:
        answer["reason"] = str(error)
    return answer


def _objects(table: Table, at: int | None) -> tuple[NDArray[np.float64], NDArray[np.bool_], int]:
    """Scores, hits and positives at half an overlap."""
    matches = matches_of(dict(table))
    judged = matches.state[0, 0] != IGNORED
    counted = matches.counted[0].astype(np.bool_)
    if at is not None:
        judged &= matches.found_label == at
        counted &= matches.truth_label == at
    return matches.score[judged], matches.state[0, 0][judged] == HIT, int(counted.sum())


def _class(table: Table, at: int) -> tuple[NDArray[np.float64], NDArray[np.bool_], int]:
    """Of every readable picture how likely it is of the class, and whether it is."""
    readable = table["readable"]
    right = table["label"][readable] == at
    return table["probs"][readable][:, at].astype(np.float64), right, int(right.sum())


def _curve(found: Cuts) -> dict[str, list[float]]:
    steps = np.unique(np.linspace(0, len(found.threshold) - 1, MOST_POINTS).round().astype(int))
    return {
        name: [round(float(value), 5) for value in getattr(found, name)[steps]]
        for name in ("threshold", "precision", "recall", "f1")
    }


def _cut(found: Cuts, at: int, cost_false: float, cost_missed: float) -> dict[str, float]:
    numbers = {name: round(float(getattr(found, name)[at]), 5) for name in ("threshold", "precision", "recall", "f1")}
    false, missed = int(found.false[at]), int(found.missed[at])
    return {**numbers, "false": false, "missed": missed, "cost": false * cost_false + missed * cost_missed}
