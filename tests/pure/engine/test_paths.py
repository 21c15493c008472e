"""Which connections values came by: alternatives, joins, loops."""

from __future__ import annotations

from typing import Any

from pipelines.engine.graph import Graph, from_json
from pipelines.engine.paths import Step, Way, came_by, index_of


def graph(*links: str) -> Graph:
    """``"id: a -> b.port"``."""
    nodes: set[str] = set()
    connections: list[dict[str, Any]] = []
    for text in links:
        name, _, rest = text.partition(": ")
        source, target = rest.split(" -> ")
        node, port = (*target.split("."), "item")[:2]
        nodes |= {source, node}
        ends = {"source": {"node": source, "port": "item"}, "target": {"node": node, "port": port}}
        connections.append({"id": name, **ends})
    return from_json({"nodes": [{"id": n, "type": "x"} for n in sorted(nodes)], "connections": connections})


def test_a_chain_is_told_connection_by_connection() -> None:
    steps = [
        Step("1", "a", None, ["x"], made=0, ended=1),
        Step("2", "b", "1", ["y"], made=1, ended=2),
        Step("3", "c", "2"),
    ]
    found = came_by(graph("x: a -> b", "y: b -> c"), steps)
    assert found == {"1": (), "2": (Way("x", "1"),), "3": (Way("y", "2"),)}


def test_alternatives_into_one_port_are_told_apart() -> None:
    steps = [
        Step("1", "a", None, ["x", "y"], ended=1),
        Step("2", "b", "1", index=0, made=1),
        Step("3", "b", "1", index=1, made=1),
    ]
    found = came_by(graph("x: a -> b", "y: a -> b"), steps)
    assert (found["2"], found["3"]) == ((Way("x", "1"),), (Way("y", "1"),))


def test_what_waited_at_a_join_is_found_though_it_was_made_later() -> None:
    """The right branch was made after the left one but ended before it: the left one started the join."""
    shape = graph("l: a -> left", "r: a -> right", "x: left -> j.a", "y: right -> j.b")
    steps = [
        Step("1", "a", None, ["l", "r"], made=0, ended=1),
        Step("2", "left", "1", ["x"], made=1, ended=5),
        Step("3", "right", "1", ["y"], made=1, ended=2),
        Step("4", "j", "2", made=5),
    ]
    assert came_by(shape, steps)["4"] == (Way("x", "2"), Way("y", "3"))


def test_a_join_in_a_loop_got_the_last_value_before_it_started() -> None:
    shape = graph("l: a -> j.a", "r: b -> j.b")
    steps = [
        Step("1", "b", None, ["r"], made=0, ended=1),
        Step("2", "a", None, ["l"], made=0, ended=2),
        Step("3", "j", "2", made=2),
        Step("4", "b", None, ["r"], made=3, ended=4),
        Step("5", "j", "4", made=4),
    ]
    found = came_by(shape, steps)
    assert found["3"] == (Way("l", "2"), Way("r", "1"))
    assert found["5"] == (Way("l", "2"), Way("r", "4"))


def test_index_of_reads_an_arrivals_key_only() -> None:
    assert [index_of(key) for key in ("s:n:2", "start:0", "sent:abc", "")] == [2, 0, 0, 0]
