"""Doing one job: claim it with a fencing token, keep the lease alive, commit only while it is ours, end it."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import close_old_connections, connection
from django.db.models import F, Q
from django.utils import timezone

from alp_site.lib import db, events
from alp_site.lib.errors import AlpError
from alp_site.lib.jobs.core import Kind, end, kind_of, ring, tell
from alp_site.lib.models import Job, JobState

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
RENEW_SECONDS = 15.0
PROGRESS_SECONDS = 1.0
MAX_LOG = 200_000
BACKOFF_SECONDS = (1, 5, 30, 120)


class LostLease(RuntimeError):
    """The job is someone else's by now; whatever was computed is thrown away."""


class Cancelled(RuntimeError):
    """Raised by ``run.stop_if_cancelled()``."""


def worker_name() -> str:
    """``host:pid:parent's pid``: whom to look for when the lease holds and nobody works."""
    return f"{socket.gethostname()}:{os.getpid()}:{os.getppid()}"


class Run:
    """What a handler gets: its job, progress, the cancel flag, and the only way to write."""

    def __init__(self, job: Job, *, inline: bool = True) -> None:
        """``inline``: run in its caller's own thread and connection (tests, headless loops), not by a worker."""
        self.job = job
        self.inline = inline
        self.payload: dict[str, Any] = job.payload
        self.token = job.token
        self.finished = False
        self.cancel = job.cancel_requested
        self.lost = False
        self._progress: dict[str, Any] | None = None
        self._lines: list[str] = []
        self._lock = threading.Lock()

    def progress(self, done: float, total: float, note: str = "") -> None:
        """Remembered here, written by the heartbeat about once a second."""
        with self._lock:
            self._progress = {"done": done, "total": total, "note": note, "at": timezone.now().isoformat()}

    def log(self, text: str) -> None:
        """Adds a line, with its time, to the job's log."""
        with self._lock:
            self._lines.append(f"{timezone.now():%Y-%m-%d %H:%M:%S} {text}\n")

    def cancelled(self) -> bool:
        """Whether someone asked for an end (or the lease was lost). Cheap: the heartbeat reads the flag."""
        return self.cancel or self.lost

    def stop_if_cancelled(self) -> None:
        """Raises Cancelled, which ends the job as cancelled."""
        if self.lost:
            raise LostLease(str(self.job.pk))
        if self.cancel:
            raise Cancelled

    @contextmanager
    def commit(self) -> Iterator[None]:
        """A ``write()`` that begins by checking the fencing token; raises LostLease when the job is no longer ours."""
        with db.write():
            self.assert_mine()
            yield

    def remember(self, **values: Any) -> None:
        """Keeps values in the payload, in the open ``commit()``: where a successor goes on, true of what is written."""
        self.payload = self.job.payload = {**self.payload, **values}
        Job.objects.filter(pk=self.job.pk, token=self.token).update(payload=self.payload)

    def finish(self) -> None:
        """Ends the job as done in the open ``commit()``: for handlers whose last look must be in that transaction."""
        self.flush()
        Job.objects.filter(pk=self.job.pk, token=self.token).update(
            state=JobState.DONE, finished_at=timezone.now(), lease_until=None
        )
        self.job.state = JobState.DONE
        tell(self.job)
        self.finished = True

    def has_news(self) -> bool:
        """Whether progress or log wait to be written."""
        return self._progress is not None or bool(self._lines)

    def assert_mine(self) -> None:
        """Renews the lease if it is still ours; raises LostLease otherwise."""
        mine = Job.objects.filter(pk=self.job.pk, token=self.token, state=JobState.RUNNING)
        if not mine.update(lease_until=db.clock() + LEASE):
            self.lost = True
            raise LostLease(str(self.job.pk))

    def flush(self) -> bool:
        """Writes progress and log when they changed; returns whether it wrote."""
        with self._lock:
            progress, self._progress = self._progress, None
            lines, self._lines = self._lines, []
        if progress is None and not lines:
            return False
        if progress is not None:
            self.job.progress = progress
        if lines:
            self.job.log = (self.job.log + "".join(lines))[-MAX_LOG:]
        Job.objects.filter(pk=self.job.pk, token=self.token).update(progress=self.job.progress, log=self.job.log)
        if progress is not None and self.job.project_id:
            events.publish(
                "job.progress", project_id=self.job.project_id, ids=[self.job.pk],
                data={"kind": self.job.kind, "progress": progress},
            )  # fmt: skip
        return True


class Heartbeat(threading.Thread):
    """Renews the lease, writes progress, looks for a cancel, in a connection of its own."""

    def __init__(self, run: Run) -> None:
        super().__init__(name=f"heartbeat-{run.job.pk}", daemon=True)
        self._run = run
        self._halt = threading.Event()

    def run(self) -> None:
        last = time.monotonic()
        try:
            while not self._halt.wait(PROGRESS_SECONDS):
                due = time.monotonic() - last >= RENEW_SECONDS
                if self._beat(renew=due) and due:
                    last = time.monotonic()
        finally:
            connection.close()

    def stop(self) -> None:
        self._halt.set()
        self.join(timeout=30)

    def _beat(self, *, renew: bool) -> bool:
        run = self._run
        try:
            row = Job.objects.filter(pk=run.job.pk).values_list("token", "state", "cancel_requested").first()
            if row is None or row[0] != run.token or row[1] != JobState.RUNNING:
                run.lost = True
                return True
            run.cancel = run.cancel or row[2]
            if renew or run.has_news():
                with db.short_write():
                    if renew:
                        run.assert_mine()
                    run.flush()
        except LostLease:
            return True
        except Exception:  # the database may be away for a moment; the lease is what counts
            log.warning("heartbeat of job %s failed", run.job.pk, exc_info=True)
            return False
        return True


def claim(job_id: uuid.UUID | str) -> Job | None:
    """Takes a queued job, or a running one whose lease lapsed, with a new token. None when it is not to be had."""
    now = db.clock()
    free = Q(state=JobState.QUEUED, run_after__lte=now) | Q(state=JobState.RUNNING, lease_until__lt=now)
    if not Job.objects.filter(free, pk=job_id).exists():
        return None
    with db.short_write():
        job = Job.objects.filter(free, pk=job_id).first()
        if job is None:
            return None
        kind = kind_of(job.kind)
        if job.state == JobState.RUNNING and job.attempts >= kind.max_attempts:
            _fail(job, "worker_died", f"The worker died {job.attempts} times while at it.", "")
            return None
        took = Job.objects.filter(free, pk=job_id, token=job.token).update(
            state=JobState.RUNNING, token=F("token") + 1, attempts=F("attempts") + 1, lease_until=now + LEASE,
            started_at=now, worker=worker_name(), error="", error_code="", traceback="",
        )  # fmt: skip
    return Job.objects.get(pk=job_id) if took else None


def run_job(job_id: str, heartbeat: bool = True) -> None:
    """What the queue calls. Does nothing when the job is done or in someone's hands. Never raises."""
    if heartbeat:  # run inline, the connection (and a test's transaction) is the caller's
        close_old_connections()
    job = claim(job_id)
    if job is None:
        return
    run = Run(job, inline=not heartbeat)
    kind = kind_of(job.kind)
    beat = Heartbeat(run) if heartbeat else None
    if beat:
        beat.start()
    try:
        _do(kind, run)
    finally:
        if beat:
            beat.stop()


def _do(kind: Kind, run: Run) -> None:
    try:
        kind.fn(run)
        if not run.finished:
            with run.commit():
                run.finish()
    except LostLease:
        log.warning("job %s (%s) was taken over by another worker", run.job.pk, kind.name)
    except Cancelled:
        _end_as(run, JobState.CANCELLED, "cancelled", "Cancelled.", "")
    except AlpError as error:
        _end_as(run, JobState.FAILED, error.code, error.message, "")
    except Exception as error:  # the one place that catches all: code and traceback go on the row
        log.exception("job %s (%s) failed", run.job.pk, kind.name)
        trace = "".join(traceback.format_exception(error))
        if run.job.attempts < kind.max_attempts:
            _retry_later(run, str(error), trace)
        else:
            _end_as(run, JobState.FAILED, "crashed", f"{type(error).__name__}: {error}", trace)


def _end_as(run: Run, state: JobState, code: str, message: str, trace: str) -> None:
    try:
        with run.commit():
            run.flush()
            _close(run.job, state, code, message, trace)
    except LostLease:
        log.warning("job %s was taken over before it could end", run.job.pk)


def _fail(job: Job, code: str, message: str, trace: str) -> None:
    _close(job, JobState.FAILED, code, message, trace)


def _close(job: Job, state: JobState, code: str, message: str, trace: str) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=state, error_code=code, error=message[:4000], traceback=trace[-8000:], finished_at=timezone.now(),
        lease_until=None,
    )  # fmt: skip
    job.state, job.error_code, job.error = state, code, message
    end(job)


def _retry_later(run: Run, message: str, trace: str) -> None:
    wait = BACKOFF_SECONDS[min(run.job.attempts, len(BACKOFF_SECONDS)) - 1]
    try:
        with run.commit():
            run.flush()
            Job.objects.filter(pk=run.job.pk).update(
                state=JobState.QUEUED, run_after=timezone.now() + timedelta(seconds=wait), lease_until=None,
                error=message[:4000], error_code="crashed", traceback=trace[-8000:], rung_at=None,
            )  # fmt: skip
    except LostLease:
        log.warning("job %s was taken over before it could be put back", run.job.pk)


def run_pending(queue: str | None = None, limit: int = 10_000) -> int:
    """Runs queued jobs here and now, oldest first; returns how many. For tests and headless loops."""
    count = 0
    while count < limit:
        due = Job.objects.filter(state=JobState.QUEUED, run_after__lte=timezone.now())
        if queue:
            due = due.filter(queue=queue)
        next_id = due.order_by("created_at", "id").values_list("pk", flat=True).first()
        if next_id is None:
            break
        run_job(str(next_id), heartbeat=False)
        count += 1
    return count


def ring_unheard() -> int:
    """The sweep: rings queued jobs nobody came for and running ones whose worker died. Returns how many."""
    now = timezone.now()
    stale = [
        job
        for job in Job.objects.filter(
            Q(state=JobState.QUEUED, run_after__lte=now)
            & (Q(rung_at=None) | Q(rung_at__lt=now - timedelta(seconds=20)))
        ).order_by("created_at")[:200]
        if job.rung_at is None or now - job.rung_at > timedelta(seconds=20 * min(2 ** max(job.rings - 1, 0), 30))
    ]
    dead = list(
        Job.objects.filter(state=JobState.RUNNING, lease_until__lt=db.clock())
        .filter(Q(rung_at=None) | Q(rung_at__lt=now - timedelta(seconds=5)))
        .order_by("created_at")[:200]
    )
    if stale or dead:
        with db.write():
            ring([*stale, *dead])
    return len(stale) + len(dead)
