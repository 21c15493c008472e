"""Declaring kinds of job, asking for one, ringing, cancelling."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django_q.tasks import async_task

from alp_site.lib import db, events
from alp_site.lib.errors import UnknownName
from alp_site.lib.models import OPEN_STATES, Job, JobState

if TYPE_CHECKING:
    from alp_site.lib.jobs.run import Run

RUN_PATH = "alp_site.lib.jobs.run.run_job"
RING_AGAIN = timedelta(seconds=20)


@dataclass(frozen=True)
class Kind:
    """What a job of this kind does. ``on_end`` is called in the transaction that ends it as failed or cancelled."""

    name: str
    fn: Callable[[Run], None]
    queue: str
    max_attempts: int
    on_end: Callable[[Job], None] | None


_kinds: dict[str, Kind] = {}


def handler(
    name: str, *, queue: str = "default", max_attempts: int = 3, on_end: Callable[[Job], None] | None = None
) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:
    """Declares the function that does jobs of kind ``name``."""

    def register(fn: Callable[[Run], None]) -> Callable[[Run], None]:
        known = _kinds.get(name)
        if known and known.fn.__module__ != fn.__module__:
            raise RuntimeError(f"job kind {name!r} is declared by {known.fn.__module__} and {fn.__module__}")
        _kinds[name] = Kind(name, fn, queue, max_attempts, on_end)
        return fn

    return register


def kind_of(name: str) -> Kind:
    if name not in _kinds:
        raise UnknownName(f"Unknown job kind {name!r}.", known=sorted(_kinds))
    return _kinds[name]


def enqueue(
    kind: str,
    *,
    key: str,
    payload: dict[str, Any] | None = None,
    project_id: uuid.UUID | None = None,
    queue: str | None = None,
    title: str = "",
    created_by: uuid.UUID | None = None,
    delay: float = 0.0,
) -> Job:
    """The open job with this key, made and rung when there is none. ``payload`` holds ids and plain values only.

    Joins the open transaction. Safe to repeat.
    """
    declared = kind_of(kind)
    with db.write():
        found = Job.objects.filter(key=key, state__in=OPEN_STATES).first()
        if found:
            return found
        job = Job(
            kind=kind, key=key, queue=queue or declared.queue, title=title, project_id=project_id,
            payload=payload or {}, created_by=created_by, run_after=timezone.now() + timedelta(seconds=delay),
        )  # fmt: skip
        try:
            with transaction.atomic():
                job.save(force_insert=True)
        except IntegrityError:  # another process was faster
            return Job.objects.get(key=key, state__in=OPEN_STATES)
        if delay <= 0:
            ring([job])
    return job


def ring(jobs: Iterable[Job]) -> None:
    """Puts a message for each job into its queue. Lost messages are rung again by the sweep."""
    now = timezone.now()
    for job in jobs:
        Job.objects.filter(pk=job.pk).update(rung_at=now, rings=F("rings") + 1)
        if not getattr(settings, "ALP_RING_QUEUE", True):
            continue
        if "redis" in settings.Q_CLUSTER:
            db.on_commit(lambda job=job: _send(job))  # type: ignore[misc]
        else:
            _send(job)  # the ORM broker's row joins the transaction


def _send(job: Job) -> None:
    async_task(RUN_PATH, str(job.pk), cluster=job.queue, task_name=str(job.pk))


def request_cancel(job_id: uuid.UUID) -> None:
    """Asks a job to stop. A queued one ends at once; a running one when its handler next looks. Safe to repeat."""
    with db.write():
        job = Job.objects.filter(pk=job_id, state__in=OPEN_STATES).first()
        if job is None:
            return
        if job.state == JobState.RUNNING:
            Job.objects.filter(pk=job_id).update(cancel_requested=True)
            return
        changed = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
            state=JobState.CANCELLED, finished_at=timezone.now()
        )
        if changed:
            job.state = JobState.CANCELLED
            end(job)


def end(job: Job) -> None:
    """Tells whom it concerns that a job ended other than well. In the transaction that ends it."""
    declared = _kinds.get(job.kind)
    if declared and declared.on_end:
        declared.on_end(job)
    tell(job)


def tell(job: Job) -> None:
    if job.project_id:
        events.publish(
            "job.status", project_id=job.project_id, ids=[job.pk],
            data={"kind": job.kind, "state": job.state, "error": job.error, "title": job.title},
        )  # fmt: skip
