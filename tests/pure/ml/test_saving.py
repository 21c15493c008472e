"""Labels saved against chance, in worlds where the saving is known."""

from __future__ import annotations

import numpy as np
import pytest

from models_registry.ml.paired import Statistic, weighted_mean
from models_registry.ml.saving import Saved, labels_saved

PICTURES, SPREAD = 600, 0.008
SIZES = (50, 95, 140, 185, 230, 275)


def accuracy(labels: float) -> float:
    return float(1 - 1.6 * labels**-0.35)


def told(saving: float, draw: int, seeds: int = 3, by_chance: int = 150, resamples: int = 400) -> Saved:
    """A loop that needs ``1 - saving`` of the labels chance needs, seen once: through one test set, one training a
    version, a few by chance. Each picture is as hard for all models."""
    rng = np.random.default_rng([draw, 5])
    hard = rng.random(PICTURES)

    def model(labels: float) -> Statistic:
        skill = accuracy(labels) + SPREAD * rng.standard_normal()
        own_luck = rng.random(PICTURES) < 0.3  # where models of the same skill differ
        right = np.where(own_luck, rng.random(PICTURES), hard) < skill
        return weighted_mean(right.astype(np.float64))

    own = [(count, model(count / (1 - saving))) for count in SIZES]
    return labels_saved(
        own, by_chance, [model(by_chance) for _ in range(seeds)], PICTURES, seed=draw, resamples=resamples
    )


def test_a_saving_of_a_known_share_is_covered_and_told() -> None:
    found = [told(0.45, draw) for draw in range(40)]
    covered = [(one.low is None or one.low <= 0.45) and (one.high is None or one.high >= 0.45) for one in found]
    assert np.mean(covered) >= 0.85
    assert np.median([one.saving for one in found if one.saving is not None]) == pytest.approx(0.45, abs=0.1)
    assert np.mean([one.verdict == "saved" for one in found]) >= 0.5
    assert not [one for one in found if one.verdict == "costs"]


def test_where_choosing_saves_nothing_nothing_is_claimed() -> None:
    verdicts = [told(0.0, draw).verdict for draw in range(60)]
    assert verdicts.count("saved") <= 5, "one time in twenty by its level"
    assert verdicts.count("none") >= 50


def test_choosing_that_costs_labels_is_told() -> None:
    verdicts = [told(-0.8, draw, seeds=5).verdict for draw in range(20)]
    assert verdicts.count("saved") == 0
    assert verdicts.count("costs") >= 10


def certain(figure: float) -> Statistic:
    return lambda weights: np.full(weights.shape[1], figure)


def test_the_labels_are_read_from_the_rising_curve_between_versions() -> None:
    own = [(100, certain(0.5)), (50, certain(0.4)), (150, certain(0.48)), (200, certain(0.6))]
    found = labels_saved(own, 100, [certain(0.45), certain(0.45)], 10, resamples=50)
    # 100 and 150 are pooled to .49: .45 lies at 50 + 50 * .05 / .09
    assert found.reached == pytest.approx(50 + 50 * 5 / 9)
    assert found.saving == found.low == found.high == pytest.approx(1 - found.reached / 100)
    assert (found.verdict, found.at_most) == ("saved", False)


def test_versions_of_as_many_labels_count_as_their_mean() -> None:
    own = [(50, certain(0.3)), (50, certain(0.5)), (100, certain(0.6))]
    found = labels_saved(own, 200, [certain(0.5), certain(0.5)], 10, resamples=50)
    assert found.reached == pytest.approx(75)


def test_a_curve_that_begins_above_says_at_most_and_leaves_the_upper_end_open() -> None:
    found = labels_saved([(50, certain(0.7)), (90, certain(0.8))], 80, [certain(0.6)] * 2, 10, resamples=50)
    assert (found.reached, found.at_most, found.low, found.high) == (50, True, pytest.approx(0.375), None)


def test_a_curve_that_never_gets_there_claims_a_cost_only_where_it_is_longer() -> None:
    chance = [certain(0.9)] * 2
    short = labels_saved([(50, certain(0.5)), (90, certain(0.6))], 120, chance, 10, resamples=50)
    assert (short.reached, short.saving, short.low, short.verdict) == (None, None, None, "none")
    assert short.high == pytest.approx(0.25)
    long = labels_saved([(50, certain(0.5)), (200, certain(0.6))], 120, chance, 10, resamples=50)
    assert (long.verdict, long.high) == ("costs", pytest.approx(1 - 200 / 120))


def test_wider_luck_of_the_seed_widens_the_interval() -> None:
    own = [(50, certain(0.4)), (100, certain(0.6)), (150, certain(0.7))]
    near = labels_saved(own, 100, [certain(0.5), certain(0.501), certain(0.499)], 10, seed=1)
    far = labels_saved(own, 100, [certain(0.5), certain(0.53), certain(0.47)], 10, seed=1)
    assert near.verdict == "saved"
    assert far.verdict == "none"
    assert near.saving == pytest.approx(far.saving)


def test_one_seed_is_too_few() -> None:
    with pytest.raises(ValueError, match="two seeds"):
        labels_saved([(50, certain(0.4))], 100, [certain(0.5)], 10)
