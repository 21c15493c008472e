"""Reports of objects and of class maps, and the picker of thresholds: figures that can be counted by hand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models_registry.ml.averages import average_over
from models_registry.ml.metrics import NotComputableError
from models_registry.ml.metrics.map_report import evaluate_class_maps
from models_registry.ml.metrics.object_report import evaluate_objects, matches_of
from models_registry.ml.records import ClassMap, FoundObjects, TruthObjects
from models_registry.ml.thresholds import cuts, pick
from tests.pure.ml.coco_reference import figures, made_up

SIZE = (100, 100)
NAMES = ["cat", "dog"]
A, B, C = [0, 0, 10, 10], [20, 20, 40, 40], [60, 60, 90, 90]


def by_hand() -> tuple[list[TruthObjects], list[FoundObjects]]:
    """A cat found, a dog taken for a cat, a dog missed, a cat where nothing is; an empty image left alone."""
    truth = TruthObjects(SIZE, [0, 1, 1], [A, B, C])
    found = FoundObjects(SIZE, [0, 0, 0], [A, B, [50, 0, 60, 10]], scores=[0.9, 0.8, 0.7])
    return [truth, TruthObjects(SIZE, [], [])], [found, FoundObjects(SIZE, [], [], scores=[])]


def test_the_confusion_matrix_looks_past_labels_and_the_averages_do_not() -> None:
    done = evaluate_objects(*by_hand(), NAMES, threshold=0.5)
    assert done.report["confusion_matrix"] == [[1, 0, 0], [1, 0, 1], [1, 0, 0]]
    cat, dog = done.report["per_class"]
    assert (cat["average_precision_50"], cat["precision"], cat["recall"]) == pytest.approx((1, 1 / 3, 1))
    assert (dog["average_precision_50"], dog["predicted"], dog["precision"], dog["recall"]) == (0, 0, None, 0)
    assert done.report["metrics"]["map_50"] == pytest.approx(0.5)
    np.testing.assert_array_equal(done.table["hits"], [1, 0])
    np.testing.assert_array_equal(done.table["false"], [2, 0])
    np.testing.assert_array_equal(done.table["missed"], [2, 0])
    np.testing.assert_allclose(done.table["f1"], [2 / 6, 1])
    np.testing.assert_array_equal(done.table["found_confused"], [0, 1, -1])
    bands = done.report["calibration"]
    told = [row for row in zip(bands["confidence"], bands["accuracy"], bands["count"], strict=True) if row[2]]
    assert told == [(pytest.approx(0.7), 0, 1), (pytest.approx(0.8), 0, 1), (pytest.approx(0.9), 1, 1)]
    assert bands["accuracy"].count(None) == 12


def test_the_cut_is_that_of_the_best_f1_and_moves_the_matrix() -> None:
    done = evaluate_objects(*by_hand(), NAMES)
    assert done.report["threshold"] == 0.9
    assert done.report["confusion_matrix"] == [[1, 0, 0], [0, 0, 2], [0, 0, 0]]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), kind=st.sampled_from(["plain", "crowd", "ties"]))
def test_headline_figures_are_those_of_pycocotools(seed: int, kind: str) -> None:
    truths, found = made_up(seed, 8, 2, kind)
    ours = evaluate_objects(truths, found, NAMES).report["metrics"]
    names = [
        "map", "map_50", "map_75", "map_small", "map_medium", "map_large", "ar_1", "ar_10", "ar_100", "ar_small",
        "ar_medium", "ar_large",
    ]  # fmt: skip
    mine = [-1.0 if ours[name] is None else ours[name] for name in names]
    np.testing.assert_allclose(mine, figures(truths, found, 2), atol=1e-6)


@pytest.mark.parametrize(("kind", "extra"), [("instance_segmentation", "masks"), ("keypoints", "keypoints")])
def test_other_kinds_are_reported_and_tables_give_their_matches_back(kind: Any, extra: str) -> None:
    truths, found = made_up(5, 8, 2, "plain", **{extra: True})
    done = evaluate_objects(truths, found, NAMES, kind)
    json.dumps(done.report, allow_nan=False)
    again = average_over(matches_of(done.table), 2)
    assert float(np.nanmean(again.ap())) == pytest.approx(done.report["metrics"]["map"])


def test_points_match_by_distance() -> None:
    def points(*places: tuple[float, float]) -> dict[str, Any]:
        xyv = np.array([[[x, y, 2.0]] for x, y in places])
        return {"labels": [0] * len(places), "boxes_xyxy": np.hstack([xyv[:, 0, :2]] * 2), "keypoints": xyv}

    truth = TruthObjects(SIZE, **points((10, 10), (80, 80)))
    found = FoundObjects(SIZE, **points((11, 10), (50, 50)), scores=[0.9, 0.8])
    done = evaluate_objects([truth], [found], ["seed"], "keypoints")
    assert done.table["hits"].tolist() == [1]
    assert done.table["alike"][0] == pytest.approx(
        np.exp(-0.5 / 2), abs=1e-9
    )  # one pixel; a hundredth of the diagonal: 1.41


def test_no_image_has_no_report_and_images_without_objects_have_one() -> None:
    with pytest.raises(NotComputableError):
        evaluate_objects([], [], NAMES)
    empty = [TruthObjects(SIZE, [], [])], [FoundObjects(SIZE, [], [], scores=[])]
    report = evaluate_objects(*empty, NAMES).report
    assert report["metrics"]["map"] is None
    json.dumps(report, allow_nan=False)


def test_class_maps_are_counted_by_pixel() -> None:
    truth = [ClassMap(np.array([[0, 0, 1], [1, -1, 1]])), ClassMap(np.array([[0, 0]]))]
    found = [ClassMap(np.array([[0, 1, 1], [-1, 0, 1]])), ClassMap(np.array([[0, 0]]))]
    done = evaluate_class_maps(truth, found, NAMES)
    assert done.report["confusion_matrix"] == [[3, 1, 0], [0, 2, 1]]
    assert done.report["metrics"]["pixel_accuracy"] == pytest.approx(5 / 7)
    assert done.report["metrics"]["mean_iou"] == pytest.approx((3 / 4 + 2 / 4) / 2)
    np.testing.assert_allclose(done.table["mean_iou"], [(1 / 2 + 2 / 4) / 2, 1])
    json.dumps(done.report, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 40), more=st.integers(0, 3), steps=st.sampled_from([4, 1000]))
def test_every_cut_is_what_counting_gives_and_no_other_is_better(seed: int, n: int, more: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    scores, right = rng.integers(0, steps, n) / steps, rng.random(n) < 0.5
    positives = int(right.sum()) + more
    if not positives:
        with pytest.raises(NotComputableError):
            cuts(scores, right, positives)
        return
    found = cuts(scores, right, positives)
    np.testing.assert_array_equal(found.threshold, np.unique(scores)[::-1])
    for i, level in enumerate(found.threshold):
        kept = scores >= level
        assert found.precision[i] == pytest.approx(right[kept].mean())
        assert found.recall[i] == pytest.approx(right[kept].sum() / positives)
        assert (found.false[i], found.missed[i]) == ((kept & ~right).sum(), positives - right[kept].sum())
    assert found.f1[pick(found)] == found.f1.max()
    price = 5 * found.false + found.missed
    assert price[pick(found, "cost", cost_false=5)] == price.min()
    wanted = float(found.recall.max())
    chosen = pick(found, "recall", target=wanted)
    assert found.precision[chosen] == found.precision[found.recall >= wanted].max()


def test_a_target_out_of_reach_is_said() -> None:
    found = cuts(np.array([0.9, 0.4]), np.array([False, True]), 2)
    with pytest.raises(NotComputableError, match=r"recall of 0.9: the most is 0.5"):
        pick(found, "recall", target=0.9)
    assert pick(found, "precision", target=0.5) == 1
