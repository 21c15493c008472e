"""Revisions through HTTP: listed, compared, restored; and cycles that finish on the one they started with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from alp_site.lib.testing import settle
from pipelines.models import Cycle, NodeExecution, Pipeline, Variable
from pipelines.services.waits import Answer, complete_waiting
from tests.conftest import ClientAs
from tests.pipelines.conftest import graph, node, real_db

pytestmark = real_db
Items = Callable[..., list[str]]
Running = Callable[..., Pipeline]
BEST = {"name": "best", "type": "Json", "value": 1, "description": ""}
OTHER = {"name": "other", "type": "Json", "value": 2, "description": ""}


@pytest.fixture
def api(client_as: ClientAs) -> APIClient:
    return client_as("engineer")


def first() -> dict[str, Any]:
    return graph([node("a"), node("p", "person"), node("b")], ["a -> p", "p -> b"], variables=[BEST, OTHER])


def second() -> dict[str, Any]:
    return graph([node("a", action="left"), node("p", "person"), node("z")], ["a -> p", "p -> z"], variables=[BEST])


def publish(api: APIClient, pipeline: Pipeline, spec: dict[str, Any]) -> None:
    url = f"/api/v1/pipelines/{pipeline.pk}/"
    assert api.patch(url, {"graph": spec}).status_code == 200
    assert api.post(url + "start/").status_code == 200


def test_revisions_are_listed_newest_first_a_page_costing_the_same(api: APIClient, running: Running) -> None:
    pipeline = running(first())
    url = f"/api/v1/pipelines/{pipeline.pk}/revisions/"

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert api.get(url).status_code == 200
        return len(seen)

    one = queries()
    publish(api, pipeline, second())
    publish(api, pipeline, first())
    assert queries() == one
    page = api.get(url, {"limit": 2}).json()
    assert [(row["number"], row["current"]) for row in page["items"]] == [(3, True), (2, False)]
    assert page["items"][0]["published_by"]["name"] == "Engineer"
    assert "graph" not in page["items"][0]
    rest = api.get(url, {"limit": 2, "after": page["next"]}).json()
    assert [row["number"] for row in rest["items"]] == [1]
    assert rest["next"] is None


def test_one_revision_has_its_graph_the_variables_of_then_and_who_still_runs_on_it(
    api: APIClient, running: Running, items: Items
) -> None:
    pipeline = running(first())
    items(2)
    settle()
    publish(api, pipeline, second())
    (new, old) = api.get(f"/api/v1/pipelines/{pipeline.pk}/revisions/").json()["items"]
    body = api.get(f"/api/v1/revisions/{old['id']}/").json()
    assert [n["id"] for n in body["graph"]["nodes"]] == ["a", "p", "b"]
    assert [(v["name"], v["value"]) for v in body["graph"]["variables"]] == [("best", 1), ("other", 2)]
    assert set(body["ports"]) == {"a", "p", "b"}
    assert (body["open_cycles"], body["current"]) == (2, False)
    assert api.get(f"/api/v1/revisions/{new['id']}/").json()["open_cycles"] == 0


def test_two_revisions_or_the_draft_are_compared(api: APIClient, running: Running) -> None:
    pipeline = running(first())
    url = f"/api/v1/pipelines/{pipeline.pk}/diff/"
    assert api.get(url).json()["same"] is True
    publish(api, pipeline, second())
    found = api.get(url, {"before": "1", "after": "2"}).json()
    assert (found["before"]["number"], found["after"]["number"], found["same"]) == (1, 2, False)
    assert [part["id"] for part in found["nodes"]["added"]] == ["z"]
    assert [part["id"] for part in found["nodes"]["removed"]] == ["b"]
    (changed,) = found["nodes"]["changed"]
    assert changed["part"]["id"] == "a"
    assert changed["changes"] == [{"field": "config.action", "before": None, "after": "left"}]
    assert [part["name"] for part in found["variables"]["removed"]] == ["other"]
    assert [part["target"]["node"] for part in found["connections"]["added"]] == ["z"]
    back = api.get(url, {"before": found["after"]["id"], "after": found["before"]["id"]}).json()
    assert [part["id"] for part in back["nodes"]["added"]] == ["b"]
    for wrong in ("7", "nonsense", "0" * 40):
        assert api.get(url, {"before": wrong}).status_code == 400


def test_restoring_brings_back_graph_and_dropped_variables_and_minds_the_draft_seen(
    api: APIClient, running: Running
) -> None:
    pipeline = running(first())
    publish(api, pipeline, second())
    Variable.objects.filter(pipeline=pipeline, name="best").update(value=9)
    old = api.get(f"/api/v1/pipelines/{pipeline.pk}/revisions/").json()["items"][-1]
    seen = api.get(f"/api/v1/pipelines/{pipeline.pk}/").json()["draft_version"]
    url = f"/api/v1/revisions/{old['id']}/restore/"
    stale = api.post(url, {"draft_version": seen - 1})
    assert (stale.status_code, stale.json()["error"]["code"]) == (412, "draft_moved")
    done = api.post(url, {"draft_version": seen}).json()
    assert [n["id"] for n in done["graph"]["nodes"]] == ["a", "p", "b"]
    assert {v["name"]: v["value"] for v in done["graph"]["variables"]} == {"best": 9, "other": 2}
    assert (done["revision_number"], done["draft_changed"]) == (2, True), "nothing runs differently yet"
    started = api.post(f"/api/v1/pipelines/{pipeline.pk}/start/").json()
    assert (started["revision_number"], started["draft_changed"]) == (3, False)
    assert api.get(f"/api/v1/pipelines/{pipeline.pk}/diff/", {"before": "1", "after": "3"}).json()["nodes"] == {
        "added": [], "removed": [], "changed": [],
    }  # fmt: skip


def test_a_new_variable_alone_makes_a_new_revision_a_new_value_does_not(api: APIClient, running: Running) -> None:
    pipeline = running(first())
    url = f"/api/v1/pipelines/{pipeline.pk}/"
    Variable.objects.filter(pipeline=pipeline, name="best").update(value=5)
    assert api.get(url).json()["draft_changed"] is False
    assert api.post(url + "start/").json()["revision_number"] == 1
    more = {**first(), "variables": [BEST, OTHER, {"name": "third", "type": "Json", "value": None}]}
    assert api.patch(url, {"graph": more}).json()["draft_changed"] is True
    assert api.post(url + "start/").json()["revision_number"] == 2


def test_open_cycles_finish_on_their_revision_and_new_ones_take_the_new(
    api: APIClient, running: Running, items: Items
) -> None:
    pipeline = running(first())
    (old,) = items(1)
    settle()
    publish(api, pipeline, second())
    (new,) = items(1)
    settle()
    complete_waiting(
        Answer(execution_id=str(row.pk), action="completed") for row in NodeExecution.objects.filter(status="waiting")
    )
    settle()
    assert set(Cycle.objects.values_list("status", flat=True)) == {"done"}
    ways = {
        str(cycle.subject): [e.node_id for e in NodeExecution.objects.filter(cycle=cycle).order_by("id")]
        for cycle in Cycle.objects.all()
    }
    assert ways == {old: ["a", "p", "b"], new: ["a", "p", "z"]}
