"""The run view through HTTP: what passed, ways, loose ends and the way back in, reruns, costs, a node's report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from rest_framework.test import APIClient

from alp_site.lib import jobs
from alp_site.lib.db_rows import add_all, new_row
from alp_site.lib.models import Job
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import User
from annotation.models import Task, TaskItem, TaskItemLog
from pipelines.models import ConnectionCounter, Cycle, NodeExecution, NodeMinute, Pipeline
from pipelines.services import again, sweep
from pipelines.services.again import SEND_JOB
from pipelines.services.pipelines import save_pipeline
from pipelines.services.waits import Answer, complete_waiting
from tests.conftest import ClientAs
from tests.pipelines import sample_nodes
from tests.pipelines.conftest import graph, link, node, real_db

pytestmark = real_db
Items = Callable[..., list[str]]
Running = Callable[..., Pipeline]


@pytest.fixture
def api(client_as: ClientAs) -> APIClient:
    return client_as("engineer")


def people() -> dict[str, Any]:
    """a -> person -(completed)-> b; nothing takes what is discarded."""
    return graph([node("a"), node("p", "person"), node("b")], ["a -> p", link("p -> b", id="go", action="completed")])


def answer(*actions: str) -> None:
    rows = NodeExecution.objects.filter(status="waiting").order_by("id")
    complete_waiting(Answer(execution_id=str(r.pk), action=a) for r, a in zip(rows, actions, strict=True))
    settle()


def test_counters_say_what_passed_each_connection_and_how_fast(api: APIClient, running: Running, items: Items) -> None:
    pipeline = running(people())
    items(3)
    settle()
    answer("completed", "discard", "completed")
    url = f"/api/v1/pipelines/{pipeline.pk}/counters/"
    with CaptureQueriesContext(connection) as seen:
        body = api.get(url).json()
    assert body["connections"] == {"c1": 3, "go": 2}
    assert body["throughput"]["p"]["hour"] == 3
    assert body["throughput"]["b"]["hour"] == 2
    items(30)
    settle()
    with CaptureQueriesContext(connection) as more:
        body = api.get(url).json()
    assert body["connections"] == {"c1": 33, "go": 2}
    assert len(more) == len(seen)


def test_connections_keep_their_count_when_their_ids_move(api: APIClient, running: Running, items: Items) -> None:
    pipeline = running(graph([node("a"), node("b"), node("c")], ["a -> b", "b -> c"]))
    items(2)
    settle()
    url = f"/api/v1/pipelines/{pipeline.pk}/"
    api.patch(url, {"graph": graph([node("a"), node("b"), node("c")], ["a -> c", "a -> b", "b -> c"])})
    api.post(url + "start/")
    assert api.get(url + "counters/").json()["connections"] == {"c1": 0, "c2": 2, "c3": 2}


def test_a_cycles_path_says_by_which_connections_each_step_came(api: APIClient, running: Running, items: Items) -> None:
    running(
        graph(
            [node("s"), node("l", action="left"), node("r"), node("j", "join")],
            ["s -> l", "s -> r", link("l.item -> j.a", id="x", action="left"), link("r.item -> j.b", id="y")],
        )
    )
    items(1)
    settle()
    cycle = Cycle.objects.get()
    steps = {e["node_id"]: e for e in api.get(f"/api/v1/cycles/{cycle.pk}/").json()["executions"]}
    assert [way["connection"] for way in steps["l"]["came_by"]] == ["c1"]
    assert steps["l"]["came_by"][0]["execution"] == steps["s"]["id"]
    assert {way["connection"]: way["execution"] for way in steps["j"]["came_by"]} == {
        "x": steps["l"]["id"], "y": steps["r"]["id"],
    }  # fmt: skip
    assert steps["s"]["taken"] == ["c1", "c2"]
    assert (steps["j"]["taken"], steps["j"]["loose"]) == ([], False), "the end of the graph is no loose end"


def test_what_was_discarded_is_listed_and_sent_back_in_once(api: APIClient, running: Running, items: Items) -> None:
    pipeline = running(people())
    items(3)
    settle()
    answer("discard", "completed", "discard")
    url = f"/api/v1/pipelines/{pipeline.pk}/"
    (end,) = api.get(url + "loose-ends/").json()["items"]
    assert (end["node"], end["action"], end["count"]) == ("p", "discard", 2)
    listed = api.get(url + "executions/", {"loose": "true", "node": "p", "action": "discard"}).json()["items"]
    assert len(listed) == 2
    body = {"ids": [listed[0]["id"]], "connection": "go"}
    assert api.post(url + "send-on/", body).json() == {"count": 1, "job": None}
    assert api.post(url + "send-on/", body).json() == {"count": 0, "job": None}, (
        "a repeated request sends nothing twice"
    )
    settle()
    cycle_id = listed[0]["cycle_id"]
    detail = api.get(f"/api/v1/cycles/{cycle_id}/").json()
    assert [(e["node_id"], e["status"], e["by_hand"]) for e in detail["executions"]] == [
        ("a", "done", False), ("p", "done", False), ("b", "done", True),
    ]  # fmt: skip
    assert [way["connection"] for way in detail["executions"][2]["came_by"]] == ["go"]
    assert api.get(url + "counters/").json()["connections"]["go"] == 2
    assert api.post(url + "send-on/", {"node": "p", "action": "discard", "to_node": "a"}).json()["count"] == 1
    settle()
    assert NodeExecution.objects.filter(node_id="p", status="waiting").count() == 1, "it came to the person anew"
    assert api.get(url + "loose-ends/").json()["items"] == []


def test_sending_on_says_what_is_wrong_and_changes_nothing(api: APIClient, running: Running, items: Items) -> None:
    pipeline = running(people())
    items(1)
    settle()
    answer("discard")
    url = f"/api/v1/pipelines/{pipeline.pk}/send-on/"
    wrong: list[dict[str, Any]] = [
        {"node": "p"}, {"node": "p", "connection": "go", "to_node": "b"}, {"to_node": "b"},
        {"node": "p", "connection": "c1"}, {"node": "p", "to_node": "zz"},
        {"node": "p", "to_node": "b", "to_port": "x"},
        {"node": "p", "action": "discard", "without_action": True, "to_node": "b"},
    ]  # fmt: skip
    assert [api.post(url, body).status_code for body in wrong] == [400] * len(wrong)
    assert NodeExecution.objects.filter(loose=True).count() == 1
    assert NodeExecution.objects.count() == 2


def unmet(condition: str = '{"name": {"$eq": "000000.jpg"}}') -> dict[str, Any]:
    """a -(only the first item)-> b; what the condition keeps back chose no action and ends at a."""
    return graph([node("a"), node("b")], [link("a -> b", condition=condition)])


def loose(node_id: str = "a") -> int:
    return NodeExecution.objects.filter(node_id=node_id, loose=True).count()


def send_job() -> Job:
    return Job.objects.get(kind=SEND_JOB)


@pytest.mark.parametrize("many", [1, 9, 10, 11])
def test_however_many_chose_no_action_a_job_sends_all_on(
    api: APIClient, running: Running, items: Items, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """In parts of five: less than one, two but for one, two whole ones, one more."""
    monkeypatch.setattr("pipelines.services.again.db.bulk_step", lambda: 5)
    pipeline = running(unmet())
    items(many + 1)
    settle()
    assert loose() == many
    url = f"/api/v1/pipelines/{pipeline.pk}/send-on/"
    body = {"node": "a", "without_action": True, "to_node": "b"}
    answer = api.post(url, body).json()
    assert answer == {"count": many, "job": str(send_job().pk)}
    assert loose() == many, "the request sends nothing itself"
    settle()
    assert failed_jobs() == []
    assert (loose(), NodeExecution.objects.filter(node_id="b", status="done").count()) == (0, many + 1)
    assert send_job().progress["done"] == many
    assert f"{many} of {many} went on" in send_job().log
    assert api.post(url, body).json() == {"count": 0, "job": None}


def test_who_chose_an_action_stays_where_only_those_without_one_are_sent(
    api: APIClient, running: Running, items: Items
) -> None:
    pipeline = running(people())
    items(3)
    settle()
    answer("discard", "completed", "discard")
    url = f"/api/v1/pipelines/{pipeline.pk}/send-on/"
    assert api.post(url, {"node": "p", "without_action": True, "to_node": "b"}).json()["count"] == 0
    NodeExecution.objects.filter(pk=NodeExecution.objects.filter(loose=True).order_by("id")[0].pk).update(action="")
    assert api.post(url, {"node": "p", "without_action": True, "to_node": "b"}).json()["count"] == 1
    settle()
    assert list(NodeExecution.objects.filter(loose=True).values_list("action", flat=True)) == ["discard"]
    assert api.post(url, {"node": "p", "to_node": "b"}).json()["count"] == 1, "with neither: whatever their action"


def test_what_comes_to_the_end_again_is_not_sent_for_ever(api: APIClient, running: Running, items: Items) -> None:
    pipeline = running(unmet())
    items(4)
    settle()
    api.post(f"/api/v1/pipelines/{pipeline.pk}/send-on/", {"node": "a", "without_action": True, "to_node": "a"})
    settle()
    assert loose() == 3, "they came to the same end, once more"
    assert NodeExecution.objects.filter(node_id="a").count() == 7


def test_a_worker_that_dies_half_way_leaves_the_rest_to_its_successor_and_nothing_goes_twice(
    api: APIClient, running: Running, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.services.again.db.bulk_step", lambda: 2)
    pipeline = running(unmet())
    items(8)
    settle()
    api.post(f"/api/v1/pipelines/{pipeline.pk}/send-on/", {"node": "a", "without_action": True, "to_node": "b"})
    real = again._send
    with monkeypatch.context() as patch:

        def dies(ledger: Any, row: NodeExecution, target: again.Target) -> bool:
            if loose() < 5:
                raise KeyboardInterrupt  # kill -9 within the third part
            return real(ledger, row, target)

        patch.setattr("pipelines.services.again._send", dies)
        with pytest.raises(KeyboardInterrupt):
            jobs.run_job(str(send_job().pk), heartbeat=False)
    assert loose() == 3, "two parts are sent, the third was taken back"
    Job.objects.filter(pk=send_job().pk).update(lease_until=send_job().created_at)
    jobs.run_job(str(send_job().pk), heartbeat=False)
    assert (loose(), send_job().state) == (0, "done")
    settle()
    passed = NodeExecution.objects.filter(node_id="b", status="done").values_list("cycle_id", flat=True)
    assert (len(passed), len(set(passed))) == (8, 8)


def test_two_requests_at_once_send_each_item_once(api: APIClient, running: Running, items: Items) -> None:
    pipeline = running(unmet())
    items(5)
    settle()
    body = {"node": "a", "without_action": True, "to_node": "b"}
    asked = [api.post(f"/api/v1/pipelines/{pipeline.pk}/send-on/", body).json() for _ in range(2)]
    assert [one["count"] for one in asked] == [4, 4]
    settle()
    assert NodeExecution.objects.filter(node_id="b").count() == 5


def test_one_that_cannot_go_stays_and_the_others_go(api: APIClient, running: Running, items: Items) -> None:
    pipeline = running(unmet())
    items(4)
    settle()
    odd = NodeExecution.objects.filter(loose=True).order_by("id")[1]
    NodeExecution.objects.filter(pk=odd.pk).update(outputs={})
    api.post(f"/api/v1/pipelines/{pipeline.pk}/send-on/", {"node": "a", "without_action": True, "to_node": "b"})
    settle()
    assert failed_jobs() == []
    assert list(NodeExecution.objects.filter(loose=True)) == [odd]
    assert f"{odd.pk} stays: " in send_job().log


def test_a_node_runs_again_for_all_its_cycles_for_some_or_only_counts(
    api: APIClient, running: Running, items: Items
) -> None:
    pipeline = running(graph([node("a"), node("b", "picky"), node("c")], ["a -> b", "b -> c"]))
    ids = items(4)
    sample_nodes.hooks["bad"] = lambda e: "error" if e.inputs["item"] == ids[0] else ""
    settle()
    sample_nodes.hooks.clear()
    url = f"/api/v1/pipelines/{pipeline.pk}/rerun/"
    assert api.post(url, {"node": "b", "dry_run": True}).json() == {"count": 4, "job": None}
    assert api.post(url, {"node": "b", "code": "unreadable"}).json() == {"count": 1, "job": None}
    settle()
    assert not Cycle.objects.exclude(status="done").exists()
    one = Cycle.objects.order_by("id").last()
    assert one is not None
    assert api.post(url, {"node": "b", "cycles": [str(one.pk)], "status": "done"}).json() == {"count": 1, "job": None}
    assert api.post(url, {"node": "b", "status": "failed"}).json() == {"count": 0, "job": None}
    settle()
    assert NodeExecution.objects.filter(cycle=one, node_id="c", status="done").count() == 2
    assert api.post(url, {"node": "b"}).json() == {"count": 4, "job": None}, "the last of each cycle, not every one"


def test_a_cycle_runs_again_from_its_beginning_or_a_node(api: APIClient, running: Running, items: Items) -> None:
    running(graph([node("a"), node("b"), node("c")], ["a -> b", "b -> c"]))
    items(1)
    settle()
    url = f"/api/v1/cycles/{Cycle.objects.get().pk}/rerun/"
    assert api.post(url, {"node": "b"}).status_code == 200
    settle()
    assert api.post(url, {}).status_code == 200
    settle()
    order = list(NodeExecution.objects.order_by("id").values_list("node_id", flat=True))
    assert order == ["a", "b", "c", "b", "c", "a", "b", "c"]
    assert api.post(url, {"node": "nothing"}).json()["error"]["code"] == "wrong_status"


def test_a_cycles_cost_is_peoples_time_and_the_machines(
    api: APIClient, running: Running, items: Items, people: dict[str, User]
) -> None:
    pipeline = running(globals()["people"]())
    (item,) = items(1)
    settle()
    cycle = Cycle.objects.get()
    task = Task.objects.create(
        project=pipeline.project, name="T", pipeline_id=pipeline.pk, node_id="p", dataset_id=_dataset(item)
    )
    ti = TaskItem.objects.create(task=task, item_id=item, cycle_id=cycle.pk)
    for seconds, simulated in ((30.0, False), (12.0, False), (99.0, True)):
        TaskItemLog.objects.create(
            task_item=ti, task=task, action="complete", at=now(), seconds=seconds, simulated=simulated,
            person=people["annotator"],
        )  # fmt: skip
    NodeExecution.objects.filter(cycle=cycle, node_id="a").update(seconds=1.5)
    NodeExecution.objects.filter(cycle=cycle, node_id="p").update(seconds=0.5)
    body = api.get(f"/api/v1/cycles/{cycle.pk}/cost/").json()
    assert (body["people"], body["machine"]) == (42.0, 2.0)
    assert body["nodes"] == [
        {"node": "a", "executions": 1, "people": 0.0, "machine": 1.5},
        {"node": "p", "executions": 1, "people": 42.0, "machine": 0.5},
    ]


def _dataset(item_id: str) -> Any:
    from datasets.models import Item

    return Item.objects.get(pk=item_id).dataset_id


def test_an_execution_bears_its_share_of_what_its_batch_took(running: Running, items: Items) -> None:
    import time

    running(graph([node("a"), node("b")], ["a -> b"]))
    items(4)
    sample_nodes.hooks["compute"] = lambda batch: time.sleep(0.04)
    settle()
    spent = list(NodeExecution.objects.filter(node_id="a").values_list("seconds", flat=True))
    assert all(0.01 <= s < 0.04 for s in spent), "four share one batch"


def test_a_node_of_a_type_nobody_knows_has_a_report_too(api: APIClient, running: Running) -> None:
    """A draft may name any: that of a newer house, or of a package that is not installed here."""
    pipeline = running(graph([node("a")]))
    save_pipeline(pipeline=pipeline, graph=graph([node("a"), node("b", "no_such_type")]))
    answer = api.get(f"/api/v1/pipelines/{pipeline.pk}/nodes/b/")
    assert (answer.status_code, answer.json()["figures"]) == (200, [])


def test_a_nodes_report_tells_durations_failures_and_logs(api: APIClient, running: Running, items: Items) -> None:
    pipeline = running(graph([node("a"), node("b", "picky")], ["a -> b"]))
    ids = items(6)
    sample_nodes.hooks["bad"] = lambda e: "error" if e.inputs["item"] in ids[:2] else ""
    settle()
    url = f"/api/v1/pipelines/{pipeline.pk}/nodes/b/"
    with CaptureQueriesContext(connection) as seen:
        body = api.get(url).json()
    assert (body["counts"]["done"], body["counts"]["failed"]) == (4, 2)
    assert body["took"]["count"] == 4
    assert 0 <= body["computed"]["p50"] <= body["computed"]["p95"] <= body["computed"]["most"]
    assert [(f["code"], f["count"], f["message"]) for f in body["failures"]] == [("unreadable", 2, "no")]
    assert {row["error"] for row in body["logs"]} == {"no"}
    assert len(body["minutes"]) == 60
    assert sum(m["done"] for m in body["minutes"]) == 4
    assert sum(m["failed"] for m in body["minutes"]) == 2
    items(20)
    settle()
    with CaptureQueriesContext(connection) as more:
        assert api.get(url).json()["counts"]["done"] == 24
    assert len(more) == len(seen)
    assert api.get(f"/api/v1/pipelines/{pipeline.pk}/nodes/zz/").status_code == 400


def test_minutes_are_forgotten_after_a_day_counters_are_not(running: Running, items: Items) -> None:
    running(graph([node("a"), node("b")], ["a -> b"]))
    items(1)
    settle()
    count = NodeMinute.objects.count()
    assert sweep.drop_minutes() == 0
    old = int(now().timestamp() // 60) - 24 * 60 - 1
    NodeMinute.objects.filter(node_id="a").update(minute=old)
    assert 0 < sweep.drop_minutes() < count
    assert ConnectionCounter.objects.get().passed == 1


def test_add_all_adds_to_rows_that_are_there_and_makes_the_others(running: Running) -> None:
    pipeline = running(graph([node("a")]))
    for _ in range(2):
        rows = [
            new_row(ConnectionCounter, pipeline_id=pipeline.pk, name=name, passed=n) for name, n in (("x", 1), ("y", 2))
        ]
        add_all(rows, unique=("pipeline", "name"), add=("passed",))
    add_all([], unique=("pipeline", "name"), add=("passed",))
    assert dict(ConnectionCounter.objects.values_list("name", "passed")) == {"x": 2, "y": 4}
