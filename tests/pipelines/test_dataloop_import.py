"""Dataloop's pipeline files: its Active Learning template as its files are written, and what has no twin here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from alp_site.people.models import Project
from pipelines.engine.graph import to_json
from pipelines.engine.triggers import EVENT_RESOURCES
from pipelines.formats._dataloop_triggers import EVENTS
from pipelines.models import Pipeline
from pipelines.services.code import problems_in
from pipelines.services.templates import get_template
from tests.pipelines import test_interchange
from tests.pipelines.test_interchange import imported, theirs, wire

api = test_interchange.api
FILE = Path(__file__).with_name("dataloop_alp.json")


def shape(graph: dict[str, Any]) -> dict[str, Any]:
    """What a graph is, without its ids and places."""
    names = {node["id"]: node["name"] for node in graph["nodes"]}

    def end(one: dict[str, str]) -> tuple[str, str]:
        return names[one["node"]], one["port"]

    return {
        "nodes": {node["name"]: (node["type"], node["config"], node["inputs"]) for node in graph["nodes"]},
        "connections": {
            (*end(c["source"]), c["action"], *end(c["target"]), c["condition"]) for c in graph["connections"]
        },
        "triggers": [(names[t["node"]], t["kind"], t["mode"], t["overlap"], t["spec"]) for t in graph["triggers"]],
        "variables": {v["name"]: (v["type"], v["value"]) for v in graph["variables"]},
    }


def test_their_template_file_when_imported_then_it_is_the_one_of_our_gallery(api: APIClient, project: Project) -> None:
    said = imported(api, project, {"document": json.loads(FILE.read_text())})
    ours = shape(to_json(get_template("active_learning").parsed()))
    assert shape(said["graph"]) == ours
    assert {(note["level"], note["where"]) for note in said["notes"]} == {
        ("to_do", name) for name in ("Raw Dataset", "Best Model", "Ground Truth Dataset")
    }
    assert {problem["code"] for problem in said["problems"]} == {"variable_empty"}
    stored = Pipeline.objects.get(pk=said["pipeline"])
    assert (stored.name, len(stored.draft["nodes"]), len(stored.draft["connections"])) == (
        "Active Learning Pipeline", 12, 12,
    )  # fmt: skip


def odd_nodes() -> dict[str, Any]:
    label = theirs("Label", "task", "item > item", "move_to_task", taskType="annotation")
    label["outputs"][0]["actions"] = ["completed", "consensus_done"]
    code = theirs("Own", "code", "item my-list > item:good,bad")
    code["inputs"][1]["type"] = "Task[]"
    code["config"] = {
        "package": {"type": "code", "code": "class ServiceRunner:\n\n    def run(self, item):\n        1/"}
    }
    agree = theirs("Agree", "custom", "item model=Best > item", "compare_them",
                   customNodeConfig={"agreement_threshold": 0.7})  # fmt: skip
    agree["outputs"][0]["actions"] = ["model passed", "model failed"]
    both = theirs("Both", "custom", "item > item", "score_them")
    both["outputs"][0]["actions"] = ["consensus passed", "consensus failed"]
    return {
        "name": "Odd",
        "settings": {"keepTriggersActive": False, "defaultResumeOption": "resumeExistingCycles"},
        "nodes": [
            label,
            code,
            agree,
            both,
            theirs("Wait", "custom", "item > item:continue,wait", "wait_for_them"),
            theirs("Embed", "ml", "item > item json", "embed", variableModel="Best"),
        ],
        "connections": [
            wire("Label.item > Own.item", action="consensus_done"),
            wire("Own.item > Agree.item", action="good"),
            wire("Agree.item > Wait.item", action="model passed"),
            wire("Wait.item > Embed.item", action="continue"),
            wire("Wait.item > Label.item", action="wait"),
            wire("Embed.json > Own.my-list"),
        ],
        "startNodes": [
            {"nodeId": "id Label", "type": "root"},
            *(
                {"nodeId": "id Label", "type": "trigger", "trigger": {"type": "Event", "name": name, "spec": spec}}
                for name, spec in (
                    ("copies", {"resource": "Item", "actions": ["Clone"], "filter": {"filter": {"hidden": False}}}),
                    ("tasks", {"resource": "Task", "actions": ["statusChanged", "Created"], "executionMode": "Always",
                               "filter": {"$and": [{"name": "x"}]}}),
                    ("assigned", {"resource": "ItemStatus", "actions": ["Task Assigned"]}),
                )
            ),
        ],
        "variables": [{"name": "Best", "type": "Model"}, {"name": "Where", "type": "Project", "value": "p"}],
    }  # fmt: skip


def test_nodes_and_events_when_called_otherwise_here_then_taken_over_and_what_is_not_is_told(
    api: APIClient, project: Project
) -> None:
    said = imported(api, project, {"document": odd_nodes()})
    graph = shape(said["graph"])
    assert {name: node[0] for name, node in graph["nodes"].items()} == {
        "Label": "annotation_task", "Own": "code", "Agree": "model_agreement", "Wait": "wait_for_cycles",
        "Embed": "embed",
    }  # fmt: skip
    own = graph["nodes"]["Own"][1]
    assert own["inputs"] == [{"name": "item", "type": "Item"}, {"name": "my_list", "type": "Json[]"}]
    assert own["actions"] == ["good", "bad"]
    assert "#     def run(self, item):\n#         1/\n" in own["code"]
    assert problems_in(own["code"]) == "", "what is no Python there is none here either, and is only shown"
    assert "statuses" not in graph["nodes"]["Label"][1]
    assert graph["nodes"]["Agree"][1:] == ({"threshold": 0.7}, {"model": {"variable": "Best"}})
    assert {(source, action, target, port) for source, _, action, target, port, _ in graph["connections"]} == {
        ("Label", "completed", "Own", "item"), ("Own", "good", "Agree", "item"), ("Agree", "agree", "Wait", "item"),
        ("Wait", "continue", "Embed", "item"), ("Embed", None, "Own", "my_list"),
    }  # fmt: skip
    assert [(kind, mode, spec) for _, kind, mode, _, spec in graph["triggers"]] == [
        ("manual", "always", {}),
        ("event", "once", {"resource": "Item", "actions": ["cloned"], "filter": {"hidden": False}}),
        ("event", "always", {"resource": "Task", "actions": ["status_changed", "created"]}),
        ("event", "once", {"resource": "ItemStatus", "actions": ["assigned"]}),
    ]
    assert graph["variables"]["Where"] == ("Json", "p")
    told = sorted((note["level"], note["where"]) for note in said["notes"])
    assert told == [
        ("changed", "Agree"), ("changed", "Where"), ("left_out", "Both"), ("left_out", "Label"),
        ("left_out", "Wait to Label"), ("to_do", "Own"), ("to_do", "Wait"),
    ]  # fmt: skip
    assert Pipeline.objects.get(pk=said["pipeline"]).settings == {"keep_triggers": False}


@pytest.mark.parametrize("resource", EVENTS)
def test_events_of_theirs_are_events_here(resource: str) -> None:
    assert set(EVENTS[resource].values()) <= set(EVENT_RESOURCES[resource])
