"""A clock that ran ahead and was set right again: nothing waits until it is there once more, and who works goes on."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from alp_site.lib import db, jobs
from alp_site.lib.jobs import core
from alp_site.lib.jobs.clocks import mend_times
from alp_site.lib.jobs.pulse import Pulse
from alp_site.lib.jobs.run import Run, claim, ring_unheard
from alp_site.lib.models import Duty, Heartbeat, Job, JobState
from tests.clock import HouseClock

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = 3600


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "_kinds", dict(core._kinds))
    jobs.handler("t.clock")(lambda run: None)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HouseClock:
    return HouseClock(monkeypatch)


def _claimed(key: str = "k") -> Job:
    """In the hands of a worker of another machine, whose death nobody here can look up."""
    mine = claim(jobs.enqueue("t.clock", key=key).pk)
    assert mine is not None
    Job.objects.filter(pk=mine.pk).update(worker="elsewhere:1:1")
    return mine


def test_dead_workers_job_is_taken_over_after_a_lease_though_the_clock_was_an_hour_ahead(clock: HouseClock) -> None:
    clock.set_ahead(HOUR)
    job = _claimed()
    clock.set_ahead(0)
    assert mend_times() > 0
    assert claim(job.pk) is None, "it may live"
    clock.run_on(61)
    assert claim(job.pk) is not None


def test_living_worker_commits_whatever_the_clock_did(clock: HouseClock) -> None:
    for ahead in (HOUR, 0, -HOUR, 0):
        clock.set_ahead(ahead)
        run = Run(_claimed(f"k{uuid.uuid4()}"))
        clock.set_ahead(ahead - HOUR)
        mend_times()
        with run.commit():
            run.finish()
        assert Job.objects.get(pk=run.job.pk).state == JobState.DONE


def test_worker_whose_lease_a_leap_forwards_ended_cannot_commit_once_another_took_over(clock: HouseClock) -> None:
    run = Run(_claimed())
    clock.set_ahead(HOUR)
    assert claim(run.job.pk) is not None
    clock.set_ahead(0)
    with pytest.raises(jobs.LostLease), run.commit():
        pass


def test_job_asked_for_while_the_clock_was_ahead_is_done_at_once_and_a_delayed_one_after_its_delay(
    clock: HouseClock,
) -> None:
    clock.set_ahead(HOUR)
    soon, later = jobs.enqueue("t.clock", key="soon"), jobs.enqueue("t.clock", key="later", delay=600)
    clock.set_ahead(0)
    assert jobs.run_pending() == 0
    assert mend_times() >= 2
    assert jobs.run_pending() == 1
    assert Job.objects.get(pk=soon.pk).state == JobState.DONE
    clock.run_on(300)
    assert jobs.run_pending() == 0
    clock.run_on(310)
    assert jobs.run_pending() == 1
    assert Job.objects.get(pk=later.pk).state == JobState.DONE


def test_delay_of_a_job_that_was_asked_for_in_time_is_left_as_it_is(clock: HouseClock) -> None:
    job = jobs.enqueue("t.clock", key="k", delay=7200)
    assert mend_times() == 0
    assert Job.objects.get(pk=job.pk).run_after == job.run_after


def test_job_that_failed_while_the_clock_was_ahead_is_tried_again_within_the_longest_pause(clock: HouseClock) -> None:
    tries: list[int] = []

    def fails_once(run: Run) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("away")

    jobs.handler("t.fails")(fails_once)
    jobs.enqueue("t.fails", key="k")
    clock.set_ahead(HOUR)
    jobs.run_pending()
    clock.set_ahead(0)
    mend_times()
    clock.run_on(121)
    assert jobs.run_pending() == 1
    assert len(tries) == 2


def test_message_lost_while_the_clock_was_ahead_is_rung_again(clock: HouseClock) -> None:
    job = jobs.enqueue("t.clock", key="k")
    Job.objects.filter(pk=job.pk).update(rung_at=timezone.now() + timedelta(hours=1))
    assert ring_unheard() == 0
    assert mend_times() == 1
    assert ring_unheard() == 1


def test_pulse_of_a_process_that_died_ahead_passes_on(clock: HouseClock) -> None:
    Duty.objects.update_or_create(name="pulse", defaults={"holder": "dead", "until": db.clock() + timedelta(hours=1)})
    other = Pulse("other")
    assert not other._hold()
    clock.run_on(13)
    assert other._hold()


def test_process_that_died_ahead_does_not_look_alive(clock: HouseClock) -> None:
    Heartbeat.objects.create(name="dead", role="web", seen_at=timezone.now() + timedelta(hours=1))
    mend_times()
    assert Heartbeat.objects.get(name="dead").seen_at <= timezone.now()
    assert mend_times() == 0
