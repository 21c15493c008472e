"""Training pictures with what is drawn on them, changed alike in every step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from models_registry.ml.adapters.base import ShapeSplit
from models_registry.ml.fitted import Fitted, FittedStore, stacked
from models_registry.ml.nets.runtime import device, layout, to_input
from models_registry.ml.shapes import Shape, Size
from models_registry.ml.training.augment import recolour
from models_registry.ml.training.moves import Moves, Similarity, draw_moves, move_pictures, move_shapes

Norm = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True)
class Look:
    """How training pictures are changed; the fields of ``adapters._schema.step_training``."""

    moves: Moves
    colour: float

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Look:
        return cls(Moves(config["flip"], config["zoom"], config["shift"], config["turn"]), config["colour_jitter"])


@dataclass(frozen=True)
class Augmented:
    """pixels: (B, 3, H, W) float in 0..255, on the device. shapes: of each picture, in pixels of the canvas."""

    pixels: Tensor
    shapes: list[list[Shape]]

    @property
    def size(self) -> Size:
        return int(self.pixels.shape[3]), int(self.pixels.shape[2])

    def normalised(self, norm: Norm) -> Tensor:
        mean, std = (torch.tensor(values, device=self.pixels.device).view(1, 3, 1, 1) for values in norm)
        return ((self.pixels - mean) / std).contiguous(memory_format=layout())


class AugmentedPictures:
    """A split's pictures by index. Raises Invalid naming those that cannot be read."""

    def __init__(self, split: ShapeSplit, size: int, look: Look, seed: int) -> None:
        self.store = FittedStore(split.images, size)
        self.shapes = split.shapes
        self.look, self.seed = look, seed

    def __len__(self) -> int:
        return len(self.shapes)

    def take(self, samples: NDArray[Any], epoch: int) -> Augmented:
        """The same (seed, epoch, sample) gives the same picture in whatever batch."""
        pictures = self.store.take(samples)
        pixels = to_input(stacked(pictures), (0.0,) * 3, (1.0,) * 3, device())
        size = (int(pixels.shape[3]), int(pixels.shape[2]))
        moves = draw_moves(self.look.moves, self.seed, epoch, samples, size)
        moved = recolour(move_pictures(pixels, moves), self.look.colour, self.seed, epoch, samples)
        rows = zip(samples.tolist(), pictures, moves, strict=True)
        shapes = [move_shapes(to_canvas(self.shapes[index], picture), move, size) for index, picture, move in rows]
        return Augmented(moved, shapes)

    def canvas(self) -> tuple[int, int]:
        """Height and width of a canvas that holds every picture."""
        sizes = [
            picture.pixels.shape[:2]
            for start in range(0, len(self), 64)
            for picture in self.store.take(range(start, min(start + 64, len(self))))
        ]
        return max(size[0] for size in sizes), max(size[1] for size in sizes)


def to_canvas(shapes: Sequence[Shape], picture: Fitted) -> list[Shape]:
    """Shapes in pixels of the canvas a picture was fitted to."""
    sx, sy = picture.scale_xy
    size = (picture.pixels.shape[1], picture.pixels.shape[0])
    return move_shapes(shapes, Similarity(math.sqrt(sx * sy)), size)
