"""What is told of two graphs: added, removed, changed; what only moved; connections found again without lasting ids."""

from __future__ import annotations

import copy
from typing import Any

from pipelines.engine.diff import diff
from pipelines.engine.graph import from_json

BASE: dict[str, Any] = {
    "nodes": [
        {"id": "a", "type": "dataset", "name": "Raw", "config": {"dir": "/x"}, "inputs": {"d": {"variable": "Raw"}}},
        {"id": "b", "type": "predict", "config": {"batch": 5, "keep": True}},
    ],
    "connections": [
        {"source": {"node": "a", "port": "item"}, "target": {"node": "b", "port": "item"}, "action": "left"},
        {"source": {"node": "b", "port": "item"}, "target": {"node": "b", "port": "item"}, "action": "again"},
    ],
    "triggers": [{"id": "t", "node": "a", "kind": "cron", "spec": {"cron": "0 9 * * 1"}}],
    "variables": [{"name": "Raw", "type": "Dataset", "value": None}],
}


def changed(edit: Any) -> Any:
    after = copy.deepcopy(BASE)
    edit(after)
    return diff(from_json(BASE), from_json(after))


def changes(difference: Any) -> list[tuple[str, list[tuple[str, Any, Any]]]]:
    return [
        (one.part.get("id") or one.part["name"], [(c.field, c.before, c.after) for c in one.changes])
        for one in difference.changed
    ]


def test_the_same_graph_has_no_difference() -> None:
    found = changed(lambda g: None)
    assert found.same
    assert found.moved == ()


def test_a_node_that_moves_on_the_canvas_is_the_same() -> None:
    found = changed(lambda g: g["nodes"][0].update(position={"x": 9, "y": 1}))
    assert found.same
    assert found.moved == ("a",)


def test_changed_keys_are_named_one_by_one() -> None:
    def edit(g: Any) -> None:
        g["nodes"][1]["config"] = {"batch": 7, "keep": 1, "new": [1]}
        g["nodes"][0]["inputs"] = {"d": {"fixed": "1"}}
        g["triggers"][0].update(spec={"cron": "0 8 * * 1"}, enabled=False)
        g["variables"][0].update(value="x", description="pictures")

    found = changed(edit)
    assert changes(found.nodes) == [
        ("a", [("inputs.d", {"variable": "Raw"}, {"fixed": "1"})]),
        ("b", [("config.batch", 5, 7), ("config.keep", True, 1), ("config.new", None, [1])]),
    ]
    assert changes(found.triggers) == [("t", [("spec.cron", "0 9 * * 1", "0 8 * * 1"), ("enabled", True, False)])]
    assert changes(found.variables) == [("Raw", [("value", None, "x"), ("description", "", "pictures")])]
    assert not found.connections


def test_added_and_removed_parts_come_whole() -> None:
    def edit(g: Any) -> None:
        g["nodes"][1]["id"] = "c"
        g["connections"] = []

    found = changed(edit)
    assert [part["id"] for part in found.nodes.added] == ["c"]
    assert [part["id"] for part in found.nodes.removed] == ["b"]
    assert len(found.connections.removed) == 2
    assert not found.connections.changed


def test_a_connection_keeps_its_identity_when_others_before_it_go() -> None:
    """Ids left out are given by the order, so a removed one renames those after it."""
    found = changed(lambda g: g["connections"].pop(0))
    assert [part["action"] for part in found.connections.removed] == ["left"]
    assert not found.connections.added
    assert not found.connections.changed


def test_a_connection_with_another_action_or_condition_is_changed() -> None:
    def edit(g: Any) -> None:
        g["connections"][0]["action"] = "right"
        g["connections"][1]["condition"] = '{"name": "x"}'

    found = changed(edit)
    assert changes(found.connections) == [
        ("c1", [("action", "left", "right")]),
        ("c2", [("condition", "{}", '{"name": "x"}')]),
    ]
    assert not found.connections.added
    assert not found.connections.removed
    assert all("_key" not in one.part for one in found.connections.changed)
