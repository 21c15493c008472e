"""What nodes that compare note of each item, and what is made of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datasets.geometry._agreement import Shape
from pipelines.nodes._agreeing import LONGEST, agreed, agreement_so_far

SIZE = (1000, 1000)


def named(label: str) -> Shape:
    return Shape("class", label)


def box(label: str, x: float = 0) -> Shape:
    return Shape("box", label, {"xyxy": [x, 0, x + 4, 4], "angle": 0})


def noted(*votes: list[Shape], score: float = 1.0, of: str = "") -> dict[str, Any]:
    found = agreed(votes, SIZE, overlap=0.5, score=score, of=of)
    return json.loads(json.dumps(found))  # as it comes back from the database


def test_equal_units_are_kept_as_one_with_how_many_there_are() -> None:
    first, second = [box("wren", 0), box("wren", 10), box("owl", 20)], [box("wren", 0), box("wren", 10)]
    assert noted(first, second)["units"] == {
        "box": [[["", "owl"], 1], [["wren", "wren"], 2]],
        "class": [[["", ""], 1]],
    }


def test_kinds_have_an_alpha_each_and_classes_none_where_nobody_gave_one() -> None:
    boxes = [noted([box("wren"), box("owl", 10)], [box("wren"), box("wren", 10)], score=0.5)]
    (told,) = agreement_so_far(boxes)
    assert [figure.name for figure in told.values] == ["mean", "alpha"]
    assert told.values[1].value == pytest.approx(1 - 3 * 2 / (16 - 9 - 1))
    assert told.over == "1 item (2 units)"
    (told,) = agreement_so_far([*boxes, noted([named("day")], [named("day")]), noted([named("day")], [])])
    assert [figure.name for figure in told.values] == ["mean", "alpha (box)", "alpha (class)"]
    # The classes of three pictures: none for both, day for both, day for one.
    assert told.values[2].value == pytest.approx(1 - 5 * 2 / (36 - 9 - 9))
    assert told.over == "3 items (5 units)"


def test_where_nothing_was_labelled_alpha_is_not_defined() -> None:
    (told,) = agreement_so_far([noted([], [])])
    assert [(figure.value, figure.why) for figure in told.values] == [(1.0, ""), (None, "nothing was labelled yet")]
    assert agreement_so_far([]) == []
    assert agreement_so_far([{"other": 1}]) == [], "noted by another type that was here before"


def test_of_several_compared_one_after_the_other_the_newest_counts() -> None:
    old, new = noted([named("a")], [named("b")], score=0, of="old"), noted([named("a")], [named("a")], of="new")
    (told,) = agreement_so_far([new, old, new])
    assert (told.values[0].value, told.over) == (1.0, "2 items (2 units)")


def test_what_is_kept_of_an_item_is_bounded_and_what_was_too_much_is_told() -> None:
    crowd = [box(f"species {n:03}", 8 * n) for n in range(120)]
    found = noted(crowd, crowd)
    assert found["units"] is None
    most = noted(crowd[:80], crowd[:80])
    assert len(most["units"]["box"]) == 80
    assert len(json.dumps(most)) < LONGEST + 100
    (told,) = agreement_so_far([noted([box("wren")], [box("owl")], score=0), found])
    assert told.over == "2 items (1 unit); alpha without 1 crowded item"
    assert told.values[0].value == 0.5, "its share counts all the same"
