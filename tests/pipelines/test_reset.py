"""Reset, delete and restore: a pipeline begins anew, or goes and comes back; what was made stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from alp_site.lib import events, jobs
from alp_site.lib.jobs.run import Run, claim
from alp_site.lib.models import Job
from alp_site.lib.testing import failed_jobs, settle
from datasets.models import Item, ItemRef
from pipelines.models import (
    ConnectionCounter,
    Cycle,
    CycleCounter,
    NodeCounter,
    NodeExecution,
    NodeMinute,
    Pipeline,
    PipelineRevision,
    TriggerFiring,
)
from pipelines.services.execution import _Worker
from pipelines.services.reset import RESET_JOB
from tests.conftest import ClientAs
from tests.pipelines.conftest import graph, node, real_db

pytestmark = real_db
Items = Callable[..., list[str]]
Running = Callable[..., Pipeline]


@pytest.fixture
def api(client_as: ClientAs) -> APIClient:
    return client_as("engineer")


def chain() -> dict[str, Any]:
    return graph(
        [node("a"), node("p", "person"), node("b")], ["a -> p", "p -> b"],
        variables=[{"name": "v", "type": "Json", "value": 7}],
    )  # fmt: skip


def zeros(rows: Any, *leave: str) -> bool:
    """Whether every number of these rows is zero."""
    names = [f.name for f in rows.model._meta.concrete_fields if f.name not in ("id", "pipeline", "node_id", *leave)]
    return all(not value for row in rows.values_list(*names) for value in row)


def test_reset_when_cycles_are_open_and_ended_then_nothing_of_them_is_left_and_it_starts_anew(
    api: APIClient, running: Running, items: Items
) -> None:
    pipeline = running(chain())
    url = f"/api/v1/pipelines/{pipeline.pk}/"
    first = items(3)
    settle()
    cycle = Cycle.objects.order_by("id")[0]
    assert api.post(f"/api/v1/cycles/{cycle.pk}/cancel/").status_code == 200
    assert ItemRef.objects.filter(kind="cycle").count() == 3
    assert api.post(url + "reset/", {}).json()["error"]["code"] == "wrong_status"
    answer = api.post(url + "reset/", {"stop": True}).json()
    assert (answer["status"], answer["revision_number"], answer["started_at"]) == ("draft", None, None)
    refused = api.post(url + "start/")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "wrong_status")
    settle()
    assert failed_jobs() == []
    for model in (Cycle, NodeExecution, ConnectionCounter, NodeMinute, TriggerFiring):
        assert not model._default_manager.exists(), model.__name__
    assert not ItemRef.objects.filter(kind="cycle").exists()
    assert zeros(CycleCounter.objects.filter(pipeline=pipeline))
    assert zeros(NodeCounter.objects.filter(pipeline=pipeline))
    assert Item.objects.count() == 3
    assert api.get(url + "variables/").json()["items"][0]["value"] == 7

    assert api.post(url + "start/").json()["revision_number"] == 1
    second = items(2)
    settle()
    assert {str(pk) for pk in Cycle.objects.values_list("subject", flat=True)} == set(second)
    assert not set(first) & set(second)
    assert PipelineRevision.objects.filter(pipeline=pipeline).count() == 1
    assert NodeCounter.objects.get(pipeline=pipeline, node_id="p").waiting == 2


def test_reset_when_a_worker_dies_half_way_or_one_is_at_a_node_then_all_goes_and_nothing_comes_after(
    running: Running, items: Items, api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.services.reset.db.bulk_size", lambda: 2)
    monkeypatch.setattr("pipelines.services.cycles.settle_at_once", lambda ledger: None)
    pipeline = running(graph([node("a"), node("b")], ["a -> b"]))
    items(5)
    events.dispatch_pending()
    jobs.run_job(str(Job.objects.get(kind="pipelines.fire").pk), heartbeat=False)
    held = claim(Job.objects.get(kind="pipelines.node").pk)
    assert held is not None
    late = _Worker(Run(held))
    batch = late.claim()
    assert batch is not None
    computed = late.compute(batch)
    api.post(f"/api/v1/pipelines/{pipeline.pk}/reset/", {"stop": True})
    taken = Cycle.objects.count
    with monkeypatch.context() as patch:

        def dies(**which: Any) -> int:
            if taken() < 4:
                raise KeyboardInterrupt  # kill -9 after the first two cycles
            return 0

        patch.setattr("pipelines.services.reset.remove_refs_of", dies)
        job = Job.objects.get(kind=RESET_JOB)
        with pytest.raises(KeyboardInterrupt):
            jobs.run_job(str(job.pk), heartbeat=False)
    assert taken() == 3
    Job.objects.filter(pk=job.pk).update(lease_until=job.created_at)
    jobs.run_job(str(job.pk), heartbeat=False)
    assert taken() == 0
    late.apply(batch, computed)
    settle()
    assert not NodeExecution.objects.exists()
    assert zeros(NodeCounter.objects.filter(pipeline=pipeline))
    assert zeros(CycleCounter.objects.filter(pipeline=pipeline))


def test_deleted_pipeline_when_restored_then_it_is_a_draft_of_the_list_again(api: APIClient, running: Running) -> None:
    pipeline = running(chain())
    url, of_project = f"/api/v1/pipelines/{pipeline.pk}/", f"/api/v1/projects/{pipeline.project_id}/pipelines/"
    api.post(url + "pause/", {})
    assert api.delete(url).status_code == 204
    assert api.get(of_project).json()["items"] == []
    assert [row["id"] for row in api.get(of_project + "trash/").json()["items"]] == [str(pipeline.pk)]
    for _ in range(2):  # safe to repeat
        assert api.post(url + "restore/").json()["status"] == "draft"
    assert api.get(of_project + "trash/").json()["items"] == []
    assert api.post(url + "start/").json()["status"] == "running"
