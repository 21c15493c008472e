"""Has choosing paid? Digits chosen and labelled by the loop; the curve, and labels picked by chance beside it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from alp_site.lib.testing import failed_jobs, settle
from datasets.services.test_sets import publish_version
from models_registry.models import Evaluation, Model
from pipelines.demo import loop
from pipelines.demo.world import Plan, World, build
from pipelines.models import SelectionPick
from tests.pipelines.conftest import Kept, keep, real_db

pytestmark = real_db

PLAN = Plan(
    source="digits", project="Digits", pool=80, validation=20, test=80, seed_labels=20, budget=14, every=14,
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
    assert (body["test_set"]["id"], body["test_set"]["items"]) == (str(world.version.pk), 80)
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
