"""Select: the pool, its rounds, and what they must never draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib.errors import Conflict
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import User
from annotation.services import status
from datasets.services.items import set_subset
from pipelines.models import Pipeline, SelectionPick, SelectionRound
from pipelines.services.pipelines import pause_pipeline
from pipelines.services.resuming import resume_pipeline
from pipelines.services.rounds import state_of_node
from tests.conftest import ClientAs
from tests.pipelines.nodes.conftest import Upload, counts, open_items, take, task_of

pytestmark = pytest.mark.django_db
Flow = Callable[..., Pipeline]
PLAIN: dict[str, Any] = {"strategy": "random", "budget": 4, "random_share": 0.25, "keep_open": 2, "patience": 0}


@pytest.fixture
def selecting(flow: Flow) -> Callable[..., Pipeline]:
    def make(**settings: Any) -> Pipeline:
        return flow("active_learning_with_selection", select={**PLAIN, **settings})

    return make


def rounds(pipeline: Pipeline) -> list[SelectionRound]:
    return list(SelectionRound.objects.filter(pipeline=pipeline).order_by("number"))


def finish(pipeline: Pipeline, person: User, count: int) -> None:
    for ti in take(task_of(pipeline, "annotation"), person)[:count]:
        status.discard(task_item_id=ti.pk, person=person)
    settle()


def test_a_round_lets_its_budget_go_on_and_the_rest_waits(selecting: Flow, upload: Upload) -> None:
    pipeline = selecting()
    upload(10)
    settle()
    assert failed_jobs() == []
    assert counts(pipeline, "select") == {"waiting": 6, "done": 4}
    assert len(open_items(task_of(pipeline, "annotation"))) == 4
    (only,) = rounds(pipeline)
    assert (only.pool_size, only.chosen, only.strategy) == (10, 4, "random")
    assert sorted(only.picks.values_list("rank", flat=True)) == [0, 1, 2, 3]
    assert list(only.picks.filter(arm="random").values_list("arm", flat=True)) == ["random"]


def test_the_next_round_comes_when_fewer_than_keep_open_are_unfinished(
    selecting: Flow, upload: Upload, annotator: User
) -> None:
    pipeline = selecting(keep_open=2)
    upload(10)
    settle()
    finish(pipeline, annotator, 2)
    assert len(rounds(pipeline)) == 1, "two are unfinished: as many as are kept open"
    finish(pipeline, annotator, 1)
    assert [r.pool_size for r in rounds(pipeline)] == [10, 6]
    assert counts(pipeline, "select") == {"waiting": 2, "done": 8}


def test_rounds_go_on_to_the_last_item_and_draw_each_once(selecting: Flow, upload: Upload, annotator: User) -> None:
    pipeline = selecting(keep_open=1)
    items = upload(10)
    settle()
    for _ in range(3):
        finish(pipeline, annotator, 10)
    assert [r.chosen for r in rounds(pipeline)] == [4, 4, 2]
    drawn = list(SelectionPick.objects.values_list("item_id", flat=True))
    assert sorted(drawn) == sorted(item.pk for item in items)
    assert counts(pipeline, "select") == {"done": 10}


def test_what_belongs_to_test_or_validation_is_never_drawn(selecting: Flow, upload: Upload, annotator: User) -> None:
    pipeline = selecting(keep_open=1)
    pause_pipeline(pipeline=pipeline)
    items = upload(6)
    settle()
    kept = [item.pk for item in items[:2]]
    set_subset(items=kept, subset="test")
    resume_pipeline(pipeline=pipeline)
    settle()
    finish(pipeline, annotator, 10)
    assert not SelectionPick.objects.filter(item_id__in=kept).exists()
    assert counts(pipeline, "select") == {"waiting": 2, "done": 4}


def test_a_paused_pipeline_has_no_rounds_and_says_so(selecting: Flow, upload: Upload) -> None:
    pipeline = selecting()
    pause_pipeline(pipeline=pipeline)
    upload(5)
    settle()
    assert rounds(pipeline) == []
    assert state_of_node(pipeline, "select")["waits_for"] == "the pipeline is not running"


def test_a_strategy_without_predictions_gives_way_until_there_is_a_model(selecting: Flow, upload: Upload) -> None:
    pipeline = selecting(strategy="margin")
    upload(5)
    settle()
    (only,) = rounds(pipeline)
    assert (only.strategy, only.method) == ("margin", "random")


def test_a_round_that_fails_is_not_tried_again_by_every_sweep(
    selecting: Flow, upload: Upload, monkeypatch: Any
) -> None:
    def broken(**_: Any) -> None:
        raise Conflict("The weights are gone.")

    monkeypatch.setattr("pipelines.services.rounds.rank_pool", broken)
    pipeline = selecting()
    upload(5)
    settle()
    assert failed_jobs() == ["pipelines.select: The weights are gone.\n"]
    assert counts(pipeline, "select") == {"waiting": 5}


def test_pages_are_told_the_pool_the_rounds_and_why_the_next_one_waits(
    selecting: Flow, upload: Upload, annotator: User, client_as: ClientAs
) -> None:
    pipeline = selecting(keep_open=2)
    upload(10)
    settle()
    finish(pipeline, annotator, 1)
    api, url = client_as("viewer"), f"/api/v1/pipelines/{pipeline.pk}/nodes/select/"
    state = api.get(url + "selection/").json()
    assert (state["pool"], state["open"], state["keep_open"], state["rounds"]) == (6, 3, 2, 1)
    assert state["waits_for"]
    (first,) = api.get(url + "rounds/").json()["items"]
    assert (first["number"], first["pool_size"], first["chosen"], first["at_random"]) == (1, 10, 4, 1)
    assert first["unfinished"] == 3
    with CaptureQueriesContext(connection) as one:
        api.get(url + "rounds/")
    finish(pipeline, annotator, 2)
    with CaptureQueriesContext(connection) as two:
        assert [row["number"] for row in api.get(url + "rounds/").json()["items"]] == [2, 1]
    assert len(two) == len(one)
    other = f"/api/v1/pipelines/{pipeline.pk}/nodes/review/selection/"
    assert api.get(other).status_code == 400
