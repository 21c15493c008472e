"""Areas, overlaps and measures of the annotation types against rasterising, closed forms and their own promises."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alp_site.lib import registry
from datasets.errors import GeometryInvalid
from datasets.geometry import _base, _convert, _distance, _rings, _rle

registry.discover("datasets.geometry")
SIZE = (64, 48)

coordinate = st.floats(-10, 70, allow_nan=False).map(lambda v: round(v, 3))
inside = st.floats(8, 40, allow_nan=False).map(lambda v: round(v, 3))
ring = st.lists(st.tuples(coordinate, coordinate).map(list), min_size=3, max_size=9)
rings = st.lists(ring, min_size=1, max_size=3)
bitmaps = st.tuples(st.integers(1, 14), st.integers(1, 14), st.integers(0, 2**32 - 1), st.floats(0.05, 0.95)).map(
    lambda v: np.random.default_rng(v[2]).random((v[0], v[1])) < v[3]
)


def spoked(drawn: tuple[list[float], list[float]]) -> Any:
    """A polygon whose corners lie on spokes of these lengths about a centre."""
    (x, y), lengths = drawn
    turns = [2 * math.pi * k / len(lengths) for k in range(len(lengths))]
    ring = [[x + r * math.cos(turn), y + r * math.sin(turn)] for r, turn in zip(lengths, turns, strict=True)]
    return {"rings": [ring]}


def geometries(name: str) -> st.SearchStrategy[Any]:
    """Valid geometries of a type on an image of SIZE."""
    pair = st.tuples(inside, inside).map(list)
    size = st.floats(0.5, 40)
    angle = st.floats(0, 359)
    found: dict[str, st.SearchStrategy[Any]] = {
        "class": st.none(),
        "box": st.tuples(pair, size, size, angle).map(
            lambda v: {"xyxy": [v[0][0] - 0.2, v[0][1] - 0.2, v[0][0] + v[1], v[0][1] + v[2]], "angle": v[3]}
        ),
        "polygon": st.tuples(pair, st.lists(st.floats(1, 30), min_size=3, max_size=8)).map(spoked),
        "mask": bitmaps.filter(lambda b: b.any()).map(_rle.encode),
        "point": pair.map(lambda p: {"xy": p}),
        "polyline": st.lists(pair, min_size=2, max_size=6, unique_by=tuple).map(lambda p: {"points": p}),
        "ellipse": st.tuples(pair, size, size, angle).map(
            lambda v: {"center": v[0], "radii": [v[1], v[2]], "angle": v[3]}
        ),
        "skeleton": st.lists(st.tuples(inside, inside, st.sampled_from([1, 2])).map(list), min_size=3, max_size=3).map(
            lambda k: {"keypoints": k}
        ),
    }  # fmt: skip
    return found[name]


def sampled_area(regions: list[list[list[list[float]]]], step: float) -> float:
    """Square pixels inside all the even-odd regions, by asking at the middle of every cell of a fine grid."""
    xs = np.arange(-10 + step / 2, 70, step)
    yy, xx = np.meshgrid(xs, xs, indexing="ij")
    covered = np.ones(xx.shape, dtype=bool)
    for region in regions:
        odd = np.zeros(xx.shape, dtype=bool)
        for points in region:
            for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
                if ay != by:
                    odd ^= ((ay > yy) != (by > yy)) & (xx < (bx - ax) * (yy - ay) / (by - ay) + ax)
        covered &= odd
    return float(covered.sum() * step * step)


@settings(max_examples=30, deadline=None)
@given(rings, rings)
def test_area_and_overlap_of_any_rings_then_as_rasterised(first: Any, second: Any) -> None:
    step = 0.25
    # A cell is wrong only where an edge runs through it: an edge of length L meets at most 2L / step + 3 cells.
    edges = [
        math.dist(a, b) for region in (first, second) for r in region for a, b in zip(r, r[1:] + r[:1], strict=True)
    ]
    allowed = sum(2 * length / step + 3 for length in edges) * step * step / 4 + 1
    assert _rings.area(first) == pytest.approx(sampled_area([first], step), abs=allowed)
    assert _rings.overlap(first, second) == pytest.approx(sampled_area([first, second], step), abs=allowed)


@settings(max_examples=30, deadline=None)
@given(rings, rings)
def test_areas_of_two_regions_then_xor_is_what_is_not_shared(first: Any, second: Any) -> None:
    """Even-odd of both together is their symmetric difference: exact, and found by another path."""
    apart = _rings.area(first) + _rings.area(second) - 2 * _rings.overlap(first, second)
    assert _rings.area(first + second) == pytest.approx(apart, rel=1e-9, abs=1e-7)


@settings(max_examples=25, deadline=None)
@given(st.data())
@pytest.mark.parametrize("name", _base.TYPES.names())
def test_iou_of_any_two_then_symmetric_in_range_and_one_with_itself(name: str, data: st.DataObject) -> None:
    kind = _base.get(name)
    first, second = (kind.validate(data.draw(geometries(name)), SIZE) for _ in range(2))
    alike = kind.iou(first, second, SIZE)
    assert 0 <= alike <= 1
    assert alike == pytest.approx(kind.iou(second, first, SIZE), abs=1e-9)
    assert kind.iou(first, first, SIZE) == pytest.approx(1)


@settings(max_examples=25, deadline=None)
@given(st.data())
@pytest.mark.parametrize("name", ["box", "polygon", "ellipse", "mask"])
def test_rings_of_any_then_the_same_area_and_within_bounds(name: str, data: st.DataObject) -> None:
    kind = _base.get(name)
    geometry = kind.validate(data.draw(geometries(name)), SIZE)
    outline = kind.rings(geometry)
    assert outline is not None
    assert _rings.area(outline) == pytest.approx(kind.area(geometry, SIZE), rel=1e-9, abs=1e-6)
    x1, y1, x2, y2 = kind.bounds(geometry, SIZE) or (0, 0, 0, 0)
    # A polygon of an ellipse's area juts out of it a little.
    slack = 1e-3 * max(x2 - x1, y2 - y1) if name == "ellipse" else 1e-9
    for x, y in (point for points in outline for point in points):
        assert x1 - slack <= x <= x2 + slack
        assert y1 - slack <= y <= y2 + slack


def test_iou_of_boxes_when_turned_then_as_the_closed_form() -> None:
    """A square and itself turned by 45 degrees share a regular octagon of 2(√2 − 1) of its area."""
    square = {"xyxy": [10.0, 10.0, 20.0, 20.0], "angle": 0.0}
    shared = 2 * (math.sqrt(2) - 1)
    expected = shared / (2 - shared)
    assert _base.get("box").iou(square, {**square, "angle": 45.0}, SIZE) == pytest.approx(expected, abs=1e-12)
    assert _base.get("box").iou(square, {**square, "angle": 90.0}, SIZE) == pytest.approx(1)
    assert _base.get("box").iou(square, {"xyxy": [15.0, 10.0, 25.0, 20.0], "angle": 0.0}, SIZE) == pytest.approx(1 / 3)


@pytest.mark.parametrize("apart", [0.0, 3.0, 10.0, 17.0, 25.0])
def test_iou_of_circles_then_within_two_thousandths_of_the_lens(apart: float) -> None:
    radius = 10.0
    lens = 0.0
    if apart < 2 * radius:
        half = math.acos(apart / (2 * radius))
        lens = 2 * radius**2 * half - apart / 2 * math.sqrt(4 * radius**2 - apart**2)
    circle = {"center": [20.0, 20.0], "radii": [radius, radius], "angle": 0.0}
    other = {**circle, "center": [20.0 + apart, 20.0]}
    expected = lens / (2 * math.pi * radius**2 - lens)
    assert _base.get("ellipse").iou(circle, other, SIZE) == pytest.approx(expected, abs=0.002)


def test_measures_of_points_and_lines_then_fall_off_as_documented() -> None:
    scale = _distance.tolerance(SIZE)
    assert scale == pytest.approx(0.8)
    here, there = {"xy": [5.0, 5.0]}, {"xy": [5.0, 5.0 + scale]}
    assert _base.get("point").iou(here, there, SIZE) == pytest.approx(math.exp(-0.5))
    line = {"points": [[0.0, 5.0], [40.0, 5.0]]}
    moved = {"points": [[0.0, 5.0 + scale], [20.0, 5.0 + scale], [40.0, 5.0 + scale]]}
    assert _base.get("polyline").iou(line, moved, SIZE) == pytest.approx(math.exp(-0.5), abs=1e-9)
    assert _base.get("polyline").iou(line, {"points": [[40.0, 5.0], [0.0, 5.0]]}, SIZE) == pytest.approx(1)


def test_oks_of_skeletons_then_counts_every_keypoint_either_has() -> None:
    kind = _base.get("skeleton")
    one = {"keypoints": [[0, 0, 2], [40, 0, 2], [40, 40, 1]]}
    # Half as large, since one keypoint of the box is gone: s² is the mean of 1600 and 0.
    lacking = {"keypoints": [[0, 0, 2], [40, 0, 2], [0, 0, 0]]}
    assert kind.iou(one, lacking, SIZE) == pytest.approx(2 / 3)
    ks = 0.1 * 40
    moved = {"keypoints": [[ks, 0, 2], [40 + ks, 0, 2], [40 + ks, 40, 1]]}
    assert kind.iou(one, moved, SIZE) == pytest.approx(math.exp(-0.5))
    assert kind.iou(one, {"keypoints": [[0, 0, 2]]}, SIZE) == 0


# ---- whatever clients send

numbers = st.sampled_from([0, 1, 2, 3, -1, 0.5, 4.0, 64, 1e-7, -0.0, 1e6, 1e7, 2**60, math.nan, math.inf, True])
scalars = st.one_of(numbers, st.none(), st.text(max_size=2))
lists = st.recursive(scalars, lambda inner: st.lists(inner, max_size=6), max_leaves=16)
fields = ["xyxy", "angle", "rings", "box", "rle", "xy", "points", "center", "radii", "keypoints", "other"]
anything = st.one_of(lists, st.dictionaries(st.sampled_from(fields), lists, max_size=4))


@settings(max_examples=150, deadline=None)
@given(st.data())
@pytest.mark.parametrize("name", _base.TYPES.names())
def test_validate_of_anything_then_a_normal_form_or_a_sentence(name: str, data: st.DataObject) -> None:
    kind = _base.get(name)
    try:
        normal = kind.validate(data.draw(anything), SIZE)
    except GeometryInvalid:
        return
    assert kind.validate(normal, SIZE) == normal
    assert kind.area(normal, SIZE) >= 0


# ---- run lengths


@settings(max_examples=100, deadline=None)
@given(bitmaps, bitmaps, st.integers(0, 5), st.integers(0, 5))
def test_run_lengths_of_any_bitmaps_then_as_numpy_says(a: Any, b: Any, dx: int, dy: int) -> None:
    size = (24, 24)
    full_a, full_b = np.zeros((24, 24), bool), np.zeros((24, 24), bool)
    full_a[: a.shape[0], : a.shape[1]] = a
    full_b[dy : dy + b.shape[0], dx : dx + b.shape[1]] = b
    first, second = _rle.encode(full_a), _rle.encode(b, (dx, dy))
    assert second == _rle.encode(full_b)
    if first is None or second is None:
        assert not (a.any() and b.any())
        return
    assert (_rle.decode(first, size) == full_a).all()
    assert _base.get("mask").validate(second, size) == second
    assert _rle.area(first) == full_a.sum()
    assert _rle.overlap(first, second) == (full_a & full_b).sum()
    assert _rle.combine(first, second, "union") == _rle.encode(full_a | full_b)
    assert _rle.combine(first, second, "intersection") == _rle.encode(full_a & full_b)
    assert _rle.combine(first, second, "difference") == _rle.encode(full_a & ~full_b)
    assert _rle.combine(first, second, "xor") == _rle.encode(full_a ^ full_b)
    cropped = np.zeros_like(full_a)
    cropped[2:7, 1:9] = full_a[2:7, 1:9]
    assert _rle.crop(first, (1, 2, 9, 7)) == _rle.encode(cropped)


def test_overlap_of_large_masks_then_no_image_is_decoded() -> None:
    """Two masks of a billion pixels each: only their runs are looked at."""
    one = {"box": [0, 0, 40_000, 30_000], "rle": [0, 1_200_000_000]}
    two = {"box": [10_000, 0, 30_000, 30_000], "rle": [0, 900_000_000]}
    assert _rle.overlap(one, two) == 900_000_000
    assert _base.get("mask").iou(one, two, (40_000, 30_000)) == pytest.approx(0.75)


# ---- conversions


@settings(max_examples=100, deadline=None)
@given(bitmaps.filter(lambda b: b.any()))
def test_mask_to_polygon_and_back_then_the_same_mask(bitmap: Any) -> None:
    mask = _rle.encode(bitmap)
    assert mask is not None
    polygon = _convert.convert(mask, "mask", "polygon", SIZE)
    assert _base.get("polygon").validate(polygon, SIZE) == polygon
    assert _base.get("polygon").area(polygon, SIZE) == bitmap.sum()
    assert _convert.convert(polygon, "polygon", "mask", SIZE) == mask


def test_convert_of_a_box_then_polygon_mask_and_box_again() -> None:
    box = {"xyxy": [3.0, 4.0, 9.0, 10.0], "angle": 0.0}
    polygon = _convert.convert(box, "box", "polygon", SIZE)
    assert polygon == {"rings": [[[3.0, 4.0], [9.0, 4.0], [9.0, 10.0], [3.0, 10.0]]]}
    mask = _convert.convert(polygon, "polygon", "mask", SIZE)
    assert mask == {"box": [3, 4, 6, 6], "rle": [0, 36]}
    assert _convert.convert(mask, "mask", "box", SIZE) == box


def test_convert_of_an_ellipse_then_as_many_pixels_as_its_area() -> None:
    ellipse = {"center": [30.0, 24.0], "radii": [20.0, 10.0], "angle": 30.0}
    mask = _convert.convert(ellipse, "ellipse", "mask", SIZE)
    assert _rle.area(mask) == pytest.approx(math.pi * 200, rel=0.02)


@pytest.mark.parametrize(
    ("geometry", "source", "target", "says"),
    [
        ({"xy": [1.0, 2.0]}, "point", "mask", "no outline"),
        ({"xyxy": [0.6, 0.6, 0.9, 0.9], "angle": 0.0}, "box", "mask", "no pixel"),
        ({"xyxy": [1.0, 1.0, 2.0, 2.0], "angle": 0.0}, "box", "skeleton", "choose box, polygon or mask"),
    ],
)
def test_convert_when_it_says_nothing_then_refused(geometry: Any, source: str, target: str, says: str) -> None:
    with pytest.raises(GeometryInvalid, match=says):
        _convert.convert(geometry, source, target, SIZE)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(inside, inside).map(list), min_size=3, max_size=40), st.floats(0.1, 10), st.booleans())
def test_simplify_of_any_line_then_no_point_left_out_is_far(points: Any, tolerance: float, closed: bool) -> None:
    found = _convert.simplify(points, tolerance, closed=closed)
    assert len(found) >= (3 if closed else 2)
    assert all(point in points for point in found)
    chain = np.asarray([*found, found[0]] if closed else found)
    for point in np.asarray(points):
        nearest = min(float(_convert._off_chord(point[None], a, b)[0]) for a, b in pairwise(chain))
        assert nearest <= tolerance + 1e-9


def test_simplify_of_a_staircase_then_few_points() -> None:
    steps = [[float(k // 2), float((k + 1) // 2)] for k in range(60)]
    assert _convert.simplify(steps, 1.0, closed=False) == [steps[0], steps[-1]]
    assert _convert.simplify(steps, 0.0, closed=False) == steps
