"""Going on after a pause with what is open cancelled first: at once, or by a job where it is much."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from alp_site.lib import jobs
from alp_site.lib.models import Job
from alp_site.lib.testing import failed_jobs, settle
from pipelines.models import Cycle, NodeExecution, Pipeline
from pipelines.services import many
from pipelines.services.pipelines import pause_pipeline, save_pipeline
from pipelines.services.resuming import RESUME_JOB
from tests.conftest import ClientAs
from tests.pipelines.conftest import graph, node, real_db
from tests.pipelines.test_runs import people

pytestmark = real_db
Items = Callable[..., list[str]]
Running = Callable[..., Pipeline]


@pytest.fixture
def api(client_as: ClientAs) -> APIClient:
    return client_as("engineer")


@pytest.fixture
def paused(running: Running, items: Items, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """Six cycles wait for people; two are cancelled at once, more by a job that takes two at a time."""
    monkeypatch.setattr(many, "AT_ONCE", 2)
    monkeypatch.setattr("pipelines.services.many.db.bulk_step", lambda: 2)
    pipeline = running(people())
    items(6)
    settle()
    pause_pipeline(pipeline=pipeline)
    return pipeline


def resume_job() -> Job:
    return Job.objects.get(kind=RESUME_JOB)


def cancel_and_resume(api: APIClient, pipeline: Pipeline) -> str:
    answer = api.post(f"/api/v1/pipelines/{pipeline.pk}/resume/", {"open_cycles": "cancel"})
    assert answer.status_code == 200, answer.content
    return str(answer.json()["status"])


def statuses() -> list[str]:
    return list(Cycle.objects.order_by("id").values_list("status", flat=True))


def test_many_open_cycles_are_cancelled_by_a_job_before_it_goes_on(
    api: APIClient, paused: Pipeline, items: Items
) -> None:
    assert cancel_and_resume(api, paused) == "paused"
    assert set(statuses()) == {"waiting"}, "the request does nothing"
    items(1)  # after it was asked
    settle()
    paused.refresh_from_db()
    assert (paused.status, resume_job().state, failed_jobs()) == ("running", "done", [])
    assert statuses() == ["cancelled"] * 6 + ["waiting"]


def test_it_stays_paused_and_says_why_while_they_are_cancelled(api: APIClient, paused: Pipeline) -> None:
    cancel_and_resume(api, paused)
    again = api.post(f"/api/v1/pipelines/{paused.pk}/resume/", {"open_cycles": "resume"})
    assert again.status_code == 409
    assert "then it goes on by itself" in again.json()["error"]["message"]
    assert Job.objects.filter(kind=RESUME_JOB).count() == 1


def test_nothing_is_cancelled_where_the_draft_could_not_start(api: APIClient, paused: Pipeline) -> None:
    save_pipeline(pipeline=paused, graph=graph([node("p", "no_such_type")]))
    answer = api.post(f"/api/v1/pipelines/{paused.pk}/resume/", {"open_cycles": "cancel"})
    assert answer.status_code == 400, answer.content
    settle()
    assert set(statuses()) == {"waiting"}
    assert not Job.objects.filter(kind=RESUME_JOB).exists()


def test_a_worker_that_dies_meanwhile_leaves_it_paused_and_the_next_goes_on(
    api: APIClient, paused: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel_and_resume(api, paused)
    real, calls = many.cancel_cycles, []

    def dies(*, cycle_ids: list[UUID]) -> int:
        calls.append(len(cycle_ids))
        count = real(cycle_ids=cycle_ids)
        if len(calls) == 2:
            raise KeyboardInterrupt  # kill -9 in the second part
        return count

    with monkeypatch.context() as patch:
        patch.setattr(many, "cancel_cycles", dies)
        with pytest.raises(KeyboardInterrupt):
            jobs.run_job(str(resume_job().pk), heartbeat=False)
    paused.refresh_from_db()
    assert (paused.status, statuses().count("cancelled")) == ("paused", 2)
    Job.objects.filter(pk=resume_job().pk).update(lease_until=resume_job().created_at)
    jobs.run_job(str(resume_job().pk), heartbeat=False)
    paused.refresh_from_db()
    assert (paused.status, set(statuses())) == ("running", {"cancelled"})


def test_a_cancelled_job_leaves_it_paused(api: APIClient, paused: Pipeline) -> None:
    cancel_and_resume(api, paused)
    jobs.request_cancel(resume_job().pk)
    settle()
    paused.refresh_from_db()
    assert paused.status == "paused"
    assert NodeExecution.objects.filter(status="waiting").count() == 6
