"""Jobs may run twice; their effects may not. Every promise of the Job row, one test each."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from alp_site.lib import db, events, jobs
from alp_site.lib.errors import Conflict
from alp_site.lib.jobs import core
from alp_site.lib.jobs.run import Run, claim, ring_unheard
from alp_site.lib.models import Event, Job, JobState

pytestmark = pytest.mark.django_db(transaction=True)
PROJECT = uuid.UUID(int=7)


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "_kinds", dict(core._kinds))


def _effect(run: Run) -> None:
    with run.commit():
        events.publish("job.status", project_id=PROJECT, ids=["effect"], data={"kind": "k", "state": "s"})


def _effects() -> int:
    return Event.objects.filter(ids=["effect"]).count()


def test_enqueue_when_a_job_with_the_key_is_open_returns_it() -> None:
    jobs.handler("t.a")(lambda run: None)
    first = jobs.enqueue("t.a", key="k")
    assert jobs.enqueue("t.a", key="k").pk == first.pk
    jobs.run_pending()
    assert jobs.enqueue("t.a", key="k").pk != first.pk


def test_run_job_twice_does_the_work_once() -> None:
    jobs.handler("t.once")(_effect)
    job = jobs.enqueue("t.once", key="k")
    jobs.run_job(str(job.pk), heartbeat=False)
    jobs.run_job(str(job.pk), heartbeat=False)
    assert _effects() == 1


def test_run_job_with_heartbeat_writes_progress_and_log() -> None:
    def slow(run: Run) -> None:
        run.progress(3, 10, "three")
        run.log("hello")

    jobs.handler("t.slow")(slow)
    job = jobs.enqueue("t.slow", key="k", project_id=PROJECT)
    jobs.run_job(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert job.progress["done"] == 3
    assert "hello" in job.log


def test_claim_when_a_live_lease_is_held_returns_none() -> None:
    jobs.handler("t.a")(lambda run: None)
    job = jobs.enqueue("t.a", key="k")
    assert claim(job.pk) is not None
    assert claim(job.pk) is None


def test_worker_that_comes_back_late_cannot_commit() -> None:
    """Killed half-way: the lease lapses, another worker does it, the first wakes up and must not write."""
    jobs.handler("t.once")(_effect)
    job = jobs.enqueue("t.once", key="k")
    slow = claim(job.pk)
    assert slow is not None
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    jobs.run_job(str(job.pk), heartbeat=False)
    assert _effects() == 1
    with pytest.raises(jobs.LostLease):
        _effect(Run(slow))
    assert _effects() == 1


def test_sweep_rings_a_dead_workers_job_and_it_is_done() -> None:
    jobs.handler("t.once")(_effect)
    job = jobs.enqueue("t.once", key="k")
    claim(job.pk)
    past = timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk=job.pk).update(lease_until=past, rung_at=past)
    assert ring_unheard() == 1
    jobs.run_job(str(job.pk), heartbeat=False)
    assert _effects() == 1


def test_worker_that_dies_every_time_fails_the_job_and_tells() -> None:
    ended: list[str] = []
    jobs.handler("t.killer", max_attempts=2, on_end=lambda job: ended.append(job.error_code))(lambda run: None)
    job = jobs.enqueue("t.killer", key="k")
    for _ in range(2):
        assert claim(job.pk)
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert claim(job.pk) is None
    job.refresh_from_db()
    assert (job.state, ended) == (JobState.FAILED, ["worker_died"])


def test_crash_is_retried_with_delay_then_failed_with_traceback() -> None:
    def crash(run: Run) -> None:
        raise ZeroDivisionError("by nothing")

    jobs.handler("t.crash", max_attempts=2)(crash)
    job = jobs.enqueue("t.crash", key="k")
    jobs.run_pending()
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert job.run_after > timezone.now()
    Job.objects.filter(pk=job.pk).update(run_after=timezone.now())
    jobs.run_pending()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "by nothing" in job.traceback


def test_expected_error_fails_at_once_with_its_code() -> None:
    def refuse(run: Run) -> None:
        raise Conflict("Taken.")

    jobs.handler("t.refuse")(refuse)
    job = jobs.enqueue("t.refuse", key="k")
    jobs.run_pending()
    job.refresh_from_db()
    assert (job.state, job.error_code, job.attempts) == (JobState.FAILED, "conflict", 1)


def test_cancel_when_queued_ends_at_once_and_tells_once() -> None:
    ended: list[str] = []
    jobs.handler("t.a", on_end=lambda job: ended.append(job.state))(lambda run: None)
    job = jobs.enqueue("t.a", key="k")
    jobs.request_cancel(job.pk)
    jobs.request_cancel(job.pk)
    assert ended == [JobState.CANCELLED]


def test_cancel_when_running_is_seen_by_the_handler() -> None:
    def long(run: Run) -> None:
        run.stop_if_cancelled()
        _effect(run)

    jobs.handler("t.long")(long)
    job = jobs.enqueue("t.long", key="k")
    Job.objects.filter(pk=job.pk).update(cancel_requested=True)
    jobs.run_pending()
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert _effects() == 0


def test_finish_in_commit_ends_the_job_with_that_transaction() -> None:
    def early(run: Run) -> None:
        with run.commit():
            run.finish()
            run.payload["again"] = True
        with pytest.raises(jobs.LostLease), run.commit():
            pass

    jobs.handler("t.early")(early)
    job = jobs.enqueue("t.early", key="k")
    jobs.run_pending()
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_enqueue_in_a_rolled_back_write_leaves_no_job() -> None:
    jobs.handler("t.a")(lambda run: None)
    with pytest.raises(ValueError, match="x"), db.write():
        jobs.enqueue("t.a", key="k")
        raise ValueError("x")
    assert not Job.objects.exists()
