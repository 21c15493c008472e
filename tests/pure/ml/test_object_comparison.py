"""Detectors compared: resampling is exact, the gate's clauses decide, and noise is a tie."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alp_site.lib.errors import Invalid
from models_registry.ml.averages import average_over
from models_registry.ml.object_comparison import ObjectContender, compare_objects
from models_registry.ml.object_matches import HIT, MISS, ObjectMatches, Rules, match_objects
from models_registry.ml.object_paired import WeightedObjectPrecision
from models_registry.ml.verdict import Verdict
from tests.pure.ml.coco_reference import made_up

NAMES = ["cat", "dog", "owl"]
AT_HALF = Rules(thresholds=(0.5,), ranges=("all",))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), images=st.integers(1, 10), kind=st.sampled_from(["plain", "crowd", "blank"]))
def test_weights_are_copies_of_images(seed: int, images: int, kind: str) -> None:
    truths, found = made_up(seed, images, 3, kind)
    weights = np.random.default_rng(seed).integers(0, 4, (images, 3)).astype(np.float32)
    matches = match_objects(truths, found)
    for column in range(3):
        copies = np.repeat(np.arange(images), weights[:, column].astype(int))
        again = average_over(match_objects([truths[i] for i in copies], [found[i] for i in copies]), 3)
        for c in range(3):
            for steps in ([0], list(range(10))):
                expected = np.mean([again.ap(0, step)[c] for step in steps])
                got = WeightedObjectPrecision(matches, c, steps)(weights)[column]
                np.testing.assert_allclose(got, expected, atol=1e-9)


def test_joined_parts_and_chosen_images_are_what_matching_them_gives() -> None:
    truths, found = made_up(3, 9, 3, "crowd")
    whole = match_objects(truths, found)
    parts = [match_objects(truths[a:b], found[a:b]) for a, b in ((0, 4), (4, 4), (4, 9))]
    chosen = np.array([7, 2, 5])
    again = match_objects([truths[i] for i in chosen], [found[i] for i in chosen])
    assert_same(ObjectMatches.join(parts), whole)
    first, second = (average_over(one, 3) for one in (whole.of_images(chosen), again))
    np.testing.assert_array_equal(first.precision, second.precision)
    np.testing.assert_array_equal(first.recall, second.recall)


def assert_same(one: ObjectMatches, two: ObjectMatches) -> None:
    for name, value in vars(one).items():
        np.testing.assert_array_equal(value, getattr(two, name))


def detector(seed: int, skill: float, images: int = 100, noise: int = 0) -> ObjectMatches:
    """A made-up detector's answers, matched. seed: of the truths and how hard each is; noise: of this detector's own
    luck. Each object is found with a chance that grows with skill; empty places are taken for objects now and then."""
    world, own = np.random.default_rng(seed), np.random.default_rng([seed, noise])
    image = np.repeat(np.arange(images), world.integers(0, 6, images))
    label = world.integers(0, 3, len(image))
    ease = world.normal(0, 1, len(image))
    hit = np.flatnonzero(ease + own.normal(0, 0.7, len(image)) < skill)
    wrong_image = np.repeat(np.arange(images), own.poisson(1.2, images))
    score = np.concatenate([own.beta(4, 2, len(hit)), own.beta(2, 4, len(wrong_image))])
    found_image = np.concatenate([image[hit], wrong_image])
    state = np.repeat([HIT, MISS], [len(hit), len(wrong_image)]).astype(np.uint8)
    partner = np.concatenate([hit, np.full(len(wrong_image), -1)])
    labels = np.concatenate([label[hit], own.integers(0, 3, len(wrong_image))])
    place = np.arange(len(score))
    return ObjectMatches(
        images=images, found_image=found_image, found_index=place, found_label=labels, rank=place, score=score,
        state=state[None, None], partner=partner[None], alike=(state == HIT) * 0.8,
        truth_image=image, truth_index=np.arange(len(image)), truth_label=label,
        counted=np.ones((1, len(image)), np.bool_),
    )  # fmt: skip


def judged(new: ObjectMatches, old: ObjectMatches, config: Any = None, resamples: int = 200, **kwargs: Any) -> Verdict:
    contenders = [ObjectContender(name, None, matches=one) for name, one in (("new", new), ("old", old))]
    return compare_objects(*contenders, NAMES, config, rules=AT_HALF, resamples=resamples, **kwargs)


def codes(verdict: Verdict) -> list[str]:
    return [reason.code for reason in verdict.reasons if not reason.passed]


def test_a_clearly_better_detector_is_promoted_with_its_figures() -> None:
    verdict = judged(detector(0, 1.2, noise=1), detector(0, 0.2, noise=2))
    assert verdict.action == "update model"
    assert verdict.interval is not None
    assert verdict.interval[0] < (verdict.gain or 0) < verdict.interval[1]
    assert verdict.interval[0] > 0.05
    assert verdict.only_candidate > verdict.only_incumbent
    assert verdict.kind == "objects"
    for row in verdict.per_class:  # bounds are of what changed: average precision
        assert row["lower_bound"] < row["average_precision_change"]
    assert verdict.metrics["candidate"]["recall"] > verdict.metrics["incumbent"]["recall"]
    json.dumps(verdict.as_dict())


def test_the_same_detector_twice_is_a_tie_and_a_worse_one_is_worse() -> None:
    same = detector(1, 0.5, noise=1)
    assert codes(judged(same, same)) == ["tie", "not_significant"]
    assert codes(judged(detector(1, -0.5, noise=2), same))[0] == "worse"


def test_the_first_values_are_those_of_the_evaluation() -> None:
    new, old = detector(2, 1.0, noise=1), detector(2, 0.3, noise=2)
    verdict = judged(new, old)
    for one, value in ((new, verdict.measures[0].candidate), (old, verdict.measures[0].incumbent)):
        assert value == pytest.approx(float(np.mean(average_over(one, 3).ap())), abs=1e-9)


def test_each_other_clause_alone_keeps_the_current_best() -> None:
    new, old = detector(3, 1.3, noise=1), detector(3, 0.2, noise=2)
    assert codes(judged(new, old, {"precision_recall": {"min_delta": 0.6}})) == ["gain_too_small", "not_significant"]
    assert codes(judged(new, old, {"minimum_items": 500})) == ["too_few"]
    few = detector(3, 1.3, images=12, noise=1), detector(3, -0.5, images=12, noise=2)
    assert "too_few" in codes(judged(*few))
    blind = spoiled(new, label=1)
    assert codes(judged(blind, old, {"guard": {"labels": ["dog"], "margin": 0.1}}))[-1] == "guard_broken"
    assert judged(new, old, {"guard": {"labels": ["dog"], "margin": 0.1}}).action == "update model"
    every = judged(blind, old, {"guard": {"every": True, "margin": 0.1}})
    assert sum(row["guarded"] for row in every.per_class) == sum(row["support"] > 0 for row in every.per_class) > 1
    assert "guard_broken" in codes(every)


def spoiled(matches: ObjectMatches, label: int) -> ObjectMatches:
    """The same detector, blind to one class."""
    state = matches.state.copy()
    state[:, :, matches.found_label == label] = MISS
    partner = np.where(matches.found_label == label, -1, matches.partner)
    return ObjectMatches(**{**vars(matches), "state": state, "partner": partner})


def test_later_candidates_need_more_and_one_label_can_decide() -> None:
    new, old = detector(4, 0.75, noise=1), detector(4, 0.3, noise=2)
    first, tenth = judged(new, old, k=1), judged(new, old, k=10)
    assert first.p == tenth.p
    assert first.alpha_k == pytest.approx(0.025)
    assert tenth.alpha_k == pytest.approx(0.05 / 110)
    one = judged(spoiled(new, 1), old, {"precision_recall": {"specific_label": "owl"}})
    assert one.metric == "average_precision of owl"
    assert one.measures[0].candidate == pytest.approx(float(average_over(new, 3).ap()[2]))


def test_what_cannot_be_compared_is_refused_by_name() -> None:
    new, old = detector(5, 0.5, noise=1), detector(5, 0.5, noise=2)
    for config, field in (
        ({"precision_recall": {"iou_threshold": 0.6}}, "precision_recall.iou_threshold"),
        ({"precision_recall": {"metric": "accuracy"}}, "metric"),
        ({"precision_recall": {"specific_label": "cow"}}, "label"),
    ):
        with pytest.raises(Invalid) as caught:
            judged(new, old, config)
        assert caught.value.data["field"] == field
    with pytest.raises(Invalid, match="same truth"):
        judged(new, detector(6, 0.5))


def test_an_untrained_base_is_beaten_without_a_test() -> None:
    base = ObjectContender("base", None, trained=False)
    new = ObjectContender("new", None, matches=detector(7, 0.5))
    assert compare_objects(new, base, NAMES).action == "update model"
    assert compare_objects(base, new, NAMES).action == "discard"


def test_noise_is_a_tie_and_a_real_gain_is_found() -> None:
    """100 images, 250 objects. Of two equally skilled detectors none is promoted in at least 95 % of 200 pairs; one
    with 11 points more of average precision is, in at least 80 % of 100."""
    noise = [judged(detector(s, 0.3, noise=1), detector(s, 0.3, noise=2)) for s in range(200)]
    ties = sum(verdict.action == "discard" for verdict in noise)
    real = [judged(detector(s, 0.67, noise=1), detector(s, 0.3, noise=2)) for s in range(100)]
    found = sum(verdict.action == "update model" for verdict in real)
    size = float(np.mean([verdict.gain for verdict in real]))
    assert (size, ties, found) == (pytest.approx(0.11, abs=0.005), Least(190), Least(80))


class Least(int):
    """Equal to every number that is not less."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and other >= int(self)

    __hash__ = int.__hash__
