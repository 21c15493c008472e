"""A worker known to be dead: its job goes on at once, and counts the attempt only when the job may have killed it."""

import os
import socket
import subprocess
import sys

import pytest

from alp_site.lib import jobs
from alp_site.lib.jobs import core
from alp_site.lib.jobs.orphans import release_orphans
from alp_site.lib.jobs.run import claim
from alp_site.lib.models import Job, JobState

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "_kinds", dict(core._kinds))
    jobs.handler("t.orphan", max_attempts=2)(lambda run: None)


def _dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def _running(*, worker: int, parent: int) -> Job:
    job = jobs.enqueue("t.orphan", key="k")
    assert claim(job.pk) is not None
    Job.objects.filter(pk=job.pk).update(worker=f"{socket.gethostname()}:{worker}:{parent}")
    return job


def test_release_orphans_when_only_the_worker_died_counts_the_attempt_until_the_job_is_given_up() -> None:
    for attempt in (1, 2):
        job = _running(worker=_dead_pid(), parent=os.getpid())
        assert release_orphans() == 1
        job.refresh_from_db()
        assert job.attempts == attempt
    assert claim(job.pk) is None
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.FAILED, "worker_died")


def test_release_orphans_when_the_whole_pool_died_gives_the_attempt_back() -> None:
    for _ in range(4):
        job = _running(worker=_dead_pid(), parent=_dead_pid())
        assert release_orphans() == 1
        job.refresh_from_db()
        assert job.attempts == 0
    assert claim(job.pk) is not None


def test_release_orphans_when_killed_for_anothers_fault_gives_the_attempt_back() -> None:
    dead = _dead_pid()
    job = _running(worker=dead, parent=os.getpid())
    assert release_orphans(spare=frozenset({dead})) == 1
    job.refresh_from_db()
    assert job.attempts == 0


def test_release_orphans_when_the_worker_lives_leaves_its_lease() -> None:
    job = _running(worker=os.getpid(), parent=os.getppid())
    assert release_orphans() == 0
    job.refresh_from_db()
    assert claim(job.pk) is None
    assert job.state == JobState.RUNNING
