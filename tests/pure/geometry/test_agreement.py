"""Agreement and consensus of several people on one image."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alp_site.lib.registry import discover
from datasets.geometry._agreement import Shape, agreement, consensus, matched

discover("datasets.geometry")
SIZE = (100, 100)


def box(x: float, y: float = 10, *, label: str = "wren", side: float = 20) -> Shape:
    return Shape("box", label, {"xyxy": [x, y, x + side, y + side], "angle": 0})


def named(label: str) -> Shape:
    return Shape("class", label)


def test_classes_agree_by_name_alone() -> None:
    assert agreement([named("owl")], [named("owl")], SIZE) == 1
    assert agreement([named("owl")], [named("wren")], SIZE) == 0


def test_two_who_say_nothing_agree_and_one_who_does_not_does_not() -> None:
    assert agreement([], [], SIZE) == 1
    assert agreement([], [box(1)], SIZE) == 0


def test_shapes_agree_by_type_label_and_overlap() -> None:
    assert agreement([box(10)], [box(12)], SIZE) == 1
    assert agreement([box(10)], [box(10, label="owl")], SIZE) == 0
    assert agreement([box(10)], [box(25)], SIZE) == 0
    assert agreement([box(10)], [box(10), box(60)], SIZE) == pytest.approx(2 / 3)


def test_each_shape_is_matched_once_and_the_most_alike_first() -> None:
    assert matched([box(10), box(14)], [box(13)], SIZE) == 1
    assert matched([box(10), box(14)], [box(11), box(15)], SIZE) == 2


SHAPES = st.lists(
    st.one_of(
        st.builds(box, st.integers(0, 75), st.integers(0, 75), label=st.sampled_from(["wren", "owl"])),
        st.builds(named, st.sampled_from(["wren", "owl"])),
    ),
    max_size=5,
)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(first=SHAPES, second=SHAPES)
def test_agreement_is_symmetric_within_bounds_and_full_with_itself(first: list[Shape], second: list[Shape]) -> None:
    found = agreement(first, second, SIZE)
    assert 0 <= found <= 1
    assert found == pytest.approx(agreement(second, first, SIZE))
    assert agreement(first, first, SIZE) == 1


@settings(max_examples=120, deadline=None, derandomize=True)
@given(votes=st.lists(SHAPES, min_size=2, max_size=5))
def test_a_consensus_keeps_at_most_one_shape_of_a_voter_a_group_and_only_majorities(votes: list[list[Shape]]) -> None:
    found = consensus(votes, SIZE)
    assert 0 <= found.score <= 1
    assert len(set(found.kept)) == len(found.kept)
    assert all(2 * count > len(votes) for count in found.votes)
    assert all(index < len(votes[voter]) for voter, index in found.kept)


def test_the_majority_is_kept_and_the_outlier_dropped() -> None:
    found = consensus([[named("owl")], [named("owl")], [named("wren")]], SIZE)
    assert found.score == pytest.approx(1 / 3)
    assert found.votes == (2,)
    assert found.kept[0][0] in (0, 1)


def test_the_shape_kept_is_the_one_most_like_the_others() -> None:
    found = consensus([[box(10)], [box(13)], [box(16)]], SIZE)
    assert found.kept == ((1, 0),)


def test_half_of_the_voters_is_no_majority() -> None:
    assert consensus([[box(10)], []], SIZE).kept == ()


def test_one_voter_is_no_consensus() -> None:
    with pytest.raises(ValueError, match="two voters"):
        consensus([[box(1)]], SIZE)
