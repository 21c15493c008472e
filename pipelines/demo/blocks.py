"""Drawn scenes of coloured blocks and discs, with all that can be learnt of them: a small net learns them in seconds.
For machines without a network and for tests."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from pipelines.demo.pictures import SOURCES, Picture, Say, Source, as_png

LABELS = ("block", "disc")
WIDTH, HEIGHT = 96, 64
COLUMNS, ROWS = 3, 2
CELL = 32
CORNERS = 16  # of a disc's outline


def load(count: int, rng: np.random.Generator, say: Say) -> list[Picture]:
    say(f"drawing {count} scenes")
    return [_scene(f"/scenes/{number:05d}.png", rng) for number in range(count)]


def source(name: str, title: str, task: str, kind: str, adapter: str, configuration: dict[str, Any]) -> Source:
    """The scenes with annotations of one type."""

    def told(count: int, rng: np.random.Generator, say: Say) -> list[Picture]:
        pictures = load(count, rng, say)
        if kind == "box":
            return pictures
        return [Picture(p.name, p.data, "", _as(kind, p.shapes or ())) for p in pictures]

    return Source(
        name=name,
        title=title,
        labels=LABELS,
        load=told,
        adapter=adapter,
        configuration=configuration,
        defaults={"pool": 120, "validation": 12, "test": 40, "seed_labels": 8, "budget": 12, "rounds": 3},
        task=task,
        annotation_types=(kind,),
    )


def _as(kind: str, boxes: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """What people would draw of each object: its outline, its middle, or of the whole picture the names of what is on
    it."""
    if kind == "class":
        names = dict.fromkeys(box["label"] for box in boxes)
        return tuple({"type": kind, "label": name, "geometry": None} for name in names)
    return tuple({"type": kind, "label": box["label"], "geometry": _drawn(kind, box)} for box in boxes)


def _drawn(kind: str, box: Mapping[str, Any]) -> dict[str, Any]:
    x1, y1, x2, y2 = box["geometry"]["xyxy"]
    cx, cy, rx, ry = (x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / 2, (y2 - y1) / 2
    if kind == "point":
        return {"xy": [cx, cy]}
    if box["label"] == "block":
        return {"rings": [[[x1, y1], [x2, y1], [x2, y2], [x1, y2]]]}
    turns = [2 * math.pi * at / CORNERS for at in range(CORNERS)]
    return {"rings": [[[cx + rx * math.cos(turn), cy + ry * math.sin(turn)] for turn in turns]]}


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


SMALL = {"input_size": 96, "width": 24, "steps": 150, "checks": 5}
for made in (
    source("blocks", "Blocks and discs", "detection", "box", "centre_small", {**SMALL, "channels": 8}),
    source("block_areas", "Areas of blocks", "semantic_segmentation", "polygon", "segment_lite0", SMALL),
    source("block_outlines", "Outlines of blocks", "instance_segmentation", "polygon", "instance_lite0", SMALL),
    source("block_points", "Middles of blocks", "keypoints", "point", "points_lite0", SMALL),
    source(
        "block_labels", "What scenes show", "multi_label_classification", "class", "multi_label_lite0",
        {"input_size": 96, "steps": 150, "checks": 5},
    ),
):  # fmt: skip
    SOURCES.register(made.name, made)
