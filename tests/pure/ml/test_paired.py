"""Paired statistics against brute force and scipy, and the promises of the gate by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import average_precision_score

from models_registry.ml import paired


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_mcnemar_is_the_binomial_tail(b: int, c: int) -> None:
    expected = stats.binomtest(c, b + c, 0.5, alternative="greater").pvalue if b + c else 1.0
    assert paired.mcnemar_p(b, c) == pytest.approx(expected, rel=1e-8, abs=1e-300)


def test_alpha_is_spent_once_over_all_candidates() -> None:
    assert paired.alpha_at(1) == pytest.approx(0.025)
    assert sum(paired.alpha_at(k) for k in range(1, 20_000)) == pytest.approx(0.05, abs=1e-4)
    with pytest.raises(ValueError, match="from 1"):
        paired.alpha_at(0)


def test_twenty_equal_candidates_rarely_get_through() -> None:
    rng = np.random.default_rng(0)
    through = 0
    for _ in range(400):
        for k in range(1, 21):
            disagree = rng.binomial(1000, 0.1)
            c = rng.binomial(disagree, 0.5)
            through += paired.mcnemar_p(disagree - c, c) < paired.alpha_at(k)
    assert through / 400 <= 0.06


def test_e_value_grows_with_evidence_and_is_a_bet() -> None:
    assert paired.e_value(0, 0) == pytest.approx(1)
    assert paired.e_value(5, 30) > 20 > paired.e_value(10, 12)
    rng = np.random.default_rng(1)
    fair = [paired.e_value(12 - c, c) for c in rng.binomial(12, 0.5, 4000)]
    assert np.mean(fair) == pytest.approx(1, abs=0.25)


@given(seed=st.integers(0, 500), n=st.integers(2, 40), coarse=st.booleans())
def test_weighted_average_precision_is_that_of_the_repeated_sample(seed: int, n: int, coarse: bool) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 4, n) / 4 if coarse else rng.random(n)
    positive = rng.random(n) < 0.4
    positive[0] = True
    drawn = rng.integers(n, size=n)
    weights = np.bincount(drawn, minlength=n).astype(np.float32)[:, None]
    value = paired.WeightedAveragePrecision(scores, positive)(weights)[0]
    if positive[drawn].any():
        assert value == pytest.approx(average_precision_score(positive[drawn], scores[drawn]), abs=1e-6)
    else:
        assert np.isnan(value)


def test_bootstrap_agrees_with_scipy_on_a_mean() -> None:
    values = np.random.default_rng(0).exponential(size=120)
    ours = paired.bootstrap_interval(paired.weighted_mean(values), 120, seed=1, resamples=8000)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=8000, method="BCa", rng=1).confidence_interval
    np.testing.assert_allclose([ours.low, ours.high], [theirs.low, theirs.high], atol=0.02)


def test_bootstrap_over_groups_is_wider_when_groups_agree_in_themselves() -> None:
    groups = np.repeat(np.arange(20), 10)
    values = np.random.default_rng(2).normal(size=20)[groups]
    alone = paired.bootstrap_interval(paired.weighted_mean(values), 200, seed=0)
    together = paired.bootstrap_interval(paired.weighted_mean(values), 200, seed=0, groups=groups)
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_bootstrap_repeats_by_seed_and_a_constant_has_no_width() -> None:
    statistic = paired.weighted_mean(np.random.default_rng(3).normal(size=50))
    first, second = (paired.bootstrap_interval(statistic, 50, seed=4) for _ in range(2))
    assert first == second
    flat = paired.bootstrap_interval(paired.weighted_mean(np.zeros(30)), 30, seed=0)
    assert (flat.low, flat.high) == (0, 0)


def test_accuracy_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    inside = 0
    for seed in range(200):
        gains = rng.choice([-1, 0, 1], size=300, p=[0.05, 0.85, 0.1])
        found = paired.bootstrap_interval(paired.weighted_mean(gains), 300, seed=seed, resamples=500)
        inside += found.low <= 0.05 <= found.high
    assert 0.9 <= inside / 200 <= 0.99


def test_recall_bound_is_below_the_change_and_tightens_with_images() -> None:
    rng = np.random.default_rng(0)
    old, new = rng.random(400) < 0.8, rng.random(400) < 0.8
    small = paired.recall_change_bound(old[:40], new[:40])
    large = paired.recall_change_bound(old, new)
    assert small < new[:40].mean() - old[:40].mean()
    assert large > small - 0.05
    assert paired.recall_change_bound(old, old) > -0.02
    assert paired.recall_change_bound(old[:0], new[:0]) == -1
    assert paired.recall_change_bound(np.ones(10, bool), np.zeros(10, bool)) < -0.6


def test_newcombe_interval_matches_his_worked_example() -> None:
    """Newcombe 1998, table II, method 10: 36, 12, 2, 0 of 50 gives -0.2 ... 95 % two-sided 0.0569 to 0.3404."""
    old = np.array([True] * 48 + [False] * 2)
    new = np.array([True] * 36 + [False] * 12 + [True] * 2)
    two_sided = 0.975
    assert -paired.recall_change_bound(new, old, two_sided) == pytest.approx(-0.0569, abs=2e-3)


def test_smallest_gain_is_the_planning_formula() -> None:
    assert paired.smallest_gain(0.05, 1000) == pytest.approx(2.5 * (0.05 / 1000) ** 0.5)
    assert paired.smallest_gain(0.0, 100) > 0
