"""Labels that are probably wrong, and a model's surest mistakes: a queue for people to look at, never a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.metrics.base import checked
from models_registry.ml.object_matches import HIT, MISS, ObjectMatches, Rules, match_objects
from models_registry.ml.records import FoundObjects, TruthObjects

__all__ = ["ObjectSuspect", "Suspect", "doubted_marks", "surest_mistakes", "suspected_labels", "suspected_objects"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Suspect:
    """An item whose label is doubted. margin: probability of the given label less that of the suggested one, below 0;
    the queue begins with the lowest."""

    item: int
    label: int
    suggested: int
    margin: float


def suspected_labels(probs: NDArray[Any], labels: NDArray[Any]) -> list[Suspect]:
    """Confident learning: an item is doubted when the model is as sure of another class as it is, on average, where
    that class is the label, and less sure of the label. The surest of the doubts come first.

    probs: (N, C) of items that the model was not trained on (a validation set, or out of fold), rows sum to 1; rows of
    NaN are left out. labels: (N,) given. Calibrated or not: thresholds are the model's own means per class. Classes
    without an item suggest nothing. [Northcutt, Jiang & Chuang, JAIR 2021: the confident joint's off-diagonal]
    """
    readable = np.isfinite(probs).all(axis=1)
    items = np.flatnonzero(readable)
    wide, given = checked(np.asarray(probs)[readable], np.asarray(labels)[readable], np.asarray(probs).shape[1])
    n, classes = wide.shape
    counts = np.bincount(given, minlength=classes)
    own = wide[np.arange(n), given]
    level = np.where(counts > 0, np.bincount(given, own, classes) / np.maximum(counts, 1), np.inf)
    sure = np.where(wide >= level - 1e-12, wide, -1.0)
    suggested = sure.argmax(axis=1)
    doubted = (sure[np.arange(n), suggested] >= 0) & (suggested != given) & (wide[np.arange(n), suggested] > own)
    margin = own - wide[np.arange(n), suggested]
    ranked = np.flatnonzero(doubted)
    ranked = ranked[np.lexsort((items[ranked], margin[ranked]))]
    return [Suspect(int(items[i]), int(given[i]), int(suggested[i]), float(margin[i])) for i in ranked]


def surest_mistakes(probs: NDArray[Any], labels: NDArray[Any], most: int = 100) -> NDArray[np.int64]:
    """Items (indices) whose most probable class is wrong, the surest first. probs: (N, C), NaN rows are left out."""
    readable = np.isfinite(probs).all(axis=1)
    filled = np.where(readable[:, None], probs, 0.0)
    wrong = np.flatnonzero(readable & (filled.argmax(axis=1) != labels))
    return wrong[np.argsort(-filled.max(axis=1)[wrong], kind="stable")][:most]


@dataclass(frozen=True)
class ObjectSuspect:
    """A mark that is doubted, or one that may be lacking. image: which. truth, found: rows of the image's records, None
    where there is none. kind: ``overlooked`` (a sure answer where nothing is marked), ``swapped`` (a sure answer of
    another label in the mark's place), ``badly_located`` (one of the same label that overlaps it poorly), ``spurious``
    (a mark of a class that is nearly always found, with no answer near). doubt: 0..1, higher = look sooner."""

    image: int
    truth: int | None
    found: int | None
    kind: Literal["overlooked", "swapped", "badly_located", "spurious"]
    doubt: float


def suspected_objects(
    truths: Sequence[TruthObjects], found: Sequence[FoundObjects], rules: Rules | None = None, *,
    sure: float = 0.5, near: float = 0.1, good: float = 0.7,
) -> list[ObjectSuspect]:  # fmt: skip
    """Marks to look at again, the most doubtful first. The model must not have been trained on them.

    The surest answers choose their mark whatever its label, from a likeness of ``near`` on. sure: the confidence from
    which an answer counts as evidence, relative to its class: its rank among the class's answers that hit a mark of
    their label (so that a timid class is not silenced). good: the likeness from which a place is not doubted.
    A doubt is the evidence times how far the two are apart (of a swapped label: how alike). [after Tkachenko et al.
    2023, "ObjectLab"]
    """
    base = rules or Rules()
    loose = Rules(base.likeness, (near, 0.5), ("all",), 1 << 30, by_label=False, sigmas=base.sigmas)
    matches = match_objects(truths, found, loose)
    half = matches.partner[1]
    right = half >= 0
    right[right] = matches.truth_label[half[right]] == matches.found_label[right]
    evidence = _evidence(matches, right)
    partner = matches.partner[0]
    paired = partner >= 0
    same = np.zeros(len(partner), np.bool_)
    same[paired] = matches.truth_label[partner[paired]] == matches.found_label[paired]
    believed = evidence >= sure
    rows = []
    for at in np.flatnonzero(believed & (matches.state[0, 0] == MISS)).tolist():
        rows.append(_suspect(matches, at, "overlooked", evidence[at]))
    for at in np.flatnonzero(believed & (matches.state[0, 0] == HIT)).tolist():
        alike = float(matches.alike[at])
        if not same[at]:
            rows.append(_suspect(matches, at, "swapped", evidence[at] * alike))
        elif alike < good:
            rows.append(_suspect(matches, at, "badly_located", evidence[at] * (1 - alike)))
    rows += _spurious(matches, partner[paired])
    return sorted(rows, key=lambda row: (-row.doubt, row.image, row.kind, row.truth or 0, row.found or 0))


def doubted_marks(
    matches: ObjectMatches, confused: NDArray[np.int64], *, step: int = 0, sure: float = 0.5
) -> list[ObjectSuspect]:
    """The same from what an evaluation keeps, without geometry: marks ``overlooked`` and ``swapped`` at one threshold.

    matches: by label; step: index of the threshold, likeness 0.5. confused: (D,) the truth that each answer takes when
    labels are not looked at, -1 none (``found_confused`` of ``metrics.object_report``)."""
    evidence = _evidence(matches, matches.state[0, step] == HIT)
    rows = []
    for at in np.flatnonzero((evidence >= sure) & (matches.state[0, step] == MISS)).tolist():
        mark, image, index = int(confused[at]), int(matches.found_image[at]), int(matches.found_index[at])
        if mark < 0:
            rows.append(ObjectSuspect(image, None, index, "overlooked", float(evidence[at])))
        elif matches.truth_label[mark] != matches.found_label[at]:
            rows.append(ObjectSuspect(image, int(matches.truth_index[mark]), index, "swapped", float(evidence[at])))
    return sorted(rows, key=lambda row: (-row.doubt, row.image, row.found or 0))


def _evidence(matches: ObjectMatches, right: NDArray[np.bool_]) -> Floats:
    """(D,) 0..1: the share of the class's right answers (same label, likeness 0.5) that are no surer than this one; the
    plain confidence where the class has none."""
    evidence = matches.score.copy()
    for label in np.unique(matches.found_label):
        mine = matches.found_label == label
        known = np.sort(matches.score[mine & right])
        if len(known):
            evidence[mine] = np.searchsorted(known, matches.score[mine], side="right") / len(known)
    return evidence


def _suspect(matches: ObjectMatches, at: int, kind: Any, doubt: float) -> ObjectSuspect:
    partner = int(matches.partner[0, at])
    truth = int(matches.truth_index[partner]) if partner >= 0 else None
    return ObjectSuspect(int(matches.found_image[at]), truth, int(matches.found_index[at]), kind, float(doubt))


def _spurious(matches: ObjectMatches, taken: NDArray[np.int64]) -> list[ObjectSuspect]:
    """Marks with no answer near, doubted by the share of their class's marks that have one."""
    alone = matches.counted[0].copy()
    alone[taken] = False
    size = int(matches.truth_label.max(initial=-1)) + 1
    counted = np.bincount(matches.truth_label[matches.counted[0]], minlength=size)
    found_share = 1 - np.bincount(matches.truth_label[alone], minlength=size) / np.maximum(counted, 1)
    return [
        ObjectSuspect(
            int(matches.truth_image[at]), int(matches.truth_index[at]), None, "spurious",
            float(found_share[matches.truth_label[at]]),
        )
        for at in np.flatnonzero(alone)
    ]  # fmt: skip
