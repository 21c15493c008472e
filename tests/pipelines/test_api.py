"""The API through HTTP: what it says, what it refuses, and what a page costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from alp_site.lib import db
from alp_site.lib.testing import settle
from alp_site.people.models import Project
from datasets.models import Dataset
from pipelines.models import Cycle, NodeExecution, Pipeline
from pipelines.services import cycles
from pipelines.services.pipelines import pause_pipeline
from tests.conftest import ClientAs
from tests.pipelines import sample_nodes
from tests.pipelines.conftest import graph, node, real_db

pytestmark = real_db
Items = Callable[..., list[str]]
Running = Callable[..., Pipeline]


@pytest.fixture
def api(client_as: ClientAs) -> APIClient:
    return client_as("engineer")


def chain(**more: Any) -> dict[str, Any]:
    return graph([node("a"), node("p", "person"), node("b")], ["a -> p", "p -> b"], **more)


def test_node_types_say_what_the_editor_needs(api: APIClient) -> None:
    found = {part["type"]: part for part in api.get("/api/v1/node-types/").json()["items"]}
    assert not any(name.startswith("test.") for name in found), "hidden ones stay out of the palette"
    predict = found["predict"]
    assert {port["name"]: port["type"] for port in predict["inputs"]} == {"item": "Item", "model": "Model"}
    assert predict["queue"] == "ml"
    assert predict["config_schema"]["type"] == "object"


def test_templates_offer_their_graph_and_variables(api: APIClient, project: Project) -> None:
    answer = api.get(f"/api/v1/projects/{project.pk}/pipeline-templates/").json()
    found = {part["name"]: part for part in answer["items"]}
    exact = found["active_learning"]
    assert (len(exact["graph"]["nodes"]), len(exact["graph"]["connections"])) == (12, 12)
    assert len(exact["graph"]["variables"]) == 8
    assert set(exact["ports"]) == {part["id"] for part in exact["graph"]["nodes"]}


def test_made_from_a_template_with_values_of_its_variables(
    api: APIClient, project: Project, dataset: Dataset, other_project: Project
) -> None:
    url = f"/api/v1/projects/{project.pk}/pipelines/"
    body = {"template": "active_learning", "name": "Birds", "variables": {"Raw Dataset": str(dataset.pk)}}
    made = api.post(url, body)
    assert made.status_code == 201
    values = {part["name"]: part["value"] for part in made.json()["graph"]["variables"]}
    assert values["Raw Dataset"] == str(dataset.pk)
    assert made.json()["status"] == "draft"
    theirs = Dataset.objects.create(project=other_project, name="Theirs")
    refused = api.post(url, {**body, "variables": {"Raw Dataset": str(theirs.pk)}})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "bad_value")
    assert api.post(url, {"template": "nonsense"}).json()["error"]["code"] == "unknown_template"
    assert api.post(url, {**body, "variables": {"Moon": 1}}).json()["error"]["code"] == "unknown_variable"
    assert Pipeline.objects.count() == 1, "what was refused left nothing behind"


def test_start_lists_every_problem_with_its_place(api: APIClient, project: Project) -> None:
    broken = chain()
    broken["nodes"][1]["type"] = "test.nothing"
    broken["connections"].append({"source": {"node": "b", "port": "item"}, "target": {"node": "z", "port": "item"}})
    made = api.post(f"/api/v1/projects/{project.pk}/pipelines/", {"name": "x", "graph": broken}).json()
    url = f"/api/v1/pipelines/{made['id']}/"
    refused = api.post(url + "start/")
    assert refused.status_code == 400
    problems = {(p["code"], p.get("node")) for p in refused.json()["error"]["data"]["problems"]}
    assert problems == {("unknown_node_type", "p"), ("unknown_node", None)}
    told = api.post(url + "validate/", {}).json()
    assert told["ok"] is False
    fine = api.post(url + "validate/", {"graph": chain()}).json()
    assert (fine["ok"], fine["problems"]) == (True, [])
    assert set(fine["ports"]) == {node["id"] for node in chain()["nodes"]}, (
        "the editor draws ports of what is not saved"
    )


def test_malformed_graph_is_refused_with_its_place(api: APIClient, project: Project) -> None:
    url = f"/api/v1/projects/{project.pk}/pipelines/"
    answer = api.post(url, {"graph": {"nodes": [{"type": "x"}]}})
    assert answer.status_code == 400
    assert answer.json()["error"]["data"] == {"where": "nodes[0].id"}


def test_saving_over_someone_elses_change_is_refused(api: APIClient, running: Running) -> None:
    pipeline = running(chain())
    url = f"/api/v1/pipelines/{pipeline.pk}/"
    seen = api.get(url).json()
    assert seen["draft_changed"] is False
    saved = api.patch(url, {"graph": graph([node("a"), node("z")], ["a -> z"]), "draft_version": seen["draft_version"]})
    assert saved.status_code == 200
    assert saved.json()["draft_changed"] is True
    late = api.patch(url, {"graph": chain(), "draft_version": seen["draft_version"]})
    assert (late.status_code, late.json()["error"]["data"]) == (412, {"version": saved.json()["draft_version"]})
    started = api.post(url + "start/").json()
    assert (started["revision_number"], started["draft_changed"]) == (2, False)


def test_variables_change_with_history_and_refuse_stale_writes(api: APIClient, running: Running) -> None:
    variable = {"name": "n", "type": "Integer", "value": 1, "description": "how many"}
    pipeline = running(chain(variables=[variable]))
    (row,) = api.get(f"/api/v1/pipelines/{pipeline.pk}/variables/").json()["items"]
    url = f"/api/v1/variables/{row['id']}/"
    done = api.patch(url, {"value": 5, "version": row["version"], "why": "more"})
    assert (done.status_code, done.json()["value"], done.json()["version"]) == (200, 5, 2)
    stale = api.patch(url, {"value": 6, "version": row["version"]})
    assert (stale.status_code, stale.json()["error"]["data"]) == (412, {"version": 2, "value": 5})
    assert api.patch(url, {"value": "many"}).json()["error"]["code"] == "bad_value"
    (change,) = api.get(url + "changes/").json()["items"]
    assert (change["old"], change["new"], change["why"], change["user"]["name"]) == (1, 5, "more", "Engineer")


def test_cycle_shows_its_path_with_names(api: APIClient, running: Running, items: Items) -> None:
    pipeline = running(chain())
    (item,) = items(1)
    settle()
    (row,) = api.get(f"/api/v1/pipelines/{pipeline.pk}/cycles/", {"item": item}).json()["items"]
    assert (row["status"], row["counts"]["waiting"]) == ("waiting", 1)
    cycle = api.get(f"/api/v1/cycles/{row['id']}/").json()
    path = [(e["node_id"], e["status"], e["inputs"], e["wait_reason"]) for e in cycle["executions"]]
    assert path == [("a", "done", {"item": item}, ""), ("p", "waiting", {"item": item}, "waiting for a person")]
    assert cycle["names"][item] == "/000000.jpg"
    assert {part["id"] for part in cycle["graph"]["nodes"]} == {"a", "p", "b"}
    (same,) = api.get(f"/api/v1/items/{item}/cycles/").json()["items"]
    assert same["id"] == row["id"]


def test_failed_execution_tells_why_and_is_retried(api: APIClient, running: Running, items: Items) -> None:
    pipeline = running(graph([node("a", "picky")]))
    sample_nodes.hooks["bad"] = lambda e: "compute"
    items(1)
    settle()
    url = f"/api/v1/pipelines/{pipeline.pk}/"
    assert api.get(f"/api/v1/projects/{pipeline.project_id}/pipelines/").json()["items"][0]["failed"] == 1
    (row,) = api.get(url + "executions/", {"status": "failed", "node": "a"}).json()["items"]
    detail = api.get(f"/api/v1/executions/{row['id']}/").json()
    assert (detail["error_code"], detail["error"]) == ("crashed", "ValueError: this item is broken")
    assert "Traceback" in detail["log"]
    sample_nodes.hooks.clear()
    assert api.post(f"/api/v1/executions/{row['id']}/retry/").json()["status"] == "ready"
    settle()
    assert api.get(url + "counters/").json()["cycles"]["done"] == 1
    again = api.post(f"/api/v1/executions/{row['id']}/retry/")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "wrong_status")
    assert api.post(f"/api/v1/executions/{row['id']}/rerun/").status_code == 200
    settle()
    assert NodeExecution.objects.filter(status="done").count() == 2


def test_cancel_pause_resume_and_delete(api: APIClient, running: Running, items: Items) -> None:
    pipeline = running(chain())
    items(3)
    settle()
    url = f"/api/v1/pipelines/{pipeline.pk}/"
    first = Cycle.objects.order_by("id")[0]
    assert api.post(f"/api/v1/cycles/{first.pk}/cancel/").json()["status"] == "cancelled"
    refused = api.delete(url)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "wrong_status")
    assert api.post(url + "pause/", {}).json()["status"] == "paused"
    assert api.post(url + "pause/", {}).status_code == 409
    assert api.post(url + "resume/", {"open_cycles": "resume"}).json()["status"] == "running"
    assert api.post(url + "cycles/cancel/", {}).json() == {"count": 2, "job": None}
    pause_pipeline(pipeline=pipeline)
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404


def test_run_with_pipeline_over_a_filter(api: APIClient, running: Running, items: Items, dataset: Dataset) -> None:
    items(2)
    wanted = items(3, hidden=True)
    pipeline = running(chain())
    url = f"/api/v1/pipelines/{pipeline.pk}/run/"
    answer = api.post(url, {"filter": {"hidden": True}, "dataset": str(dataset.pk), "key": "mine"})
    assert answer.status_code == 202
    settle()
    firing = api.get(f"/api/v1/firings/{answer.json()['id']}/").json()
    assert (firing["state"], firing["created"], firing["user"]["name"]) == ("done", 3, "Engineer")
    assert {str(pk) for pk in Cycle.objects.values_list("subject", flat=True)} == set(wanted)
    assert api.post(url, {"filter": {"nonsense": 1}}).status_code == 400
    assert api.post(url, {"filter": {}, "node": "nowhere"}).status_code == 409
    assert api.post(url, {"filter": {}, "dataset": str(pipeline.pk)}).json()["error"]["data"] == {"field": "dataset"}


def test_unknown_status_is_refused_naming_the_choices(api: APIClient, running: Running) -> None:
    pipeline = running(chain())
    answer = api.get(f"/api/v1/pipelines/{pipeline.pk}/executions/", {"status": "sleeping"})
    assert answer.status_code == 400
    assert "waiting" in answer.json()["error"]["message"]


def test_lists_page_by_key(api: APIClient, running: Running, items: Items) -> None:
    pipeline = running(chain())
    items(5)
    settle()
    url, seen, after = f"/api/v1/pipelines/{pipeline.pk}/cycles/", [], None
    for _ in range(3):
        page = api.get(url, {"limit": 2, **({"after": after} if after else {})}).json()
        seen += [row["id"] for row in page["items"]]
        after = page["next"]
    assert after is None
    assert seen == [str(pk) for pk in Cycle.objects.order_by("-id").values_list("id", flat=True)]


@pytest.mark.parametrize(
    ("path", "most"),
    [("cycles/", 10), ("executions/", 9), ("variables/", 9), ("triggers/", 8), ("counters/", 9), ("", 12)],
)
def test_a_page_costs_the_same_however_much_is_on_it(
    path: str, most: int, api: APIClient, running: Running, items: Items
) -> None:
    pipeline = running(chain())
    url = f"/api/v1/pipelines/{pipeline.pk}/{path}"
    costs = []
    for count in (1, 20):
        items(count)
        settle()
        api.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert api.get(url).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= most


def test_list_of_pipelines_costs_the_same_for_many(api: APIClient, running: Running, project: Project) -> None:
    url = f"/api/v1/projects/{project.pk}/pipelines/"
    costs = []
    for count in (1, 6):
        for _ in range(count):
            running(chain())
        with CaptureQueriesContext(connection) as queries:
            assert api.get(url).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 9


def test_cancelling_many_is_many_short_transactions(running: Running, items: Items) -> None:
    pipeline = running(graph([node("p", "person")]))
    items(450)
    settle()
    opened: list[int] = []
    real = db.write

    def counting() -> Any:
        opened.append(1)
        return real()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cycles, "write", counting)
        assert cycles.cancel_open(pipeline=pipeline) == 450
    assert len(opened) == -(-450 // db.bulk_size())


def test_comments_and_groups_stay_with_the_graph(api: APIClient, project: Project) -> None:
    made = api.post(f"/api/v1/projects/{project.pk}/pipelines/", {"name": "x", "graph": chain()}).json()
    url = f"/api/v1/pipelines/{made['id']}/"
    graph = api.get(url).json()["graph"]
    assert "notes" not in graph
    drawn = {
        "notes": [{"id": "n", "text": "Why", "position": {"x": 1.0, "y": 2.0}, "size": {"x": 90.0, "y": 40.0}}],
        "groups": [{"id": "g", "name": "Loop", "nodes": [graph["nodes"][0]["id"]]}],
    }
    saved = api.patch(url, {"graph": {**graph, **drawn}}).json()
    assert {key: saved["graph"][key] for key in drawn} == drawn
    assert {key: api.get(url).json()["graph"][key] for key in drawn} == drawn
    wrong = api.patch(url, {"graph": {**graph, "groups": [{"id": "g", "nodes": [1]}]}})
    assert wrong.json()["error"]["data"] == {"where": "groups[0].nodes"}


def test_renamed_variable_keeps_its_value_and_the_last_one_can_go(api: APIClient, project: Project) -> None:
    graph = {"variables": [{"name": "Old", "type": "Number", "value": 1}]}
    made = api.post(f"/api/v1/projects/{project.pk}/pipelines/", {"name": "x", "graph": graph}).json()
    url = f"/api/v1/pipelines/{made['id']}/"
    row = api.get(url + "variables/").json()["items"][0]
    api.patch(f"/api/v1/variables/{row['id']}/", {"value": 7})
    new = {"variables": [{"name": "New", "type": "Number", "value": 1}]}
    saved = api.patch(url, {"graph": new, "renamed": {"Old": "New"}}).json()
    assert [(v["name"], v["value"]) for v in saved["graph"]["variables"]] == [("New", 7)]
    assert api.get(url + "variables/").json()["items"][0]["id"] == row["id"], "and with it its history"
    assert len(api.patch(url, {"graph": {}}).json()["graph"]["variables"]) == 1, "a graph that is silent of them"
    assert api.patch(url, {"graph": {"variables": []}}).json()["graph"]["variables"] == []


def test_variable_that_what_runs_reads_stays(api: APIClient, project: Project) -> None:
    graph = chain()
    graph["nodes"][1].setdefault("inputs", {})
    graph["variables"] = [{"name": "Read", "type": "Json", "value": 1}, {"name": "Idle", "type": "Json", "value": 2}]
    graph["triggers"] = [{**graph["triggers"][0], "spec": {"dataset": {"variable": "Read"}}}]
    made = api.post(f"/api/v1/projects/{project.pk}/pipelines/", {"name": "x", "graph": graph}).json()
    url = f"/api/v1/pipelines/{made['id']}/"
    assert api.post(url + "start/").status_code == 200
    left = api.patch(url, {"graph": {**graph, "variables": []}}).json()["graph"]["variables"]
    assert [variable["name"] for variable in left] == ["Read"]
