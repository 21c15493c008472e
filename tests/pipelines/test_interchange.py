"""Pipelines out to a file and in from one: ours comes back unchanged, another product's becomes ours with a report."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from alp_site.people.models import Project, User
from datasets.models import Dataset
from pipelines.engine.graph import to_json
from pipelines.models import Pipeline, SavedTemplate
from pipelines.services.interchange import import_pipeline
from pipelines.services.pipelines import create_pipeline
from pipelines.services.templates import create_from_template, get_template
from tests.conftest import ClientAs

TASK = {"functionName": "move_to_task", "packageName": "pipeline-utils"}


def theirs(name: str, type_: str, ports: str, function: str = "", **metadata: Any) -> dict[str, Any]:
    """A node as Dataloop writes it. ports: ``"item > item:train,test"``; ``model=Best Model`` is fed by a variable."""
    sides = [[part for part in side.split() if part] for side in ports.replace("_", "~").split(">")]
    made: dict[str, list[dict[str, Any]]] = {"inputs": [], "outputs": []}
    for key, side in zip(made, sides, strict=True):
        for part in side:
            port, actions, variable = re.fullmatch(r"([^:=]+)(?::([^=]+))?(?:=(.+))?", part).groups()  # type: ignore[union-attr]
            body = {"portId": f"{name}-{key}-{port}".replace("~", "_"), "name": port.replace("~", "_"), "io": key[:-1]}
            body |= {"type": "Item", **({"actions": actions.replace("~", " ").split(",")} if actions else {})}
            made[key].append(body | ({"variableName": variable.replace("~", " ")} if variable else {}))
    place = {"position": {"x": 10, "y": 20, "z": 0}, "repeatable": True}
    return {"id": f"id {name}", "name": name, "type": type_, "namespace": {"functionName": function}, **made,
            "metadata": {**place, **metadata}}  # fmt: skip


def wire(text: str, **extra: Any) -> dict[str, Any]:
    """``"A.item > B.item"``"""
    (source, out), (target, into) = (end.strip().rsplit(".", 1) for end in text.split(">"))
    ends = {"src": {"nodeId": f"id {source}", "portId": f"{source}-outputs-{out}"}}
    ends["tgt"] = {"nodeId": f"id {target}", "portId": f"{target}-inputs-{into}"}
    return {**ends, "condition": "{}", **extra}


def document() -> dict[str, Any]:
    """A small pipeline of theirs, with things we have and things we have not."""
    groups = [{"id": "1", "name": "train", "distribution": 75.5}, {"id": "2", "name": "test", "distribution": 24.5}]
    pulled = {"batchSize": 5, "maxBatchWorkload": 7, "priority": 2}
    return {
        "name": "Theirs",
        "description": "From elsewhere.",
        "nodes": [
            theirs("Raw", "storage", "item > item", "clone_item", variableDataset="Raw Dataset", dir="in"),
            theirs("Label", "task", "item > item:complete,discard,blurry", "move_to_task", taskType="annotation",
                   workload=[{"assigneeId": "x", "load": 1}], **pulled),
            theirs("Review", "task", "item > item:approved,discard", "move_to_task", taskType="qa", **pulled),
            theirs("Split", "custom", "item > item:train,test", "data_split",
                   customNodeConfig={"distributeEqually": False, "groups": groups, "itemMetadata": True}),
            theirs("Truth", "storage", "item > item", "clone_item", datasetId="5f0"),
            theirs("Measure", "ml", "model=Best~Model dataset=Raw~Dataset filters=Test > model dataset", "evaluate"),
            theirs("Magic", "function", "item > item", "do_magic"),
        ],
        "connections": [
            wire("Raw.item > Label.item", condition='{"filter": {"hidden": false}}'),
            wire("Label.item > Review.item", action="complete"),
            wire("Review.item > Split.item", action="approve"),
            wire("Split.item > Truth.item", action="train"),
            wire("Split.item > Magic.item", action="test"),
        ],
        "startNodes": [
            {"nodeId": "id Raw", "type": "root", "trigger": {"type": "Event", "spec": {
                "resource": "Item", "actions": ["Created", "Updated"], "executionMode": "Always",
                "filter": {"hidden": False}}}},
            {"nodeId": "id Measure", "type": "trigger", "trigger": {
                "type": "Cron", "name": "Mondays", "spec": {"cron": "0 9 * * 1"}}},
        ],
        "variables": [
            {"name": "Raw Dataset", "type": "Dataset", "description": "raw", "value": "$var(Raw Dataset__dataset)"},
            {"name": "Best Model", "type": "Model", "value": None},
            {"name": "Test", "type": "Json", "value": {"filter": {}}},
        ],
    }  # fmt: skip


@pytest.fixture
def api(client_as: ClientAs) -> APIClient:
    return client_as("engineer")


def imported(api: APIClient, project: Project, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answer = api.post(f"/api/v1/projects/{project.pk}/pipelines/import/", body)
    assert answer.status_code == status, answer.content
    return dict(answer.json())


def test_import_when_the_file_is_dataloops_then_what_we_have_is_there_and_the_rest_is_told(
    api: APIClient, project: Project
) -> None:
    said = imported(api, project, {"document": [document()], "name": "Mine"})
    graph = Pipeline.objects.get(pk=said["pipeline"]).draft
    nodes = {node["name"]: node for node in graph["nodes"]}
    assert {name: node["type"] for name, node in nodes.items()} == {
        "Raw": "dataset", "Label": "annotation_task", "Review": "qa_task", "Split": "data_split", "Truth": "dataset",
        "Measure": "evaluate",
    }  # fmt: skip
    assert nodes["Raw"]["config"] == {"folder": "/in"}
    assert nodes["Raw"]["inputs"] == {"dataset": {"variable": "Raw Dataset"}}
    assert nodes["Label"]["config"] == {"batch_size": 5, "max_workload": 7, "priority": 2, "statuses": ["blurry"]}
    assert nodes["Split"]["config"]["groups"] == [{"name": "train", "percent": 75.5}, {"name": "test", "percent": 24.5}]
    assert nodes["Measure"]["inputs"]["filters"] == {"variable": "Test"}
    assert [(c["source"]["node"], c["action"], c["target"]["node"]) for c in graph["connections"]] == [
        ("raw", None, "label"), ("label", "completed", "review"), ("review", "approved", "split"),
        ("split", "train", "truth"),
    ]  # fmt: skip
    assert graph["connections"][0]["condition"] == '{"filter": {"hidden": false}}'
    first, second = graph["triggers"]
    assert (first["mode"], first["spec"]["actions"], first["spec"]["filter"]) == (
        "always", ["created", "updated"], {"hidden": False},
    )  # fmt: skip
    assert (second["kind"], second["node"], second["spec"]) == ("cron", "measure", {"cron": "0 9 * * 1"})
    told = {(note["level"], note["where"]) for note in said["notes"]}
    assert told == {("to_do", "Label"), ("to_do", "Truth"), ("left_out", "Magic"), ("to_do", "Raw Dataset")}
    assert not said["ok"], "it still lacks a dataset and a model"


def test_import_when_dry_then_nothing_is_made(api: APIClient, project: Project) -> None:
    said = imported(api, project, {"document": document(), "dry_run": True}, 200)
    assert (said["pipeline"], said["name"], len(said["graph"]["nodes"])) == (None, "Theirs", 6)
    assert not Pipeline.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"hello": 1}, "pipeline_file"),
        ([], "pipeline_file"),
        ("text", "pipeline_file"),
        ({"nodes": [], "connections": [{"src": {"nodeId": "gone"}, "tgt": {}}]}, "pipeline_file"),
        ({"nodes": ["x"], "connections": []}, "pipeline_file"),
        ({"format": "alp-pipeline", "version": 99, "graph": {}}, "pipeline_file"),
        ({"format": "alp-pipeline", "version": 1, "graph": {"nodes": [{}]}}, "graph_format"),
    ],
)
def test_import_when_the_file_is_no_pipeline_then_it_is_refused_and_nothing_is_made(
    api: APIClient, project: Project, wrong: Any, code: str
) -> None:
    assert imported(api, project, {"document": wrong}, 400)["error"]["code"] == code
    assert not Pipeline.objects.exists()


def test_export_when_imported_again_then_it_is_the_same_and_what_another_project_lacks_is_asked_for(
    api: APIClient, project: Project, other_project: Project, dataset: Dataset, people: dict[str, User]
) -> None:
    made = create_from_template(
        project=project, template="active_learning", name="Birds", variables={"Raw Dataset": str(dataset.pk)}
    )
    file = api.get(f"/api/v1/pipelines/{made.pk}/export/").json()
    again = imported(api, project, {"document": file})
    assert Pipeline.objects.get(pk=again["pipeline"]).draft == made.draft
    assert again["graph"] == file["graph"]
    assert again["notes"] == []
    moved = import_pipeline(project=other_project, document=file)
    assert [(note.level, note.where) for note in moved.notes] == [("to_do", "Raw Dataset")]
    values = {variable.name: variable.value for variable in moved.graph.variables}
    assert values["Raw Dataset"] is None
    assert values["Comparison Configuration"] == {"precision_recall": {"iou_threshold": 0.5, "min_delta": 0}}


def test_import_when_people_of_a_task_are_no_members_then_they_are_left_out_and_told(
    api: APIClient, project: Project, people: dict[str, User]
) -> None:
    shares = {str(people["annotator"].pk): 2, "01a00000-0000-7000-8000-000000000000": 1}
    node = {"id": "label", "type": "annotation_task", "config": {"people": shares}}
    pipeline = create_pipeline(project=project, name="Shared", graph={"nodes": [node]})
    said = imported(api, project, {"document": api.get(f"/api/v1/pipelines/{pipeline.pk}/export/").json()})
    assert said["graph"]["nodes"][0]["config"]["people"] == {str(people["annotator"].pk): 2}
    assert [note["where"] for note in said["notes"]] == ["label"]


def test_template_when_saved_from_a_pipeline_then_the_gallery_has_it_and_it_makes_pipelines(
    api: APIClient, project: Project, dataset: Dataset, client_as: ClientAs
) -> None:
    made = create_from_template(
        project=project, template="active_learning", name="Birds", variables={"Raw Dataset": str(dataset.pk)}
    )
    url = f"/api/v1/projects/{project.pk}/pipeline-templates/"
    saved = api.post(url, {"pipeline": str(made.pk), "title": "Our loop", "description": "as we like it"})
    assert saved.status_code == 201
    listed = api.get(url).json()["items"]
    assert [one["title"] for one in listed if one["saved"]] == ["Our loop"]
    assert len(listed) > 2
    values = {v["name"]: v["value"] for v in saved.json()["graph"]["variables"]}
    assert values["Raw Dataset"] is None, "what names a thing is asked for"
    body = {"template": saved.json()["name"], "variables": {"Raw Dataset": str(dataset.pk)}}
    child = api.post(f"/api/v1/projects/{project.pk}/pipelines/", body).json()
    assert child["name"] == "Our loop"
    assert len(child["graph"]["nodes"]) == 12
    assert client_as("viewer").delete(f"/api/v1/pipeline-templates/{saved.json()['saved']}/").status_code == 403
    assert api.delete(f"/api/v1/pipeline-templates/{saved.json()['saved']}/").status_code == 204
    assert not SavedTemplate.objects.exists()
    assert api.post(f"/api/v1/projects/{project.pk}/pipelines/", body).json()["error"]["code"] == "unknown_template"


def test_template_when_of_another_project_then_nobody_can_begin_with_it(
    api: APIClient, project: Project, other_project: Project
) -> None:
    pipeline = create_pipeline(
        project=other_project, name="Theirs", graph=to_json(get_template("active_learning").parsed())
    )
    row = SavedTemplate.objects.create(project=other_project, title="Theirs", graph=pipeline.draft)
    url = f"/api/v1/projects/{project.pk}/"
    assert "Theirs" not in [one["title"] for one in api.get(f"{url}pipeline-templates/").json()["items"]]
    assert api.post(f"{url}pipelines/", {"template": str(row.pk)}).json()["error"]["code"] == "unknown_template"
    assert api.post(f"{url}pipeline-templates/", {"pipeline": str(pipeline.pk), "title": "x"}).status_code == 404


def test_gallery_when_templates_are_many_then_the_queries_stay_the_same(api: APIClient, project: Project) -> None:
    graph = to_json(get_template("active_learning").parsed())
    url = f"/api/v1/projects/{project.pk}/pipeline-templates/"

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert api.get(url).status_code == 200
        return len(seen)

    SavedTemplate.objects.create(project=project, title="One", graph=graph)
    before = queries()
    SavedTemplate.objects.bulk_create(SavedTemplate(project=project, title=str(n), graph=graph) for n in range(5))
    assert queries() == before


def test_command_when_dry_then_it_reports_and_with_a_project_it_makes_a_draft(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps([document()]))
    out = StringIO()
    call_command("import_pipeline_template", str(file), "--dry-run", stdout=out)
    assert "Theirs: 6 nodes, 4 connections, 2 triggers, 3 variables" in out.getvalue()
    assert "left out: Magic" in out.getvalue()
    assert not Pipeline.objects.exists()
    with pytest.raises(CommandError, match="Say into which project"):
        call_command("import_pipeline_template", str(file))
    call_command("import_pipeline_template", str(file), project=str(project.pk), name="Loop", stdout=out)
    assert Pipeline.objects.get().name == "Loop"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_pipeline_template", str(tmp_path / "none.json"), "--dry-run")
    file.write_text("{")
    with pytest.raises(CommandError, match="is not JSON"):
        call_command("import_pipeline_template", str(file), "--dry-run")
