"""How the house is: processes by their heartbeats, queues by their rows, storage by what the disk says."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q, Sum

from alp_site.env import ENV
from alp_site.lib import db, sandbox
from alp_site.lib.models import Blob, Heartbeat, Job, JobState

ALIVE_FOR = timedelta(seconds=60)
FORGET_AFTER = timedelta(hours=1)
PACKAGES = ("Django", "djangorestframework", "channels", "django-q2", "torch", "torchvision", "numpy", "Pillow")


@dataclass(frozen=True)
class ProcessHealth:
    name: str
    role: str
    queue: str
    started_at: datetime
    seen_at: datetime
    alive: bool


@dataclass(frozen=True)
class QueueHealth:
    queue: str
    queued: int
    running: int
    failed_last_day: int
    oldest_queued_at: datetime | None


@dataclass(frozen=True)
class StorageHealth:
    blobs: int
    blob_bytes: int
    disk_free_bytes: int
    disk_total_bytes: int


@dataclass(frozen=True)
class SandboxHealth:
    """``state``: confined, unavailable (code nodes refuse to run) or unsafe (the operator runs them unconfined)."""

    state: str
    note: str


@dataclass(frozen=True)
class Health:
    database: str
    versions: dict[str, str]
    processes: list[ProcessHealth]
    queues: list[QueueHealth]
    storage: StorageHealth
    sandbox: SandboxHealth


def get_health() -> Health:
    return Health(
        database=_database(),
        versions=_versions(),
        processes=_processes(),
        queues=_queues(),
        storage=_storage(),
        sandbox=_sandbox(),
    )


def _database() -> str:
    number = ".".join(str(part) for part in connection.get_database_version())
    return f"{connection.display_name} {number}"


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    found = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _processes() -> list[ProcessHealth]:
    now = db.clock()
    rows = Heartbeat.objects.filter(seen_at__gt=now - FORGET_AFTER).order_by("role", "queue", "name")
    return [
        ProcessHealth(row.name, row.role, row.queue, row.started_at, row.seen_at, row.seen_at > now - ALIVE_FOR)
        for row in rows
    ]


def queue_names() -> list[str]:
    """The queues the settings know."""
    conf: dict[str, Any] = settings.Q_CLUSTER
    return [conf["name"], *conf["ALT_CLUSTERS"]]


def _queues() -> list[QueueHealth]:
    waiting = Q(state=JobState.QUEUED)
    failed = Q(state=JobState.FAILED, finished_at__gt=db.clock() - timedelta(days=1))
    running = Q(state=JobState.RUNNING)
    rows = (
        Job.objects.filter(waiting | failed | running)
        .values("queue")
        .annotate(
            queued=Count("pk", filter=waiting),
            running=Count("pk", filter=running),
            failed=Count("pk", filter=failed),
            oldest=Min("created_at", filter=waiting),
        )
    )
    found = {row["queue"]: row for row in rows}
    idle = [QueueHealth(name, 0, 0, 0, None) for name in queue_names() if name not in found]
    busy = [
        QueueHealth(name, row["queued"], row["running"], row["failed"], row["oldest"]) for name, row in found.items()
    ]
    return sorted([*busy, *idle], key=lambda queue: queue.queue)


def _storage() -> StorageHealth:
    total = Blob.objects.aggregate(count=Count("pk"), size=Sum("size"))
    disk = shutil.disk_usage(settings.DATA_DIR)
    return StorageHealth(total["count"], total["size"] or 0, disk.free, disk.total)


def _sandbox() -> SandboxHealth:
    """Of the machine that answers; workers elsewhere say it themselves when they refuse."""
    if ENV.code_unsafe:
        return SandboxHealth("unsafe", "ALP_CODE_UNSAFE is set: code nodes can read everything this server can.")
    why = sandbox.why_not()
    return SandboxHealth("unavailable" if why else "confined", why)
