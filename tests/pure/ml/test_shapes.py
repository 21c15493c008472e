"""Shapes of nets: uncertainty, boxes cut to pictures, the records that metrics take."""

from __future__ import annotations

import numpy as np
import pytest

from models_registry.ml import load_all
from models_registry.ml.object_matches import HIT, Rules, match_objects
from models_registry.ml.shape_records import found_records, truth_records
from models_registry.ml.shapes import Shape, as_boxes, box_shape, box_shapes, crowd_uncertainty, point_shape
from models_registry.ml.training.quality import HIGHEST, SHOWN, Quality

load_all()
SIZE = (100, 80)
RING = {"rings": [[[10.0, 10.0], [30.0, 10.0], [30.0, 40.0], [10.0, 40.0]]]}


def box(label: int, x: float, y: float, w: float, h: float, score: float = 1.0, angle: float = 0.0) -> Shape:
    return Shape("box", label, {"xyxy": [x, y, x + w, y + h], "angle": angle}, score)


def hits(truth: list[Shape], found: list[Shape], kind: str, likeness: str, size=SIZE) -> list[bool]:
    rules = Rules(likeness, thresholds=(0.5,), ranges=("all",))
    matches = match_objects(truth_records([truth], [size], kind), found_records([found], [size], kind), rules)
    return (matches.state[0, 0] == HIT).tolist()


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
    assert point_shape(0, (120, -3), 2.0, SIZE) == Shape("point", 0, {"xy": [100.0, 0.0]}, 1.0)


def test_many_boxes_are_made_as_one_is() -> None:
    rng = np.random.default_rng(3)
    low, sides = rng.uniform(-12, 70, (400, 2)), rng.uniform(0, 30, (400, 2))
    sides[:40] = 0.0
    boxes, labels = np.concatenate([low, low + sides], 1), rng.integers(0, 5, 400)
    scores, angles = rng.uniform(-0.1, 1.1, 400), rng.choice([0.0, 30.5, 179.999, 360.0], 400)
    rows = zip(labels.tolist(), boxes.tolist(), scores.tolist(), angles.tolist(), strict=True)
    single = [box_shape(label, box, score, (64, 48), angle) for label, box, score, angle in rows]
    want = [shape for shape in single if shape is not None]
    found = box_shapes(labels, boxes, scores, (64, 48), angles)
    assert 0 < len(want) < 400
    assert [(one.label, one.score) for one in found] == [(one.label, one.score) for one in want]
    assert np.allclose([one.geometry["xyxy"] for one in found], [one.geometry["xyxy"] for one in want], atol=0.011)
    assert [one.geometry["angle"] for one in found] == [one.geometry["angle"] for one in want]
    assert box_shapes(labels[:0], boxes[:0], scores[:0], (64, 48)) == []


def test_records_hold_what_each_task_is_judged_by() -> None:
    polygon = Shape("polygon", 0, RING)
    assert as_boxes([[polygon]], turned=False) == [[box(0, 10, 10, 20, 30)]]
    assert hits([polygon], [box(0, 10, 10, 20, 30, 0.5)], "detection", "box") == [True]
    long = box(0, 10, 30, 60, 10)
    assert hits([long], [box(0, 10, 30, 60, 10, 0.5, 90.0)], "detection", "box") == [False]
    mask = Shape("mask", 0, {"box": [10, 10, 20, 30], "rle": [0, 600]}, 0.5)
    assert hits([polygon], [mask], "instance_segmentation", "region") == [True]
    assert hits([box(0, 10, 10, 20, 30)], [mask], "instance_segmentation", "region") == [True]
    place, near = Shape("point", 0, {"xy": [50.0, 50.0]}), Shape("point", 0, {"xy": [56.0, 50.0]}, 0.9)
    assert hits([place], [near], "keypoints", "keypoints", (800, 600)) == [True]
    assert hits([place], [near], "keypoints", "keypoints", (80, 60)) == [False]


def test_the_threshold_is_that_of_the_best_f1() -> None:
    truth = [[box(0, 0, 0, 10, 10)], [box(1, 0, 0, 10, 10)]]
    said = [[box(0, 0, 0, 10, 10, 0.8), box(0, 50, 0, 10, 10, 0.4)], [box(1, 0, 0, 10, 10, 0.6)]]
    quality = Quality(truth, [SIZE, SIZE], 2, lambda: said)
    assert quality.threshold() == 0.6
    assert quality.figures() == {"map_50/validation": pytest.approx(1.0)}
    sure = Quality(truth[:1], [SIZE], 2, lambda: [[box(0, 0, 0, 10, 10, 0.99)]])
    assert sure.threshold() == HIGHEST
    assert Quality(truth[:1], [SIZE], 2, lambda: [[]]).threshold() == SHOWN
    assert Quality([[]], [SIZE], 2, lambda: [[]]).figures() == {}
