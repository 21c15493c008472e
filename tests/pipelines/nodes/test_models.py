"""Create, train, evaluate, compare, update: the gate, and what happens when someone else is promoted meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from alp_site.lib.testing import settle
from datasets.services import ClassLabel, approve, set_class_labels
from datasets.services.test_sets import publish_version, resolve_version
from models_registry.models import Evaluation, Model
from models_registry.selectors.versions import repeats_of
from models_registry.services.promotion import promote, rollback
from models_registry.services.training import start_training
from models_registry.services.versions import create_model_version
from pipelines.demo.world import Plan, World, add_files, deal, subset_filter
from pipelines.engine.spec import Execution, NodeError, Outcome, Wait, get_node
from pipelines.models import Cycle, NodeExecution
from pipelines.services.cycles import Begin, start_cycles
from pipelines.services.facade import NodeTx
from pipelines.services.variables import get_variable, set_variable
from tests.pipelines.conftest import PLAN, real_db

pytestmark = pytest.mark.django_db


def learn(world: World) -> Cycle:
    """Runs the lower flow once, as its trigger would."""
    (cycle,) = start_cycles(pipeline=world.pipeline, node_id="create_new_model", begins=[Begin("once")])
    settle()
    cycle.refresh_from_db()
    return cycle


def executions(cycle: Cycle, node_id: str) -> list[NodeExecution]:
    return list(NodeExecution.objects.filter(cycle=cycle, node_id=node_id).order_by("id"))


def another(world: World, name: str) -> Model:
    """A further trained version of the same family."""
    model = create_model_version(
        project_id=world.project.pk, base_model=world.base, dataset=world.truth, train_filter=subset_filter("train"),
        validation_filter=subset_filter("validation"), test_set_version=world.version, name_template=name,
        seed=Model.objects.count(),
    )  # fmt: skip
    start_training(model_id=model.pk)
    settle()
    model.refresh_from_db()
    return model


def execution(world: World, cycle: Cycle, **changes: Any) -> Execution:
    values: dict[str, Any] = {
        "id": "01900000-0000-7000-8000-000000000001", "cycle_id": str(cycle.pk), "node_id": "update_variables",
        "pipeline_id": str(world.pipeline.pk), "project_id": str(world.project.pk), "inputs": {},
        "config": {"variable": "Best Model", "type": "Model"},
    }  # fmt: skip
    return Execution(**{**values, **changes})


def test_a_cycle_resolves_its_test_set_once_and_keeps_it(world: World) -> None:
    cycle = learn(world)
    assert cycle.memory["test_set_version"] == str(world.version.pk)
    (made,) = executions(cycle, "create_new_model")
    candidate = Model.objects.get(pk=made.outputs["new_model"])
    assert (candidate.test_set_version, candidate.cycle_id) == (world.version, cycle.pk)
    versions = {str(row.test_set_version_id) for row in Evaluation.objects.filter(model=candidate)}
    assert versions == {str(world.version.pk)}
    assert executions(cycle, "compare_models")[0].action in ("update model", "discard")


def test_a_version_published_meanwhile_is_left_to_the_next_cycle(world: World) -> None:
    node = get_node("evaluate", 1)
    cycle = learn(world)
    extra = deal(Plan(**{**vars(PLAN), "seed": 9}), lambda text: None).test[:3]
    extra = [type(p)(f"/later{p.name}", p.data, p.label) for p in extra]
    ids = add_files(world.truth, extra, world.people["owner"], "test")
    set_class_labels(entries=[ClassLabel(pk, "circle") for pk in ids], author_user=world.people["owner"])
    approve(item_ids=ids, rule="test")
    newer = publish_version(test_set=world.version.test_set)
    assert newer.number == 2
    inputs = {"model": str(world.seed_model.pk), "dataset": str(world.truth.pk), "filters": subset_filter("test")}
    asked = [
        node.compute(None, [execution(world, cycle, inputs=inputs, memory=memory)])[0]  # type: ignore[arg-type]
        for memory in (cycle.memory, {})
    ]
    assert [getattr(result, "version") for result in asked] == [str(world.version.pk), str(newer.pk)]  # noqa: B009
    assert resolve_version(dataset=world.truth, filter=subset_filter("test")) == newer


def test_an_empty_subset_stops_the_cycle_with_its_reason(world: World) -> None:
    set_variable(pipeline_id=world.pipeline.pk, name="Train Subset Filter", value={"filter": {"name": "nothing"}})
    (failed,) = executions(learn(world), "create_new_model")
    assert (failed.status, failed.error_code) == ("failed", "empty_subset")
    assert "train" in failed.error


def test_overlapping_subsets_are_refused(world: World) -> None:
    set_variable(pipeline_id=world.pipeline.pk, name="Validation Subset Filter", value=subset_filter("train"))
    (failed,) = executions(learn(world), "create_new_model")
    assert (failed.status, failed.error_code) == ("failed", "overlapping_subsets")


def test_compare_waits_for_an_evaluation_that_nobody_asked_for(world: World) -> None:
    candidate = another(world, "candidate")
    Evaluation.objects.all().delete()
    node, cycle = get_node("compare", 1), Cycle.objects.order_by("id").first()
    assert cycle is not None
    inputs = {"previous_model": str(world.seed_model.pk), "new_model": str(candidate.pk)}
    e = execution(world, cycle, inputs=inputs, memory={"test_set_version": str(world.version.pk)})
    tx = NodeTx(str(world.project.pk), str(world.pipeline.pk), "compare_models")
    (first,) = node.unmet(tx, [e])
    assert isinstance(first, Wait)
    settle()
    (second,) = node.unmet(tx, [e])
    assert isinstance(second, Wait)
    assert first.on != second.on, "first the incumbent's, then the candidate's"
    settle()
    assert list(node.unmet(tx, [e])) == []
    (verdict,) = node.compute(None, [e])  # type: ignore[arg-type]
    assert isinstance(verdict, Outcome)
    assert verdict.action in ("update model", "discard")


def test_compare_when_no_test_set_was_resolved_then_only_checks_go_on_without_one(world: World) -> None:
    candidate = another(world, "candidate")
    Model.objects.update(test_set_version=None)
    Evaluation.objects.all().delete()
    node, cycle = get_node("compare", 1), Cycle.objects.order_by("id").first()
    assert cycle is not None
    inputs = {"previous_model": str(world.seed_model.pk), "new_model": str(candidate.pk)}
    tx = NodeTx(str(world.project.pk), str(world.pipeline.pk), "compare_models")
    (error,) = node.unmet(tx, [execution(world, cycle, inputs=inputs, memory={})])
    assert isinstance(error, NodeError)
    assert error.code == "no_test_set"
    assert "configure only 'checks'" in error.message
    checks = {"checks": [{"figure": "loss", "legend": "validation", "maximize": False}]}
    e = execution(world, cycle, inputs={**inputs, "compare_config": checks}, memory={})
    assert list(node.unmet(tx, [e])) == []
    (verdict,) = node.compute(None, [e])  # type: ignore[arg-type]
    assert isinstance(verdict, Outcome)
    assert "by training figures alone" in verdict.log
    assert not Evaluation.objects.exists()


def test_compare_fails_with_the_reason_of_a_failed_evaluation(world: World) -> None:
    candidate = another(world, "candidate")
    Evaluation.objects.filter(model=world.seed_model).update(
        status="failed", error={"code": "x", "message": "The disk is full."}
    )
    node, cycle = get_node("compare", 1), Cycle.objects.order_by("id").first()
    assert cycle is not None
    inputs = {"previous_model": str(world.seed_model.pk), "new_model": str(candidate.pk)}
    e = execution(world, cycle, inputs=inputs, memory={"test_set_version": str(world.version.pk)})
    (error,) = node.unmet(NodeTx(str(world.project.pk), str(world.pipeline.pk), "compare_models"), [e])
    assert "The disk is full." in getattr(error, "message")  # noqa: B009


def test_compare_over_several_seeds_waits_for_the_repeats_of_the_candidate(world: World) -> None:
    rival, candidate = another(world, "rival"), another(world, "candidate")
    node, cycle = get_node("compare", 1), Cycle.objects.order_by("id").first()
    assert cycle is not None
    inputs = {"previous_model": str(rival.pk), "new_model": str(candidate.pk), "compare_config": {"seeds": 2}}
    e = execution(world, cycle, inputs=inputs, memory={"test_set_version": str(world.version.pk)})
    tx = NodeTx(str(world.project.pk), str(world.pipeline.pk), "compare_models")
    waited = []
    for _ in range(5):
        asked = list(node.unmet(tx, [e]))
        if not asked:
            break
        waited.append(getattr(asked[0], "reason", ""))
        settle()
    (repeat,) = repeats_of(candidate)
    assert waited[2:] == [f"waiting for the training of {repeat.name}", f"waiting for the evaluation of {repeat.name}"]
    (verdict,) = node.compute(None, [e])  # type: ignore[arg-type]
    assert isinstance(verdict, Outcome)
    assert verdict.action in ("update model", "discard")
    Model.objects.filter(pk=repeat.pk).update(status="failed", error={"code": "x", "message": "The disk is full."})
    (error,) = node.unmet(tx, [e])
    assert isinstance(error, NodeError)
    assert "The disk is full." in error.message


def test_promotion_sets_the_variable_and_the_stage(world: World) -> None:
    candidate = another(world, "candidate")
    result = update(world, candidate, incumbent=world.seed_model)
    assert (result.action, result.again) == (None, False)
    assert get_variable(world.pipeline.pk, "Best Model").value == str(candidate.pk)
    candidate.refresh_from_db()
    assert candidate.stage == "best"


def test_a_promotion_meanwhile_sends_the_candidate_back_to_compare(world: World) -> None:
    candidate, other = another(world, "candidate"), another(world, "other")
    promote(model_id=other.pk)
    set_variable(pipeline_id=world.pipeline.pk, name="Best Model", value=str(other.pk))
    result = update(world, candidate, incumbent=world.seed_model)
    assert (result.action, result.again) == ("incumbent changed", True)
    assert get_variable(world.pipeline.pk, "Best Model").value == str(other.pk)
    candidate.refresh_from_db()
    assert candidate.stage != "best"


def test_setting_what_is_set_already_changes_nothing(world: World) -> None:
    candidate = another(world, "candidate")
    update(world, candidate, incumbent=world.seed_model)
    version = get_variable(world.pipeline.pk, "Best Model").version
    again = update(world, candidate, incumbent=world.seed_model)
    assert (again.action, again.again) == (None, False)
    assert get_variable(world.pipeline.pk, "Best Model").version == version


def update(world: World, candidate: Model, *, incumbent: Model) -> Outcome:
    """What Update Variable does with a candidate that was compared with this incumbent."""
    node, cycle = get_node("update_variable", 1), Cycle.objects.order_by("id").first()
    assert cycle is not None
    e = execution(
        world,
        cycle,
        inputs={"Best Model": str(candidate.pk)},
        memory={"incumbent": str(incumbent.pk), "verdict": "Better."},
    )
    tx = NodeTx(str(world.project.pk), str(world.pipeline.pk), "update_variables")
    (result,) = node.apply(tx, node.compute(None, [e])) or ()  # type: ignore[arg-type]
    assert isinstance(result, Outcome)
    return result


@real_db
def test_a_person_promotes_and_rolls_back_in_the_registry_and_the_loop_goes_on_with_that_one(world: World) -> None:
    before = str(world.seed_model.pk)
    other = another(world, "by-hand")

    def kept() -> object:
        settle()
        return get_variable(world.pipeline.pk, "Best Model").value

    assert kept() == before
    promote(model_id=other.pk, person_id=world.people["engineer"].pk, reason="looks right")
    assert kept() == str(other.pk)
    change = get_variable(world.pipeline.pk, "Best Model").changes.latest("version")
    assert (change.user, change.why) == (world.people["engineer"], "promoted by Engineer: looks right")
    rollback(model_id=other.pk, person_id=world.people["owner"].pk)
    assert kept() == before
    set_variable(pipeline_id=world.pipeline.pk, name="Best Model", value=str(other.pk))  # chosen for this loop alone
    third = another(world, "third")
    promote(model_id=third.pk, person_id=world.people["owner"].pk)
    assert kept() == str(other.pk)
