"""Records of objects and class maps: what they fill in and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alp_site.lib.errors import Invalid
from models_registry.ml.records import ClassMap, FoundObjects, TruthObjects

SIZE = (20, 10)
SQUARE_WITH_HOLE = {"rings": [[[0, 0], [4, 0], [4, 4], [0, 4]], [[1, 1], [2, 1], [2, 2], [1, 2]]]}
MASK = {"box": [0, 0, 4, 2], "rle": [1, 3, 2, 1, 1]}


def test_plain_lists_become_arrays_and_what_was_not_said_is_filled_in() -> None:
    truth = TruthObjects(SIZE, [1, 0], [[0, 0, 2, 3], [5, 5, 6, 7]])
    assert truth.labels.dtype == np.int64
    assert truth.boxes_xyxy.dtype == np.float64
    np.testing.assert_array_equal(truth.areas, [6, 2])
    assert not truth.crowd.any()
    assert not truth.ignored.any()


def test_an_image_without_objects_has_arrays_of_the_right_shape() -> None:
    found = FoundObjects(SIZE, [], [], scores=[], probs=np.zeros((0, 3)))
    assert len(found) == 0
    assert found.boxes_xyxy.shape == (0, 4)
    assert found.areas.shape == (0,)


def test_the_area_is_that_of_the_region_where_there_is_one() -> None:
    truth = TruthObjects(SIZE, [0, 0], [[0, 0, 4, 4], [0, 0, 4, 2]], regions=[SQUARE_WITH_HOLE, MASK])
    np.testing.assert_allclose(truth.areas, [15, 4])


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"labels": [0, -1]}, "labels"),
        ({"boxes_xyxy": [[0, 0, 1, 1]]}, "boxes_xyxy"),
        ({"boxes_xyxy": [[0, 0, 1, 1], [3, 0, 1, 1]]}, "boxes_xyxy"),
        ({"boxes_xyxy": [[0, 0, 1, 1], [0, 0, np.nan, 1]]}, "boxes_xyxy"),
        ({"scores": [0.5]}, "scores"),
        ({"scores": [0.5, np.nan]}, "scores"),
        ({"angles": [0.0]}, "angles"),
        ({"keypoints": np.zeros((2, 3, 2))}, "keypoints"),
        ({"keypoints": np.zeros((2, 3))}, "keypoints"),
        ({"regions": [MASK]}, "regions"),
        ({"regions": [MASK, {"xy": [0, 0]}]}, "regions"),
        ({"probs": np.zeros(2)}, "probs"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(fields: dict[str, Any], named: str) -> None:
    good: dict[str, Any] = {"labels": [0, 1], "boxes_xyxy": [[0, 0, 1, 1], [1, 1, 2, 2]], "scores": [0.1, 0.9]}
    FoundObjects(SIZE, **good)
    with pytest.raises(Invalid) as caught:
        FoundObjects(SIZE, **{**good, **fields})
    assert caught.value.data["field"] == named


def test_a_class_map_is_whole_numbers_in_two_dimensions() -> None:
    assert ClassMap(np.zeros((3, 4), np.uint8)).classes_hw.dtype == np.int64
    for wrong in (np.zeros((3, 4)), np.zeros((2, 3, 4), np.int64)):
        with pytest.raises(Invalid):
            ClassMap(wrong)
