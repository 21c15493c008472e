"""Matching, average precision and the comparison of two models that say shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alp_site.lib.errors import Invalid
from models_registry.ml import load_all
from models_registry.ml.metrics.base import NotComputableError
from models_registry.ml.shape_comparison import ShapeContender, compare_shapes
from models_registry.ml.shape_report import report_shapes
from models_registry.ml.shape_table import OVERLAPS, ShapeTable, best_threshold, make_table
from models_registry.ml.shapes import Shape, as_boxes, box_shape, crowd_uncertainty

load_all()


def box(label: int, x: float, y: float, w: float, h: float, score: float = 1.0) -> Shape:
    return Shape("box", label, {"xyxy": [x, y, x + w, y + h], "angle": 0.0}, score)


def test_answers_are_matched_in_the_order_of_their_scores_each_object_once() -> None:
    truth = [[box(0, 0, 0, 10, 10), box(0, 20, 0, 10, 10), box(1, 0, 0, 10, 10)]]
    found = [[box(0, 1, 0, 10, 10, 0.6), box(0, 0, 0, 10, 10, 0.9), box(0, 21, 0, 10, 10, 0.8), box(1, 50, 50, 9, 9)]]
    table = make_table(truth, found, 3)
    assert table.of(0).score.tolist() == [0.9, 0.8, 0.6]
    assert table.of(0).hit.tolist() == [True, True, False]  # the first object was taken already
    assert table.of(0, 0.9).hit.tolist() == [True, False, False]  # overlap 9/11
    assert table.of(1).hit.tolist() == [False]
    assert table.present() == [0, 1]
    assert table.of(0).average_precision() == pytest.approx(1.0)
    assert table.of(0, 0.9).average_precision() == pytest.approx(0.5)
    assert table.mean_average_precision() == pytest.approx(0.5)
    assert np.isnan(table.of(2).average_precision())


def test_a_shape_of_another_type_is_judged_by_its_box() -> None:
    truth = [[Shape("polygon", 0, {"rings": [[[0, 0], [10, 0], [10, 10], [0, 10]]]})]]
    assert make_table(truth, [[box(0, 0, 0, 10, 10, 0.5)]], 1).of(0).hit.tolist() == [True]
    assert as_boxes(truth, turned=False)[0][0] == box(0, 0, 0, 10, 10)


def test_area_falls_as_the_definition_says_on_random_answers() -> None:
    """Against the definition written out, images weighted by how often they are there."""
    rng = np.random.default_rng(0)
    n = 12
    objects = rng.integers(1, 4, (n, 1))
    count = 60
    table = ShapeTable(rng.integers(0, n, count), np.zeros(count, np.int64), rng.random(count).round(2),
                       rng.random((count, len(OVERLAPS))) < 0.4, objects, np.ones(n, bool))  # fmt: skip
    weights = rng.integers(0, 3, (n, 5)).astype(np.float32)
    got = table.of(0).weighted(weights)
    one = table.of(0)
    for column in range(5):
        times = weights[:, column].astype(int)
        hits = np.repeat(one.hit, times[one.image])
        precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
        best = [precision[i:].max() for i in range(len(hits)) if hits[i]]
        # Copies of one answer come in one after another here, all at once there: only full groups are compared.
        assert got[column] == pytest.approx(sum(best) / (objects[:, 0] @ times), abs=0.02)


def test_report_counts_what_people_are_shown() -> None:
    truth = [[box(0, 0, 0, 10, 10)], [box(1, 0, 0, 10, 10)], []]
    found = [[box(0, 0, 0, 10, 10, 0.9), box(0, 50, 0, 10, 10, 0.2)], [], [box(1, 0, 0, 10, 10, 0.8)]]
    table = make_table(truth, found, 2, np.array([True, True, True]))
    report = report_shapes(table, ["a", "b"], 0.5)
    assert report["metrics"]["map50"] == pytest.approx(0.5)
    assert report["metrics"]["precision"] == pytest.approx(0.5)
    assert report["metrics"]["recall"] == pytest.approx(0.5)
    assert [row["support"] for row in report["per_class"]] == [1, 1]
    assert report["pr_curves"]["a"]["recall"] == [1.0, 1.0]
    assert best_threshold(table, 0.3) == pytest.approx(0.9)
    with pytest.raises(NotComputableError):
        report_shapes(make_table([[]], [[]], 2), ["a", "b"], 0.5)


def _pair(gain: float, seed: int, n: int = 60) -> tuple[ShapeTable, ShapeTable]:
    """Two models on n images of two objects: each finds an object with its own chance, and errs now and then."""
    rng = np.random.default_rng(seed)
    truth = [[box(int(rng.integers(2)), 20.0 * i, 0, 10, 10) for i in range(2)] for _ in range(n)]

    def answers(chance: float) -> Any:
        found = []
        for shapes in truth:
            said = [s.with_score(float(rng.uniform(0.3, 1))) for s in shapes if rng.random() < chance]
            if rng.random() < 0.4:
                said.append(box(int(rng.integers(2)), 70, 70, 10, 10, float(rng.uniform(0.05, 0.9))))
            found.append(said)
        return make_table(truth, found, 2)

    return answers(0.6 + gain), answers(0.6)


def judged(gain: float, seed: int, **more: Any) -> Any:
    new, old = _pair(gain, seed)
    return compare_shapes(
        ShapeContender("new", new), ShapeContender("old", old), ["a", "b"], None, more or None, resamples=300
    )


def test_a_clear_gain_is_promoted_and_noise_is_not() -> None:
    assert [judged(0.3, seed).action for seed in range(4)] == ["update model"] * 4
    noise = [judged(0.0, seed) for seed in range(12)]
    assert sum(verdict.action == "update model" for verdict in noise) <= 1
    for verdict in noise:
        assert verdict.interval[0] <= verdict.gain <= verdict.interval[1]
        assert 0 < verdict.p <= 1


def test_guards_labels_and_overlaps_are_heeded() -> None:
    kept = judged(0.3, 1, guard={"labels": ["a"], "margin": 0.05})
    assert [reason.code for reason in kept.reasons] == ["better", "significant", "guard_kept"]
    new, old = _pair(0.3, 1)
    worse = compare_shapes(ShapeContender("new", old), ShapeContender("old", new), ["a", "b"], None,
                           {"guard": {"labels": ["a"]}}, resamples=200)  # fmt: skip
    assert [reason.passed for reason in worse.reasons] == [False, False, False]
    assert judged(0.3, 1, precision_recall={"specific_label": "b"}).measures[0].name == "average_precision of b"
    with pytest.raises(Invalid):
        judged(0.3, 1, precision_recall={"iou_threshold": 0.52})
    with pytest.raises(Invalid):
        judged(0.3, 1, precision_recall={"specific_label": "c"})


def test_an_untrained_model_is_no_rival() -> None:
    table, _ = _pair(0.0, 2)
    base = ShapeContender("base", None, trained=False)
    assert compare_shapes(ShapeContender("new", table), base, ["a", "b"]).action == "update model"
    assert compare_shapes(base, ShapeContender("old", table), ["a", "b"]).action == "discard"


def test_uncertainty_grows_with_doubtful_objects() -> None:
    sure, doubt = crowd_uncertainty(np.array([0.99, 0.98])), crowd_uncertainty(np.array([0.5]))
    assert 0 <= sure < doubt < crowd_uncertainty(np.array([0.5, 0.5])) < 1
    assert crowd_uncertainty(np.array([0.01])) == 0.0


def test_boxes_are_cut_to_the_picture_or_left_out() -> None:
    cut = box_shape(0, (-5, -5, 10, 10), 0.5, (8, 20))
    assert cut is not None
    assert cut.geometry == {"xyxy": [0.0, 0.0, 8.0, 10.0], "angle": 0.0}
    assert box_shape(0, (9, 0, 12, 5), 0.5, (8, 20)) is None
    turned = box_shape(0, (-5, 2, 10, 6), 0.5, (8, 20), 30.0)
    assert turned is not None
    assert turned.geometry["xyxy"][0] == -5.0
