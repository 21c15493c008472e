"""Every template validates, and each runs to its end with the answer key in the people's place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import Membership, Project, User
from alp_site.people.services import create_user
from annotation.models import Task
from annotation.services import answer_key
from datasets.models import Dataset, Item
from datasets.selectors import class_labels, ground_truth_items
from datasets.services import create_dataset
from models_registry.models import Evaluation, Model, Prediction
from pipelines.demo.shapes import LABELS
from pipelines.demo.world import World
from pipelines.engine.validate import validate
from pipelines.models import Cycle, NodeExecution, Pipeline
from pipelines.nodes._items import drawn
from pipelines.services.approvals import decide
from pipelines.services.firing import fire_once, run_over
from pipelines.services.pipelines import problems_of, start_pipeline
from pipelines.services.templates import create_from_template, get_template, list_templates
from pipelines.services.variables import get_variable, set_variable
from tests.pipelines.nodes.conftest import Upload, counts

pytestmark = pytest.mark.django_db
ALL = [template.name for template in list_templates()]
Make = Callable[..., Pipeline]


@pytest.mark.parametrize("name", ALL)
def test_a_fresh_template_lacks_nothing_but_its_variables(name: str) -> None:
    graph = get_template(name).parsed()
    assert {p.code for p in validate(graph)} == {"variable_empty"}
    empty = [variable for variable in graph.variables if variable.value is None]
    assert empty
    if not name.startswith("active_learning"):
        assert all(variable.description for variable in empty), "what is asked for is explained"


@pytest.mark.parametrize("name", ALL)
def test_no_two_nodes_lie_on_each_other(name: str) -> None:
    spots = [n.position for n in get_template(name).parsed().nodes]
    for at, (x, y) in enumerate(spots):
        assert all(abs(x - a) >= 200 or abs(y - b) >= 100 for a, b in spots[at + 1 :])


@pytest.fixture
def made(project: Project, raw: Dataset, truth: Dataset, base: Model, owner: User) -> Make:
    """``made("two_stage_review")`` → the template's pipeline, its variables filled, started."""

    def make(name: str) -> Pipeline:
        known = {"Raw Dataset": raw, "Ground Truth Dataset": truth, "Best Model": base, "Model": base}
        values = {}
        for variable in get_template(name).parsed().variables:
            if variable.value is None and variable.name not in known:
                known[variable.name] = create_dataset(
                    project=project, name=variable.name, user=owner, ontology=raw.ontology
                )
            if variable.value is None:
                values[variable.name] = str(known[variable.name].pk)
        pipeline = create_from_template(project=project, template=name, variables=values, user=owner)
        assert [p for p in problems_of(pipeline) if p.level == "error"] == []
        return start_pipeline(pipeline=pipeline, user=owner)

    return make


def key(project: Project, items: list[Item]) -> dict[Any, str]:
    """The answer key of uploaded pictures; returns the label of each item."""
    says = {item.pk: LABELS[n % 4] for n, item in enumerate(items)}
    answer_key.load(project=project, answers={str(i.blob_id): says[i.pk] for i in items})
    return says


def answer(pipeline: Pipeline, node_id: str, person: User) -> int:
    task = Task.objects.get(pipeline_id=pipeline.pk, node_id=node_id)
    done = answer_key.answer(task=task, person=person, count=100).answered
    settle()
    return done


def put_away(truth: Dataset) -> dict[Any, str]:
    """Source item → the approved class of its copy in the ground truth."""
    copies = list(ground_truth_items(truth))
    labels = class_labels([copy.pk for copy in copies])
    return {copy.parent_item_id: labels[copy.pk] for copy in copies}


def test_pre_annotate_and_review(
    made: Make, upload: Upload, project: Project, truth: Dataset, annotator: User, reviewer: User
) -> None:
    pipeline = made("pre_annotate_and_review")
    items = upload(8)
    says = key(project, items)
    settle()
    assert answer(pipeline, "labeling_task", annotator) == 8, "an untrained model is sure of nothing"
    assert answer(pipeline, "review_task", reviewer) == 8
    assert failed_jobs() == []
    assert put_away(truth) == says
    assert set(Cycle.objects.values_list("status", flat=True)) == {"done"}


def test_pre_annotation_that_is_sure_needs_nobody(world: World) -> None:
    truth = create_dataset(project=world.project, name="Sure", user=world.people["owner"], ontology=world.raw.ontology)
    values = {"Raw Dataset": world.raw, "Ground Truth Dataset": truth, "Best Model": world.seed_model}
    pipeline = create_from_template(
        project=world.project, template="pre_annotate_and_review", variables={k: str(v.pk) for k, v in values.items()}
    )
    graph = pipeline.draft
    router = next(n for n in graph["nodes"] if n["id"] == "sure_enough")
    router["config"] |= {"threshold": 0.0, "audit_percent": 0}
    pipeline.draft = graph
    pipeline.save(update_fields=["draft"])
    start_pipeline(pipeline=pipeline)
    run_over(
        pipeline=pipeline, node_id="raw_data", dql={}, dataset_id=world.raw.pk, user=world.people["owner"], key="a"
    )
    settle()
    assert failed_jobs() == []
    said = dict(
        Prediction.objects.filter(model=world.seed_model, item__dataset=world.raw).values_list("item_id", "label")
    )
    unlabelled = {pk for pk in said if pk in put_away(truth)}
    assert unlabelled, "at least the pool goes through"
    assert all(put_away(truth)[pk] == said[pk] for pk in unlabelled)


def test_two_stage_review(
    made: Make, upload: Upload, project: Project, truth: Dataset, annotator: User, reviewer: User
) -> None:
    pipeline = made("two_stage_review")
    items = upload(60)  # twenty would go by without one sampled once in ninety runs
    says = key(project, items)
    settle()
    assert answer(pipeline, "labeling_task", annotator) == 60
    assert answer(pipeline, "first_review", reviewer) == 60
    sampled = counts(pipeline, "second_review").get("waiting", 0)
    assert 0 < sampled < 60
    percent = next(n["config"]["percent"] for n in pipeline.draft["nodes"] if n["type"] == "sample")
    assert sampled == sum(drawn(str(item.pk), percent) for item in items)
    assert len(put_away(truth)) == 60 - sampled
    assert answer(pipeline, "second_review", reviewer) == sampled
    assert failed_jobs() == []
    assert put_away(truth) == says


def test_consensus_labelling(
    made: Make, upload: Upload, project: Project, truth: Dataset, annotator: User, reviewer: User
) -> None:
    second = create_user(email="second@example.org", name="Second", password="blue-heron-41")
    Membership.objects.create(project=project, user=second, role="annotator")
    pipeline = made("consensus_labelling")
    items = upload(6)
    says = key(project, items)
    settle()
    assert answer(pipeline, "first_task", annotator) == 6
    wrong = {str(items[0].blob_id): next(name for name in LABELS if name != says[items[0].pk])}
    answer_key.load(project=project, answers=wrong)
    assert answer(pipeline, "second_task", second) == 6
    assert counts(pipeline, "decision") == {"waiting": 1}
    assert put_away(truth) == {item.pk: says[item.pk] for item in items[1:]}
    key(project, items)
    assert answer(pipeline, "decision", reviewer) == 1
    assert failed_jobs() == []
    assert put_away(truth) == says


def test_scheduled_retraining_waits_for_a_word(world: World) -> None:
    values = {"Best Model": str(world.base.pk), "Ground Truth Dataset": str(world.truth.pk)}
    pipeline = create_from_template(project=world.project, template="scheduled_retraining", variables=values)
    start_pipeline(pipeline=pipeline)
    fire_once(trigger=pipeline.triggers.get(kind="cron"), key="monday")
    settle()
    assert failed_jobs() == []
    gate = NodeExecution.objects.get(pipeline=pipeline, node_id="promotion_gate")
    assert gate.status == "waiting"
    assert get_variable(pipeline.pk, "Best Model").value == str(world.base.pk), (
        "nothing changes before somebody said so"
    )
    decide(execution=gate, user=world.people["owner"], verdict="approved")
    settle()
    candidate = gate.outputs["item"]
    assert get_variable(pipeline.pk, "Best Model").value == candidate
    assert Model.objects.get(pk=candidate).stage == "best"
    assert set(pipeline.cycles.values_list("status", flat=True)) == {"done"}


def test_a_model_that_became_best_while_the_gate_was_shut_is_compared_with(world: World) -> None:
    values = {"Best Model": str(world.base.pk), "Ground Truth Dataset": str(world.truth.pk)}
    pipeline = create_from_template(project=world.project, template="scheduled_retraining", variables=values)
    start_pipeline(pipeline=pipeline)
    fire_once(trigger=pipeline.triggers.get(kind="cron"), key="monday")
    settle()
    set_variable(pipeline_id=pipeline.pk, name="Best Model", value=str(world.seed_model.pk), user=world.people["owner"])
    gate = NodeExecution.objects.get(pipeline=pipeline, node_id="promotion_gate")
    decide(execution=gate, user=world.people["owner"], verdict="approved")
    settle()
    compared = NodeExecution.objects.filter(pipeline=pipeline, node_id="compare_models").order_by("id")
    assert [row.bound["previous_model"] for row in compared] == [str(world.base.pk), str(world.seed_model.pk)]
    assert get_variable(pipeline.pk, "Best Model").value == str(world.seed_model.pk)


def test_evaluate_only(world: World) -> None:
    values = {"Model": str(world.seed_model.pk), "Ground Truth Dataset": str(world.truth.pk)}
    pipeline = create_from_template(project=world.project, template="evaluate_only", variables=values)
    start_pipeline(pipeline=pipeline)
    Evaluation.objects.all().delete()
    fire_once(trigger=pipeline.triggers.get(kind="cron"), key="today")
    settle()
    assert failed_jobs() == []
    (row,) = Evaluation.objects.filter(model=world.seed_model)
    assert row.status == "done"
    assert set(pipeline.cycles.values_list("status", flat=True)) == {"done"}
