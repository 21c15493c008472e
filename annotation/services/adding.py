"""Many items at once: at once while they are few, by a job with progress when they are many.

Both jobs look for what is still missing and add that in portions, each under the job's token: a second run, or one
after a kill, goes on where the first ended, and nothing comes twice.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from alp_site.lib import db, jobs
from alp_site.lib.errors import NotFound
from alp_site.lib.models import Job
from alp_site.people.models import User
from annotation.models import Task
from annotation.selectors.filling import ADD_JOB, CATCH_UP_JOB, get_filling_job
from annotation.selectors.lookup import missing_ids
from annotation.services import stages
from annotation.services.task_items import add_items

__all__ = ["ADD_JOB", "AT_ONCE", "CATCH_UP_JOB", "add_matching", "cancel", "catch_up", "run_add", "run_catch_up"]

AT_ONCE = 5_000


def add_matching(*, task: Task, dql: dict[str, Any], priority: int | None, user: User) -> tuple[int, Job | None]:
    """Puts the dataset's files that match into the task, those that are not in it. Returns (how many, the job that adds
    them; None: they are in). Safe to repeat. Raises QueryInvalid, TaskClosed."""
    ids = missing_ids(task, dql, limit=AT_ONCE + 1)
    if len(ids) <= AT_ONCE:
        return len(add_items(task=task, entries=_entries(ids, priority), user=user)), None
    total = len(missing_ids(task, dql))
    payload = {"task": str(task.pk), "filter": dql, "priority": priority, "user": str(user.pk), "total": total}
    title = f"Adding {total} items to {task.name}"
    # One at a time for a task: another filter is another wish, and gets its own turn.
    return total, jobs.enqueue(
        ADD_JOB, key=f"{ADD_JOB}:{task.pk}:{db.clock().timestamp()}", payload=payload, project_id=task.project_id,
        title=title, created_by=user.pk,
    )  # fmt: skip


def run_add(run: jobs.Run) -> None:
    """What `add_matching` left to a job."""
    job = run.payload
    task = _task(job["task"])
    user = User.objects.filter(pk=job["user"]).first()
    total, size = int(job["total"]), db.bulk_size()
    ids = missing_ids(task, job["filter"])
    before = max(0, total - len(ids))  # of an earlier run
    for start in range(0, len(ids), size):
        run.stop_if_cancelled()
        part = ids[start : start + size]
        with run.commit():
            add_items(task=_task(job["task"]), entries=_entries(part, job["priority"]), user=user)
        run.progress(min(before + start + len(part), total), total)


def catch_up(*, task: Task) -> Job | None:
    """`stages.catch_up`, by a job where much waits. Returns the job."""
    if stages.count_behind(task) <= AT_ONCE:
        stages.catch_up(task=task)
        return None
    return jobs.enqueue(
        CATCH_UP_JOB, key=f"{CATCH_UP_JOB}:{task.pk}", payload={"task": str(task.pk)}, project_id=task.project_id,
        title=f"Taking what {task.parent_task} finished into {task.name}",
    )  # fmt: skip


def run_catch_up(run: jobs.Run) -> None:
    """What `catch_up` left to a job. What is finished meanwhile comes by the ordinary way."""
    task = _task(run.payload["task"])
    ids = stages.ids_behind(task)
    size = db.bulk_size()
    for start in range(0, len(ids), size):
        run.stop_if_cancelled()
        with run.commit():
            stages.take_part(_task(run.payload["task"]), ids[start : start + size])
        run.progress(min(start + size, len(ids)), len(ids))


def cancel(*, task: Task, job_id: UUID) -> None:
    """Stops a job that fills the task; what it has put in stays. Safe to repeat. Raises NotFound."""
    jobs.request_cancel(get_filling_job(task, job_id).pk)


def _entries(ids: list[UUID], priority: int | None) -> list[dict[str, Any]]:
    extra = {"priority": priority} if priority else {}
    return [{"item_id": pk, **extra} for pk in ids]


def _task(pk: str) -> Task:
    found = Task.objects.filter(pk=pk).select_related("dataset", "parent_task").first()
    if found is None:
        raise NotFound("The task is not there any more.", task=pk)
    return found
