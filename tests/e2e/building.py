"""Building the Active Learning pipeline by hand: what a person drags and types to get the template's graph."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import expect

from tests.e2e.editor import Hands
from tests.house import ROOT

TEMPLATE = json.loads((ROOT / "pipelines" / "templates" / "active_learning.json").read_text("utf-8"))["graph"]

# Title in the palette, name, place on the canvas.
NODES = [
    ("Dataset", "Raw Data", 90, 60),
    ("Predict", "Predict Model", 290, 60),
    ("Annotation task", "Labeling Task (Active Learning)", 490, 60),
    ("QA task", "Review Task (Active Learning)", 700, 60),
    ("ML data split", "Model Data Split", 490, 200),
    ("Dataset", "Ground Truth", 700, 200),
    ("Create new model", "Create New Model", 90, 330),
    ("Train", "Train Model", 290, 330),
    ("Evaluate", "Evaluate: New Model", 490, 330),
    ("Evaluate", "Evaluate: Base Model", 490, 450),
    ("Compare models", "Compare Models", 700, 330),
    ("Update variable", "Update Variables", 700, 450),
]


def comparable(graph: dict[str, Any]) -> dict[str, Any]:
    """The graph with nodes by name, and nothing of ids and places."""
    names = {node["id"]: node["name"] for node in graph["nodes"]}
    nodes = {node["name"]: {k: v for k, v in node.items() if k not in ("id", "position")} for node in graph["nodes"]}
    connections = [
        {
            "source": {**one["source"], "node": names[one["source"]["node"]]},
            "target": {**one["target"], "node": names[one["target"]["node"]]},
            "action": one["action"],
            "condition": one["condition"],
        }
        for one in graph["connections"]
    ]
    triggers = [
        {**{k: v for k, v in one.items() if k != "id"}, "node": names[one["node"]]} for one in graph["triggers"]
    ]
    return {
        "nodes": nodes,
        "connections": sorted(connections, key=json.dumps),
        "triggers": sorted(triggers, key=json.dumps),
        "variables": graph["variables"],
    }


def place_nodes(hands: Hands) -> None:
    hands.canvas.click(position={"x": 20, "y": 20})
    for _ in range(4):
        hands.press("-")
    for title, name, x, y in NODES:
        hands.drop(title, x, y, name)


def set_up_nodes(hands: Hands) -> None:
    for task in ("Labeling Task (Active Learning)", "Review Task (Active Learning)"):
        hands.choose(task)
        for label, value in (("Items a batch", "5"), ("Items a person may hold", "7"), ("Priority (3 is high)", "2")):
            hands.setting(label).fill(value)
    hands.choose("Model Data Split")
    for n, (group, percent) in enumerate((("train", "80"), ("validation", "10"), ("test", "10")), 1):
        hands.setting(f"Name {n}").fill(group)
        hands.setting(f"Percent {n}").fill(percent)
    for label, on in (("Equal shares", False), ("Write the group on the item", True)):
        hands.setting(label).set_checked(not on)
        hands.setting(label).set_checked(on)
    hands.choose("Create New Model")
    name = next(node for node in TEMPLATE["nodes"] if node["id"] == "create_new_model")["config"]["model_name"]
    hands.setting("Name").fill(name)
    hands.choose("Update Variables")
    hands.setting("Variable").select_option("Best Model")
    expect(hands.port("Update Variables", "in Best Model")).to_be_visible()


def feed_inputs(hands: Hands) -> None:
    for node in TEMPLATE["nodes"]:
        for port, source in node["inputs"].items():
            title = "Dataset" if node["type"] == "dataset" else port
            hands.feed(node["name"], title, source["variable"])


def connect_all(hands: Hands) -> None:
    names = {node["id"]: node["name"] for node in TEMPLATE["nodes"]}
    for one in TEMPLATE["connections"]:
        source, target = one["source"], one["target"]
        hands.connect(names[source["node"]], source["port"], names[target["node"]], target["port"], one["action"] or "")


def add_triggers(hands: Hands) -> None:
    hands.choose("Raw Data")
    hands.side.get_by_role("button", name="Add a trigger").click()
    dialog = hands.page.get_by_role("dialog", name="New trigger of Raw Data")
    dialog.get_by_text("As JSON").click()
    dialog.get_by_label("Only items that match as JSON").fill('{"$and": [{"hidden": false}, {"type": "file"}]}')
    dialog.get_by_role("button", name="Add", exact=True).click()
    hands.choose("Create New Model")
    hands.side.get_by_role("button", name="Add a trigger").click()
    dialog = hands.page.get_by_role("dialog", name="New trigger of Create New Model")
    dialog.get_by_label("Kind").select_option("cron")
    dialog.get_by_label("When").fill("0 9 * * 1")
    dialog.get_by_role("button", name="Add", exact=True).click()


def build(hands: Hands) -> None:
    """The template's graph, from an empty canvas."""
    for one in TEMPLATE["variables"]:
        hands.variable(one["name"], one["type"], one["value"], one["description"])
    place_nodes(hands)
    set_up_nodes(hands)
    feed_inputs(hands)
    connect_all(hands)
    add_triggers(hands)
    hands.press("Escape")
    hands.canvas.click(position={"x": 20, "y": 20})
    hands.saved()
