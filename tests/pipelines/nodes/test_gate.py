"""Approval gate: who may open it, what is kept, and that it opens once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib.testing import settle
from alp_site.people.models import Project, User
from pipelines.models import Cycle, NodeExecution, Pipeline
from pipelines.services.pipelines import create_pipeline, problems_of
from tests.conftest import ClientAs
from tests.pipelines.conftest import graph, link, node
from tests.pipelines.nodes.conftest import counts, real

pytestmark = pytest.mark.django_db
Running = Callable[..., Pipeline]
Items = Callable[..., list[str]]


def gated(**config: Any) -> dict[str, Any]:
    nodes = [real("f", "approval_gate", **config), node("yes"), node("no")]
    return graph(nodes, [link("f -> yes", action="approved"), link("f -> no", action="refused")])


def waiting(pipeline: Pipeline) -> NodeExecution:
    return NodeExecution.objects.get(pipeline=pipeline, node_id="f", status="waiting")


def url(row: NodeExecution) -> str:
    return f"/api/v1/executions/{row.pk}/decide/"


def test_a_person_opens_the_gate_and_their_word_is_kept(
    running: Running, items: Items, client_as: ClientAs, engineer: User
) -> None:
    pipeline = running(gated(question="Ready to go out?"))
    (item,) = items(1)
    settle()
    assert counts(pipeline, "f") == {"waiting": 1}
    row = waiting(pipeline)
    body = client_as("engineer").get(f"/api/v1/projects/{pipeline.project_id}/gates/").json()["items"]
    assert [(b["id"], b["question"], b["value"], b["may_decide"]) for b in body] == [
        (str(row.pk), "Ready to go out?", item, True)
    ]
    answer = client_as("engineer").post(url(row), {"verdict": "approved", "note": "Looks right."}, format="json")
    assert answer.status_code == 200, answer.content
    settle()
    assert counts(pipeline, "yes") == {"done": 1}
    row.refresh_from_db()
    assert row.action == "approved"
    assert row.log.endswith(f"approved by {engineer.name}: Looks right.")
    told = Cycle.objects.get(pk=row.cycle_id).memory["approval:f"]
    assert (told["by"], told["verdict"], told["note"]) == (str(engineer.pk), "approved", "Looks right.")
    assert client_as("engineer").get(f"/api/v1/projects/{pipeline.project_id}/gates/").json()["items"] == []


def test_a_refusal_says_why_and_goes_the_other_way(running: Running, items: Items, client_as: ClientAs) -> None:
    pipeline = running(gated())
    items(1)
    settle()
    row = waiting(pipeline)
    silent = client_as("owner").post(url(row), {"verdict": "refused", "note": " "}, format="json")
    assert (silent.status_code, silent.json()["error"]["data"]["field"]) == (400, "note")
    assert client_as("owner").post(url(row), {"verdict": "refused", "note": "No."}, format="json").status_code == 200
    settle()
    assert (counts(pipeline, "no"), counts(pipeline, "yes")) == ({"done": 1}, {})


def test_only_the_named_person_decides(running: Running, items: Items, client_as: ClientAs, reviewer: User) -> None:
    pipeline = running(gated(people=[str(reviewer.pk)]))
    items(1)
    settle()
    row = waiting(pipeline)
    seen = client_as("owner").get(f"/api/v1/projects/{pipeline.project_id}/gates/").json()["items"][0]
    assert (seen["may_decide"], [p["id"] for p in seen["people"]]) == (False, [str(reviewer.pk)])
    assert client_as("owner").post(url(row), {"verdict": "approved"}, format="json").status_code == 403
    assert client_as("reviewer").post(url(row), {"verdict": "approved"}, format="json").status_code == 200


def test_the_first_word_counts_and_what_does_not_wait_cannot_be_decided(
    running: Running, items: Items, client_as: ClientAs
) -> None:
    pipeline = running(gated())
    items(1)
    settle()
    row = waiting(pipeline)
    assert client_as("owner").post(url(row), {"verdict": "approved"}, format="json").status_code == 200
    again = client_as("engineer").post(url(row), {"verdict": "refused", "note": "No."}, format="json")
    assert again.status_code == 409
    settle()
    done = NodeExecution.objects.get(pipeline=pipeline, node_id="yes")
    assert client_as("owner").post(url(done), {"verdict": "approved"}, format="json").status_code == 409
    assert counts(pipeline, "no") == {}


def test_the_list_costs_the_same_for_many(running: Running, items: Items, client_as: ClientAs) -> None:
    pipeline = running(gated())
    client = client_as("owner")
    path = f"/api/v1/projects/{pipeline.project_id}/gates/"
    costs = []
    for count in (1, 12):
        items(count)
        settle()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(path).status_code == 200
        costs.append(len(seen))
    assert costs[1] <= costs[0]


def test_strangers_may_not_be_named(project: Project, people: dict[str, User]) -> None:
    for role in ("stranger", "annotator"):
        spec = gated(people=[str(people[role].pk)])
        made = create_pipeline(project=project, name=role, graph=spec)
        assert {p.code for p in problems_of(made)} == {"unknown_person"}
    made = create_pipeline(project=project, name="none", graph=gated(people=["nobody"]))
    assert "bad_config" in {p.code for p in problems_of(made)}
