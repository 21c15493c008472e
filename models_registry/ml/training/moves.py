"""Augmentations that move pictures and what is drawn on them alike: mirror, turn, zoom, shift.

Every move is a similarity with or without a mirror, so a box stays a box (turned boxes exactly; an upright one that is
turned becomes a turned one), an ellipse an ellipse, and no point leaves its place on the object. Like
``training.augment``, all of it is decided by (seed, epoch, sample).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional

from datasets.geometry import _rle as rle
from models_registry.ml.fitted import GREY
from models_registry.ml.shapes import Shape, Size, bounds_of
from models_registry.ml.training.augment import uniforms

Points = NDArray[np.float64]
LEAST_LEFT = 0.3  # share of an object's box that must stay in the picture


@dataclass(frozen=True)
class Moves:
    """flip: mirror half of the pictures. zoom: largest relative change of size. shift: largest part of a side the
    picture wanders. turn: largest angle in degrees."""

    flip: bool = True
    zoom: float = 0.3
    shift: float = 0.15
    turn: float = 0.0


@dataclass(frozen=True)
class Similarity:
    """p -> scale * R(angle) * mirror(p) + offset, in pixels; angle in degrees clockwise (y down). ``mirror`` is left to
    right about x = 0, before everything else."""

    scale: float = 1.0
    angle: float = 0.0
    mirror: bool = False
    offset: tuple[float, float] = (0.0, 0.0)

    def matrix(self) -> NDArray[np.float64]:
        """(2, 3)."""
        cos, sin = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        flip = -1.0 if self.mirror else 1.0
        turn = np.array([[cos * flip, -sin], [sin * flip, cos]]) * self.scale
        return np.column_stack([turn, np.array(self.offset)])

    def apply(self, points_xy: Any) -> Points:
        """(n, 2) -> (n, 2)."""
        points = np.asarray(points_xy, np.float64).reshape(-1, 2)
        matrix = self.matrix()
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])

    def turned(self, angle: float) -> float:
        """Where a direction (degrees clockwise) points afterwards, 0..360."""
        return ((-angle if self.mirror else angle) + self.angle) % 360


def draw_moves(settings: Moves, seed: int, epoch: int, samples: NDArray[np.int64], size: Size) -> list[Similarity]:
    """One a sample, about the middle of a canvas of that size."""
    numbers = uniforms(seed, epoch, samples)
    width, height = size
    found = []
    for row in numbers:
        mirror = settings.flip and bool(row[0] < 0.5)
        scale = float((1 + settings.zoom) ** (2 * row[1] - 1))
        angle = settings.turn * float(2 * row[2] - 1)
        middle = Similarity(scale, angle, mirror).apply([[width / 2, height / 2]])[0]
        wander = (settings.shift * width * (2 * row[3] - 1), settings.shift * height * (2 * row[4] - 1))
        offset = (width / 2 - float(middle[0]) + float(wander[0]), height / 2 - float(middle[1]) + float(wander[1]))
        found.append(Similarity(scale, angle, mirror, offset))
    return found


def move_pictures(
    pictures: Tensor, moves: Sequence[Similarity], *, nearest: bool = False, fill: float = GREY
) -> Tensor:
    """pictures: (N, C, H, W) float -> the same shape. What comes from outside the canvas is ``fill``."""
    height, width = pictures.shape[2:]
    theta = np.zeros((len(moves), 2, 3))
    to_pixels = np.array([[width / 2, 0, width / 2], [0, height / 2, height / 2], [0, 0, 1]])
    for at, move in enumerate(moves):
        whole = np.vstack([move.matrix(), [0, 0, 1]])
        theta[at] = (np.linalg.inv(to_pixels) @ np.linalg.inv(whole) @ to_pixels)[:2]
    grid = functional.affine_grid(
        torch.as_tensor(theta, dtype=pictures.dtype, device=pictures.device), list(pictures.shape), align_corners=False
    )
    mode = "nearest" if nearest else "bilinear"
    return functional.grid_sample(pictures - fill, grid, mode=mode, padding_mode="zeros", align_corners=False) + fill


def move_shape(shape: Shape, move: Similarity, size: Size) -> Shape | None:
    """The shape where the move takes it, on a canvas of that size; None where too little of it is left there."""
    if shape.type == "class":
        return shape
    moved = Shape(shape.type, shape.label, _MOVERS[shape.type](shape.geometry, move, size), shape.score)
    if moved.geometry is None or not _is_there(moved, size):
        return None
    return moved


def move_shapes(shapes: Sequence[Shape], move: Similarity, size: Size) -> list[Shape]:
    """Those that are left, in their order."""
    return [moved for shape in shapes if (moved := move_shape(shape, move, size)) is not None]


def _is_there(shape: Shape, size: Size) -> bool:
    x1, y1, x2, y2 = bounds_of(shape) or (0.0, 0.0, 0.0, 0.0)
    left = max(0.0, min(x2, size[0]) - max(x1, 0.0)) * max(0.0, min(y2, size[1]) - max(y1, 0.0))
    whole = (x2 - x1) * (y2 - y1)
    if whole > 0:
        return left >= LEAST_LEFT * whole
    return 0 <= (x1 + x2) / 2 <= size[0] and 0 <= (y1 + y2) / 2 <= size[1]


def _box(geometry: Any, move: Similarity, size: Size) -> dict[str, Any]:
    x1, y1, x2, y2 = geometry["xyxy"]
    cx, cy = move.apply([[(x1 + x2) / 2, (y1 + y2) / 2]])[0].tolist()
    w, h = (x2 - x1) * move.scale / 2, (y2 - y1) * move.scale / 2
    return {"xyxy": [cx - w, cy - h, cx + w, cy + h], "angle": move.turned(float(geometry.get("angle", 0)))}


def _ellipse(geometry: Any, move: Similarity, size: Size) -> dict[str, Any]:
    return {
        **geometry,
        "center": move.apply([geometry["center"]])[0].tolist(),
        "radii": [radius * move.scale for radius in geometry["radii"]],
        "angle": move.turned(float(geometry.get("angle", 0))),
    }


def _polygon(geometry: Any, move: Similarity, size: Size) -> dict[str, Any]:
    return {"rings": [move.apply(ring).tolist() for ring in geometry["rings"]]}


def _polyline(geometry: Any, move: Similarity, size: Size) -> dict[str, Any]:
    return {**geometry, "points": move.apply(geometry["points"]).tolist()}


def _point(geometry: Any, move: Similarity, size: Size) -> dict[str, Any]:
    return {"xy": move.apply([geometry["xy"]])[0].tolist()}


def _skeleton(geometry: Any, move: Similarity, size: Size) -> dict[str, Any] | None:
    """Keypoints that leave the picture are no longer labelled. Their order stays: what is left of a person stays the
    person's left only where nothing is mirrored, so recipes for skeletons do not mirror."""
    found: list[list[float]] = []
    for x, y, v in geometry["keypoints"]:
        px, py = move.apply([[x, y]])[0].tolist()
        inside = v and 0 <= px <= size[0] and 0 <= py <= size[1]
        found.append([px, py, v] if inside else [0.0, 0.0, 0])
    return {"keypoints": found} if any(v for _, _, v in found) else None


def _mask(geometry: Any, move: Similarity, size: Size) -> dict[str, Any] | None:
    """Pixels whose centre comes from a covered pixel."""
    x, y, w, h = geometry["box"]
    corners = move.apply([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])
    left, top = np.floor(np.maximum(corners.min(0), 0)).astype(int).tolist()
    right, bottom = np.ceil(np.minimum(corners.max(0), size)).astype(int).tolist()
    if right <= left or bottom <= top:
        return None
    back = np.linalg.inv(np.vstack([move.matrix(), [0, 0, 1]]))
    shift_in = np.array([[1, 0, left], [0, 1, top], [0, 0, 1]])
    shift_out = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1]])
    whole = (shift_out @ back @ shift_in)[:2].ravel()
    crop = Image.fromarray(rle.decode(geometry).astype(np.uint8))
    warped = crop.transform(
        (right - left, bottom - top), Image.Transform.AFFINE, tuple(whole.tolist()), Image.Resampling.NEAREST
    )
    return rle.encode(np.asarray(warped), (left, top))


_MOVERS = {
    "box": _box,
    "ellipse": _ellipse,
    "polygon": _polygon,
    "polyline": _polyline,
    "point": _point,
    "skeleton": _skeleton,
    "mask": _mask,
}
