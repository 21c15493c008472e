"""The small detector learns which way things lie."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from models_registry.ml import load_all
from models_registry.ml.adapters import ShapeData, ShapeSplit, TrainHooks, new_adapter
from models_registry.ml.shapes import Shape

load_all()

SIDE = 64
CONFIG = {"input_size": 64, "channels": 8, "width": 32, "rotated": True, "steps": 160, "checks": 1, "batch_size": 8,
          "learning_rate": 1e-2, "zoom": 0.1, "shift": 0.05, "turn": 0.0, "flip": True}  # fmt: skip


def bar(number: int) -> tuple[bytes, Shape]:
    """A bright bar on noise, turned by any angle: 34 by 9 pixels."""
    rng = np.random.default_rng([number, 11])
    image = Image.fromarray(rng.integers(90, 140, (SIDE, SIDE, 3), dtype=np.uint8))
    angle = float(rng.uniform(0, 180))
    cx, cy = rng.uniform(24, 40, 2).tolist()
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = [
        (cx + x * cos - y * sin, cy + x * sin + y * cos) for x, y in ((-17, -4.5), (17, -4.5), (17, 4.5), (-17, 4.5))
    ]
    ImageDraw.Draw(image).polygon(corners, fill=(235, 200, 40))
    target = io.BytesIO()
    image.save(target, "PNG")
    box = [cx - 17, cy - 4.5, cx + 17, cy + 4.5]
    return target.getvalue(), Shape("box", 0, {"xyxy": box, "angle": angle})


def apart(one: float, other: float) -> float:
    """Degrees between two ways a bar may lie, 0..90: it comes back to itself after half a turn."""
    gap = abs(one - other) % 180
    return min(gap, 180 - gap)


def test_a_detector_learns_the_angle_of_bars_it_has_not_seen(tmp_path: Path) -> None:
    """Chance is 45 degrees on the average."""
    bars = [bar(number) for number in range(88)]
    train, test = bars[:64], bars[64:]
    data = ShapeData(ShapeSplit([p for p, _ in train], [[s] for _, s in train]), ShapeSplit([], []))
    adapter: Any = new_adapter("centre_small", CONFIG, ["bar"], 5)
    adapter.train(data, TrainHooks(tmp_path))
    found = adapter.detect([picture for picture, _ in test]).shapes
    assert sum(bool(shapes) for shapes in found) >= 22
    gaps = [
        apart(shapes[0].geometry["angle"], shape.geometry["angle"])
        for shapes, (_, shape) in zip(found, test, strict=True)
        if shapes
    ]
    assert float(np.mean(gaps)) < 15
