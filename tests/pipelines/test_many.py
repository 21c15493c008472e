"""More cycles and executions than a request may deal with: cancelled, retried, run again and sent on by a job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils.timezone import now
from rest_framework.test import APIClient

from alp_site.lib import jobs
from alp_site.lib.models import Job
from alp_site.lib.testing import failed_jobs, settle
from pipelines.models import Cycle, NodeExecution, Pipeline
from pipelines.services import again, many
from pipelines.services.again import SEND_JOB
from pipelines.services.many import MANY_JOB
from tests.conftest import ClientAs
from tests.pipelines import sample_nodes
from tests.pipelines.conftest import graph, node, real_db
from tests.pipelines.test_runs import loose, people, send_job, unmet

pytestmark = real_db
Items = Callable[..., list[str]]
Running = Callable[..., Pipeline]


@pytest.fixture
def api(client_as: ClientAs) -> APIClient:
    return client_as("engineer")


def many_job() -> Job:
    return Job.objects.get(kind=MANY_JOB)


def failed_at_b(running: Running, items: Items, count: int) -> Pipeline:
    """a -> b -> c; every item failed at b, which is in order again by now."""
    pipeline = running(graph([node("a"), node("b", "picky"), node("c")], ["a -> b", "b -> c"]))
    sample_nodes.hooks["bad"] = lambda e: "error"
    items(count)
    settle()
    sample_nodes.hooks.clear()
    assert NodeExecution.objects.filter(node_id="b", status="failed").count() == count
    return pipeline


def ran(node_id: str) -> list[int]:
    """How often the node was done in each cycle."""
    rows = NodeExecution.objects.filter(node_id=node_id, status="done").order_by("cycle_id")
    return list(Counter(rows.values_list("cycle_id", flat=True)).values())


@pytest.mark.parametrize("act", ["retry", "rerun"])
@pytest.mark.parametrize("count", [4, 5, 7])
def test_more_than_a_few_run_again_by_a_job(
    api: APIClient, running: Running, items: Items, monkeypatch: pytest.MonkeyPatch, act: str, count: int
) -> None:
    """Up to four at once here; the job takes them in parts of three."""
    monkeypatch.setattr(many, "AT_ONCE", 4)
    monkeypatch.setattr("pipelines.services.many.db.bulk_step", lambda: 3)
    pipeline = failed_at_b(running, items, count)
    answer = api.post(f"/api/v1/pipelines/{pipeline.pk}/{act}/", {"node": "b"}).json()
    assert answer["count"] == count
    if count <= 4:
        assert answer["job"] is None
    else:
        assert answer["job"] == str(many_job().pk)
        assert NodeExecution.objects.filter(node_id="b", status="failed").count() == count, "the request does nothing"
    settle()
    assert failed_jobs() == []
    assert (ran("b"), ran("c")) == ([1] * count, [1] * count)
    if count > 4:
        assert (many_job().state, many_job().progress["done"]) == ("done", count)
        assert f"{count} of {count}" in many_job().log


@pytest.mark.parametrize("at_once", [4, 2])
def test_what_failed_while_the_clock_was_ahead_is_retried_too(
    api: APIClient, running: Running, items: Items, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(many, "AT_ONCE", at_once)
    pipeline = failed_at_b(running, items, 3)
    ahead = now() + timedelta(hours=2)
    NodeExecution.objects.update(created_at=ahead)
    url = f"/api/v1/pipelines/{pipeline.pk}"
    assert api.post(f"{url}/rerun/", {"node": "b", "dry_run": True}).json() == {"count": 3, "job": None}
    assert api.post(f"{url}/retry/", {"node": "b"}).json()["count"] == 3
    settle()
    assert ran("c") == [1, 1, 1]


@pytest.mark.parametrize("at_once", [4, 2])
def test_cycles_that_began_while_the_clock_was_ahead_are_cancelled_too(
    api: APIClient, running: Running, items: Items, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(many, "AT_ONCE", at_once)
    url = f"/api/v1/pipelines/{running(people()).pk}"
    items(3)
    settle()
    Cycle.objects.update(created_at=now() + timedelta(hours=2))
    assert api.post(f"{url}/cycles/cancel/", {}).json()["count"] == 3
    settle()
    assert set(Cycle.objects.values_list("status", flat=True)) == {"cancelled"}


def test_a_worker_that_dies_while_many_run_again_makes_none_run_twice(
    api: APIClient, running: Running, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "AT_ONCE", 1)
    monkeypatch.setattr("pipelines.services.many.db.bulk_step", lambda: 2)
    pipeline = running(graph([node("a"), node("b")], ["a -> b"]))
    items(7)
    settle()
    api.post(f"/api/v1/pipelines/{pipeline.pk}/rerun/", {"node": "a"})
    real, calls = many.rerun_executions, []

    def dies(*, execution_ids: list[UUID]) -> int:
        calls.append(len(execution_ids))
        count = real(execution_ids=execution_ids)
        if len(calls) == 3:
            raise KeyboardInterrupt  # kill -9 at the end of the third part
        return count

    with monkeypatch.context() as patch:
        patch.setattr(many, "rerun_executions", dies)
        with pytest.raises(KeyboardInterrupt):
            jobs.run_job(str(many_job().pk), heartbeat=False)
    assert NodeExecution.objects.filter(node_id="a").count() == 7 + 4, "two parts stay, the third was taken back"
    Job.objects.filter(pk=many_job().pk).update(lease_until=many_job().created_at)
    jobs.run_job(str(many_job().pk), heartbeat=False)
    settle()
    assert (many_job().state, failed_jobs()) == ("done", [])
    assert (ran("a"), ran("b")) == ([2] * 7, [2] * 7)


@pytest.mark.parametrize("chosen", [False, True])
def test_many_cycles_are_cancelled_by_a_job_and_later_ones_go_on(
    api: APIClient, running: Running, items: Items, monkeypatch: pytest.MonkeyPatch, chosen: bool
) -> None:
    monkeypatch.setattr(many, "AT_ONCE", 2)
    pipeline = running(people())
    items(6)
    settle()
    ids = [str(pk) for pk in Cycle.objects.order_by("id").values_list("pk", flat=True)]
    answer = api.post(f"/api/v1/pipelines/{pipeline.pk}/cycles/cancel/", {"ids": ids[:4]} if chosen else {}).json()
    assert answer == {"count": 4 if chosen else 6, "job": str(many_job().pk)}
    items(2)
    settle()
    cancelled = Cycle.objects.filter(status="cancelled").order_by("id").values_list("pk", flat=True)
    assert [str(pk) for pk in cancelled] == (ids[:4] if chosen else ids)
    assert NodeExecution.objects.filter(status="waiting").count() == (4 if chosen else 2)


def test_many_that_are_named_are_sent_on_by_a_job(
    api: APIClient, running: Running, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "AT_ONCE", 2)
    pipeline = running(unmet())
    items(6)
    settle()
    ended = [str(pk) for pk in NodeExecution.objects.filter(loose=True).order_by("id").values_list("pk", flat=True)]
    url = f"/api/v1/pipelines/{pipeline.pk}/send-on/"
    assert api.post(url, {"ids": ended[:3], "to_node": "zz"}).status_code == 400
    assert not Job.objects.filter(kind=SEND_JOB).exists()
    body = {"ids": ended[:3], "to_node": "b"}
    assert api.post(url, body).json() == {"count": 3, "job": str(send_job().pk)}
    assert loose() == 5
    settle()
    assert [str(pk) for pk in NodeExecution.objects.filter(loose=True).order_by("id").values_list("pk", flat=True)] == (
        ended[3:]
    )
    assert api.post(url, body).json() == {"count": 0, "job": None}
    assert api.post(url, {"ids": ended[3:], "to_node": "b"}).json() == {"count": 2, "job": None}, "a few go at once"
