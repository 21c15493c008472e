"""Slices: what they hold, the worst ones found, and chance not taken for a finding."""

from __future__ import annotations

import numpy as np
import pytest

from alp_site.lib.errors import Invalid
from models_registry.ml.slices import binned, metric_by_slice, slices_of, worst_slices

N = 600


def items(seed: int, bad: float = 0.5) -> tuple[np.ndarray, dict[str, list[object]]]:
    """Right or wrong at 90 %, but at ``bad`` in the folder "/night" with a wide lens."""
    rng = np.random.default_rng(seed)
    folder, lens = rng.choice(["/day", "/dusk", "/night"], N), rng.choice(["wide", "long"], N)
    chance = np.where((folder == "/night") & (lens == "wide"), bad, 0.9)
    noise = {f"random{i}": rng.integers(0, 5, N).tolist() for i in range(8)}
    return (rng.random(N) < chance).astype(float), {"folder": folder.tolist(), "lens": lens.tolist(), **noise}


def test_the_bad_slice_is_found_first_and_named_by_both_of_its_facts() -> None:
    values, facts = items(0)
    found = worst_slices(values, slices_of(facts, N, least=20, together=2))
    assert dict(found[0].slice.facts) == {"folder": "/night", "lens": "wide"}
    assert {"folder": "/night"} not in [dict(one.slice.facts) for one in found]  # bad by the same items only
    assert all(one.gap > 0 and one.q <= 0.1 and one.n >= 20 for one in found)
    exact = found[0]
    assert exact.mean == pytest.approx(values[exact.slice.items].mean())
    others = np.setdiff1d(np.arange(N), exact.slice.items)
    assert exact.rest == pytest.approx(values[others].mean())


def test_where_nothing_is_wrong_nothing_is_reported() -> None:
    alarms = 0
    for seed in range(40):
        values, facts = items(seed, bad=0.9)
        alarms += bool(worst_slices(values, slices_of(facts, N, least=20)))
    assert alarms <= 4


def test_small_slices_and_those_that_are_nearly_all_are_not_judged() -> None:
    values = np.ones(100)
    values[:10] = 0
    facts = {"folder": ["/few"] * 10 + ["/many"] * 90}
    assert worst_slices(values, slices_of(facts, 100), least=20) == []
    (found,) = worst_slices(values, slices_of(facts, 100), least=5)
    assert (found.n, found.mean, found.rest, found.gap, found.cost) == (10, 0, 1, 1, 10)


def test_items_without_a_value_count_nowhere() -> None:
    values = np.array([0.0] * 30 + [1.0] * 60 + [np.nan] * 10)
    facts = {"folder": ["/a"] * 30 + ["/b"] * 60 + ["/a"] * 10}
    (found,) = worst_slices(values, slices_of(facts, 100))
    assert (found.n, found.mean) == (30, 0)


def test_an_item_with_several_values_lies_in_several_slices_and_twins_are_one() -> None:
    facts = {"label": [["cat", "dog"], ["dog"], None, []], "folder": ["/x", "/y", "/x", "/x"]}
    found = {tuple(one.facts.items()): one.items.tolist() for one in slices_of(facts, 4)}
    assert found[("label", "cat"),] == [0]
    assert found[("label", "dog"),] == [0, 1]
    assert found[("folder", "/x"),] == [0, 2, 3]
    assert (("label", "cat"), ("folder", "/x")) not in found
    with pytest.raises(Invalid):
        slices_of({"folder": ["/x"]}, 4)


def test_numbers_become_ranges_with_about_as_many_items() -> None:
    found = binned([*range(100), None, float("nan")])
    assert found[-2:] == [None, None]
    assert sorted(found.count(name) for name in set(found) - {None}) == [25, 25, 25, 25]
    assert binned([7, 7, 7]) == ["7 to 7"] * 3
    assert len(set(binned([1] * 90 + [2] * 10))) == 2
    assert binned([None]) == [None]


def test_any_metric_can_be_had_by_slice() -> None:
    values = np.array([1.0, 0.0, 1.0])
    rows = metric_by_slice(slices_of({"folder": ["/a", "/b", "/a"]}, 3), lambda at: float(values[at].mean()))
    assert rows == [
        {"facts": {"folder": "/a"}, "n": 2, "value": 1.0},
        {"facts": {"folder": "/b"}, "n": 1, "value": 0.0},
    ]
