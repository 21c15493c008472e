"""Shapes as pixels, and models judged by them."""

from __future__ import annotations

import numpy as np
import pytest

from datasets.geometry import _rle
from models_registry.ml import load_all
from models_registry.ml.metrics.base import NotComputableError
from models_registry.ml.pixel_comparison import PixelContender, compare_pixels
from models_registry.ml.pixel_table import PixelTable, make_pixel_table, report_pixels
from models_registry.ml.rasters import class_map, covered, mask_shapes
from models_registry.ml.regions import boundary_f
from models_registry.ml.shape_items import cell_images
from models_registry.ml.shapes import Shape

load_all()
SIZE = (40, 30)


def block(label: int, x: int, y: int, w: int, h: int) -> Shape:
    return Shape("mask", label, {"box": [x, y, w, h], "rle": [0, w * h]})


def test_every_area_type_covers_its_pixels() -> None:
    ring = [[4.0, 3.0], [14.0, 3.0], [14.0, 9.0], [4.0, 9.0]]
    hole = [[6.0, 5.0], [8.0, 5.0], [8.0, 7.0], [6.0, 7.0]]
    box = covered(Shape("box", 0, {"xyxy": [4.0, 3.0, 14.0, 9.0]}), SIZE)
    polygon = covered(Shape("polygon", 0, {"rings": [ring, hole]}), SIZE)
    assert box.sum() == 60
    assert box[3:9, 4:14].all()
    assert polygon.sum() == 60 - 4
    assert not polygon[5:7, 6:8].any()
    out = covered(Shape("polygon", 0, {"rings": [[[-5.0, -5.0], [60.0, -5.0], [60.0, 12.0], [-5.0, 12.0]]]}), SIZE)
    assert out.sum() == 40 * 12
    disc = covered(Shape("ellipse", 0, {"center": [20.0, 15.0], "radii": [10.0, 6.0], "angle": 30.0}), SIZE)
    assert disc.sum() == pytest.approx(np.pi * 60, abs=6)
    assert covered(block(0, 4, 3, 10, 6), SIZE).sum() == 60
    assert covered(block(0, 4, 3, 10, 6), SIZE, 2).sum() == 15
    assert covered(Shape("mask", 0, {"box": [36, 28, 10, 10], "rle": [0, 100]}), SIZE).sum() == 8
    assert not covered(Shape("point", 0, {"xy": [5.0, 5.0]}), SIZE).any()


def test_small_shapes_lie_in_front_and_maps_come_back_as_masks() -> None:
    shapes = [block(1, 5, 5, 4, 4), block(0, 0, 0, 20, 20)]
    classes = class_map(shapes, SIZE)
    assert classes[6, 6] == 2
    assert classes[1, 1] == 1
    assert classes[25, 30] == 0
    sure = np.where(classes == 2, 0.9, 0.6)
    found = mask_shapes(classes, sure)
    assert [(shape.label, round(shape.score, 6)) for shape in found] == [(1, 0.9), (0, 0.6)]
    np.testing.assert_array_equal(_rle.decode(found[0].geometry, SIZE), classes == 2)


def test_pixels_are_counted_over_the_whole_set() -> None:
    truth = [[block(0, 0, 0, 10, 10)], [block(0, 0, 0, 2, 2), block(1, 20, 0, 5, 5)], [block(0, 0, 0, 9, 9)]]
    found = [[block(0, 0, 0, 10, 5)], [block(0, 10, 10, 2, 2)], []]
    table = make_pixel_table(truth, found, 3, [SIZE, SIZE, (0, 0)], np.array([True, True, False]), whole=True)
    assert table.ious()[0, 0] == pytest.approx(50 / (104 + 54 - 50))
    assert table.ious()[1, 0] == 0.0
    assert np.isnan(table.ious()[2, 0])
    assert table.mean_iou() == pytest.approx(50 / 108 / 2)
    report = report_pixels(table, ["a", "b", "c"])
    assert report["metrics"]["miou"] == pytest.approx(table.mean_iou())
    assert report["metrics"]["dice"] == pytest.approx((2 * 50 / (104 + 54)) / 2)
    assert [row["iou"] for row in report["per_class"]][2] is None
    again = PixelTable.from_columns(table.columns())
    np.testing.assert_array_equal(again.said, table.said)
    added = ("pixels_confused", "boundary_f")
    old = {name: column for name, column in table.columns().items() if name not in added}
    before = report_pixels(PixelTable.from_columns(old), ["a", "b", "c"])
    assert "confusion_matrix" not in before
    assert "boundary_f" not in before["metrics"]
    with pytest.raises(NotComputableError):
        report_pixels(make_pixel_table([[]], [[]], 3, [SIZE]), ["a", "b", "c"])


def test_a_cell_of_pixels_counts_them_and_names_the_images_that_have_them() -> None:
    truth = [[block(0, 0, 0, 10, 10)], [block(1, 0, 0, 4, 4)]]
    found = [[block(0, 0, 0, 10, 5), block(1, 0, 5, 10, 3)], [block(1, 0, 0, 4, 6)]]
    table = make_pixel_table(truth, found, 2, [SIZE, SIZE], whole=True)
    area = SIZE[0] * SIZE[1]
    assert report_pixels(table, ["a", "b"])["confusion_matrix"] == [
        [50, 30, 20],
        [0, 16, 0],
        [0, 8, 2 * area - 100 - 24],
    ]

    b_of_both = boundary_f(found[1][0].geometry, truth[1][0].geometry, SIZE)
    missing_there = 0.0  # the first image has b in the answer alone
    row = report_pixels(table, ["a", "b"])["per_class"][1]
    assert 0 < b_of_both < 1
    assert row["boundary_f"] == pytest.approx((b_of_both + missing_there) / 2)

    def images(truth: int | None, said: int | None) -> list[int]:
        return np.flatnonzero(cell_images(table.columns(), 0.0, truth, said)).tolist()

    assert [images(0, 0), images(0, 1), images(0, None), images(None, 1)] == [[0], [0], [0], [1]]
    assert images(1, 0) == []
    assert images(None, None) == [0, 1]


def _pair(better: float, seed: int, n: int = 50) -> tuple[PixelTable, PixelTable]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 200, (n, 2)).astype(float)

    def said(skill: float) -> PixelTable:
        shared = truth * np.clip(rng.normal(skill, 0.15, truth.shape), 0, 1)
        return PixelTable(shared, truth, shared + rng.integers(0, 40, truth.shape), np.ones(n, bool))

    return said(0.6 + better), said(0.6)


def test_segmentations_are_compared_by_mean_iou() -> None:
    def judged(better: float, seed: int, guard: dict[str, object] | None = None):
        new, old = _pair(better, seed)
        config = {"guard": guard or {"labels": ["a"]}}
        return compare_pixels(
            PixelContender("new", None, table=new), PixelContender("old", None, table=old), ["a", "b"], config,
            resamples=200,
        )  # fmt: skip

    won = judged(0.2, 0)
    assert won.action == "update model"
    assert won.measures[0].name == "mean_iou"
    assert won.gain == pytest.approx(won.metrics["candidate"]["miou"] - won.metrics["incumbent"]["miou"])
    assert sum(judged(0.0, seed).action == "update model" for seed in range(10)) <= 1
    assert judged(-0.2, 1).action == "discard"
    assert [row["guarded"] for row in won.per_class] == [True, False]
    assert [row["guarded"] for row in judged(0.2, 0, {"every": True}).per_class] == [True, True]
    assert won.kind == "pixels"
    for row in won.per_class:  # bounded, guarded or not
        assert 0 < row["lower_bound"] < row["recall_change"]


def test_an_untrained_segmenter_is_no_rival() -> None:
    table, _ = _pair(0.0, 2)
    base = PixelContender("base", None, trained=False)
    new = PixelContender("new", None, table=table)
    assert compare_pixels(new, base, ["a", "b"]).action == "update model"
    assert compare_pixels(base, new, ["a", "b"]).action == "discard"
