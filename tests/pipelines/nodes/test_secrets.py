"""Keys of other servers: set and never read back, named in graphs and never in them, put in when a request leaves."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from alp_site.lib import sealed
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import Project, User
from pipelines.models import CodeVersion, Delivery, NodeExecution, Pipeline, SavedTemplate, Secret
from pipelines.services import pipelines as pipelines_service
from pipelines.services.graphs import graph_of, wiring_of
from pipelines.services.pipelines import create_pipeline, problems_of, publish_pipeline, save_pipeline
from pipelines.services.secrets import change_secret, create_secret
from tests.conftest import ClientAs
from tests.pipelines.conftest import real_db
from tests.pipelines.nodes import test_leaving
from tests.pipelines.nodes.test_leaving import Items, Running, Server, asking, run_of, wait_is_over

pytestmark = real_db
server = test_leaving.server
move_keys = import_module("pipelines.migrations.0009_keys_apart").move_keys
KEY = "sk-live-51H8/abc+def=="


def tables() -> str:
    """All that the database holds of pipelines, as text."""
    kept = []
    with connection.cursor() as cursor:
        for model in (
            Pipeline,
            Pipeline.revision.field.related_model,
            Delivery,
            NodeExecution,
            Secret,
            CodeVersion,
            SavedTemplate,
        ):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            kept.append(repr(cursor.fetchall()))
    return "".join(kept)


def test_secret_when_set_then_only_its_name_is_ever_told(project: Project, client_as: ClientAs) -> None:
    engineer, address = client_as("engineer"), f"/api/v1/projects/{project.pk}/secrets/"
    made = engineer.post(address, {"name": "scorer", "value": KEY})
    assert made.status_code == 201
    assert engineer.post(address, {"name": "scorer", "value": "x"}).status_code == 409
    assert engineer.post(address, {"name": "no name}", "value": "x"}).status_code == 400
    changed = engineer.patch(f"/api/v1/secrets/{made.json()['id']}/", {"value": f"{KEY}2"})
    listed = engineer.get(address)
    for answer in (made, changed, listed):
        assert KEY not in answer.content.decode()
    assert [(row["name"], row["changed_by"]["name"]) for row in listed.json()["items"]] == [("scorer", "Engineer")]
    assert KEY not in tables()
    assert sealed.unseal(Secret.objects.get().sealed) == f"{KEY}2"
    assert engineer.delete(f"/api/v1/secrets/{made.json()['id']}/").status_code == 204


def test_list_when_long_then_a_page_costs_the_same(
    project: Project, owner: User, client_as: ClientAs, django_assert_num_queries: Any
) -> None:
    for n in range(30):
        create_secret(project=project, name=f"s{n}", value="x", user=owner)
    client = client_as("owner")
    client.get(f"/api/v1/projects/{project.pk}/secrets/?limit=1")
    with django_assert_num_queries(5):
        page = client.get(f"/api/v1/projects/{project.pk}/secrets/?limit=20").json()
    assert len(page["items"]) == 20
    assert page["next"]


def test_request_when_it_names_secrets_then_they_are_sent_and_kept_nowhere(
    running: Running, items: Items, server: Server, project: Project, owner: User
) -> None:
    create_secret(project=project, name="scorer", value=KEY, user=owner)
    server.answers = [(500, {}), (200, {"you sent": f"Bearer {KEY}"})]
    pipeline = running(
        asking(
            "http_request", url=server.url + "/x/${secrets.scorer}?q=${item.name}",
            headers={"Authorization": "Bearer ${secrets.scorer}"}, body={"key": ["${secrets.scorer}"]},
        )
    )  # fmt: skip
    items(1)
    settle()
    wait_is_over()
    settle()
    assert failed_jobs() == []
    assert [path for _, path, _, _ in server.asked] == ["/x/sk-live-51H8/abc%2Bdef%3D%3D?q=000000.jpg"] * 2
    _, _, headers, body = server.asked[-1]
    assert (headers["Authorization"], body) == (f"Bearer {KEY}", {"key": [KEY]})
    run = run_of(pipeline)
    assert (run.status, run.outputs["response"]) == ("done", {"you sent": "Bearer ***"})
    assert KEY not in tables()
    assert Delivery.objects.get().target.endswith("/x/${secrets.scorer}")


def test_value_when_it_reads_like_a_reference_then_it_is_sent_as_it_is(
    running: Running, items: Items, server: Server, project: Project, owner: User
) -> None:
    """Who names an item or sets a variable must not get a key sent to where they can read it."""
    create_secret(project=project, name="scorer", value=KEY, user=owner)
    spec = asking("http_request", url=server.url, headers={"X-Run": "${variables.v}"}, body={"a": "${variables.v}"})
    spec["variables"] = [{"name": "v", "type": "String", "value": "${secrets.scorer}"}]
    running(spec)
    items(1)
    settle()
    ((_, _, headers, body),) = server.asked
    assert (headers["X-Run"], body) == ("${secrets.scorer}", {"a": "${secrets.scorer}"})


def test_key_when_typed_into_a_header_then_it_is_moved_and_no_door_shows_it(
    server: Server, project: Project, owner: User, client_as: ClientAs
) -> None:
    spec = asking("http_request", url=server.url, headers={"X-Api-Key": KEY, "Accept-Language": "de"})
    client = client_as("engineer")
    made = client.post(f"/api/v1/projects/{project.pk}/pipelines/", {"name": "P", "graph": spec}).json()
    pipeline = Pipeline.objects.get(pk=made["id"])
    (name,) = Secret.objects.values_list("name", flat=True)
    headers = {"X-Api-Key": f"${{secrets.{name}}}", "Accept-Language": "de"}
    assert pipeline.draft["nodes"][1]["config"]["headers"] == headers
    revision = publish_pipeline(pipeline=pipeline)
    spec["nodes"][1]["config"]["headers"]["X-Api-Key"] = f"{KEY}2"
    save_pipeline(pipeline=pipeline, graph=spec, user=owner)
    assert sealed.unseal(Secret.objects.get().sealed) == f"{KEY}2", "typed anew it is the same secret"
    address = f"/api/v1/pipelines/{pipeline.pk}/"
    doors = [address, f"{address}export/", f"{address}diff/", f"/api/v1/revisions/{revision.pk}/"]
    for door in doors:
        assert KEY not in client.get(door).content.decode(), door
    document = client.get(f"{address}export/").json()
    elsewhere = client_as("stranger")
    other = Project.objects.exclude(pk=project.pk).get()
    answer = elsewhere.post(f"/api/v1/projects/{other.pk}/pipelines/import/", {"document": document}).json()
    assert [p["code"] for p in answer["problems"] if p["level"] == "error"] == ["secret_missing"]
    assert KEY not in json.dumps(answer) + tables()


def test_secret_when_missing_then_a_problem_before_the_start_and_the_reason_after(
    running: Running, items: Items, server: Server, project: Project, owner: User
) -> None:
    spec = asking("http_request", url=server.url, headers={"X-Key": "${secrets.gone}"})
    (problem,) = problems_of(create_pipeline(project=project, name="P", graph=spec))
    assert (problem.code, problem.field) == ("secret_missing", "headers")
    secret = create_secret(project=project, name="gone", value=KEY, user=owner)
    pipeline = running(spec)
    secret.delete()
    items(1)
    settle()
    assert (run_of(pipeline).error_code, server.asked) == ("secret_missing", [])


def test_house_when_its_secret_key_changed_then_the_old_one_still_opens(
    project: Project, owner: User, settings: Any
) -> None:
    row = create_secret(project=project, name="s", value=KEY, user=owner)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    with pytest.raises(sealed.Unreadable):
        sealed.unseal(row.sealed)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert sealed.unseal(row.sealed) == KEY
    settings.SECRET_KEY_FALLBACKS = []
    change_secret(secret=row, value=KEY, user=owner)
    assert sealed.unseal(row.sealed) == KEY


def test_webhook_when_its_address_holds_a_secret_then_it_is_put_in(
    running: Running, items: Items, server: Server, project: Project, owner: User
) -> None:
    create_secret(project=project, name="hook", value="T000/B000/XXXX", user=owner)
    running(asking("notify", channel="webhook", url=server.url + "/${secrets.hook}", text="${secrets.hook}"))
    items(1)
    settle()
    ((_, path, _, body),) = server.asked
    assert (path, body["text"]) == ("/T000/B000/XXXX", "${secrets.hook}")
    assert "XXXX" not in tables()


def test_graphs_when_saved_before_there_were_secrets_then_their_keys_are_moved_and_all_runs_on(
    running: Running, items: Items, server: Server, project: Project, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers = [(500, {}), (200, {})]
    spec = asking("http_request", url=server.url, headers={"Authorization": KEY, "Accept-Language": "de"})
    with monkeypatch.context() as before:
        before.setattr(pipelines_service, "keep_apart", lambda pipeline, graph, user: graph)
        pipeline = running(spec)
        spec["nodes"][1]["config"]["headers"]["Authorization"] = f"{KEY}-draft"
        save_pipeline(pipeline=pipeline, graph=spec, user=owner)
        assert pipeline.revision
        SavedTemplate.objects.create(project=project, title="T", graph=pipeline.revision.graph)
    items(1)
    settle()
    assert KEY in tables(), "in the draft, the revision, the template and the message that waits to be sent again"
    move_keys(apps, None)
    assert KEY not in tables()
    kept = tables()
    move_keys(apps, None)
    assert tables() == kept, "a second time there is nothing to do"
    stored = Pipeline.objects.select_related("revision").get(pk=pipeline.pk)
    assert stored.revision
    revision, draft = stored.revision.graph, stored.draft
    values = {row.name: sealed.unseal(row.sealed) for row in Secret.objects.filter(project=project)}
    names = [_named(one) for one in (revision, draft, SavedTemplate.objects.get().graph)]
    assert [values[name] for name in names] == [KEY, f"{KEY}-draft", KEY]
    for read in (graph_of, wiring_of):  # a house starts anew with the new release
        read.cache_clear()
    wait_is_over()
    settle()
    items(2)
    settle()
    assert failed_jobs() == []
    assert [headers["Authorization"] for _, _, headers, _ in server.asked] == [KEY] * 4
    assert {headers["Accept-Language"] for _, _, headers, _ in server.asked} == {"de"}
    assert KEY not in tables()


def _named(graph: dict[str, Any]) -> str:
    return str(graph["nodes"][1]["config"]["headers"]["Authorization"]).removeprefix("${secrets.").removesuffix("}")
