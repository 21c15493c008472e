"""Learnable made-up pictures: one colour a class with noise and a shape, drawn in memory."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw

COLOURS = ((210, 60, 50), (60, 180, 75), (60, 90, 210))
LABELS = ["red", "green", "blue"]


def picture(label: int, number: int, size: int = 40, form: str = "PNG") -> bytes:
    """A disc of the class's colour on a noisy grey ground; the same arguments give the same bytes."""
    rng = np.random.default_rng([label, number])
    image = Image.fromarray(rng.integers(90, 160, (size, size, 3), dtype=np.uint8))
    x, y = rng.integers(size // 8, size // 3, 2).tolist()
    colour = tuple(int(c) for c in np.clip(np.array(COLOURS[label]) + rng.integers(-25, 25, 3), 0, 255))
    ImageDraw.Draw(image).ellipse((x, y, x + size * 0.6, y + size * 0.6), fill=colour)
    target = io.BytesIO()
    image.save(target, form)
    return target.getvalue()


def pictures(count: int, first: int = 0) -> tuple[list[bytes], np.ndarray]:
    """``count`` pictures with classes in turn, and their labels (count,)."""
    labels = np.arange(count) % len(COLOURS)
    return [picture(int(label), first + i) for i, label in enumerate(labels)], labels.astype(np.int64)
