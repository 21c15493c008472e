"""Augmentations move shapes and pixels alike: what is drawn after the move is the move of what was drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from datasets.geometry import _rle
from datasets.geometry._base import TYPES
from models_registry.ml import load_all
from models_registry.ml.shapes import Shape
from models_registry.ml.training.moves import Moves, Similarity, draw_moves, move_pictures, move_shape, move_shapes

load_all()

SIZE = (120, 90)
SHAPES = {
    "box": {"xyxy": [40.0, 30.0, 80.0, 50.0], "angle": 0.0},
    "turned box": {"xyxy": [40.0, 30.0, 80.0, 50.0], "angle": 25.0},
    "ellipse": {"center": [60.0, 45.0], "radii": [24.0, 11.0], "angle": 35.0},
    "polygon": {"rings": [[[40.0, 30.0], [82.0, 34.0], [66.0, 64.0]], [[58.0, 38.0], [68.0, 40.0], [62.0, 48.0]]]},
    "mask": _rle.encode(np.pad(np.tril(np.ones((30, 30))), ((2, 0), (3, 0))), (42, 28)),
}


def rendered(kind: str, geometry: Any) -> np.ndarray:
    """(H, W) bool of what the shape covers, drawn at four times the size and brought down."""
    if kind == "mask":
        return _rle.decode(geometry, SIZE)
    image = np.zeros((SIZE[1] * 4, SIZE[0] * 4), bool)
    for ring in TYPES.get(kind).rings(geometry) or []:
        sheet = Image.new("1", (SIZE[0] * 4, SIZE[1] * 4))
        ImageDraw.Draw(sheet).polygon([(x * 4 - 0.5, y * 4 - 0.5) for x, y in ring], fill=1)
        image ^= np.asarray(sheet)
    return image.reshape(SIZE[1], 4, SIZE[0], 4).mean((1, 3)) > 0.5


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("number", range(6))
def test_a_moved_shape_covers_the_moved_pixels(name: str, number: int) -> None:
    kind = "box" if name == "turned box" else name
    shape = Shape(kind, 0, SHAPES[name])
    moves = Moves(flip=True, zoom=0.4, shift=0.1, turn=40.0)
    move = draw_moves(moves, 3, number, np.array([7]), SIZE)[0]
    moved = move_shape(shape, move, SIZE)
    assert moved is not None
    before = torch.from_numpy(rendered(kind, shape.geometry).astype(np.float32))[None, None]
    pixels = move_pictures(before, [move], fill=0.0)[0, 0].numpy() > 0.5
    drawn = rendered(kind, moved.geometry)
    assert (pixels & drawn).sum() / (pixels | drawn).sum() > 0.9


def test_points_land_where_their_pixels_land() -> None:
    for number in range(8):
        move = draw_moves(Moves(turn=30.0), 1, number, np.array([0]), SIZE)[0]
        picture = torch.zeros(1, 1, SIZE[1], SIZE[0])
        picture[0, 0, 40:43, 60:63] = 1.0  # about (61.5, 41.5)
        found = move_pictures(picture, [move], fill=0.0)[0, 0].double()
        ys, xs = torch.meshgrid(torch.arange(SIZE[1]) + 0.5, torch.arange(SIZE[0]) + 0.5, indexing="ij")
        centre = ((found * xs).sum() / found.sum(), (found * ys).sum() / found.sum())
        point = move_shape(Shape("point", 0, {"xy": [61.5, 41.5]}), move, SIZE)
        line = move_shape(Shape("polyline", 0, {"points": [[61.5, 41.5], [64.0, 44.0]]}), move, SIZE)
        bones = move_shape(Shape("skeleton", 0, {"keypoints": [[61.5, 41.5, 2], [0.0, 0.0, 0]]}), move, SIZE)
        assert point is not None
        assert line is not None
        assert bones is not None
        for place in (point.geometry["xy"], line.geometry["points"][0], bones.geometry["keypoints"][0][:2]):
            np.testing.assert_allclose(place, [float(v) for v in centre], atol=0.15)
        assert bones.geometry["keypoints"][1] == [0.0, 0.0, 0]


def test_what_leaves_the_picture_is_gone() -> None:
    away = Similarity(offset=(70.0, 0.0))
    shapes = [Shape("box", 0, {"xyxy": [0.0, 0.0, 20.0, 20.0]}), Shape("box", 1, {"xyxy": [60.0, 0.0, 80.0, 20.0]}),
              Shape("point", 2, {"xy": [55.0, 5.0]}), Shape("point", 3, {"xy": [45.0, 5.0]}),
              Shape("skeleton", 4, {"keypoints": [[60.0, 5.0, 2]]}), Shape("class", 5, None)]  # fmt: skip
    assert [shape.label for shape in move_shapes(shapes, away, SIZE)] == [0, 3, 5]


def test_moves_depend_on_seed_epoch_and_sample_alone() -> None:
    together = draw_moves(Moves(turn=5.0), 9, 4, np.array([3, 8, 1]), SIZE)
    assert [draw_moves(Moves(turn=5.0), 9, 4, np.array([i]), SIZE)[0] for i in (3, 8, 1)] == together
    assert draw_moves(Moves(turn=5.0), 9, 5, np.array([3]), SIZE)[0] != together[0]
    still = draw_moves(Moves(flip=False, zoom=0.0, shift=0.0), 9, 4, np.array([3]), SIZE)[0]
    np.testing.assert_allclose(still.apply([[10.0, 20.0]]), [[10.0, 20.0]], atol=1e-9)
