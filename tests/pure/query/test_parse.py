"""The shape of filters, without fields or a database."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.errors import QueryInvalid
from datasets.query._parse import MAX_DEPTH, And, Leaf, Not, Or, parse
from datasets.query._sql import PathMatch, glob_pattern, like_pattern, sqlite_path


def test_dotted_and_nested_keys_are_one_path() -> None:
    dotted = parse({"metadata.system.tags.train": True})
    assert dotted == parse({"metadata": {"system": {"tags": {"train": True}}}})
    assert dotted == parse({"metadata": {"system.tags": {"train": {"$eq": True}}}})
    assert dotted == Leaf(("metadata", "system", "tags", "train"), "eq", True)


def test_a_level_is_the_and_of_its_keys() -> None:
    a, b, c = Leaf(("a",), "eq", 1), Leaf(("b",), "eq", 2), Leaf(("c",), "gt", 3)
    assert parse({"$or": [{"a": 1}, {"b": 2}], "$and": [{"c": {"$gt": 3}}]}) == And((Or((a, b)), And((c,))))
    assert parse({"c": {"$gt": 3, "$lt": 5}}) == And((c, Leaf(("c",), "lt", 5)))
    assert parse({}) == And(())


def test_ne_and_nin_are_negations() -> None:
    assert parse({"a": {"$ne": 1}}) == Not(Leaf(("a",), "eq", 1))
    assert parse({"a": {"$nin": [1]}}) == Not(Leaf(("a",), "in", [1]))


def test_match_holds_a_filter_of_the_element() -> None:
    inner = And((Leaf(("id",), "eq", "t"), Leaf(("metadata", "status"), "exists", False)))
    assert parse({"refs": {"$match": {"id": "t", "metadata": {"status": {"$exists": False}}}}}) == Leaf(
        ("refs",), "match", inner
    )


def deep(levels: int) -> dict[str, Any]:
    made: dict[str, Any] = {"a": 1}
    for _ in range(levels):
        made = {"$and": [made]}
    return made


@pytest.mark.parametrize(
    "bad",
    [
        [], None, "x", {"a..b": 1}, {".a": 1}, {"": 1}, {'a"b': 1}, {"a\\b": 1}, {"$eq": 1}, {"a": {"$regex": "x"}},
        {"a": {"$gt": True}}, {"a": {"$gt": [1]}}, {"a": {"$in": [[1]]}}, {"a": {"$eq": {"b": 1}}}, {"a": 2**64},
        {"a": float("nan")}, {"a": "\x00"}, {"a": "\ud800"}, {"a": {"$exists": "yes"}}, {"$or": [1]},
        {"a": {"$match": 3}}, deep(MAX_DEPTH + 2),
    ],
)  # fmt: skip
def test_a_malformed_filter_is_refused(bad: Any) -> None:
    with pytest.raises(QueryInvalid):
        parse(bad)


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())
NAMES = st.one_of(st.text(), st.sampled_from(["$and", "$or", "$in", "$match", "a"]))


@given(
    st.recursive(
        SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4))
    )
)
def test_whatever_is_sent_is_parsed_or_refused(anything: Any) -> None:
    with contextlib.suppress(QueryInvalid):
        parse(anything)


def test_patterns_are_spelled_for_each_database() -> None:
    assert glob_pattern("a?b[*]**c") == "a[?]b[[]*]*c"
    assert like_pattern("a%b_c\\d*") == "a\\%b\\_c\\\\d%"
    assert PathMatch.regex("/a/*/b.**") == r"^/a/[^/]*/b\..*$"
    assert sqlite_path(("user", "é b")) == '$."user"."\\u00e9 b"'
