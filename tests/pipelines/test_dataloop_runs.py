"""A pipeline of Dataloop's own kind, its Active Learning template with a Dataset node at each port of the split:
imported from its file, filled in, started, and run by people and clock until the verdict."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import pytest

from alp_site.lib.testing import failed_jobs, settle
from annotation.models import Task
from annotation.services import answer_key
from datasets.models import Item
from datasets.selectors import class_labels
from models_registry.models import Comparison
from pipelines.demo.world import Plan, World, add_files, deal
from pipelines.models import Cycle, NodeExecution, Pipeline
from pipelines.services.firing import fire_once
from pipelines.services.pipelines import pause_pipeline, problems_of, start_pipeline
from pipelines.services.variables import get_variable, set_variable
from tests.conftest import ClientAs
from tests.pipelines.conftest import PLAN
from tests.pipelines.test_interchange import theirs, wire

pytestmark = pytest.mark.django_db
SHARES = {"train": 80, "validation": 10, "test": 10}
TRUTH = "dataset=Ground~Truth~Dataset"
WORK = {"batchSize": 20, "maxBatchWorkload": 20, "priority": 2}


def subset_filter(name: str) -> dict[str, Any]:
    tagged = {"metadata": {"system": {"tags": {name: True}}}}
    return {"filter": {"$and": [{"hidden": False}, tagged, {"type": "file"}]}}


def update_node() -> dict[str, Any]:
    """Its port is called as the variable it sets."""
    made = theirs("Update Variables", "updateVariable", "x > x", "update_variable")
    for side in ("inputs", "outputs"):
        made[side][0] |= {"name": "Best Model", "type": "Model"}
    return made


def nodes() -> list[dict[str, Any]]:
    groups = [{"id": name, "name": name, "distribution": share} for name, share in SHARES.items()]
    split = {"name": "ML Data Split", "distributeEqually": False, "groups": groups, "itemMetadata": True}
    learn = (
        f"base_model=Best~Model {TRUTH} train_subset=Train~Subset~Filter validation_subset=Validation~Subset~Filter "
        "model_configuration=Model~Configuration > new_model base_model"
    )
    measure = f"model {TRUTH} filters=Test~Subset~Filter > model dataset"
    judge = (
        f"previous_model=Best~Model new_model compare_config=Comparison~Configuration {TRUTH} "
        "> winning_model:update~model,discard"
    )
    ends = [
        theirs(
            name, "storage", "item > item", "clone_item", variableDataset="Ground Truth Dataset", dir=f"dealt/{name}"
        )
        for name in SHARES
    ]
    return [
        theirs("Raw Data", "storage", "item > item", "clone_item", variableDataset="Raw Dataset",
               triggerToPipeline={"active": True}),
        theirs("Predict Model", "ml", "item > item annotations", "predict", variableModel="Best Model"),
        theirs("Labeling", "task", "item > item:completed,discard", "move_to_task", taskType="annotation", **WORK),
        theirs("Review", "task", "item > item:approved,discard", "move_to_task", taskType="qa", **WORK),
        theirs("Model Data Split", "custom", "item > item:train,validation,test", "data_split", customNodeConfig=split),
        *ends,
        theirs("Create New Model", "custom", learn, "create_new_model",
               customNodeConfig={"modelName": "{base_model.name}-{datetime.datetime.now().strftime('%Y_%m_%d')}"}),
        theirs("Train Model", "ml", "model > model", "train"),
        theirs("Evaluate New", "ml", measure, "evaluate"),
        theirs("Evaluate Base", "ml", measure, "evaluate"),
        theirs("Compare Models", "custom", judge, "compare_models"),
        update_node(),
    ]  # fmt: skip


def document() -> list[dict[str, Any]]:
    created = {"resource": "Item", "actions": ["Created"], "executionMode": "Once"}
    created["filter"] = {"$and": [{"hidden": False}, {"type": "file"}]}  # type: ignore[assignment]
    wires = [
        wire("Raw Data.item > Predict Model.item"),
        wire("Predict Model.item > Labeling.item"),
        wire("Labeling.item > Review.item", action="completed"),
        wire("Review.item > Model Data Split.item", action="approved"),
        *(wire(f"Model Data Split.item > {name}.item", action=name) for name in SHARES),
        wire("Create New Model.new_model > Train Model.model"),
        wire("Create New Model.base_model > Evaluate Base.model"),
        wire("Train Model.model > Evaluate New.model"),
        wire("Evaluate New.model > Compare Models.new_model"),
        wire("Compare Models.winning_model > Update Variables.x", action="update model"),
    ]
    variables = [
        {"name": name, "type": kind, "description": "", "value": f"$var({name}__{kind.lower()})"}
        for name, kind in (("Raw Dataset", "Dataset"), ("Ground Truth Dataset", "Dataset"), ("Best Model", "Model"))
    ]
    values = {f"{name.title()} Subset Filter": subset_filter(name) for name in SHARES}
    values |= {"Model Configuration": {}, "Comparison Configuration": {"precision_recall": {"min_delta": 0}}}
    return [
        {
            "name": "Active Learning Pipeline",
            "nodes": nodes(),
            "connections": wires,
            "startNodes": [
                {"nodeId": "id Raw Data", "type": "root", "trigger": {"type": "Event", "spec": created}},
                {"nodeId": "id Create New Model", "type": "trigger",
                 "trigger": {"type": "Cron", "name": "weekly", "spec": {"cron": "0 9 * * 1"}}},
            ],
            "variables": [*variables, *({"name": n, "type": "Json", "value": v} for n, v in values.items())],
        }
    ]  # fmt: skip


def imported(world: World, client_as: ClientAs) -> Pipeline:
    client = client_as("owner")
    client.force_login(world.people["owner"])
    body = {"document": document()}
    said = client.post(f"/api/v1/projects/{world.project.pk}/pipelines/import/", body).json()
    assert {(note["level"], note["where"]) for note in said["notes"]} == {
        ("to_do", name) for name in ("Raw Dataset", "Ground Truth Dataset", "Best Model")
    }
    assert {problem["code"] for problem in said["problems"]} == {"variable_empty"}
    pipeline = Pipeline.objects.get(pk=said["pipeline"])
    values = {"Raw Dataset": world.raw, "Ground Truth Dataset": world.truth, "Best Model": world.seed_model}
    for name, row in values.items():
        set_variable(pipeline_id=pipeline.pk, name=name, value=str(row.pk))
    assert problems_of(pipeline) == []
    return start_pipeline(pipeline=pipeline)


def new_pictures(world: World, count: int) -> dict[str, str]:
    """Uploads pictures nobody has seen; their file names and what they show."""
    pictures = deal(Plan(**{**vars(PLAN), "pool": count, "seed": 5}), lambda text: None).pool
    new = [type(p)(f"/new{p.name}", p.data, p.label) for p in pictures]
    answer_key.load(project=world.project, answers={hashlib.sha256(p.data).hexdigest(): p.label for p in new})
    add_files(world.raw, new, world.people["owner"], "")
    return {p.name: p.label for p in new}


def test_their_template_when_imported_then_runs_and_each_port_of_the_split_has_its_folder(
    world: World, client_as: ClientAs
) -> None:
    pause_pipeline(pipeline=world.pipeline, keep_triggers=False)
    pipeline = imported(world, client_as)
    shown = new_pictures(world, 10)
    settle()
    for kind, role in (("annotation", "annotator"), ("qa", "reviewer")):
        task = Task.objects.get(pipeline_id=pipeline.pk, kind=kind)
        assert answer_key.answer(task=task, person=world.people[role], count=500).answered == 10
        settle()
    copies = list(Item.objects.filter(dataset=world.truth, dir__startswith="/dealt/", type="file"))
    assert Counter((copy.dir, copy.subset) for copy in copies) == {
        ("/dealt/train/new/shapes", "train"): 8,
        ("/dealt/validation/new/shapes", "validation"): 1,
        ("/dealt/test/new/shapes", "test"): 1,
    }
    labels, sources = class_labels(copies), dict(Item.objects.filter(dataset=world.raw).values_list("pk", "filename"))
    assert {sources[copy.parent_item_id]: labels[copy.pk] for copy in copies} == shown
    assert all(copy.approved_version is not None for copy in copies)

    fire_once(trigger=pipeline.triggers.get(kind="cron"), key="monday")
    settle()
    assert failed_jobs() == []
    verdict = Comparison.objects.get(candidate__project=world.project)
    best = get_variable(pipeline.pk, "Best Model").value
    assert best == str(verdict.candidate_id if verdict.verdict == "update model" else world.seed_model.pk)
    assert set(NodeExecution.objects.filter(pipeline=pipeline).values_list("status", flat=True)) == {"done"}
    assert Counter(Cycle.objects.filter(pipeline=pipeline).values_list("start_node", "status")) == {
        ("raw_data", "done"): 10, ("create_new_model", "done"): 1,
    }  # fmt: skip
