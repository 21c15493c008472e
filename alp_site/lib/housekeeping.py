"""The ground's own duties: ring unheard jobs, prune the outbox, forget dead processes, drop unreferenced blobs."""

from __future__ import annotations

import itertools
import os
from datetime import timedelta

from django.db.models import Min
from django.utils import timezone

from alp_site.lib import db, storage
from alp_site.lib.jobs import clocks, orphans  # noqa: F401  duties of their own
from alp_site.lib.jobs.duties import periodic
from alp_site.lib.jobs.run import ring_unheard
from alp_site.lib.models import Event, EventCursor, Heartbeat, Job, JobState

KEEP_EVENTS = timedelta(days=7)
KEEP_JOBS = timedelta(days=30)
STRAY_TURNS = 64
_turn = itertools.count(os.getpid())


@periodic("jobs.sweep", 3)
def sweep_jobs() -> None:
    ring_unheard()


@periodic("events.prune", 600)
def prune_events() -> None:
    """Drops events older than seven days that every reader is past, some hundred at a time."""
    slowest = EventCursor.objects.aggregate(at=Min("event_id"))["at"]
    old = Event.objects.filter(created_at__lt=timezone.now() - KEEP_EVENTS)
    if slowest is not None:
        old = old.filter(id__lt=slowest)
    while True:
        ids = list(old.order_by("id").values_list("id", flat=True)[: db.bulk_size() * 5])
        if not ids:
            return
        with db.write():
            Event.objects.filter(id__in=ids).delete()


@periodic("house.forget", 300)
def forget_dead() -> None:
    """Forgets processes not seen for a day and jobs done a month ago."""
    now = timezone.now()
    with db.write():
        Heartbeat.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
        done = Job.objects.filter(state=JobState.DONE, finished_at__lt=now - KEEP_JOBS)
        Job.objects.filter(pk__in=list(done.values_list("pk", flat=True)[:500])).delete()


@periodic("storage.collect", 900)
def collect_blobs() -> None:
    storage.collect_garbage()


@periodic("storage.strays", 300)
def collect_strays() -> None:
    """A part of the storage each time, all of it within six hours: other duties wait meanwhile."""
    storage.collect_strays(prefixes=storage.PREFIXES[next(_turn) % STRAY_TURNS :: STRAY_TURNS])
