"""Dealing into groups: exact over the stream, spread over labels, the same for an item whatever comes before it."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.engine.deal import ALL, Candidate, deal, fractions_of, largest_remainder

SPLIT = fractions_of({"train": 80, "validation": 10, "test": 10})


def stream(
    items: list[Candidate], shares: dict[str, Fraction], cuts: list[int]
) -> tuple[dict[str, str], dict[str, Counter[str]]]:
    """Deals batch after batch, keeping the counters as a store would."""
    counts: dict[str, Counter[str]] = {ALL: Counter()}
    groups: dict[str, str] = {}
    start, turn = 0, 0
    while start < len(items):
        size = cuts[turn % len(cuts)]
        batch = items[start : start + size]
        found = deal(batch, shares, counts).groups
        for c in batch:
            counts[ALL][found[c.item]] += 1
            counts.setdefault(c.label, Counter())[found[c.item]] += 1
        groups |= found
        start, turn = start + size, turn + 1
    return groups, counts


def test_largest_remainder_gives_whole_numbers_that_sum_to_the_total() -> None:
    assert largest_remainder(7, SPLIT) == {"train": 5, "validation": 1, "test": 1}
    assert largest_remainder(0, SPLIT) == {"train": 0, "validation": 0, "test": 0}


@pytest.mark.parametrize("cuts", [[1], [7, 1, 30], [50], [256]])
def test_counts_are_exact_however_the_stream_is_cut(cuts: list[int]) -> None:
    items = [Candidate(str(n), "abcdefghij"[n * 7 % 10]) for n in range(1000)]
    _, counts = stream(items, SPLIT, cuts)
    assert counts[ALL] == {"train": 800, "validation": 100, "test": 100}
    for label in "abcdefghij":
        assert all(abs(counts[label][name] - 100 * float(share)) <= 1 for name, share in SPLIT.items())


def test_small_and_decimal_percentages_get_their_items() -> None:
    items = [Candidate(str(n)) for n in range(20_000)]
    _, counts = stream(items, fractions_of({"train": 99.5, "test": 0.5}), [256])
    assert counts[ALL] == {"train": 19_900, "test": 100}
    _, counts = stream(items[:8000], fractions_of({"a": 12.5, "b": 87.5}), [100])
    assert counts[ALL] == {"a": 1000, "b": 7000}


@settings(max_examples=60, deadline=None)
@given(
    percents=st.lists(st.integers(1, 9999), min_size=2, max_size=5),
    labels=st.lists(st.sampled_from("abc"), min_size=1, max_size=120),
    cuts=st.lists(st.integers(1, 40), min_size=1, max_size=4),
)
def test_no_group_ever_exceeds_its_share_of_a_label_rounded_up(
    percents: list[int], labels: list[str], cuts: list[int]
) -> None:
    shares = fractions_of({f"g{n}": percent / 100 for n, percent in enumerate(percents)})
    items = [Candidate(str(n), label) for n, label in enumerate(labels)]
    groups, counts = stream(items, shares, cuts)
    assert len(groups) == len(items)
    for label, size in Counter(labels).items():
        for name, share in shares.items():
            assert counts[label][name] < share * size + 1


def test_few_items_of_many_labels_still_sum_to_the_shares() -> None:
    _, counts = stream([Candidate(str(n), "abcdefghij"[n % 10]) for n in range(50)], SPLIT, [1])
    assert counts[ALL] == {"train": 40, "validation": 5, "test": 5}


def test_the_order_of_a_batch_does_not_matter() -> None:
    items = [Candidate(str(n), "ab"[n % 2]) for n in range(60)]
    assert deal(items, SPLIT, {}).groups == deal(items[::-1], SPLIT, {}).groups
    assert deal(items, SPLIT, {}, seed=1).groups != deal(items, SPLIT, {}, seed=2).groups


def test_what_is_bound_takes_its_groups_share_and_a_shortfall_is_told_not_filled() -> None:
    items = [Candidate(str(n), bound="train" if n < 45 else None) for n in range(50)]
    found = deal(items, SPLIT, {})
    assert Counter(found.groups.values())["train"] == 45
    assert all(found.groups[str(n)] == "train" for n in range(45))
    assert found.shortfall["validation"] + found.shortfall["test"] == 5
    assert found.shortfall["train"] == 0


def test_items_of_one_group_stay_together() -> None:
    items = [Candidate(str(n), group_key="scene" if n % 3 == 0 else "") for n in range(90)]
    found = deal(items, SPLIT, {}, known_keys={"scene": "test"}).groups
    assert {found[str(n)] for n in range(0, 90, 3)} == {"test"}


@pytest.mark.parametrize("held_out", ["validation", "test"])
def test_what_is_bound_follows_its_scene_out_of_train(held_out: str) -> None:
    items = [Candidate(str(n), group_key="scene" if n < 5 else "", bound="train") for n in range(10)]
    found = deal(items, SPLIT, {}, known_keys={"scene": held_out})
    assert {found.groups[str(n)] for n in range(5)} == {held_out}
    assert {found.groups[str(n)] for n in range(5, 10)} == {"train"}


def test_a_scene_that_is_new_goes_where_what_is_bound_must_go() -> None:
    items = [Candidate(str(n), group_key="scene", bound="train" if n == 7 else None) for n in range(10)]
    assert set(deal(items, SPLIT, {}).groups.values()) == {"train"}


def test_a_scenes_group_that_is_no_more_does_not_bind() -> None:
    found = deal([Candidate("a", group_key="scene", bound="train")], SPLIT, {}, known_keys={"scene": "gone"})
    assert found.groups == {"a": "train"}


def test_shares_must_be_something() -> None:
    with pytest.raises(ValueError, match="positive"):
        fractions_of({"a": 0, "b": 0})
