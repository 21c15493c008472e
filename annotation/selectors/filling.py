"""The jobs that put items into a task: those that have not ended yet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from alp_site.lib.errors import NotFound
from alp_site.lib.models import OPEN_STATES, Job
from annotation.models import Task

__all__ = ["ADD_JOB", "CATCH_UP_JOB", "get_filling_job", "list_filling_jobs"]

ADD_JOB = "annotation.add_items"
CATCH_UP_JOB = "annotation.catch_up"


def list_filling_jobs(task: Task) -> list[dict[str, Any]]:
    """Oldest first: id, kind (add, catch_up), state, done and total; the total is null until it is known."""
    jobs = Job.objects.filter(
        project_id=task.project_id, state__in=OPEN_STATES, kind__in=(ADD_JOB, CATCH_UP_JOB), payload__task=str(task.pk)
    ).order_by("created_at", "pk")
    return [_payload(job) for job in jobs]


def get_filling_job(task: Task, job_id: UUID) -> Job:
    """One of the task's, ended or not. Raises NotFound."""
    kinds = (ADD_JOB, CATCH_UP_JOB)
    job = Job.objects.filter(pk=job_id, project_id=task.project_id, kind__in=kinds, payload__task=str(task.pk)).first()
    if job is None:
        raise NotFound("There is no such job of this task.", job=str(job_id))
    return job


def _payload(job: Job) -> dict[str, Any]:
    return {
        "id": str(job.pk),
        "kind": "add" if job.kind == ADD_JOB else "catch_up",
        "state": job.state,
        "done": int(job.progress.get("done") or 0),
        "total": job.progress.get("total") or job.payload.get("total"),
        "cancel_requested": job.cancel_requested,
    }
