"""Drawn scenes of coloured blocks and discs: a small detector learns them in seconds. For machines without a network
and for tests."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from pipelines.demo.pictures import SOURCES, Picture, Say, Source, as_png

LABELS = ("block", "disc")
WIDTH, HEIGHT = 96, 64
COLUMNS, ROWS = 3, 2
CELL = 32


def load(count: int, rng: np.random.Generator, say: Say) -> list[Picture]:
    say(f"drawing {count} scenes")
    return [_scene(f"/scenes/{number:05d}.png", rng) for number in range(count)]


def _scene(name: str, rng: np.random.Generator) -> Picture:
    """One to four objects, each in a cell of its own, on noise; no two scenes are alike."""
    ground = tuple(int(v) for v in rng.integers(60, 130, 3))
    image = Image.new("RGB", (WIDTH, HEIGHT), ground)
    pen = ImageDraw.Draw(image)
    shapes: list[dict[str, Any]] = []
    for cell in rng.permutation(COLUMNS * ROWS)[: int(rng.integers(1, 5))].tolist():
        label = LABELS[int(rng.integers(2))]
        w, h = (int(v) for v in rng.integers(14, 28, 2))
        if label == "disc":
            h = w
        x = (cell % COLUMNS) * CELL + int(rng.integers(0, CELL - w))
        y = (cell // COLUMNS) * CELL + int(rng.integers(0, CELL - h))
        colour = tuple(int(v) for v in rng.integers(150, 256, 3))
        (pen.ellipse if label == "disc" else pen.rectangle)((x, y, x + w - 1, y + h - 1), fill=colour)
        box = {"xyxy": [float(x), float(y), float(x + w), float(y + h)], "angle": 0.0}
        shapes.append({"type": "box", "label": label, "geometry": box})
    noisy = np.asarray(image, np.int16) + rng.normal(0, 12, (HEIGHT, WIDTH, 3)).astype(np.int16)
    return Picture(name, as_png(np.clip(noisy, 0, 255).astype(np.uint8)), "", tuple(shapes))


SOURCES.register(
    "blocks",
    Source(
        name="blocks",
        title="Blocks and discs",
        labels=LABELS,
        load=load,
        adapter="centre_small",
        configuration={"input_size": 96, "channels": 8, "width": 24, "steps": 150, "checks": 5},
        defaults={"pool": 120, "validation": 12, "test": 40, "seed_labels": 8, "budget": 12, "rounds": 3},
        task="detection",
        annotation_types=("box",),
    ),
)
