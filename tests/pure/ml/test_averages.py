"""Average precision and recall of objects against pycocotools, number by number."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models_registry.ml.averages import average_over
from models_registry.ml.object_matches import Rules, match_objects
from models_registry.ml.records import FoundObjects, TruthObjects
from tests.pure.ml.coco_reference import SIGMAS, evaluated, made_up

EVERY_KIND = ["plain", "ties", "crowd", "empty", "blank", "absent", "copies", "tiny"]
PERSON_RANGES = ("all", "medium", "large")


def assert_as_pycocotools(
    truths: list[TruthObjects], found: list[FoundObjects], classes: int, likeness: str = "box"
) -> None:
    person = likeness == "keypoints"
    rules = Rules(likeness, most=20, ranges=PERSON_RANGES, sigmas=SIGMAS) if person else Rules(likeness)
    ours = average_over(match_objects(truths, found, rules), classes, (20,) if person else (1, 10, 100))
    theirs = evaluated(truths, found, classes, likeness).eval
    # Theirs are (T, R, C, A, M); AP is read at the largest M.
    pairs = [
        (ours.precision, theirs["precision"][..., -1].transpose(3, 0, 2, 1)),
        (ours.score, theirs["scores"][..., -1].transpose(3, 0, 2, 1)),
        (ours.recall, theirs["recall"].transpose(2, 0, 1, 3)),
    ]
    for mine, other in pairs:
        np.testing.assert_allclose(np.nan_to_num(mine, nan=-1.0), other, atol=1e-6, rtol=0)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000), images=st.integers(1, 12), classes=st.integers(2, 4), kind=st.sampled_from(EVERY_KIND)
)
def test_boxes_equal_pycocotools(seed: int, images: int, classes: int, kind: str) -> None:
    assert_as_pycocotools(*made_up(seed, images, classes, kind), classes)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), images=st.integers(1, 6), kind=st.sampled_from(EVERY_KIND))
def test_masks_equal_pycocotools(seed: int, images: int, kind: str) -> None:
    assert_as_pycocotools(*made_up(seed, images, 2, kind, masks=True), 2, "region")


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), images=st.integers(1, 8), kind=st.sampled_from(EVERY_KIND))
def test_keypoints_equal_pycocotools(seed: int, images: int, kind: str) -> None:
    assert_as_pycocotools(*made_up(seed, images, 2, kind, keypoints=True), 2, "keypoints")
