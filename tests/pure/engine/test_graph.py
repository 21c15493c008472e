"""Graphs as JSON, and everything ``validate`` complains about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pipelines.engine.graph import GraphFormatError, from_json, to_json
from pipelines.engine.ports import accepts, check_value
from pipelines.engine.spec import Execution, Node, NodeSpec, Outcome, Place, Port, Problem, Result, node_types, register
from pipelines.engine.validate import validate

UUID_A = "0190b6e0-0000-7000-8000-00000000000a"


@register
class Step(Node):
    spec = NodeSpec(
        type="pure.step", title="Step", category="Test",
        inputs=(Port("item", "Item"), Port("model", "Model", required=False)),
        outputs=(Port("item", "Item"), Port("count", "Integer")), actions={"item": ("yes", "no")},
        config_schema={"type": "object", "additionalProperties": False, "properties": {"p": {"type": "number"}}},
    )  # fmt: skip

    def compute(self, ctx: Any, batch: Sequence[Execution]) -> Sequence[Result]:
        return [Outcome(e.id, {"item": e.inputs["item"]}) for e in batch]


@register
class Timer(Node):
    spec = NodeSpec(type="pure.timer", title="Timer", category="Test", inputs=(Port("data", "Dataset"),))


@register
class Named(Node):
    """Its port has the name its configuration gives."""

    spec = NodeSpec(type="pure.named", title="Named", category="Test", config_schema={"type": "object"})

    def inputs(self, config: Any) -> tuple[Port, ...]:
        return (Port(config["name"], "Number"),)

    def validate(self, place: Place) -> list[Problem]:
        return [Problem("odd", "an odd name", node=place.node.id)] if place.node.config["name"] == "odd" else []


def step(node_id: str, **extra: Any) -> dict[str, Any]:
    return {"id": node_id, "type": "pure.step", **extra}


def link(source: str, target: str, **extra: Any) -> dict[str, Any]:
    (a, p), (b, q) = source.split("."), target.split(".")
    return {"source": {"node": a, "port": p}, "target": {"node": b, "port": q}, **extra}


CREATED = {"id": "t", "node": "a", "kind": "event", "spec": {"resource": "Item", "actions": ["created"]}}


def whole(**change: Any) -> dict[str, Any]:
    good = {"nodes": [step("a"), step("b")], "connections": [link("a.item", "b.item")], "triggers": [CREATED]}
    return {**good, **change}


def codes(graph: dict[str, Any]) -> list[str]:
    return [problem.code for problem in validate(from_json(graph))]


def test_json_there_and_back_is_the_same() -> None:
    text = whole(variables=[{"name": "v", "type": "Json", "value": {"a": [1]}}])
    text["nodes"][1]["inputs"] = {"model": {"variable": "v"}}
    once = to_json(from_json(text))
    assert to_json(from_json(once)) == once


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        ([], ""),
        ({"nodes": 3}, "nodes"),
        ({"nodes": [3]}, "nodes[0]"),
        ({"nodes": [{"type": "x"}]}, "nodes[0].id"),
        ({"nodes": [step("a", version=True)]}, "nodes[0].version"),
        ({"nodes": [step("a", inputs={"item": 3})]}, "nodes[0].inputs.item"),
        ({"nodes": [step("a", inputs={"item": {"variable": "x", "fixed": 1}})]}, "nodes[0].inputs.item"),
        ({"connections": [{"source": {}}]}, "connections[0].target"),
        ({"edges": []}, "edges"),
    ],
)
def test_malformed_json_is_refused_with_its_place(broken: Any, where: str) -> None:
    with pytest.raises(GraphFormatError) as error:
        from_json(broken)
    assert error.value.data["where"] == where


def test_sound_graph_has_no_problems() -> None:
    assert codes(whole()) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"nodes": [], "connections": [], "triggers": []}, "empty_graph"),
        ({"triggers": []}, "no_start_node"),
        ({"nodes": [step("a"), step("b"), step("b")]}, "duplicate_node"),
        ({"nodes": [step("a"), {"id": "b", "type": "pure.none"}]}, "unknown_node_type"),
        ({"nodes": [step("a"), step("b", version=9)]}, "unknown_node_type"),
        ({"nodes": [step("a"), step("b", config={"p": "high"})]}, "bad_config"),
        ({"nodes": [step("a"), step("b", config={"q": 1})]}, "bad_config"),
        ({"nodes": [step("a"), step("b"), step("c")]}, "input_unfilled"),
        ({"nodes": [step("a"), step("b", inputs={"item": {"fixed": UUID_A}})]}, "several_sources"),
        ({"nodes": [step("a"), step("b", inputs={"other": {"fixed": 1}})]}, "unknown_port"),
        ({"nodes": [step("a"), step("b", inputs={"model": {"fixed": "not an id"}})]}, "bad_value"),
        ({"nodes": [step("a"), step("b", inputs={"model": {"variable": "none"}})]}, "unknown_variable"),
        ({"connections": [link("a.item", "b.item", action="maybe")]}, "unknown_action"),
        ({"connections": [link("a.item", "b.item", condition="{")]}, "bad_condition"),
        ({"connections": [link("a.item", "b.item", condition="[1]")]}, "bad_condition"),
        ({"connections": [link("a.item", "x.item"), link("a.item", "b.item")]}, "unknown_node"),
        ({"connections": [link("a.none", "b.item")]}, "unknown_port"),
        ({"connections": [link("a.item", "b.none"), link("a.item", "b.item")]}, "unknown_port"),
        ({"connections": [link("a.count", "b.item")]}, "type_mismatch"),
        ({"triggers": [{**CREATED, "node": "x"}]}, "unknown_node"),
        ({"triggers": [{**CREATED, "kind": "sometimes"}]}, "bad_trigger"),
        ({"triggers": [{**CREATED, "mode": "twice"}]}, "bad_trigger"),
        ({"triggers": [{**CREATED, "spec": {"actions": ["made"]}}]}, "bad_trigger"),
        ({"triggers": [{"id": "t", "node": "a", "kind": "cron", "spec": {"cron": "every day"}}]}, "bad_trigger"),
        ({"triggers": [{**CREATED, "kind": "cron", "spec": {"cron": "0 9 * * 1"}}]}, "trigger_needs_inputs"),
        ({"triggers": [{"id": "t", "node": "a", "kind": "every_n", "spec": {"n": 0}}]}, "bad_trigger"),
        ({"triggers": [CREATED, CREATED]}, "duplicate_trigger"),
        ({"variables": [{"name": "v", "type": "Thing"}]}, "unknown_type"),
        ({"variables": [{"name": "v", "type": "Integer", "value": 1.5}]}, "bad_value"),
        ({"variables": [{"name": "v", "type": "Json"}, {"name": "v", "type": "Json"}]}, "duplicate_variable"),
    ],
)  # fmt: skip
def test_each_fault_has_its_code(change: dict[str, Any], code: str) -> None:
    assert code in codes(whole(**change))


def test_problem_says_which_node_and_port() -> None:
    graph = whole(connections=[link("a.count", "b.item")])
    problem = next(p for p in validate(from_json(graph)) if p.code == "type_mismatch")
    assert (problem.node, problem.port, problem.connection) == ("b", "item", "c1")
    assert problem.message == "a gives Integer where b takes Item."


def test_unreachable_node_is_a_warning_only() -> None:
    loop = [step("a"), step("b"), step("c")]
    links = [link("a.item", "b.item"), link("c.item", "c.item")]
    problems = validate(from_json(whole(nodes=loop, connections=links)))
    assert [(p.code, p.level) for p in problems] == [("unreachable", "warning")]


def test_loop_back_to_the_start_is_allowed() -> None:
    assert codes(whole(connections=[link("a.item", "b.item"), link("b.item", "a.item")])) == []


def test_clock_needs_a_value_in_its_variable() -> None:
    def graph(value: str | None) -> dict[str, Any]:
        return {
            "nodes": [{"id": "a", "type": "pure.timer", "inputs": {"data": {"variable": "d"}}}],
            "triggers": [{"id": "t", "node": "a", "kind": "cron", "spec": {"cron": "0 9 * * 1"}}],
            "variables": [{"name": "d", "type": "Dataset", "value": value}],
        }

    assert codes(graph(UUID_A)) == []
    assert codes(graph(None)) == ["variable_empty"]


def test_ports_follow_the_configuration_and_nodes_check_themselves() -> None:
    def graph(name: str) -> dict[str, Any]:
        return whole(
            nodes=[step("a"), {"id": "b", "type": "pure.named", "config": {"name": name}}],
            connections=[link("a.count", "b.best")],
        )

    assert codes(graph("best")) == []
    assert set(codes(graph("odd"))) == {"odd", "unknown_port", "input_unfilled"}


def test_variable_of_another_type_does_not_fit() -> None:
    nodes = [step("a"), step("b", inputs={"model": {"variable": "d"}})]
    assert codes(whole(nodes=nodes, variables=[{"name": "d", "type": "Dataset", "value": UUID_A}])) == ["type_mismatch"]


@pytest.mark.parametrize(
    ("target", "source", "fits"),
    [
        ("Item", "Item", True), ("Item", "Model", False), ("Json", "Model", True), ("Number", "Integer", True),
        ("Integer", "Number", False), ("Item[]", "Item[]", True), ("Item[]", "Item", False), ("Json[]", "Item[]", True),
    ],
)  # fmt: skip
def test_which_types_fit(target: str, source: str, fits: bool) -> None:
    assert accepts(target, source) is fits


@pytest.mark.parametrize(
    ("kind", "value", "good"),
    [
        ("Item", UUID_A, True), ("Item", "a", False), ("Item[]", [UUID_A], True), ("Item[]", [1], False),
        ("Boolean", 1, False), ("Integer", True, False), ("Integer", 2.0, True), ("Float", "1", False),
        ("Json", {"a": float("nan")}, False), ("Json", {"a": 1}, True), ("String", 3, False),
    ],
)  # fmt: skip
def test_which_values_fit(kind: str, value: Any, good: bool) -> None:
    assert (check_value(kind, value) is None) is good


def test_two_versions_of_a_type_live_side_by_side() -> None:
    @register
    class StepTwo(Step):
        spec = NodeSpec(type="pure.step", version=2, title="Step", category="Test", inputs=(Port("thing", "Item"),))

    assert {"pure.step@1", "pure.step@2"} <= set(node_types)
    assert codes(whole(nodes=[step("a"), step("b", version=2)], connections=[link("a.item", "b.thing")])) == []
