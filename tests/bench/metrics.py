"""Metrics of objects against pycocotools, faster-coco-eval and scikit-learn: how far apart, and how long each takes.

``BENCH_IMAGES`` (500), ``BENCH_CLASSES`` (80), ``BENCH_ANSWERS`` an image (100), ``BENCH_MASK_IMAGES`` (100) change the
sizes; ``BENCH_REPEATS`` (3) runs of each, the fastest counts. Reading files and making records is in nobody's time.
"""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable
from typing import Any

import faster_coco_eval
import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from sklearn.metrics import average_precision_score, f1_score, jaccard_score

from datasets.geometry import _rle
from models_registry.ml.averages import average_over, mean_of
from models_registry.ml.metrics.average_precision import AveragePrecision
from models_registry.ml.metrics.macro_f1 import MacroF1
from models_registry.ml.metrics.mean_iou import MeanIoU
from models_registry.ml.object_matches import Rules, match_objects
from models_registry.ml.object_paired import class_gains
from models_registry.ml.paired import Resampling
from models_registry.ml.records import ClassMap, FoundObjects, TruthObjects
from tests.bench import number, report, say
from tests.pure.ml.coco_reference import KINDS, as_coco, made_up

IMAGES, CLASSES, ANSWERS = number("IMAGES", 500), number("CLASSES", 80), number("ANSWERS", 100)
MASK_IMAGES, REPEATS = number("MASK_IMAGES", 100), number("REPEATS", 3)
SIZE = (640, 640)
EDGE_CASES = ("plain", "ties", "crowd", "empty", "blank", "absent", "copies", "tiny")


def main() -> None:
    report("metrics.max_abs_difference_pycocotools", max(edge_cases()), "", note="AP and AR arrays, made-up edge cases")
    report("metrics.max_abs_difference_sklearn", sklearn_difference(), "", note="average precision, macro F1, mean IoU")
    timed("box", *scene(IMAGES, CLASSES, ANSWERS), CLASSES)
    timed("region", *scene(MASK_IMAGES, 10, 40, masks=True), 10)
    resampled()


def edge_cases() -> list[float]:
    """The largest difference of any entry of precision, recall and score, over many small sets of every kind."""
    found = []
    for likeness, extra in (("box", {}), ("region", {"masks": True})):
        for kind in EDGE_CASES:
            for seed in range(10):
                truths, answers = made_up(seed, 10, 3, kind, **extra)
                found.append(difference(likeness, truths, answers, 3))
    return found


def difference(likeness: Any, truths: list[TruthObjects], found: list[FoundObjects], classes: int) -> float:
    ours = average_over(match_objects(truths, found, Rules(likeness)), classes)
    theirs = pycocotools(likeness, truths, found, classes)()
    pairs = [
        (ours.precision, theirs["precision"][..., -1].transpose(3, 0, 2, 1)),
        (ours.recall, theirs["recall"].transpose(2, 0, 1, 3)),
    ]
    return max(float(np.abs(np.nan_to_num(mine, nan=-1.0) - other).max()) for mine, other in pairs)


def sklearn_difference() -> float:
    rng = np.random.default_rng(0)
    probs, labels = rng.dirichlet(np.ones(10), 5000), rng.integers(0, 10, 5000)
    area, f1, iou = AveragePrecision(10), MacroF1(10), MeanIoU(10)
    area.update(probs, labels)
    f1.update(probs, labels)
    iou.update([ClassMap(labels.reshape(50, 100))], [ClassMap(probs.argmax(axis=1).reshape(50, 100))])
    guessed = probs.argmax(axis=1)
    expected = np.mean([average_precision_score(labels == c, probs[:, c]) for c in range(10)])
    return max(
        abs(area.compute() - float(expected)),
        abs(f1.compute() - float(f1_score(labels, guessed, average="macro"))),
        abs(iou.compute() - float(jaccard_score(labels, guessed, average="macro"))),
    )


def timed(likeness: Any, truths: list[TruthObjects], found: list[FoundObjects], classes: int) -> None:
    say(f"{likeness}: {len(truths)} images, {sum(map(len, truths))} objects, {sum(map(len, found))} answers")
    mine, ap = fastest(lambda: mean_of(average_over(match_objects(truths, found, Rules(likeness)), classes).ap()))
    others = {
        "pycocotools": pycocotools(likeness, truths, found, classes),
        "faster_coco_eval": faster(likeness, truths, found, classes),
    }
    report(f"metrics.{likeness}.seconds", round(mine, 3), "s", note=f"mAP {ap:.6f}")
    for name, run in others.items():
        seconds, theirs = fastest(run)
        precision = theirs["precision"][:, :, :, 0, -1]
        apart = abs(float(precision[precision > -1].mean()) - (ap or 0))
        report(
            f"metrics.{likeness}.seconds_{name}", round(seconds, 3), "s", baseline=round(mine, 3),
            ratio=round(seconds / mine, 2), note=f"mAP differs by {apart:.1e}",
        )  # fmt: skip


def resampled() -> None:
    """What a comparison of two detectors over 2,000 resamples of the images costs, matches at hand."""
    truths, found = scene(300, 10, 50)
    _, other = scene(300, 10, 50)
    pair = [match_objects(truths, side) for side in (found, other)]

    def run() -> int:
        draws = Resampling(300, seed=0, resamples=2000).weights()
        return sum(class_gains(*pair, range(10), range(10), weights).shape[1] for weights in draws)

    seconds, _ = fastest(run, 1)
    report("metrics.bootstrap.seconds", round(seconds, 2), "s", note="mAP of two models, 300 images, 2,000 resamples")


def fastest(run: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, Any]:
    seconds, value = [], None
    for _ in range(repeats):
        started = time.perf_counter()
        value = run()
        seconds.append(time.perf_counter() - started)
    return min(seconds), value


def pycocotools(likeness: Any, truths: Any, found: Any, classes: int) -> Callable[[], Any]:
    return _judge(COCO, COCOeval, likeness, truths, found, classes)


def faster(likeness: Any, truths: Any, found: Any, classes: int) -> Callable[[], Any]:
    return _judge(faster_coco_eval.COCO, faster_coco_eval.COCOeval_faster, likeness, truths, found, classes)


def _judge(files: Any, judge: Any, likeness: Any, truths: Any, found: Any, classes: int) -> Callable[[], Any]:
    """Everything read and indexed beforehand; the call evaluates and accumulates."""
    content, results = as_coco(truths, found, classes, likeness)
    with contextlib.redirect_stdout(io.StringIO()):
        truth = files()
        truth.dataset = content
        truth.createIndex()
        if results:
            answers = truth.loadRes(results)
        else:
            answers = files()
            answers.dataset = {**content, "annotations": []}
            answers.createIndex()

    def run() -> Any:
        with contextlib.redirect_stdout(io.StringIO()):
            one = judge(truth, answers, KINDS[likeness])
            one.evaluate()
            one.accumulate()
        return one.eval

    return run


def scene(
    images: int, classes: int, answers: int, *, masks: bool = False
) -> tuple[list[TruthObjects], list[FoundObjects]]:
    """Like a detector on COCO: seven objects an image, a long tail of classes, and always as many answers."""
    rng = np.random.default_rng(0)
    truths, found = [], []
    for _ in range(images):
        count = 1 + int(rng.poisson(6))
        boxes = _boxes(rng, count, 250 if masks else 500)
        labels = _long_tail(rng, count, classes)
        near = rng.integers(0, count, answers)
        sides = (boxes[near, 2:] - boxes[near, :2]).mean(axis=1, keepdims=True)
        moved = boxes[near] + np.round(
            rng.normal(0, 1, (answers, 4)) * sides * rng.choice([0.02, 0.1, 0.5], (answers, 1))
        )
        low = np.clip(np.minimum(moved[:, :2], moved[:, 2:]), 0, 630)
        guessed = np.hstack([low, np.clip(np.maximum(moved[:, :2], moved[:, 2:]), low + 2, 640)])
        named = np.where(rng.random(answers) < 0.7, labels[near], _long_tail(rng, answers, classes))
        regions = [[_blob(rng, box) for box in side] for side in (boxes, guessed)] if masks else [None, None]
        truths.append(TruthObjects(SIZE, labels, boxes, regions=regions[0]))
        found.append(FoundObjects(SIZE, named, guessed, regions=regions[1], scores=rng.random(answers).round(3)))
    return truths, found


def _blob(rng: np.random.Generator, box: np.ndarray) -> dict[str, Any]:
    """A mask with a smooth outline that fills the box, as things have."""
    x0, y0, x1, y1 = box.astype(int)
    row, column = np.mgrid[0 : y1 - y0, 0 : x1 - x0]
    y, x = (row + 0.5) / (y1 - y0) * 2 - 1, (column + 0.5) / (x1 - x0) * 2 - 1
    turn = np.arctan2(y, x) * rng.integers(2, 5) + rng.random() * 6
    hw = np.hypot(x, y) < 1 + 0.15 * np.sin(turn)
    hw[0, 0] = hw[-1, -1] = True
    return _rle.encode(hw, (int(x0), int(y0))) or {}


def _boxes(rng: np.random.Generator, count: int, most: int) -> np.ndarray:
    sides = np.round(rng.lognormal(3.9, 1, (count, 2)).clip(4, most))
    low = np.floor(rng.random((count, 2)) * (640 - sides))
    return np.hstack([low, low + sides])


def _long_tail(rng: np.random.Generator, count: int, classes: int) -> np.ndarray:
    return (rng.power(0.4, count) * classes).astype(np.int64)


if __name__ == "__main__":
    main()
