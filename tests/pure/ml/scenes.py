"""Learnable made-up scenes: coloured blocks on noise, drawn in memory, with all that may be said of them."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from models_registry.ml.shapes import Shape

COLOURS = ((220, 50, 40), (40, 90, 230))
LABELS = ["red", "blue"]


def scene(number: int, size: tuple[int, int] = (64, 48)) -> tuple[bytes, list[Shape]]:
    """A picture with one to three blocks of two colours, no two of which touch; the same number, the same bytes."""
    rng = np.random.default_rng([number, 5])
    pixels = rng.integers(100, 150, (size[1], size[0], 3), dtype=np.uint8)
    cells = rng.permutation(6)[: int(rng.integers(1, 4))]
    shapes = []
    for cell in cells.tolist():
        label = int(rng.integers(2))
        w, h = rng.integers(10, 16, 2).tolist()
        x = int((cell % 3) * 21 + rng.integers(0, 21 - w))
        y = int((cell // 3) * 24 + rng.integers(0, 24 - h))
        pixels[y : y + h, x : x + w] = COLOURS[label]
        shapes.append(Shape("box", label, {"xyxy": [float(x), float(y), float(x + w), float(y + h)], "angle": 0.0}))
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "PNG")
    return target.getvalue(), shapes


def scenes(count: int, first: int = 0) -> tuple[list[bytes], list[list[Shape]]]:
    made = [scene(first + number) for number in range(count)]
    return [picture for picture, _ in made], [shapes for _, shapes in made]
