"""One action over many items: at once when they are few, by a job when they are many."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet

from alp_site.lib import jobs
from alp_site.lib.ids import uuid7
from alp_site.lib.models import Job
from alp_site.people.models import User
from datasets import query, selectors
from datasets.models import Dataset, Item
from datasets.services import items
from datasets.services.clones import clone_items

__all__ = ["AT_ONCE", "plain", "run_bulk", "run_clone", "start", "start_clone"]

AT_ONCE = 500


def plain(data: dict[str, Any]) -> dict[str, Any]:
    """The part of a body that says which items, as JSON for a job's payload."""
    found: dict[str, Any] = {}
    if "ids" in data:
        found["ids"] = [str(pk) for pk in data["ids"]]
    if "filter" in data:
        found["filter"] = data["filter"]
    if "deleted_since" in data:
        found["deleted_since"] = data["deleted_since"].isoformat()
    return found


def start(
    *, dataset: Dataset, action: str, rows: QuerySet[Item], body: dict[str, Any], value: Any, user: User
) -> tuple[int | None, Job | None]:
    """Runs the action over `rows`, or has a job do it over what `body` means. Returns (changed, job)."""
    items.check_bulk(action, value)
    if _few(rows):
        return items.bulk(action=action, items=rows, user=user, value=value), None
    payload = {"dataset": str(dataset.pk), "action": action, "value": value, "user": str(user.pk), "which": body}
    return None, _enqueue("datasets.bulk", dataset, user, payload, f"{action} items of {dataset.name}")


def start_clone(
    *,
    dataset: Dataset,
    target: Dataset,
    rows: QuerySet[Item],
    body: dict[str, Any],
    directory: str,
    only_approved: bool,
    user: User,
) -> tuple[int | None, Job | None]:
    """As `start`, for cloning."""
    if _few(rows):
        ids = list(rows.values_list("pk", flat=True))
        done = clone_items(
            items=ids, target_dataset=target, user=user, directory=directory, only_approved=only_approved
        )
        return len(done), None
    payload = {
        "dataset": str(dataset.pk), "target": str(target.pk), "directory": directory, "only_approved": only_approved,
        "user": str(user.pk), "which": body,
    }  # fmt: skip
    return None, _enqueue("datasets.clone", dataset, user, payload, f"Clone items of {dataset.name} to {target.name}")


def _few(rows: QuerySet[Item]) -> bool:
    return rows.order_by()[: AT_ONCE + 1].count() <= AT_ONCE


def _enqueue(kind: str, dataset: Dataset, user: User, payload: dict[str, Any], title: str) -> Job:
    return jobs.enqueue(
        kind, key=f"{kind}:{uuid7()}", payload=payload, project_id=dataset.project_id, title=title, created_by=user.pk
    )


# ---- what the jobs do


def run_bulk(run: jobs.Run) -> None:
    """Works in chunks, each under the job's token. A second run finds less left to do."""
    job = run.payload
    user = User.objects.filter(pk=job["user"]).first()
    ids = _which(job, in_trash=job["action"] == "restore")
    for start_at in range(0, len(ids), 200):
        run.stop_if_cancelled()
        with run.commit():
            items.bulk(action=job["action"], items=ids[start_at : start_at + 200], user=user, value=job["value"])
        run.progress(min(start_at + 200, len(ids)), len(ids))


def run_clone(run: jobs.Run) -> None:
    job = run.payload
    user = User.objects.filter(pk=job["user"]).first()
    target = Dataset.objects.get(pk=job["target"])
    ids = _which(job)
    for start_at in range(0, len(ids), 100):
        run.stop_if_cancelled()
        with run.commit():
            clone_items(
                items=ids[start_at : start_at + 100], target_dataset=target, user=user, directory=job["directory"],
                only_approved=job["only_approved"],
            )  # fmt: skip
        run.progress(min(start_at + 100, len(ids)), len(ids))


def _which(job: dict[str, Any], *, in_trash: bool = False) -> list[uuid.UUID]:
    which, dataset_id = job["which"], uuid.UUID(job["dataset"])
    rows = Item.objects.filter(dataset_id=dataset_id, deleted_at__isnull=not in_trash)
    if "ids" in which:
        return [uuid.UUID(pk) for pk in which["ids"]]
    if "deleted_since" in which:
        rows = rows.filter(deleted_by=job["user"], deleted_at__gte=which["deleted_since"])
    else:
        rows = query.compile(which["filter"]).queryset(selectors.items_of(dataset_id))
    return list(rows.order_by("pk").values_list("pk", flat=True))
