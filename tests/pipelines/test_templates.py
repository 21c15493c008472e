"""The templates: what they are made of, what validation says, and the loop from a drawn picture to a promoted model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import Project, User
from annotation.models import Task, TaskItem
from annotation.services import answer_key
from datasets.models import Dataset, Item
from datasets.selectors import class_labels, ground_truth_items
from models_registry.models import ComparisonLedger, Evaluation, Model
from models_registry.services.versions import register_base_model
from pipelines.demo import world as demo
from pipelines.demo.world import Plan, World, build
from pipelines.engine.validate import validate
from pipelines.models import (
    Cycle,
    NodeCounter,
    NodeExecution,
    Pipeline,
    SelectionPick,
    SelectionRound,
    SplitQuota,
    TriggerFiring,
)
from pipelines.services.firing import fire_once
from pipelines.services.pipelines import create_pipeline, pause_pipeline, problems_of, save_pipeline, start_pipeline
from pipelines.services.templates import create_from_template, get_template
from pipelines.services.variables import get_variable
from tests.pipelines.conftest import real_db

NAMES = ["active_learning", "active_learning_with_selection"]


def wire(connection: Any) -> tuple[str, str, str, str, str | None]:
    return (
        connection.source_node, connection.source_port, connection.target_node, connection.target_port,
        connection.action,
    )  # fmt: skip


def test_the_active_learning_template_is_the_published_one() -> None:
    graph = get_template("active_learning").parsed()
    assert [(n.name, n.type) for n in graph.nodes] == [
        ("Raw Data", "dataset"),
        ("Predict Model", "predict"),
        ("Labeling Task (Active Learning)", "annotation_task"),
        ("Review Task (Active Learning)", "qa_task"),
        ("Model Data Split", "data_split"),
        ("Ground Truth", "dataset"),
        ("Create New Model", "create_model"),
        ("Train Model", "train"),
        ("Evaluate: New Model", "evaluate"),
        ("Evaluate: Base Model", "evaluate"),
        ("Compare Models", "compare"),
        ("Update Variables", "update_variable"),
    ]
    assert [wire(c) for c in graph.connections] == [
        ("raw_data", "item", "predict_model", "item", None),
        ("predict_model", "item", "labeling_task", "item", None),
        ("labeling_task", "item", "review_task", "item", "completed"),
        ("review_task", "item", "model_data_split", "item", "approved"),
        ("model_data_split", "item", "ground_truth", "item", "train"),
        ("model_data_split", "item", "ground_truth", "item", "validation"),
        ("model_data_split", "item", "ground_truth", "item", "test"),
        ("create_new_model", "new_model", "train_model", "model", None),
        ("create_new_model", "base_model", "evaluate_base_model", "model", None),
        ("train_model", "model", "evaluate_new_model", "model", None),
        ("evaluate_new_model", "model", "compare_models", "new_model", None),
        ("compare_models", "winning_model", "update_variables", "Best Model", "update model"),
    ]
    assert {c.condition for c in graph.connections} == {"{}"}
    assert [(v.name, v.type) for v in graph.variables] == [
        ("Raw Dataset", "Dataset"),
        ("Best Model", "Model"),
        ("Ground Truth Dataset", "Dataset"),
        ("Train Subset Filter", "Json"),
        ("Validation Subset Filter", "Json"),
        ("Test Subset Filter", "Json"),
        ("Model Configuration", "Json"),
        ("Comparison Configuration", "Json"),
    ]
    tagged = {"metadata": {"system": {"tags": {"test": True}}}}
    assert graph.variable_by_name["Test Subset Filter"].value == {
        "filter": {"$and": [{"hidden": False}, tagged, {"type": "file"}]}
    }
    assert graph.variable_by_name["Comparison Configuration"].value == {
        "precision_recall": {"iou_threshold": 0.5, "min_delta": 0}
    }
    tasks = [graph.by_id[name].config for name in ("labeling_task", "review_task")]
    assert tasks == [{"batch_size": 5, "max_workload": 7, "priority": 2}] * 2
    shares = {g["name"]: g["percent"] for g in graph.by_id["model_data_split"].config["groups"]}
    assert shares == {"train": 80, "validation": 10, "test": 10}
    event, clock = graph.triggers
    assert (event.node, event.kind, event.mode) == ("raw_data", "event", "once")
    assert event.spec["filter"] == {"$and": [{"hidden": False}, {"type": "file"}]}
    assert (clock.node, clock.kind, clock.spec) == ("create_new_model", "cron", {"cron": "0 9 * * 1"})


def test_the_template_with_selection_has_a_pool_between_predict_and_labelling() -> None:
    plain, graph = (get_template(name).parsed() for name in NAMES)
    assert {n.id for n in graph.nodes} - {n.id for n in plain.nodes} == {"select"}
    assert ("predict_model", "item", "select", "item", None) in {wire(c) for c in graph.connections}
    assert ("select", "item", "labeling_task", "item", "selected") in {wire(c) for c in graph.connections}
    enough = graph.triggers[1]
    assert (enough.node, enough.kind, enough.spec["n"]) == ("create_new_model", "every_n", 50)


@pytest.mark.parametrize("name", NAMES)
def test_only_empty_variables_keep_a_fresh_template_from_starting(name: str) -> None:
    problems = validate(get_template(name).parsed())
    assert {p.code for p in problems} == {"variable_empty"}


@pytest.mark.parametrize("name", NAMES)
def test_no_two_nodes_of_a_template_lie_on_each_other(name: str) -> None:
    spots = [n.position for n in get_template(name).parsed().nodes]
    for at, (x, y) in enumerate(spots):
        assert all(abs(x - a) >= 200 or abs(y - b) >= 100 for a, b in spots[at + 1 :])


def test_template_files_carry_their_own_name() -> None:
    folder = Path(demo.__file__).resolve().parent.parent / "templates"
    for path in folder.glob("*.json"):
        assert json.loads(path.read_text("utf-8"))["name"] == path.stem


# --- validation before the start


@pytest.fixture
def raw(project: Project) -> Dataset:
    return Dataset.objects.create(project=project, name="Raw")


@pytest.fixture
def truth(project: Project) -> Dataset:
    return Dataset.objects.create(project=project, name="Truth")


@pytest.fixture
def base(project: Project, truth: Dataset) -> Model:
    return register_base_model(
        project_id=project.pk, name="tiny", adapter="small_cnn", labels=["a", "b"], dataset=truth
    )


@pytest.fixture
def draft(project: Project, raw: Dataset, truth: Dataset, base: Model) -> Pipeline:
    values = {"Raw Dataset": str(raw.pk), "Ground Truth Dataset": str(truth.pk), "Best Model": str(base.pk)}
    return create_from_template(project=project, template="active_learning", variables=values)


def codes(pipeline: Pipeline) -> set[str]:
    return {problem.code for problem in problems_of(pipeline) if problem.level == "error"}


@real_db
def test_a_filled_template_has_no_problem(draft: Pipeline) -> None:
    assert problems_of(draft) == []


@real_db
def test_start_and_end_may_be_one_dataset(draft: Pipeline, raw: Dataset) -> None:
    draft.variables.filter(name="Ground Truth Dataset").update(value=str(raw.pk))
    assert codes(draft) == set()


@real_db
def test_one_dataset_is_refused_where_each_group_has_its_own_dataset_node(draft: Pipeline, raw: Dataset) -> None:
    graph = draft.draft
    more = []
    for group in ("validation", "test"):
        twin = {**next(n for n in graph["nodes"] if n["id"] == "ground_truth"), "id": group, "name": group}
        more.append(twin)
        for c in graph["connections"]:
            if c["action"] == group:
                c["target"]["node"] = group
    save_pipeline(pipeline=draft, graph={**graph, "nodes": graph["nodes"] + more})
    draft.refresh_from_db()
    assert codes(draft) == set()
    draft.variables.filter(name="Ground Truth Dataset").update(value=str(raw.pk))
    assert codes(draft) == {"start_is_end"}


@real_db
def test_a_task_on_another_dataset_than_its_items_is_refused(draft: Pipeline, truth: Dataset) -> None:
    graph = draft.draft
    node = next(n for n in graph["nodes"] if n["id"] == "labeling_task")
    node["inputs"] = {"dataset": {"variable": "Ground Truth Dataset"}}
    save_pipeline(pipeline=draft, graph=graph)
    draft.refresh_from_db()
    assert codes(draft) == {"task_dataset_differs"}


@real_db
def test_a_model_of_another_project_is_refused(draft: Pipeline, other_project: Project) -> None:
    stranger = register_base_model(project_id=other_project.pk, name="x", adapter="small_cnn", labels=["a", "b"])
    draft.variables.filter(name="Best Model").update(value=str(stranger.pk))
    assert codes(draft) == {"model_not_in_project"}


@real_db
def test_percentages_must_sum_to_a_hundred(draft: Pipeline) -> None:
    graph = draft.draft
    node = next(n for n in graph["nodes"] if n["id"] == "model_data_split")
    node["config"] = {"groups": [{"name": "train", "percent": 80}, {"name": "test", "percent": 10}]}
    save_pipeline(pipeline=draft, graph=graph)
    draft.refresh_from_db()
    assert "bad_config" in codes(draft)


# --- the loop


PLAN = Plan(
    source="shapes", project="Shapes", pool=90, validation=24, test=60, seed_labels=8, budget=20, every=20, keep_open=1,
    configuration={"width": 4, "epochs": 6},
)  # fmt: skip


def say(text: str) -> None:
    """Progress is for people."""


def work(world: World, kind: str, role: str) -> int:
    done = answer_key.answer(task=world.task(kind), person=world.people[role], count=500).answered
    settle()
    return done


def statuses(world: World) -> dict[str, dict[str, int]]:
    rows = NodeCounter.objects.filter(pipeline=world.pipeline)
    names = ("ready", "running", "waiting", "done", "failed")
    return {row.node_id: {n: getattr(row, n) for n in names if getattr(row, n)} for row in rows}


@pytest.mark.thorough
@real_db
def test_the_loop_with_selection_turns_from_pool_to_verdict() -> None:
    world = build(PLAN, say)
    settle()
    assert failed_jobs() == []
    assert statuses(world)["select"] == {"waiting": 70, "done": 20}
    first = SelectionRound.objects.get()
    assert (first.number, first.chosen, first.pool_size, first.model) == (1, 20, 90, world.seed_model)
    assert TaskItem.objects.filter(task=world.task("annotation"), round=1).count() == 20

    told = TaskItem.objects.filter(task=world.task("annotation")).first()
    assert told is not None
    pick = SelectionPick.objects.get(item=told.item)
    assert told.context["selection"] | {"chosen": 0, "pool": 0} == {
        "score": pick.score, "strategy": first.method, "arm": pick.arm, "rank": pick.rank, "round": 1, "chosen": 0,
        "pool": 0, "model_id": str(world.seed_model.pk), "model_name": world.seed_model.name,
    }  # fmt: skip
    assert told.context["suggestion"]["model_id"] == str(world.seed_model.pk)

    assert work(world, "annotation", "annotator") == 20
    assert statuses(world)["review_task"] == {"waiting": 20}
    before = ground_truth_items(world.truth, {}).count()
    assert work(world, "qa", "reviewer") == 20
    assert ground_truth_items(world.truth, {}).count() == before + 20

    counts = statuses(world)
    assert counts["ground_truth"] == {"done": 20}
    assert counts["compare_models"] == {"done": 1}
    assert NodeExecution.objects.filter(status="failed").count() == 0
    candidate = Model.objects.exclude(pk__in=[world.base.pk, world.seed_model.pk]).get()
    assert candidate.status == "trained"
    assert candidate.test_set_version == world.version
    assert Evaluation.objects.filter(test_set_version=world.version, status="done").count() == 2
    assert ComparisonLedger.objects.get().k == 1
    best = get_variable(world.pipeline.pk, "Best Model").value
    promoted = candidate.stage == "best"
    assert best == str(candidate.pk if promoted else world.seed_model.pk)
    second = SelectionRound.objects.get(number=2)
    assert str(second.model_id) == best, "the round after a training is chosen by whoever is best then"


@pytest.mark.thorough
@real_db
def test_what_a_strategy_chose_only_becomes_train_and_labels_are_the_answer_keys() -> None:
    world = build(PLAN, say)
    settle()
    work(world, "annotation", "annotator")
    work(world, "qa", "reviewer")
    arms = dict(SelectionPick.objects.filter(round__number=1).values_list("item_id", "arm"))
    assert set(arms.values()) == {"strategy", "random"}
    subsets = dict(Item.objects.filter(pk__in=arms).values_list("pk", "subset"))
    assert {subsets[pk] for pk, arm in arms.items() if arm == "strategy"} == {"train"}
    assert {subsets[pk] for pk, arm in arms.items() if arm == "random"} <= {"validation", "test"}
    total = dict(SplitQuota.objects.filter(label="").values_list("group", "count"))
    assert sum(total.values()) == 20
    copies = Item.objects.filter(dataset=world.truth, parent_item_id__in=arms)
    assert {c.parent_item_id: c.subset for c in copies} == subsets
    key = dict(answer_key.AnswerKey.objects.values_list("sha256", "label"))
    assert class_labels(copies) == {c.pk: key[c.blob_id] for c in copies}


@real_db
def test_building_a_world_twice_changes_nothing() -> None:
    world = build(PLAN, say)
    settle()
    before = [m.objects.count() for m in (User, Project, Dataset, Item, Model, Pipeline, Cycle, Task)]
    again = build(PLAN, say)
    settle()
    assert [m.objects.count() for m in (User, Project, Dataset, Item, Model, Pipeline, Cycle, Task)] == before
    assert again.pipeline == world.pipeline


@pytest.mark.thorough
@real_db
def test_the_published_template_runs_end_to_end_by_its_clock() -> None:
    world = build(PLAN, say)
    values = {"Raw Dataset": str(world.raw.pk), "Ground Truth Dataset": str(world.truth.pk)}
    pipeline = create_from_template(
        project=world.project, template="active_learning", variables={**values, "Best Model": str(world.seed_model.pk)}
    )
    settle()
    pause_pipeline(pipeline=world.pipeline)
    start_pipeline(pipeline=pipeline)
    settle()
    pictures = demo.deal(Plan(**{**vars(PLAN), "seed": 5}), say).pool[:12]
    demo.add_files(world.raw, [type(p)(f"/new{p.name}", p.data, p.label) for p in pictures], world.people["owner"], "")
    answer_key.load(project=world.project, answers={hashlib.sha256(p.data).hexdigest(): p.label for p in pictures})
    settle()
    for kind, role in (("annotation", "annotator"), ("qa", "reviewer")):
        task = Task.objects.get(pipeline_id=pipeline.pk, kind=kind)
        assert answer_key.answer(task=task, person=world.people[role], count=500).answered == 12
        settle()
    clock = pipeline.triggers.get(kind="cron")
    fire_once(trigger=clock, key="monday")
    settle()
    assert failed_jobs() == []
    states = {(e.node_id, e.status) for e in NodeExecution.objects.filter(pipeline=pipeline)}
    assert {status for _, status in states} == {"done"}
    assert {name for name, _ in states} >= {"raw_data", "ground_truth", "evaluate_base_model", "compare_models"}

    def strike(day: str) -> str:
        fire_once(trigger=clock, key=day)
        settle()
        return TriggerFiring.objects.get(trigger=clock, key=day).state

    assert strike("second monday") == "skipped", "there is no new ground truth, whichever model is best by now"
    versions = Model.objects.count()
    (ids, more) = demo.add_files(world.truth, pictures[:1], world.people["owner"], "train"), pictures[:1]
    demo.label_by_key(ids, more, world.people["owner"])
    settle()
    assert strike("third monday") == "done"
    assert Model.objects.count() == versions + 1


@real_db
def test_an_empty_graph_is_no_pipeline(project: Project) -> None:
    assert "empty_graph" in codes(create_pipeline(project=project, name="Nothing"))
