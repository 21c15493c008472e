"""Suspected label errors: planted ones come first, and a clean set is left in peace."""

from __future__ import annotations

import numpy as np
import pytest

from models_registry.ml.label_errors import ObjectSuspect, surest_mistakes, suspected_labels, suspected_objects
from models_registry.ml.records import FoundObjects, TruthObjects

SIZE = (100, 100)


def classified(seed: int, n: int = 600, share: float = 0.05) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities of a fair model, given labels, and which of these were spoiled."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, n)
    logits = rng.normal(0, 1, (n, 4)) + 5 * np.eye(4)[truth]
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    spoiled = rng.random(n) < share
    return probs, np.where(spoiled, (truth + rng.integers(1, 4, n)) % 4, truth), spoiled


def test_planted_errors_are_found_and_lead_the_queue() -> None:
    probs, labels, spoiled = classified(0)
    found = suspected_labels(probs, labels)
    items = [one.item for one in found]
    assert spoiled[items[: spoiled.sum() // 2]].mean() > 0.9
    assert np.isin(np.flatnonzero(spoiled), items).mean() >= 0.7
    assert spoiled[items].mean() > 0.9
    assert [one.margin for one in found] == sorted(one.margin for one in found)
    assert all(one.margin < 0 and one.suggested != one.label == labels[one.item] for one in found)


def test_a_model_that_is_right_doubts_nothing() -> None:
    probs = np.eye(3)[[0, 1, 2, 1]] * 0.94 + 0.02
    assert suspected_labels(probs, np.array([0, 1, 2, 1])) == []


def test_a_timid_class_is_judged_by_its_own_level_and_unreadable_rows_by_none() -> None:
    """Where the second class is given, the model gives it .5 on average: .55 of it is sure enough to doubt a label."""
    probs = np.array([[0.95, 0.05], [0.9, 0.1], [0.5, 0.5], [0.52, 0.48], [0.45, 0.55], [np.nan, np.nan]])
    found = suspected_labels(probs, np.array([0, 0, 1, 1, 0, 1]))
    assert [(one.item, one.suggested) for one in found] == [(4, 1)]


def test_the_surest_mistakes_come_first() -> None:
    probs = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.01, 0.99], [np.nan, np.nan]])
    assert surest_mistakes(probs, np.array([1, 1, 1, 0, 0])).tolist() == [3, 0, 1]
    assert surest_mistakes(probs, np.array([1, 1, 1, 0, 0]), most=1).tolist() == [3]


def square(x: float, y: float, side: float = 20) -> list[float]:
    return [x, y, x + side, y + side]


def scene(
    extra_truth: list[tuple[int, list[float]]], extra_found: list[tuple[int, list[float], float]]
) -> tuple[list[TruthObjects], list[FoundObjects]]:
    """Ten images where all is well, and one with what is given."""
    good = [(0, square(5, 5)), (1, square(60, 60))]
    truths = [TruthObjects(SIZE, [c for c, _ in good], [b for _, b in good]) for _ in range(10)]
    found = [
        FoundObjects(SIZE, [c for c, _ in good], [b for _, b in good], scores=[0.3 + 0.05 * i, 0.5 + 0.04 * i])
        for i in range(10)
    ]
    truths.append(TruthObjects(SIZE, [c for c, _ in extra_truth], [b for _, b in extra_truth]))
    found.append(
        FoundObjects(
            SIZE, [c for c, _, _ in extra_found], [b for _, b, _ in extra_found], scores=[s for *_, s in extra_found]
        )
    )
    return truths, found


def test_where_all_is_well_no_mark_is_doubted() -> None:
    assert suspected_objects(*scene([], [])) == []


@pytest.mark.parametrize(
    ("truth", "found", "expected"),
    [
        ([], [(0, square(30, 30), 0.9)], [("overlooked", None, 0)]),
        ([(0, square(30, 30))], [(1, square(30, 30), 0.9)], [("swapped", 0, 0)]),
        ([(0, square(30, 30))], [(0, square(41, 30), 0.9)], [("badly_located", 0, 0)]),
        ([(0, square(30, 30))], [], [("spurious", 0, None)]),
        ([], [(0, square(30, 30), 0.31)], []),
    ],
    ids=["overlooked", "swapped", "badly located", "spurious", "an unsure answer is no evidence"],
)
def test_each_kind_of_error_is_named(
    truth: list[tuple[int, list[float]]], found: list[tuple[int, list[float], float]], expected: list[object]
) -> None:
    rows: list[ObjectSuspect] = suspected_objects(*scene(truth, found))
    assert [(row.kind, row.truth, row.found) for row in rows] == expected
    assert all(row.image == 10 and 0 < row.doubt <= 1 for row in rows)


def test_the_sharper_contradiction_comes_first() -> None:
    rows = suspected_objects(
        *scene([(0, square(5, 5)), (0, square(60, 60))], [(1, square(5, 5), 0.95), (1, square(66, 60), 0.95)])
    )
    assert [row.truth for row in rows] == [0, 1]
    assert rows[0].doubt > rows[1].doubt
