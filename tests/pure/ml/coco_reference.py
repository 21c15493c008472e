"""Made-up objects of many images, and what pycocotools says of them."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from datasets.geometry import _rle
from models_registry.ml.records import FoundObjects, TruthObjects

Truths = Sequence[TruthObjects]
Found = Sequence[FoundObjects]
SIZE = (200, 150)
SIGMAS = (0.026, 0.079, 0.107)
KINDS = {"box": "bbox", "region": "segm", "keypoints": "keypoints"}


def made_up(
    seed: int, images: int, classes: int, kind: str = "plain", *, masks: bool = False, keypoints: bool = False
) -> tuple[list[TruthObjects], list[FoundObjects]]:
    """Truths and answers that resemble them. kind: plain, ties (equal scores, whole pixels), crowd, empty (no answer at
    all), blank (images without truth), absent (a class without truth), copies (many equal answers), tiny."""
    rng = np.random.default_rng(seed)
    truths, found = [], []
    for _ in range(images):
        count = 0 if kind == "blank" and rng.random() < 0.5 else int(rng.integers(0, 6))
        boxes = _boxes(rng, count, 14 if kind == "tiny" else 120)
        labels = rng.integers(classes - (kind == "absent"), size=count)
        crowd = rng.random(count) < (0.4 if kind == "crowd" else 0)
        near = np.repeat(np.arange(count), rng.integers(0, 5 if kind in ("copies", "crowd") else 3, size=count))
        shake = rng.normal(0, rng.choice([0, 3, 12]), size=(len(near), 4)) * (kind != "copies")
        guessed = np.concatenate([_inside(boxes[near] + np.round(shake)), _boxes(rng, int(rng.integers(0, 4)), 120)])
        named = np.concatenate([labels[near], rng.integers(classes, size=len(guessed) - len(near))])
        named = np.where(rng.random(len(named)) < 0.2, rng.integers(classes, size=len(named)), named)
        if kind == "empty":
            guessed, named = guessed[:0], named[:0]
        scores = rng.random(len(named))
        if kind in ("ties", "copies"):
            scores = np.round(scores * 3) / 3
        truths.append(_truth(rng, labels, boxes, crowd, masks, keypoints))
        found.append(_found(rng, named, guessed, scores, masks, keypoints, truths[-1]))
    return truths, found


def _boxes(rng: np.random.Generator, count: int, most: int) -> np.ndarray:
    low = np.stack([rng.integers(0, SIZE[0] - 3, count), rng.integers(0, SIZE[1] - 3, count)], axis=1)
    return _inside(np.hstack([low, low + rng.integers(2, most, (count, 2))]).astype(np.float64))


def _inside(boxes: np.ndarray) -> np.ndarray:
    low = np.clip(boxes[:, :2], 0, np.array(SIZE) - 2)
    return np.hstack([low, np.clip(np.maximum(boxes[:, 2:], low + 1), 1, SIZE)])


def drawn_mask(rng: np.random.Generator, box: np.ndarray) -> dict[str, Any]:
    x0, y0, x1, y1 = box.astype(int)
    hw = rng.random((y1 - y0, x1 - x0)) < rng.choice([0.6, 0.95])
    hw[0, 0] = hw[-1, -1] = True
    return _rle.encode(hw, (int(x0), int(y0))) or {}


def _truth(
    rng: np.random.Generator, labels: np.ndarray, boxes: np.ndarray, crowd: np.ndarray, masks: bool, keypoints: bool
) -> TruthObjects:
    regions = [drawn_mask(rng, box) for box in boxes] if masks else None
    points = None
    if keypoints:
        places = boxes[:, None, :2] + rng.random((len(boxes), 3, 2)) * (boxes[:, None, 2:] - boxes[:, None, :2])
        points = np.concatenate([places, rng.integers(0, 3, (len(boxes), 3, 1))], axis=2)
    return TruthObjects(SIZE, labels, boxes, regions=regions, keypoints=points, crowd=crowd)


def _found(
    rng: np.random.Generator, labels: np.ndarray, boxes: np.ndarray, scores: np.ndarray, masks: bool, keypoints: bool,
    truth: TruthObjects,
) -> FoundObjects:  # fmt: skip
    regions, points = None, None
    if masks:
        same = [r for r in truth.regions or () if rng.random() < 0.5][: len(boxes)]
        regions = [*same, *(drawn_mask(rng, box) for box in boxes[len(same) :])]
    if keypoints:
        points = rng.random((len(boxes), 3, 3)) * [*SIZE, 1]
        points[..., 2] = 2
        for i in range(min(len(boxes), len(truth))):
            points[i, :, :2] = truth.keypoints[i, :, :2] + rng.normal(0, 4, (3, 2))
    areas = None
    if keypoints:  # COCO takes the extent of an answer's keypoints
        areas = np.ptp(points[..., :2], axis=1).prod(axis=1) if len(boxes) else np.zeros(0)
    return FoundObjects(SIZE, labels, boxes, regions=regions, keypoints=points, scores=scores, areas=areas)


def as_coco(
    truths: Sequence[TruthObjects], found: Sequence[FoundObjects], classes: int, likeness: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The content of a COCO annotation file and of a results file."""
    annotations = []
    for image, one in enumerate(truths):
        for i in range(len(one)):
            annotations.append(
                {"id": len(annotations) + 1, "image_id": image, "category_id": int(one.labels[i]),
                 "area": float(one.areas[i]), "iscrowd": int(one.crowd[i]), **_shape(one, i, likeness)}
            )  # fmt: skip
    results = [
        {"image_id": image, "category_id": int(one.labels[i]), "score": float(one.scores[i]),
         **_shape(one, i, likeness, answer=True)}
        for image, one in enumerate(found) for i in range(len(one))
    ]  # fmt: skip
    content = {
        "info": {},
        "images": [{"id": i, "width": SIZE[0], "height": SIZE[1]} for i in range(len(truths))],
        "categories": [{"id": c, "name": str(c)} for c in range(classes)],
        "annotations": annotations,
    }
    return content, results


def _shape(one: TruthObjects | FoundObjects, i: int, likeness: str, *, answer: bool = False) -> dict[str, Any]:
    x0, y0, x1, y1 = one.boxes_xyxy[i].tolist()
    shape: dict[str, Any] = {"bbox": [x0, y0, x1 - x0, y1 - y0]}
    if likeness == "region" and one.regions is not None:
        pixels = _rle.decode(dict(one.regions[i]), one.size_wh)
        shape = {**({} if answer else shape), "segmentation": coco_mask.encode(np.asfortranarray(pixels, np.uint8))}
    if likeness == "keypoints" and one.keypoints is not None:
        points = one.keypoints[i]
        shape = {**({} if answer else shape), "keypoints": points.ravel().tolist()}
        shape["num_keypoints"] = int((points[:, 2] > 0).sum())
    return shape


def evaluated(truths: Sequence[TruthObjects], found: Sequence[FoundObjects], classes: int, likeness: str) -> COCOeval:
    """pycocotools' evaluation, accumulated."""
    content, results = as_coco(truths, found, classes, likeness)
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = content
        coco.createIndex()
        if results:
            answers = coco.loadRes(results)
        else:
            answers = COCO()
            answers.dataset = {**content, "annotations": []}
            answers.createIndex()
        judge = COCOeval(coco, answers, KINDS[likeness])
        if likeness == "keypoints":
            judge.params.kpt_oks_sigmas = np.array(SIGMAS)
        judge.evaluate()
        judge.accumulate()
    return judge


def figures(truths: Truths, found: Found, classes: int, likeness: str = "box") -> list[float]:
    """pycocotools' summary: AP, AP50, AP75, AP small, medium, large, AR1, AR10, AR100, AR small, medium, large."""
    judge = evaluated(truths, found, classes, likeness)
    with contextlib.redirect_stdout(io.StringIO()):
        judge.summarize()
    return [float(value) for value in judge.stats]
