"""Average precision and recall of objects against pycocotools, number by number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models_registry.ml.averages import average_over
from models_registry.ml.object_matches import HIT, IGNORED, MISS, Rules, match_objects
from models_registry.ml.records import FoundObjects, TruthObjects
from tests.pure.ml.coco_reference import SIGMAS, SIZE, evaluated, made_up

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


def square(x: float, y: float, side: float = 20) -> list[float]:
    return [x, y, x + side, y + side]


def image(
    truth: list[tuple[list[float], bool]], found: list[tuple[list[float], float]]
) -> tuple[list[TruthObjects], list[FoundObjects]]:
    """One image, one class: (box, crowd) and (box, score)."""
    return (
        [TruthObjects(SIZE, [0] * len(truth), [box for box, _ in truth], crowd=[crowd for _, crowd in truth])],
        [FoundObjects(SIZE, [0] * len(found), [box for box, _ in found], scores=[score for _, score in found])],
    )


LEFT, RIGHT, BETWEEN, NEAR_LEFT = square(0, 0), square(4, 0), square(2, 0), square(-2, 0)
ADVERSARIAL = {
    "equally alike, the later is taken": image([(LEFT, False), (RIGHT, False)], [(BETWEEN, 0.9), (square(-2, 0), 0.8)]),
    "equally alike, the earlier is left": image(
        [(RIGHT, False), (LEFT, False)], [(BETWEEN, 0.9), (square(-2, 0), 0.8)]
    ),
    "an object goes before a crowd that is more alike": image([(LEFT, True), (RIGHT, False)], [(LEFT, 0.9)]),
    "a crowd takes any number": image([(square(0, 0, 100), True)], [(LEFT, 0.9), (RIGHT, 0.8), (square(50, 50), 0.7)]),
    "a crowd takes what its object left": image([(LEFT, False), (LEFT, True)], [(LEFT, 0.9), (LEFT, 0.9)]),
    "half is enough": image([(square(0, 0, 10), False)], [([0, 0, 10, 5], 0.5)]),
    "an object on the border of two sizes": image([(square(0, 0, 32), False)], [(square(0, 0, 31), 0.5)]),
    "more answers than are looked at": image(
        [(LEFT, False), (square(60, 60), False)],
        [*((square(100 + i % 30, 100), 0.9) for i in range(99)), (LEFT, 0.8), (square(60, 60), 0.7)],
    ),
    "no object, no answer": image([], []),
    "answers of a class that nobody marked": image([], [(LEFT, 0.4)]),
}


@pytest.mark.parametrize("case", ADVERSARIAL.values(), ids=ADVERSARIAL.keys())
def test_adversarial_cases_equal_pycocotools(case: tuple[list[TruthObjects], list[FoundObjects]]) -> None:
    assert_as_pycocotools(*case, 2)


def test_what_is_marked_as_ignored_is_matched_at_most_once_and_not_counted() -> None:
    """Unlike a crowd: the second answer in its place is wrong. pycocotools knows no such mark."""
    truth = TruthObjects(SIZE, [0, 0], [LEFT, square(60, 60)], ignored=[True, False])
    found = FoundObjects(SIZE, [0, 0, 0], [LEFT, LEFT, square(60, 60)], scores=[0.9, 0.8, 0.7])
    matches = match_objects([truth], [found])
    assert matches.state[0, 0].tolist() == [IGNORED, MISS, HIT]
    assert average_over(matches, 1).ap()[0] == pytest.approx(0.5)
