"""Tables of the ground: the outbox and its cursors, jobs, leases of duties, blobs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from alp_site.lib.ids import uuid7


class IdModel(models.Model):
    """A row with a UUIDv7 primary key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class Event(models.Model):
    """One row of the outbox. Only ``lib.events`` writes and reads it.

    On PostgreSQL the table has one more column, ``xid``, filled by the database (migration 0002): ids are handed out
    before commit, so readers order by the transaction that wrote the row and read only what no open one can precede.
    """

    id = models.BigAutoField(primary_key=True)
    type = models.CharField(max_length=64)
    project_id = models.UUIDField(null=True)
    audience = models.CharField(max_length=64, default="project")
    ids = models.JSONField(default=list)
    data = models.JSONField(default=dict)
    cycle_id = models.UUIDField(null=True)
    pipeline_id = models.UUIDField(null=True)
    depth = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="event_created")]


class EventCursor(models.Model):
    """How far a reader has come; moved in the transaction that does the reader's work."""

    name = models.CharField(max_length=100, primary_key=True)
    xid = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(default=timezone.now)


class EventFailure(models.Model):
    """An event a reader could not digest; after some attempts it is set aside here so that the rest can flow."""

    reader = models.CharField(max_length=100)
    event_id = models.BigIntegerField()
    type = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "event_id"], name="one_failure_a_reader_and_event")]


class JobState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_STATES = (JobState.QUEUED, JobState.RUNNING)


class Job(IdModel):
    """A piece of background work; the row is the truth, the queue is a doorbell. Only ``lib.jobs`` writes it."""

    kind = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    queue = models.CharField(max_length=32, default="default")
    title = models.CharField(max_length=200, blank=True)
    project_id = models.UUIDField(null=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=JobState, default=JobState.QUEUED)
    token = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    run_after = models.DateTimeField(default=timezone.now)
    rung_at = models.DateTimeField(null=True)
    rings = models.PositiveIntegerField(default=0)
    progress = models.JSONField(default=dict)
    log = models.TextField(blank=True)
    cancel_requested = models.BooleanField(default=False)
    error_code = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    traceback = models.TextField(blank=True)
    worker = models.CharField(max_length=100, blank=True)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=["queued", "running"]), name="one_open_job_a_key"
            )
        ]
        indexes = [
            models.Index(fields=["queue", "run_after"], condition=Q(state="queued"), name="job_queued"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="job_running"),
            models.Index(fields=["project_id", "-created_at"], name="job_project"),
        ]


class Duty(models.Model):
    """Who in the house does a duty that only one process may do, and until when."""

    name = models.CharField(max_length=64, primary_key=True)
    holder = models.CharField(max_length=100, blank=True)
    until = models.DateTimeField(default=timezone.now)


class Heartbeat(models.Model):
    """A living process, for the health page."""

    name = models.CharField(max_length=100, primary_key=True)
    role = models.CharField(max_length=32)
    queue = models.CharField(max_length=32, blank=True)
    version = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)


class Blob(models.Model):
    """Bytes kept once under the sha256 of their content; deleted some time after the last reference goes."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    mimetype = models.CharField(max_length=100, blank=True)
    refs = models.IntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["released_at"], condition=Q(refs__lte=0), name="blob_released")]
