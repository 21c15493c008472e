"""Lists whose elements go on one by one, and nodes that wait for all their inputs each time."""

from __future__ import annotations

import random
from collections import Counter
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.engine.graph import Graph, from_json
from pipelines.engine.spec import Node, NodeSpec, Port, register
from pipelines.engine.state import Claim, Counts, CycleState, Env, Finish, Start, step
from pipelines.engine.validate import validate
from pipelines.engine.wiring import read_wiring


def made(name: str, inputs: tuple[Port, ...], outputs: tuple[Port, ...], **more: Any) -> None:
    spec = NodeSpec(type=name, title=name, category="Test", inputs=inputs, outputs=outputs, **more)
    register(type(name, (Node,), {"spec": spec, "__module__": __name__}))


ONE, MANY = Port("item", "Item"), Port("items", "Item[]")
made("lists.source", (ONE,), (ONE, MANY), actions={"items": ("go",)})
made("lists.one", (ONE,), (ONE,))
made("lists.whole", (MANY,), (MANY,))
made("lists.pair", (Port("a", "Item"), Port("b", "Item")), (ONE,))
made("lists.barrier", (Port("a", "Item"), Port("b", "Item")), (ONE,), barrier=True)


def link(source: str, target: str, **more: Any) -> dict[str, Any]:
    (a, port), (b, to) = source.split("."), target.split(".")
    return {"source": {"node": a, "port": port}, "target": {"node": b, "port": to}, **more}


def graph_of(nodes: dict[str, str], links: list[dict[str, Any]]) -> Graph:
    return from_json({"nodes": [{"id": k, "type": f"lists.{v}"} for k, v in nodes.items()], "connections": links})


class Cycle:
    """One cycle whose executions the test finishes by hand, in the order it likes."""

    def __init__(self, graph: Graph, passes: Any = lambda connection, value: True) -> None:
        ids = count(1)
        self.env = Env(graph, lambda: f"e{next(ids)}", passes, wiring=read_wiring(graph))
        self.state = CycleState("c", Counts())

    def start(self, node: str, **arrived: Any) -> None:
        self.state, _ = step(self.state, Start(node, arrived, "s"), self.env)

    def ready(self, node: str | None = None) -> list[Any]:
        found = [e for e in self.state.executions.values() if e.status == "ready"]
        return [e for e in found if node is None or e.node_id == node]

    def finish(self, execution: Any, outputs: dict[str, Any], action: str | None = None) -> None:
        self.state, _ = step(self.state, Claim(execution.id, "t"), self.env)
        self.state, _ = step(self.state, Finish(execution.id, "t", outputs, action), self.env)


LISTS = st.lists(st.text("abcdef", min_size=1, max_size=3), max_size=12)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(values=LISTS, seed=st.integers(0, 2**32))
def test_each_element_of_a_list_arrives_once_and_the_whole_list_where_a_list_is_taken(
    values: list[str], seed: int
) -> None:
    links = [link("s.items", "one.item"), link("s.items", "whole.items"), link("s.item", "one.item")]
    cycle = Cycle(graph_of({"s": "source", "one": "one", "whole": "whole"}, links))
    cycle.start("s", item="x")
    cycle.finish(cycle.ready()[0], {"item": "x", "items": values})
    assert Counter(e.arrived["item"] for e in cycle.ready("one")) == Counter([*values, "x"])
    assert [e.arrived["items"] for e in cycle.ready("whole")] == [values]
    keys = [e.key for e in cycle.state.executions.values()]
    assert len(keys) == len(set(keys))
    todo = cycle.ready()
    random.Random(seed).shuffle(todo)
    for execution in todo:
        cycle.finish(execution, dict(execution.arrived))
    assert cycle.state.status == "done"
    assert cycle.state.counts.done == len(values) + 3


@settings(max_examples=60, deadline=None, derandomize=True)
@given(values=LISTS)
def test_a_condition_and_an_action_are_asked_of_each_element(values: list[str]) -> None:
    links = [link("s.items", "one.item", action="go", condition='{"name": "a"}')]
    cycle = Cycle(graph_of({"s": "source", "one": "one"}, links), lambda c, value: value.startswith("a"))
    cycle.start("s", item="x")
    cycle.finish(cycle.ready()[0], {"item": "x", "items": values}, "go")
    assert [e.arrived["item"] for e in cycle.ready("one")] == [v for v in values if v.startswith("a")]


def test_lists_may_feed_ports_of_their_elements_and_nothing_else() -> None:
    def codes(source: str, target: str, kind: str) -> set[str]:
        graph = graph_of({"s": "source", "t": kind}, [link(source, target)])
        return {p.code for p in validate(graph) if p.connection}

    assert codes("s.items", "t.item", "one") == set()
    assert codes("s.item", "t.items", "whole") == {"type_mismatch"}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(order=st.lists(st.sampled_from("ab"), max_size=30))
def test_a_barrier_starts_once_for_each_new_value_at_every_input(order: list[str]) -> None:
    """Against a plain model: a set of ports that have a value; full, it is one start and empty again."""
    nodes = {"a": "one", "b": "one", "j": "barrier"}
    cycle = Cycle(graph_of(nodes, [link("a.item", "j.a"), link("b.item", "j.b")]))
    held: dict[str, str] = {}
    wanted = []
    for number, port in enumerate(order):
        cycle.start(port, item=f"{port}{number}")
        (execution,) = cycle.ready(port)
        cycle.finish(execution, {"item": f"{port}{number}"})
        held[port] = f"{port}{number}"
        if len(held) == 2:
            wanted.append(held)
            held = {}
    assert [dict(e.arrived) for e in cycle.ready("j")] == wanted
    assert cycle.state.ports.get("j", {}) == held


def test_without_a_barrier_the_latest_values_stay() -> None:
    nodes = {"a": "one", "b": "one", "j": "pair"}
    cycle = Cycle(graph_of(nodes, [link("a.item", "j.a"), link("b.item", "j.b")]))
    for port, value in (("a", "1"), ("b", "2"), ("b", "3")):
        cycle.start(port, item=value)
        cycle.finish(cycle.ready(port)[0], {"item": value})
    assert [dict(e.arrived) for e in cycle.ready("j")] == [{"a": "1", "b": "2"}, {"a": "1", "b": "3"}]
