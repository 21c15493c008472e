"""Select's stop rule: when new versions no longer get better, nothing more is selected, and the node says why."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.timezone import now
from rest_framework.test import APIClient

from alp_site.lib.ids import uuid7
from alp_site.lib.models import Job
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import User
from annotation.services import status
from datasets.models import TestSetVersion
from models_registry.models import Comparison, Evaluation, Model
from pipelines.demo.world import World
from pipelines.models import Cycle, Pipeline, SelectionRound
from pipelines.services.cycles import Begin, start_cycles
from pipelines.services.pipelines import problems_of, publish_pipeline, save_pipeline
from pipelines.services.rounds import SELECT_JOB, look_everywhere, state_of_node
from pipelines.services.stopping import levelled_off
from tests.pipelines.nodes.conftest import take, task_of

pytestmark = pytest.mark.django_db


def rule(*figures: float, last: int, tolerance: float = 0.005) -> str:
    return levelled_off([("accuracy", figure) for figure in figures], last=last, tolerance=tolerance)


@pytest.mark.parametrize("last", range(1, 7))
def test_with_no_version_before_the_last_ones_nothing_has_levelled_off(last: int) -> None:
    for many in range(last + 1):
        assert rule(*[0.9] * many, last=last) == ""
    assert rule(*[0.9] * (last + 1), last=last).startswith("levelled off: accuracy of the last ")


def test_off_is_off_whatever_the_figures() -> None:
    assert rule(0.9, 0.8, 0.7, last=0) == ""


@pytest.mark.parametrize("tolerance", [0.0, 0.005, 0.01, 0.1, 0.3])
@pytest.mark.parametrize("before", [0.1, 0.3, 0.6, 0.7])
def test_a_gain_of_just_the_tolerance_is_none_and_of_more_is_one(before: float, tolerance: float) -> None:
    assert rule(before, before + tolerance, last=1, tolerance=tolerance)
    assert rule(before, before + tolerance + 1e-4, last=1, tolerance=tolerance) == ""


def test_the_best_before_counts_and_any_of_the_last_may_be_better() -> None:
    assert rule(0.9, 0.5, 0.6, 0.7, last=2), "0.7 is a rise over 0.5, but 0.9 was there"
    assert rule(0.5, 0.9, 0.6, last=2) == ""
    assert "0.7000, and was 0.9000 before" in rule(0.9, 0.5, 0.6, 0.7, last=2)


def test_steps_that_are_small_each_but_not_together_go_on() -> None:
    assert rule(0.5, 0.504, 0.508, 0.512, last=3) == ""
    assert rule(0.5, 0.504, 0.508, 0.512, last=1)


def settings(pipeline: Pipeline, **config: Any) -> None:
    """Changes the Select node and publishes, as the editor does."""
    pipeline.refresh_from_db()
    (select,) = (node for node in pipeline.draft["nodes"] if node["id"] == "select")
    select["config"] |= config
    save_pipeline(pipeline=pipeline, graph=pipeline.draft)
    publish_pipeline(pipeline=pipeline)
    settle()


def learn(world: World) -> None:
    start_cycles(pipeline=world.pipeline, node_id="create_new_model", begins=[Begin(str(uuid7()))])
    settle()


def finish(world: World, person: User) -> None:
    for ti in take(task_of(world.pipeline, "annotation"), person):
        status.discard(task_item_id=ti.pk, person=person)
    settle()


def rounds(world: World) -> int:
    return SelectionRound.objects.filter(pipeline=world.pipeline).count()


def why(world: World) -> str:
    return str(state_of_node(world.pipeline, "select")["waits_for"])


def test_a_loop_that_levelled_off_selects_nothing_more_and_says_so(world: World) -> None:
    settings(world.pipeline, stop_after=1, stop_tolerance=1)
    world.pipeline.refresh_from_db()
    learn(world)
    assert not why(world).startswith("levelled off"), "one version has nothing to be compared with"
    learn(world)
    assert failed_jobs() == []
    had = rounds(world)
    finish(world, world.people["annotator"])
    assert rounds(world) == had
    api = APIClient()
    api.force_login(world.people["owner"])
    said = api.get(f"/api/v1/pipelines/{world.pipeline.pk}/nodes/select/selection/").json()
    assert said["pool"] > 0
    assert said["waits_for"].startswith("levelled off: accuracy of the last version is at most ")
    jobs = Job.objects.filter(kind=SELECT_JOB)
    assert f"no round: {said['waits_for']}" in jobs.order_by("-id")[0].log
    count = jobs.count()
    for _ in range(3):
        jobs.update(finished_at=None)  # long ago: the sweep would try again
        look_everywhere()
        settle()
    assert (jobs.count(), rounds(world)) == (count, had), "what is said is not said again at each sweep"
    settings(world.pipeline, stop_after=0)
    assert rounds(world) == had + 1, "the rule is off: selecting goes on"


def judge(
    world: World, *figures: float, version: TestSetVersion | None = None, start: str = "create_new_model"
) -> None:
    """Versions that comparisons of the loop judged, with these accuracies."""
    on = version or world.version
    for figure in figures:
        cycle = Cycle.objects.create(
            pipeline=world.pipeline, revision=world.pipeline.revision, start_node=start, key=str(uuid7()), status="done"
        )
        model = Model.objects.get(pk=world.seed_model.pk)
        model.pk, model.number, model.stage, model._state.adding = uuid7(), Model.objects.count() + 1, "", True
        model.name = f"v{model.number}"
        model.save()
        Evaluation.objects.create(
            model=model, test_set_version=on, status="done", summary={"accuracy": figure}, finished_at=now()
        )
        Comparison.objects.create(
            project=world.project, candidate=model, incumbent=world.seed_model, test_set_version=on,
            input_key=str(model.pk), verdict="discard", reason="made up", cycle_id=cycle.pk,
        )  # fmt: skip


def test_the_rule_is_off_unless_it_is_asked_for(world: World) -> None:
    judge(world, *[0.9] * 8)
    assert not why(world).startswith("levelled off")


def test_the_rule_asks_for_the_versions_of_this_loop_in_the_order_they_were_judged(world: World) -> None:
    settings(world.pipeline, stop_after=2, stop_tolerance=0.01)
    world.pipeline.refresh_from_db()
    judge(world, 0.8, 0.805)
    judge(world, 0.8, 0.8, start="raw_data")  # other cycles of this pipeline, which lead to no model
    assert not why(world).startswith("levelled off"), "too few"
    judge(world, 0.81)
    assert "accuracy of the last 2 versions is at most 0.8100, and was 0.8000" in why(world), "exactly the tolerance"
    judge(world, 0.83)
    assert not why(world).startswith("levelled off"), "a version that is better lets it go on"
    judge(world, 0.5, 0.6)
    assert why(world).startswith("levelled off")


def test_figures_on_another_test_set_version_do_not_count(world: World) -> None:
    settings(world.pipeline, stop_after=1)
    world.pipeline.refresh_from_db()
    judge(world, 0.9, 0.9)
    assert why(world).startswith("levelled off")
    newer = TestSetVersion.objects.get(pk=world.version.pk)
    newer.pk, newer.number, newer._state.adding = uuid7(), newer.number + 1, True
    newer.save()
    judge(world, 0.7, version=newer)
    assert not why(world).startswith("levelled off"), "the only version that was measured on it"
    judge(world, 0.7, version=newer)
    assert why(world).startswith("levelled off")


@pytest.mark.parametrize("wrong", [{"stop_after": -1}, {"stop_after": 1.5}, {"stop_tolerance": 2}, {"stop_after": "x"}])
def test_settings_that_make_no_sense_are_problems_of_the_graph(world: World, wrong: dict[str, Any]) -> None:
    pipeline = world.pipeline
    (select,) = (node for node in pipeline.draft["nodes"] if node["id"] == "select")
    select["config"] |= wrong
    save_pipeline(pipeline=pipeline, graph=pipeline.draft)
    pipeline.refresh_from_db()
    assert [p.node for p in problems_of(pipeline)] == ["select"]
