"""What a clock that ran ahead for a while left behind: times too far in the future, once it was set right again.

Without this a dead worker's lease, or a job queued then, would wait until the clock is there once more. A live worker
loses nothing: its lease is cut to what a lease is at most, and it renews it sooner than that.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from alp_site.lib import db
from alp_site.lib.jobs.duties import periodic
from alp_site.lib.jobs.run import BACKOFF_SECONDS, LEASE
from alp_site.lib.models import OPEN_STATES, Heartbeat, Job, JobState

MARGIN = timedelta(seconds=5)
"""Nobody's clock is exact, and others write while we look."""
LONGEST_BACKOFF = timedelta(seconds=max(BACKOFF_SECONDS))


@periodic("jobs.clocks", 3)
def mend_times() -> int:
    """Sets right leases, delays, rings and signs of life that no true clock can have written; returns how many rows.
    Safe to repeat."""
    return _leases() + _delays() + _rings() + _signs_of_life()


def _leases() -> int:
    now = db.clock()
    held = Job.objects.filter(state=JobState.RUNNING, lease_until__gt=now + LEASE + MARGIN)
    if not held.exists():
        return 0
    with db.write():
        return held.update(lease_until=now + LEASE)


def _delays() -> int:
    """A job that was asked for in the future keeps its delay from now on; one that failed waits as long as any may."""
    now, mended = timezone.now(), 0
    ahead = Job.objects.filter(state=JobState.QUEUED, run_after__gt=now + MARGIN)
    for job in ahead.filter(created_at__gt=now + MARGIN):
        delay = max(job.run_after - job.created_at, timedelta())
        with db.write():
            mended += Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(created_at=now, run_after=now + delay)
    late = ahead.filter(attempts__gt=0, run_after__gt=now + LONGEST_BACKOFF + MARGIN)
    if not late.exists():
        return mended
    with db.write():
        return mended + late.update(run_after=now + LONGEST_BACKOFF)


def _rings() -> int:
    rung = Job.objects.filter(state__in=OPEN_STATES, rung_at__gt=timezone.now() + MARGIN)
    if not rung.exists():
        return 0
    with db.write():
        return rung.update(rung_at=None)


def _signs_of_life() -> int:
    now = timezone.now()
    seen = Heartbeat.objects.filter(seen_at__gt=now + MARGIN)
    if not seen.exists():
        return 0
    with db.write():
        return seen.update(seen_at=now)
