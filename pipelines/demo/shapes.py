"""Drawn shapes: a tiny net learns them in seconds. For machines without a network and for tests."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from pipelines.demo.pictures import SOURCES, Picture, Say, Source, as_png

LABELS = ("circle", "square", "triangle", "cross")
SIDE = 32


def load(count: int, rng: np.random.Generator, say: Say) -> list[Picture]:
    say(f"drawing {count} shapes")
    pictures = []
    for number in range(count):
        label = LABELS[int(rng.integers(len(LABELS)))]
        pictures.append(Picture(f"/shapes/{number:05d}.png", one(label, rng), label))
    return pictures


def one(label: str, rng: np.random.Generator, side: int = SIDE) -> bytes:
    """A shape of random place, size and colours, with noise; no two are alike."""
    back, front = (tuple(int(v) for v in rng.integers(low, high, 3)) for low, high in ((0, 110), (145, 256)))
    image = Image.new("RGB", (side, side), back)
    pen = ImageDraw.Draw(image)
    r = float(rng.uniform(0.2, 0.38)) * side
    x, y = (float(v) for v in rng.uniform(r, side - r, 2))
    if label == "circle":
        pen.ellipse((x - r, y - r, x + r, y + r), fill=front)
    elif label == "square":
        pen.rectangle((x - r * 0.9, y - r * 0.9, x + r * 0.9, y + r * 0.9), fill=front)
    elif label == "triangle":
        pen.polygon([(x, y - r), (x + r, y + r * 0.8), (x - r, y + r * 0.8)], fill=front)
    else:
        pen.line((x - r, y - r, x + r, y + r), fill=front, width=max(2, side // 8))
        pen.line((x - r, y + r, x + r, y - r), fill=front, width=max(2, side // 8))
    noisy = np.asarray(image, dtype=np.int16) + rng.normal(0, 18, (side, side, 3)).astype(np.int16)
    return as_png(np.clip(noisy, 0, 255).astype(np.uint8))


SOURCES.register(
    "shapes",
    Source(
        name="shapes",
        title="Shapes",
        labels=LABELS,
        load=load,
        adapter="small_cnn",
        configuration={"width": 8, "epochs": 12},
        defaults={"pool": 400, "validation": 60, "test": 150, "seed_labels": 24, "budget": 24, "rounds": 3},
    ),
)
