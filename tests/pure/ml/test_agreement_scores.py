"""Label, attribute and geometry agreement, row by row, for every annotation type."""

from __future__ import annotations

from typing import Any

import pytest

from datasets.geometry import _rle as rle
from models_registry.ml.agreement import (
    Annotation,
    Row,
    attribute_score,
    geometry_score,
    score_annotations,
    summarise,
)
from models_registry.ml.agreement_forms import as_answered

SIZE = (100, 100)


def box(x: float, y: float, w: float, h: float, angle: float = 0) -> dict[str, Any]:
    return {"xyxy": [x, y, x + w, y + h], "angle": angle}


def boxes(name: str, *values: tuple[str, dict[str, Any], float]) -> list[Annotation]:
    return [
        Annotation(f"{name}{i}", "box", label, geometry, {}, sure) for i, (label, geometry, sure) in enumerate(values)
    ]


def pairs(rows: list[Row]) -> list[tuple[str | None, str | None]]:
    return [(row.truth, row.found) for row in rows]


def ellipse(angle: float) -> dict[str, Any]:
    return {"center": [50, 50], "radii": [9, 9], "angle": angle}


SQUARE = [[10, 10], [30, 10], [30, 30], [10, 30]]
HOLE = [[15, 15], [25, 15], [25, 25], [15, 25]]
EXAMPLES: list[tuple[str, Any, Any, float]] = [
    ("box", box(0, 40, 100, 20), box(0, 40, 100, 20, 90), 400 / 3600),
    ("polygon", {"rings": [SQUARE]}, {"rings": [SQUARE, HOLE]}, 300 / 400),
    ("mask", {"box": [0, 0, 2, 2], "rle": [0, 4]}, {"box": [0, 0, 2, 1], "rle": [0, 2]}, 0.5),
    (
        "ellipse",
        {"center": [50, 50], "radii": [9, 9], "angle": 0},
        {"center": [50, 50], "radii": [9, 9], "angle": 40},
        1,
    ),
    ("point", {"xy": [10, 10]}, {"xy": [11, 11]}, 2.718281828**-0.5),
    ("polyline", {"points": [[0, 0], [50, 0]]}, {"points": [[0, 0], [50, 0]]}, 1),
    ("skeleton", {"keypoints": [[10, 10, 2], [30, 30, 2]]}, {"keypoints": [[10, 10, 2], [0, 0, 0]]}, 0.5),
]


@pytest.mark.parametrize(("kind", "truth", "found", "expected"), EXAMPLES, ids=[one[0] for one in EXAMPLES])
def test_geometry_of_every_type_is_measured_as_the_type_says(
    kind: str, truth: Any, found: Any, expected: float
) -> None:
    assert geometry_score(kind, truth, found, SIZE) == pytest.approx(expected, abs=3e-3)
    rows = score_annotations([Annotation("t", kind, "a", truth)], [Annotation("f", kind, "a", found)], SIZE)
    assert (rows[0].label, rows[0].attributes) == (1, 1)
    assert rows[0].score == pytest.approx((2 + expected) / 3, abs=1e-3)


def test_a_class_is_judged_by_label_and_attributes_alone() -> None:
    truth = [Annotation("t", "class", "cat", None, {"wild": True, "age": 3})]
    right, wrong = (Annotation("f", "class", label, None, {"wild": True, "age": 4}) for label in ("cat", "caterpillar"))
    assert geometry_score("class", None, None, SIZE) is None
    (row,) = score_annotations(truth, [right], SIZE)
    assert (row.label, row.attributes, row.geometry, row.score) == (1, 0.5, None, 0.75)
    (row,) = score_annotations(truth, [wrong], SIZE)
    assert (row.label, row.score) == (0, 0.25)


def test_several_classes_meet_those_of_the_same_label_first() -> None:
    truth = [Annotation("t0", "class", "day"), Annotation("t1", "class", "sunny")]
    found = [Annotation("f0", "class", "sunny", confidence=0.9), Annotation("f1", "class", "day", confidence=0.8)]
    assert pairs(score_annotations(truth, found, SIZE)) == [("t1", "f0"), ("t0", "f1")]


def test_a_sure_wrong_class_takes_no_partner_from_one_that_is_right() -> None:
    truth = [Annotation("t0", "class", "cat"), Annotation("t1", "class", "dog")]
    found = [Annotation("f0", "class", "bird", confidence=0.9), Annotation("f1", "class", "cat", confidence=0.5)]
    rows = score_annotations(truth, found, SIZE)
    assert pairs(rows) == [("t1", "f0"), ("t0", "f1")]
    assert [row.label for row in rows] == [0, 1]


def test_who_was_not_asked_for_attributes_has_no_figure_of_them() -> None:
    truth = [Annotation("t", "class", "cat", None, {"wild": True})]
    (row,) = score_annotations(truth, [Annotation("f", "class", "cat")], SIZE, attributes=False)
    assert (row.attributes, row.score) == (None, 1)
    (alone,) = score_annotations(truth, [], SIZE, attributes=False)
    assert (alone.attributes, alone.score) == (None, 0)
    assert summarise([row, alone])["attributes"] is None


def polygon(x: float, y: float, side: float) -> dict[str, Any]:
    return {"rings": [[[x, y], [x + side, y], [x + side, y + side], [x, y + side]]]}


def test_a_detector_is_held_against_the_boxes_around_what_people_drew() -> None:
    truth = [
        Annotation("t0", "polygon", "cat", polygon(10, 10, 20)),
        Annotation("t1", "class", "indoors"),
        Annotation("t2", "polygon", "dog", polygon(50, 50, 10)),
    ]
    boxed = as_answered(truth, "detection", ("box", "polygon"), SIZE)
    assert [(one.id, one.type, one.label) for one in boxed] == [("t0", "box", "cat"), ("t2", "box", "dog")]
    assert boxed[0].geometry == {"xyxy": [10, 10, 30, 30], "angle": 0}


def test_a_segmentation_is_held_against_the_pixels_of_each_class() -> None:
    truth = [
        Annotation("t0", "polygon", "sky", polygon(0, 0, 20)),
        Annotation("t1", "polygon", "sky", polygon(40, 0, 20)),
        Annotation("t2", "polygon", "bird", polygon(5, 5, 10)),
    ]
    sky, bird = as_answered(truth, "semantic_segmentation", ("polygon", "mask"), SIZE)
    assert (sky.id, sky.type, rle.area(sky.geometry)) == ("t0", "mask", 2 * 400 - 100)
    assert rle.area(bird.geometry) == 100
    masks = as_answered(truth, "instance_segmentation", ("polygon", "mask"), SIZE)
    assert [rle.area(one.geometry) for one in masks] == [400, 400, 100]


def test_the_surest_answer_chooses_first_though_another_is_more_alike() -> None:
    truth = boxes("t", ("cat", box(0, 0, 20, 20), 1))
    found = boxes("f", ("cat", box(0, 0, 20, 20), 0.6), ("cat", box(0, 0, 20, 15), 0.9))
    rows = score_annotations(truth, found, SIZE)
    assert pairs(rows) == [("t0", "f1"), (None, "f0")]
    assert rows[1].score == 0


def test_a_wrong_label_in_the_right_place_is_one_row_not_two() -> None:
    truth = boxes("t", ("cat", box(0, 0, 20, 20), 1), ("dog", box(60, 60, 20, 20), 1))
    found = boxes("f", ("dog", box(0, 0, 20, 20), 0.6))
    rows = score_annotations(truth, found, SIZE)
    assert pairs(rows) == [("t0", "f0"), ("t1", None)]
    assert (rows[0].label, rows[0].geometry) == (0, 1)
    assert (rows[1].label, rows[1].geometry, rows[1].score) == (0, 0, 0)
    assert summarise(rows) == {
        "label": 0,
        "attributes": 0.5,
        "geometry": 0.5,
        "score": pytest.approx(1 / 3),
        "matched": 0.5,
    }


def test_types_do_not_mix() -> None:
    truth = [Annotation("t", "box", "cat", box(0, 0, 20, 20))]
    found = [Annotation("f", "mask", "cat", {"box": [0, 0, 20, 20], "rle": [0, 400]})]
    assert pairs(score_annotations(truth, found, SIZE)) == [(None, "f"), ("t", None)]


def test_nothing_on_either_side_has_no_rows_and_no_figures() -> None:
    assert score_annotations([], [], SIZE) == []
    assert summarise([])["score"] is None


@pytest.mark.parametrize(
    ("truth", "found", "expected"),
    [
        ({}, {}, 1),
        ({"a": 1}, {}, 0),
        ({"a": 1}, {"a": 1.0}, 1),
        ({"a": 1}, {"a": True}, 0),
        ({"a": "x", "b": 2}, {"a": "x", "b": 3}, 0.5),
        ({"a": ["x", "y"]}, {"a": ["y", "z"]}, 1 / 3),
        ({"a": []}, {"a": []}, 1),
        ({"a": "x"}, {"a": ["x"]}, 0),
    ],
)
def test_attributes(truth: dict[str, Any], found: dict[str, Any], expected: float) -> None:
    assert attribute_score(truth, found) == pytest.approx(expected)
    assert attribute_score(found, truth) == pytest.approx(expected)
