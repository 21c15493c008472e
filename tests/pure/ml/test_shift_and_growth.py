"""Shift of a model's answers against scipy, and how often it is called where there is none; the curve of growth against
curves that are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models_registry.ml.growth import expected_gain, exponent_of
from models_registry.ml.shift import ks_distance, ks_p, largest_shift


@settings(max_examples=80, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 200), m=st.integers(1, 200), steps=st.sampled_from([3, 20, 10**6]))
def test_the_distance_is_that_of_scipy_ties_and_all(seed: int, n: int, m: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.integers(0, steps, n) / steps, rng.integers(0, steps, m) / steps
    assert ks_distance(one, other) == pytest.approx(stats.ks_2samp(one, other).statistic)


@pytest.mark.parametrize(("n", "m"), [(30, 20), (100, 40), (200, 1000)])
@pytest.mark.parametrize("times", [0.6, 1.0, 1.36, 1.63, 2.0])
def test_the_p_is_about_that_of_the_exact_test(n: int, m: int, times: float) -> None:
    """The correction is an approximation; the exact p of distances that two such samples can have is the reference."""
    one = np.arange(n) / n
    distance = times * np.sqrt((n + m) / (n * m))
    other = np.clip(np.arange(m) / m + distance, None, 2.0)
    exact = stats.ks_2samp(one, other, method="exact")
    assert ks_p(exact.statistic, n, m) == pytest.approx(exact.pvalue, rel=0.35, abs=0.02)


def test_equal_pictures_are_called_another_kind_no_oftener_than_was_asked() -> None:
    rng = np.random.default_rng(7)
    calls = 0
    for _ in range(400):
        before, now = rng.dirichlet([0.3] * 4, 120), rng.dirichlet([0.3] * 4, 80)
        calls += largest_shift(before, now).p < 0.05
    assert calls <= 30, "400 times 5 % are 20; 30 is past the 98th percentile"


def test_a_class_that_comes_oftener_is_named() -> None:
    rng = np.random.default_rng(3)
    before, now = rng.dirichlet([1, 1, 1], 200), rng.dirichlet([1, 1, 6], 100)
    found = largest_shift(before, now)
    assert (found.column, found.p < 1e-6, found.distance > 0.4) == (2, True, True)
    before[0, 0] = np.nan
    assert largest_shift(before, now).distance == pytest.approx(found.distance, abs=0.02), (
        "what was not read is left out"
    )


@pytest.mark.parametrize("shape", [(0, 2), (5, 3)])
def test_samples_that_do_not_compare_are_an_error(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="same columns"):
        largest_shift(np.ones((5, 2)), np.ones(shape))


@pytest.mark.parametrize("b", [0.1, 0.35, 0.8])
def test_the_exponent_of_a_power_law_is_found_and_its_gain_is_the_curves(b: float) -> None:
    points = [(n, 1 - 0.9 * n**-b) for n in (20, 40, 80, 160)]
    found = exponent_of(points)
    assert found == pytest.approx(b)
    gain = expected_gain(b, points[-1], 160, 320)
    assert gain == pytest.approx(0.9 * (160**-b - 320**-b))
    assert expected_gain(b, points[-1], 200, 320) < gain, "what was tried already is not gained again"


def test_two_sizes_tell_nothing_and_a_line_that_does_not_fall_promises_nothing() -> None:
    assert exponent_of([(10, 0.5), (10, 0.6), (20, 0.7), (20, 0.6)]) is None
    assert exponent_of([]) is None
    assert exponent_of([(10, 0.9), (20, 0.8), (40, 0.7)]) == 0.0
    assert expected_gain(0.0, (40, 0.7), 40, 4000) == 0.0
    assert expected_gain(0.5, (40, 0.7), 40, 40) == expected_gain(0.5, (40, 0.7), 50, 40) == 0.0
    assert expected_gain(0.5, (40, 1.0), 40, 4000) == 0.0, "there is no error left"
