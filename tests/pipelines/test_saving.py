"""Has choosing paid? Digits chosen and labelled by the loop; the curve, and labels picked by chance beside it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from alp_site.lib import events, jobs
from alp_site.lib.jobs import run_job
from alp_site.lib.jobs.run import claim
from alp_site.lib.models import Job
from alp_site.lib.testing import failed_jobs, settle
from datasets.models import TestSetEntry
from datasets.services.test_sets import publish_version
from models_registry.errors import WrongStatus
from models_registry.models import Evaluation, Model
from models_registry.selectors.figures import labels_vs_metric
from models_registry.selectors.versions import repeats_of
from models_registry.services import artifacts
from models_registry.services.promotion import promote
from models_registry.services.stages import set_status
from pipelines.demo import loop
from pipelines.demo.world import Plan, World, build
from pipelines.models import ChanceCheck, SelectionPick
from tests.pipelines.conftest import Kept, keep, real_db

pytestmark = real_db

PLAN = Plan(
    source="digits", project="Digits", pool=60, validation=20, test=60, seed_labels=20, budget=14, every=14,
    strategy="margin", random_share=0.5, keep_open=1,
    configuration={"input_size": 8, "width": 4, "epochs": 4, "flip": False, "crop": 0.1, "colour_jitter": 0.0},
)  # fmt: skip


def make_chosen() -> World:
    made = build(PLAN, lambda text: None)
    settle()
    list(loop.turn(made, 2))
    assert failed_jobs() == []
    return made


@pytest.fixture(scope="module")
def _kept_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Kept | None]:
    yield from keep(django_db_blocker, make_chosen)


@pytest.fixture
def world(_kept_world: Kept | None, db: None) -> World:
    """Two rounds of choosing, labelling and learning lie behind it."""
    return deepcopy(_kept_world.world if _kept_world else None) or make_chosen()


def client(world: World, role: str) -> APIClient:
    found = APIClient()
    found.force_login(world.people[role])
    return found


def url(world: World, node: str = "select") -> str:
    return f"/api/v1/pipelines/{world.pipeline.pk}/nodes/{node}/saving/"


def test_the_curve_is_of_the_versions_on_one_test_set(world: World) -> None:
    api = client(world, "viewer")
    body = api.get(url(world)).json()
    made = list(Model.objects.filter(pipeline_id=world.pipeline.pk).order_by("train_count"))
    assert [point["labels"] for point in body["points"]] == [20, *(model.train_count for model in made)]
    assert len(made) == 2, "and the seed model, from which the first was made"
    row = Evaluation.objects.get(model=made[-1], test_set_version=world.version)
    last = body["points"][-1]
    assert (last["figure"], last["interval"]) == (row.summary["accuracy"], row.summary["accuracy_interval"])
    assert (body["metric"], body["elsewhere"], body["other_recipe"]) == ("accuracy", 0, 0)
    assert (body["test_set"]["id"], body["test_set"]["items"]) == (str(world.version.pk), 60)
    picked = SelectionPick.objects.filter(arm="random").count()
    assert body["picked_by_chance"] == picked > 0


def test_versions_elsewhere_or_of_another_recipe_are_left_out_and_counted(world: World) -> None:
    api = client(world, "viewer")
    first, second = Model.objects.filter(pipeline_id=world.pipeline.pk).order_by("trained_at")
    Model.objects.filter(pk=first.pk).update(configuration={**first.configuration, "epochs": 5})
    body = api.get(url(world)).json()
    assert (len(body["points"]), body["other_recipe"], body["elsewhere"]) == (2, 1, 0)
    newer = publish_version(test_set=world.version.test_set)
    Evaluation.objects.filter(model=second).update(test_set_version=newer)
    body = api.get(url(world)).json()
    assert [point["model"] for point in body["points"]] == [str(second.pk)]
    assert (body["test_set"]["number"], body["other_recipe"], body["elsewhere"]) == (2, 0, 2)


def test_the_curve_is_a_few_queries_however_many_versions(world: World) -> None:
    api = client(world, "viewer")
    with CaptureQueriesContext(connection) as few:
        api.get(url(world))
    first = Model.objects.filter(pipeline_id=world.pipeline.pk).order_by("trained_at")[0]
    row = Evaluation.objects.get(model=first)
    for n in range(5):
        copy = Model.objects.get(pk=first.pk)
        copy.pk, copy.name, copy.train_count = None, f"copy {n}", 50 + n
        copy.save(force_insert=True)
        row.pk, row.model = None, copy
        row.save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        assert len(api.get(url(world)).json()["points"]) == 8
    assert len(many) == len(few) <= 12


def test_only_a_select_node_has_a_curve(world: World) -> None:
    answer: Any = client(world, "viewer").get(url(world, "review_task"))
    assert answer.status_code == 400


def ask(world: World, **body: Any) -> dict[str, Any]:
    answer = client(world, "engineer").post(url(world), body, format="json")
    assert answer.status_code == 200, answer.json()
    return dict(answer.json()["check"])


def blobs(arm: str) -> set[str]:
    return set(SelectionPick.objects.filter(arm=arm).values_list("item__blob_id", flat=True))


def learnt(model: Model, subset: str = "train") -> set[str]:
    body = artifacts.read_json(model, "lineage.json")
    return {row[body["columns"].index("blob")] for row in body[subset]}


def test_models_learn_what_no_strategy_chose_and_are_told_beside_the_curve(world: World) -> None:
    own = Model.objects.filter(pipeline_id=world.pipeline.pk).order_by("-trained_at")[0]
    running = ask(world, seeds=2)
    assert (running["state"], running["done"], running["total"]) == ("running", 0, 4)
    assert ask(world, seeds=3)["seeds"] == 2, "one is under way: it goes on"
    settle()
    assert failed_jobs() == []
    check = ChanceCheck.objects.get()
    assert check.control is not None
    first, second = check.control, repeats_of(check.control)[0]
    assert learnt(first) & blobs("strategy") == set()
    assert learnt(first) & blobs("random") != set()
    assert learnt(first) >= learnt(world.seed_model), "the labels that were there without any round"
    frozen = set(TestSetEntry.objects.values_list("blob_id", flat=True))
    assert learnt(first) & (frozen | learnt(first, "validation")) == set()
    assert learnt(second) == learnt(first)
    assert (first.adapter, first.configuration, first.base_model) == (own.adapter, own.configuration, world.base)
    body = client(world, "viewer").get(url(world)).json()
    report = body["check"]["report"]
    rows = [one.evaluations.get(test_set_version=world.version) for one in (first, second)]
    assert report["figures"] == [row.summary["accuracy"] for row in rows]
    assert report["start"] == 20
    assert report["labels"] == 20 + report["picked"] == first.train_count
    assert report["verdict"] in ("saved", "none", "costs")
    assert (report["first"], report["last"], report["versions"]) == (20, own.train_count, 3)
    if report["reached"] is not None:
        assert report["saving"] == pytest.approx(1 - report["reached"] / report["labels"])
    assert len(body["points"]) == 3, "they are no versions of the pipeline"


def test_they_clutter_no_list_and_are_never_best(world: World) -> None:
    ask(world, seeds=2)
    settle()
    control = ChanceCheck.objects.get().control
    assert control is not None
    beside = {str(control.pk), *(str(one.pk) for one in repeats_of(control))}
    assert len(beside) == 2
    listed = client(world, "owner").get(f"/api/v1/projects/{world.project.pk}/models/?limit=100").json()["items"]
    assert not beside & {row["id"] for row in listed}
    assert not beside & {point["model"] for point in labels_vs_metric(world.project.pk)}
    for one in Model.objects.filter(pk__in=beside):
        assert (one.stage, one.pipeline_id) == ("archived", None)
        with pytest.raises(WrongStatus, match="picked by chance"):
            promote(model_id=one.pk)


def test_what_was_killed_half_way_goes_on_and_each_step_may_run_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(world, seeds=2)
    kind = "pipelines.chance"
    died = []

    def dies(check: Any, found: Any) -> None:
        died.append(check)
        raise RuntimeError("killed")

    monkeypatch.setattr("pipelines.services.chance._told", dies)
    for _ in range(12):  # every job of it dies once in someone's hands and is claimed again; each is run twice
        for job in list(Job.objects.filter(state="queued")):
            if claim(job.pk) is None:  # not due
                continue
            Job.objects.filter(pk=job.pk).update(lease_until=now() - timedelta(seconds=1))
            run_job(str(job.pk), heartbeat=False)
            run_job(str(job.pk), heartbeat=False)
        events.dispatch_pending()
        if died:
            break
    assert died, "all seeds were trained and evaluated"
    monkeypatch.undo()
    Job.objects.filter(kind=kind).update(state="failed", key=f"{kind} lost")  # its message and its row are lost
    assert ChanceCheck.objects.get().state == "running"
    settle()  # the sweep rings
    check = ChanceCheck.objects.get()
    assert check.state == "done"
    assert check.report["figures"]
    assert Model.objects.filter(lineage__has_key="by_chance").count() == 2


def test_cancelling_stops_what_was_started_and_asking_again_begins_anew(world: World) -> None:
    ask(world, seeds=2)
    jobs.run_pending(queue="default")  # the first seed is queued for training
    old = ChanceCheck.objects.get().control
    assert old is not None
    api = client(world, "engineer")
    assert api.post(url(world) + "cancel/").json()["check"]["state"] == "cancelled"
    assert api.post(url(world) + "cancel/").json()["check"]["state"] == "cancelled"
    old.refresh_from_db()
    assert old.status == "cancelled"
    settle()
    assert ChanceCheck.objects.get().state == "cancelled"
    ask(world, seeds=2)
    settle()
    check = ChanceCheck.objects.get()
    assert check.state == "done"
    old.refresh_from_db()
    assert old.deleted_at is not None
    assert check.control_id != old.pk


def test_a_training_that_fails_ends_it_with_the_reason(world: World) -> None:
    ask(world, seeds=2)
    jobs.run_pending(queue="default")
    control = ChanceCheck.objects.get().control
    assert control is not None
    Job.objects.filter(pk=control.job_id).update(state="failed")
    set_status(model=control, status="failed", fields={"error": {"code": "x", "message": "The disk is full."}})
    settle()
    body = client(world, "viewer").get(url(world)).json()["check"]
    assert (body["state"], body["report"]) == ("failed", None)
    assert body["error"] == f"The training of {control.name} failed: The disk is full."


def test_too_few_labels_by_chance_are_told_and_nothing_is_trained(world: World) -> None:
    ids = list(SelectionPick.objects.filter(arm="random").order_by("id").values_list("pk", flat=True))
    SelectionPick.objects.filter(pk__in=ids[4:]).update(arm="strategy")
    ask(world)
    settle()
    report = ChanceCheck.objects.get().report
    assert (report["verdict"], report["start"], report["least"]) == ("too_few", 20, 10)
    assert report["picked"] <= 4
    assert not Model.objects.filter(lineage__has_key="by_chance").exists()


def test_it_is_refused_without_a_curve_and_with_too_many_seeds(world: World) -> None:
    api = client(world, "engineer")
    assert api.post(url(world), {"seeds": 50}, format="json").status_code == 400
    Model.objects.filter(pipeline_id=world.pipeline.pk).update(pipeline_id=None)
    answer = api.post(url(world), {}, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_status")


def test_the_answer_is_a_few_queries_while_it_is_under_way(world: World) -> None:
    ask(world, seeds=3)
    jobs.run_pending(queue="default")
    api = client(world, "viewer")
    with CaptureQueriesContext(connection) as begun:
        api.get(url(world))
    jobs.run_pending()
    events.dispatch_pending()
    jobs.run_pending(queue="default")
    with CaptureQueriesContext(connection) as later:
        assert api.get(url(world)).json()["check"]["done"] >= 1
    assert max(len(begun), len(later)) <= 16
