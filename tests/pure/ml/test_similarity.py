"""How alike shapes are, against exact geometry and against counting pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.geometry import _rings, _rle
from datasets.geometry.box import BoxGeometry
from models_registry.ml.records import Region
from models_registry.ml.regions import alike_regions, boundary_f, mask_iou, polygon_iou, region_iou
from models_registry.ml.similarity import box_iou, corners_of, keypoint_similarity, turned_box_iou
from tests.pure.ml.coco_reference import drawn_mask

NO_CROWD = np.zeros(1, np.bool_)
side = st.floats(0.5, 40)
angle = st.one_of(st.sampled_from([0.0, 45.0, 90.0, 180.0, 270.0]), st.floats(0, 360))
box = st.tuples(st.floats(-20, 20), st.floats(-20, 20), side, side, angle)


def geometry(value: tuple[float, float, float, float, float]) -> dict[str, object]:
    x, y, w, h, turn = value
    return {"xyxy": [x, y, x + w, y + h], "angle": turn}


def turned(one: tuple[float, ...], two: tuple[float, ...], crowd: bool = False) -> float:
    xyxy = [np.array([[x, y, x + w, y + h]]) for x, y, w, h, _ in (one, two)]
    turns = [np.array([value[4]]) for value in (one, two)]
    return float(turned_box_iou(xyxy[0], turns[0], xyxy[1], turns[1], np.array([crowd]))[0])


@settings(max_examples=150, deadline=None)
@given(one=box, two=box)
def test_turned_boxes_as_exact_polygons(one: tuple[float, ...], two: tuple[float, ...]) -> None:
    rings = [BoxGeometry().rings(geometry(value)) for value in (one, two)]
    assert turned(one, two) == pytest.approx(_rings.iou(*rings), abs=1e-7)


@settings(max_examples=60, deadline=None)
@given(one=box)
def test_a_turned_box_equals_itself_and_its_quarter_turned_twin(one: tuple[float, float, float, float, float]) -> None:
    x, y, w, h, turn = one
    twin = (x + (w - h) / 2, y + (h - w) / 2, h, w, (turn + 90) % 360)
    assert turned(one, one) == pytest.approx(1, abs=1e-9)
    assert turned(one, twin) == pytest.approx(1, abs=1e-6)


def test_the_angle_counts() -> None:
    long = (0.0, 40.0, 100.0, 20.0, 0.0)
    assert turned(long, (*long[:4], 90.0)) == pytest.approx(400 / 3600)
    assert turned((10.0, 45.0, 10.0, 10.0, 30.0), long, crowd=True) == pytest.approx(1)


@settings(max_examples=60, deadline=None)
@given(one=box)
def test_corners_as_the_geometry_room_has_them(one: tuple[float, float, float, float, float]) -> None:
    x, y, w, h, turn = one
    ours = corners_of(np.array([[x, y, x + w, y + h]]), np.array([turn]))[0]
    np.testing.assert_allclose(ours, BoxGeometry().rings(geometry(one))[0], atol=1e-9)


def test_boxes_without_area_or_far_apart_are_not_alike() -> None:
    flat, some = np.array([[3.0, 3, 3, 3]]), np.array([[3.0, 3, 5, 5]])
    assert box_iou(flat, flat, NO_CROWD) == 0
    assert box_iou(some, some + 100, NO_CROWD) == 0
    assert box_iou(some, np.array([[0.0, 0, 100, 100]]), ~NO_CROWD) == 1


def masks(seed: int, count: int) -> list[Region]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        x, y, w, h = rng.integers([0, 0, 1, 1], [40, 40, 30, 30])
        found.append(drawn_mask(rng, np.array([x, y, x + w, y + h])))
    return found


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 6))
def test_masks_as_counted_pixel_by_pixel(seed: int, count: int) -> None:
    one, two = masks(seed, count), masks(seed + 1, count)
    pairs = np.array([(i, j) for j in range(count) for i in range(count)][::-1])
    crowd = np.random.default_rng(seed).random(len(pairs)) < 0.3
    drawn = [[_rle.decode(mask, (80, 80)) for mask in side_] for side_ in (one, two)]
    expected = []
    for (i, j), many in zip(pairs, crowd, strict=True):
        a, b = drawn[0][i], drawn[1][j]
        expected.append((a & b).sum() / (a.sum() if many else (a | b).sum()))
    np.testing.assert_allclose(mask_iou(one, two, pairs, crowd), expected, atol=1e-12)


def test_masks_in_many_parts_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = masks(1, 6), masks(2, 6)
    pairs, crowd = np.array([(i, j) for i in range(6) for j in range(6)]), np.zeros(36, np.bool_)
    whole = mask_iou(one, two, pairs, crowd)
    monkeypatch.setattr("models_registry.ml.regions._PIXELS", 50)
    np.testing.assert_array_equal(mask_iou(one, two, pairs, crowd), whole)
    assert whole.max() > 0


def square(x: float, y: float, size: float, *holes: tuple[float, float, float]) -> Region:
    def ring(left: float, top: float, width: float) -> list[list[float]]:
        return [[left, top], [left + width, top], [left + width, top + width], [left, top + width]]

    return {"rings": [ring(x, y, size), *(ring(*hole) for hole in holes)]}


def test_polygons_are_exact_and_holes_count() -> None:
    plain, shifted, holed = square(0, 0, 9), square(5, 5, 9), square(0, 0, 9, (1, 1, 7))
    pairs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    got = polygon_iou([plain, holed], [shifted, holed], pairs, np.zeros(4, np.bool_))
    np.testing.assert_allclose(got, [16 / 146, 32 / 81, 7 / (32 + 81 - 7), 1])
    crowd = polygon_iou([square(1, 1, 2)], [plain], np.array([[0, 0]]), np.array([True]))
    assert crowd == pytest.approx(1)


def test_a_polygon_meets_a_mask_as_the_pixels_it_covers() -> None:
    mask = _rle.encode(np.ones((4, 4)), (2, 2))
    regions = alike_regions([square(2, 2, 4), mask or {}], [(20, 20), (20, 20)])
    assert region_iou(regions[:1], regions[1:], np.array([[0, 0]]), NO_CROWD) == 1


def test_boundary_f_forgives_a_small_shift_and_nothing_larger() -> None:
    size, mask = (400, 300), np.ones((60, 80))
    one, near, far = (_rle.encode(mask, (x, 50)) or {} for x in (50, 53, 70))
    assert boundary_f(one, one, size) == 1
    assert boundary_f(near, one, size) == 1  # 0.75 % of the diagonal is 4 pixels
    assert boundary_f(far, one, size) == pytest.approx(boundary_f(one, far, size))
    assert 0.4 < boundary_f(far, one, size) < 0.8
    holed = mask.copy()
    holed[20:40, 20:60] = 0
    whole_f = boundary_f(_rle.encode(holed, (50, 50)) or {}, one, size)
    outer, inner = 2 * (60 + 80) - 4, 2 * (20 + 40) + 4 - 4
    assert whole_f == pytest.approx(2 * outer / (outer + inner) / (1 + outer / (outer + inner)), abs=0.02)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000))
def test_boundary_f_as_by_distances_of_all_pixels(seed: int) -> None:
    size = (120, 90)
    one, two = masks(seed, 2)
    reach = max(1, round(0.0075 * math.hypot(*size)))
    edges = [edge_pixels(_rle.decode(mask, size)) for mask in (one, two)]
    apart = np.hypot(*(edges[0][:, None] - edges[1][None]).transpose(2, 0, 1))
    precision, recall = (apart.min(axis=1) <= reach).mean(), (apart.min(axis=0) <= reach).mean()
    expected = 2 * precision * recall / (precision + recall) if precision + recall else 0
    assert boundary_f(one, two, size) == pytest.approx(expected)


def edge_pixels(hw: np.ndarray) -> np.ndarray:
    height, width = hw.shape

    def bare(y: int, x: int) -> bool:
        return not (0 <= y < height and 0 <= x < width and hw[y, x])

    return np.array(
        [
            (y, x)
            for y, x in np.argwhere(hw)
            if any(bare(y + dy, x + dx) for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)))
        ]
    )


def test_keypoints_of_which_none_is_labelled_are_measured_by_the_box() -> None:
    found = np.array([[[5.0, 5, 2]], [[90.0, 5, 2]]])
    truth, boxes = np.zeros((2, 1, 3)), np.array([[0.0, 0, 10, 10]] * 2)
    got = keypoint_similarity(found, truth, np.array([100.0, 100]), boxes, np.array([0.05]))
    np.testing.assert_allclose(got, [1, 0], atol=1e-12)
