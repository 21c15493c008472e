"""A cell of the confusion matrix of objects and the images behind it agree, on random answers."""

from __future__ import annotations

import numpy as np
import pytest

from models_registry.ml.metrics.object_report import evaluate_objects
from models_registry.ml.records import FoundObjects, TruthObjects
from models_registry.ml.shape_items import cell_images

NAMES = ["cat", "dog", "bird"]
SIZE = (64, 64)


@pytest.mark.parametrize("seed", range(5))
def test_a_cell_counts_something_exactly_where_it_names_an_image(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truths, found = [], []
    for _ in range(12):
        corners = rng.integers(0, 40, (int(rng.integers(0, 4)), 2))
        boxes = [[int(x), int(y), int(x) + 12, int(y) + 12] for x, y in corners]
        truths.append(TruthObjects(SIZE, rng.integers(0, 3, len(boxes)), boxes))
        said = [[x + int(rng.integers(0, 3)), y, x2, y2] for x, y, x2, y2 in boxes if rng.random() < 0.8]
        said += [[0, 50, 10, 60]] * int(rng.integers(0, 2))
        found.append(FoundObjects(SIZE, rng.integers(0, 3, len(said)), said, scores=rng.random(len(said))))
    done = evaluate_objects(truths, found, NAMES, threshold=0.4)
    counts = np.array(done.report["confusion_matrix"])
    assert counts.sum() > 0
    places: list[int | None] = [0, 1, 2, None]
    for row, truth in enumerate(places):
        for column, predicted in enumerate(places):
            if truth is None and predicted is None:
                continue
            images = cell_images(done.table, 0.4, truth, predicted)
            assert images.any() == (counts[row, column] > 0), (truth, predicted)
            assert images.sum() <= counts[row, column]
