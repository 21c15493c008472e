"""A version written as ONNX and read by our own adapters of such files says what the version said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models_registry.ml import load_all
from models_registry.ml.adapters import ShapeData, ShapeSplit, TrainHooks, _weights, new_adapter
from models_registry.ml.exporting import export
from models_registry.ml.pixel_table import make_pixel_table
from models_registry.ml.shapes import Shape
from tests.pure.ml.scenes import LABELS, scene

load_all()

SQUARE = [scene(number, (64, 64)) for number in range(10)]
IMAGES, SHAPES = [picture for picture, _ in SQUARE], [shapes for _, shapes in SQUARE]
WIDE = [scene(number, (96, 64))[0] for number in range(4)]
STEPS = {"input_size": 64, "width": 32, "checks": 1, "batch_size": 4, "flip": False, "learning_rate": 8e-3}


def outlines(shapes: list[Shape]) -> list[Shape]:
    found = []
    for shape in shapes:
        x1, y1, x2, y2 = shape.geometry["xyxy"]
        rings = [[[x1, y1], [x2, y1], [x2, y2], [x1, y2]]]
        found.append(Shape("polygon", shape.label, {"rings": rings}))
    return found


def turned(shapes: list[Shape]) -> list[Shape]:
    """What is drawn is upright; that the angle comes back is what counts here."""
    return [replace(shape, geometry={**shape.geometry, "angle": 30.0}) for shape in shapes]


def both(name: str, config: dict[str, Any], shapes: list[list[Shape]], folder: Path) -> tuple[Any, Any]:
    """A trained version, and what reads its file."""
    own: Any = new_adapter(name, {**STEPS, **config}, LABELS, 7)
    own.train(ShapeData(ShapeSplit(IMAGES, shapes), ShapeSplit([], [])), TrainHooks(folder / "checkpoint"))
    about = export(own, "onnx", IMAGES, folder).about
    reads = about["reads_as"]
    return own, new_adapter(reads["adapter"], {**reads["configuration"], "file": "model.onnx"}, LABELS, 0)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of weights files."""
    monkeypatch.setattr(_weights, "ENV", replace(_weights.ENV, weights_dir=str(tmp_path)))
    return tmp_path


@pytest.mark.parametrize("rotated", [False, True])
def test_a_detector_written_down_finds_the_same_boxes(folder: Path, rotated: bool) -> None:
    drawn = [turned(row) for row in SHAPES] if rotated else SHAPES
    own, read = both("centre_small", {"steps": 60, "channels": 8, "rotated": rotated}, drawn, folder)
    wanted, found = own.detect(IMAGES).shapes, read.detect(IMAGES).shapes
    assert sum(shape.score >= own.threshold for row in wanted for shape in row) >= len(IMAGES)
    assert read.threshold == own.threshold
    for here, there in zip(wanted, found, strict=True):
        assert [shape.label for shape in there] == [shape.label for shape in here]
        for name in ("xyxy", "angle"):
            values = [[shape.geometry[name] for shape in row] for row in (here, there)]
            np.testing.assert_allclose(values[1], values[0], atol=0.02)
        np.testing.assert_allclose([s.score for s in there], [s.score for s in here], atol=1e-3)
    if rotated:
        best = [row[0].geometry["angle"] for row in wanted if row]
        assert np.std(best) < 30
        assert max(best) > 1


def test_a_segmenter_written_down_says_the_same_masks(folder: Path) -> None:
    drawn = [outlines(row) for row in SHAPES]
    own, read = both("segment_lite0", {"steps": 60, "weights": "package"}, drawn, folder)
    size = [(64, 64)] * len(IMAGES)
    wanted, found = own.detect(IMAGES).shapes, read.detect(IMAGES).shapes
    assert make_pixel_table(drawn, wanted, len(LABELS), size).mean_iou() > 0.5
    assert make_pixel_table(wanted, found, len(LABELS), size).mean_iou() > 0.999
    for here, there in zip(wanted, found, strict=True):
        np.testing.assert_allclose([s.score for s in there], [s.score for s in here], atol=1e-3)
    # Wide pictures lie in a larger grey square for the file: only near its edge may it say something else.
    sides = [(96, 64)] * len(WIDE)
    table = make_pixel_table(own.detect(WIDE).shapes, read.detect(WIDE).shapes, len(LABELS), sides)
    assert table.mean_iou() > 0.9
