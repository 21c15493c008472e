"""Krippendorff's alpha against published figures and its kin, and what counts as one unit on a picture."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from alp_site.lib.registry import discover
from datasets.geometry._agreement import Shape
from datasets.geometry._base import TYPES
from datasets.geometry._chance import NOTHING, Unit, krippendorff_alpha, units_of

discover("datasets.geometry")
SIZE = (100, 100)
Rows = Sequence[Sequence[Hashable | None]]


def alpha(by_rater: Rows) -> float | None:
    return krippendorff_alpha((values, 1) for values in zip(*by_rater, strict=True)).value


def read(*lines: str) -> list[list[str | None]]:
    return [[None if value == "." else value for value in line.split()] for line in lines]


# --- the figure


@pytest.mark.parametrize(
    ("rows", "published"),
    [
        (("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"), 0.095),  # Krippendorff 2011, A: binary
        (("a a b b d c c c e d d a", "b a b b b c c c e d d d"), 0.692),  # B: nominal, two observers
        (
            (
                "1 2 3 3 2 1 4 1 2 . . .",
                "1 2 3 3 2 2 4 1 2 5 . 3",
                ". 3 3 3 2 3 4 2 2 5 1 .",
                "1 2 3 3 2 4 4 1 2 5 1 .",
            ),
            0.743,
        ),  # C: nominal, four observers, missing values
    ],
)
def test_alpha_is_as_published(rows: tuple[str, ...], published: float) -> None:
    assert alpha(read(*rows)) == pytest.approx(published, abs=0.0005)


def test_a_unit_that_one_alone_judged_is_left_out() -> None:
    found = krippendorff_alpha([(("a", "a"), 3), (("a", "b"), 1), (("c", None), 50), ((None, None), 1)])
    assert found == krippendorff_alpha([(("a", "a"), 3), (("a", "b"), 1)])
    assert found.units == 4


def test_where_nothing_can_differ_alpha_is_not_defined_and_says_why() -> None:
    assert krippendorff_alpha([]).why == "nothing was judged by two"
    found = krippendorff_alpha([(("a", "a", "a"), 20)])
    assert (found.value, found.units) == (None, 20)
    assert "all said the same" in found.why


def test_two_raters_who_use_the_values_equally_often_have_cohens_kappa() -> None:
    rng = np.random.default_rng(3)
    first = rng.integers(0, 4, 4000)
    second = first.copy()
    some = rng.choice(4000, 1500, replace=False)
    second[some] = second[rng.permutation(some)]  # others' values among themselves: the margins stay
    kappa = float(cohen_kappa_score(first, second))
    found = alpha([first.tolist(), second.tolist()])
    assert 0.5 < kappa < 0.95
    assert found == pytest.approx(kappa + (1 - kappa) / 8000, abs=1e-12)


def test_more_raters_have_fleiss_kappa() -> None:
    """The example of Fleiss' kappa that is in every text book: 14 raters, 10 subjects, 5 categories, kappa 0.210."""
    table = [
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    ]  # fmt: skip
    found = krippendorff_alpha(([c for c, n in enumerate(row) for _ in range(n)], 1) for row in table).value
    assert found == pytest.approx(0.210 + (1 - 0.210) / 140, abs=0.0005)


VALUES = st.sampled_from(["a", "b", "c", None])
TABLES = st.integers(2, 5).flatmap(lambda raters: st.lists(st.tuples(*[VALUES] * raters), min_size=1, max_size=12))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(units=TABLES, seed=st.integers(0, 1000))
def test_neither_who_rates_nor_what_the_values_are_called_nor_the_order_matters(
    units: list[tuple[str | None, ...]], seed: int
) -> None:
    rng, before = random.Random(seed), krippendorff_alpha((values, 1) for values in units)
    called = {"a": "c", "b": "a", "c": "b", None: None}
    raters = rng.sample(range(len(units[0])), len(units[0]))
    other = [[called[values[r]] for r in raters] for values in rng.sample(units, len(units))]
    after = krippendorff_alpha((values, 1) for values in other)
    assert (after.value is None) == (before.value is None)
    assert after.value == pytest.approx(before.value)
    assert after.units == before.units
    twice = krippendorff_alpha([(values, 2) for values in units])
    repeated = krippendorff_alpha([(values, 1) for values in (*units, *units)])
    assert twice.units == 2 * before.units
    assert twice.value == pytest.approx(repeated.value)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(units=TABLES)
def test_alpha_is_one_for_full_agreement_and_never_more(units: list[tuple[str | None, ...]]) -> None:
    found = krippendorff_alpha((values, 1) for values in units).value
    assert found is None or found <= 1
    agreed = [tuple(None if value is None else next(v for v in values if v) for value in values) for values in units]
    full = krippendorff_alpha((values, 1) for values in agreed).value
    assert full is None or full == pytest.approx(1)
    if found == 1:
        assert all(len({v for v in values if v is not None}) < 2 for values in units)


def test_chance_is_nought() -> None:
    rng = np.random.default_rng(0)
    found = alpha([rng.choice(3, 4000, p=[0.8, 0.15, 0.05]).tolist() for _ in range(3)])
    assert found == pytest.approx(0, abs=0.03)


# --- the units of a picture


def box(x: float, y: float = 10, *, label: str = "wren", side: float = 20) -> Shape:
    return Shape("box", label, {"xyxy": [x, y, x + side, y + side], "angle": 0})


def named(label: str) -> Shape:
    return Shape("class", label)


def values(*votes: Sequence[Shape], least: float = 0.5, kind: str = "box") -> list[tuple[str, ...]]:
    return sorted(unit.values for unit in units_of(votes, SIZE, least) if unit.kind == kind)


def test_the_classes_of_a_picture_are_one_value_a_rater() -> None:
    both = [named("wren"), named("owl")]
    assert units_of([both, both[::-1], [named("owl")]], SIZE) == [
        Unit("class", ("owl\x1fwren", "owl\x1fwren", "owl")),
    ]
    assert units_of([[named("owl")], []], SIZE) == [Unit("class", ("owl", NOTHING))]


def test_what_lies_at_one_place_is_one_unit_whatever_it_is_called() -> None:
    assert values([box(10)], [box(12, label="owl")]) == [("wren", "owl")]
    assert values([box(10)], []) == [("wren", NOTHING)]
    assert values([box(10)], [box(60)]) == [(NOTHING, "wren"), ("wren", NOTHING)]
    assert values([box(10)], [Shape("ellipse", "wren", {"center": [20, 20], "radii": [10, 10], "angle": 0})]) == [
        ("wren", NOTHING),
    ]


def test_the_most_alike_belong_together_and_of_equals_those_of_one_label() -> None:
    assert values([box(10), box(14, label="owl")], [box(13, label="owl"), box(9)]) == [
        ("owl", "owl"), ("wren", "wren"),
    ]  # fmt: skip
    assert values([box(10), box(10, label="owl")], [box(10, label="owl"), box(10)]) == [
        ("owl", "owl"), ("wren", "wren"),
    ]  # fmt: skip


def test_each_of_a_place_lies_like_every_other() -> None:
    assert values([box(10)], [box(15)], [box(20)], least=0.5) == [(NOTHING, NOTHING, "wren"), ("wren", "wren", NOTHING)]
    assert values([box(10)], [box(13)], [box(16)], least=0.5) == [("wren", "wren", "wren")]


def test_points_have_their_own_measure() -> None:
    at = [Shape("point", label, {"xy": [x, 50]}) for label, x in (("eye", 20), ("eye", 20.5), ("beak", 70))]
    assert values([at[0]], [at[1], at[2]], kind="point") == [(NOTHING, "beak"), ("eye", "eye")]


SHAPES = st.lists(
    st.one_of(
        st.builds(box, st.integers(0, 40), st.integers(0, 40), label=st.sampled_from(["wren", "owl"])),
        st.builds(named, st.sampled_from(["wren", "owl"])),
    ),
    max_size=5,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(votes=st.lists(SHAPES, min_size=2, max_size=4), seed=st.integers(0, 1000))
def test_units_hold_every_shape_once_whoever_the_raters_are(votes: list[list[Shape]], seed: int) -> None:
    units = units_of(votes, SIZE)
    for rater, vote in enumerate(votes):
        said = Counter(unit.values[rater] for unit in units if unit.kind == "box")
        del said[NOTHING]
        assert said == Counter(one.label for one in vote if one.type == "box")
    raters = random.Random(seed).sample(range(len(votes)), len(votes))
    other = units_of([votes[r] for r in raters], SIZE)
    assert Counter(other) == Counter(Unit(u.kind, tuple(u.values[r] for r in raters)) for u in units)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(vote=SHAPES)
def test_who_agrees_with_themselves_agrees_everywhere(vote: list[Shape]) -> None:
    assert all(len(set(unit.values)) == 1 for unit in units_of([vote, vote], SIZE))


def test_what_lies_far_apart_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crowded picture must not hold a transaction up: of 22,500 pairs few come near each other."""
    rng, measured = np.random.default_rng(1), 0
    votes = [[box(float(x), float(y), side=3) for x, y in rng.uniform(0, 95, (150, 2))] for _ in range(2)]
    iou = TYPES.get("box").iou

    def counted(*args: Any) -> float:
        nonlocal measured
        measured += 1
        return iou(*args)

    monkeypatch.setattr(TYPES.get("box"), "iou", counted)
    units_of(votes, SIZE)
    assert 0 < measured < 200
