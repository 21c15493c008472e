"""Things of other apps that this app's API names."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from alp_site.lib.errors import NotFound
from alp_site.people.models import User
from annotation.models import Task, TaskItem
from annotation.permissions import TaskItemPolicy
from datasets import query
from datasets.models import Dataset, Item, Label

__all__ = [
    "check_filter",
    "count_matches",
    "dataset_in",
    "label_payload",
    "labels_for",
    "labels_of",
    "missing_ids",
    "open_matching",
    "removed_matching",
    "work_on",
]


def dataset_in(project_id: UUID, dataset_id: UUID) -> Dataset:
    """The project's live dataset; raises NotFound."""
    found = Dataset.objects.filter(pk=dataset_id, project_id=project_id, deleted_at__isnull=True).first()
    if found is None:
        raise NotFound("This project has no such dataset.", dataset=str(dataset_id))
    return found


def missing_ids(task: Task, dql: dict[str, Any], limit: int | None = None) -> list[UUID]:
    """Ids of the dataset's live files that match a filter of the query language and are not in the task, by id."""
    there = TaskItem.objects.filter(task=task, item=OuterRef("pk"), retired_at__isnull=True)
    rows = _matching(task.dataset, dql).filter(~Exists(there)).order_by("pk").values_list("pk", flat=True)
    return list(rows if limit is None else rows[:limit])


def check_filter(dataset: Dataset, dql: dict[str, Any]) -> None:
    """Raises QueryInvalid for a filter that the query language does not know."""
    _matching(dataset, dql)


def count_matches(task: Task, dql: dict[str, Any]) -> dict[str, int]:
    """How many of the dataset's files match; how many of them are in the task, and open in it."""
    rows = _matching(task.dataset, dql)
    mine = TaskItem.objects.filter(task=task, item=OuterRef("pk"), retired_at__isnull=True)
    return rows.aggregate(
        matching=Count("pk"),
        present=Count("pk", filter=Exists(mine)),
        open=Count("pk", filter=Exists(mine.filter(finished_at__isnull=True))),
    )


def open_matching(task: Task, dql: dict[str, Any]) -> list[UUID]:
    """Ids of the task's open task items whose picture matches a filter."""
    rows = TaskItem.objects.filter(task=task, finished_at__isnull=True, retired_at__isnull=True)
    return list(rows.filter(item__in=_matching(task.dataset, dql)).values_list("pk", flat=True))


def removed_matching(task: Task, dql: dict[str, Any], user: User) -> list[UUID]:
    """Ids of the open task items that a person took out of the task and whose picture matches a filter."""
    rows = TaskItem.objects.filter(task=task, finished_at__isnull=True, retired_at__isnull=False)
    rows = rows.filter(log__action="remove", log__person=user, log__at=F("retired_at"))
    return list(rows.filter(item__in=_matching(task.dataset, dql)).values_list("pk", flat=True).distinct())


def _matching(dataset: Dataset, dql: dict[str, Any]) -> QuerySet[Item]:
    live = Item.objects.filter(dataset=dataset, deleted_at__isnull=True, type="file")
    return query.compile(dql).queryset(live)


def labels_for(task: Task) -> list[dict[str, Any]]:
    """Labels people may choose in a task: name, colour, digit, group, skeleton's template, in the ontology's order."""
    return [label_payload(row) for row in labels_of(task.dataset)]


def labels_of(dataset: Dataset) -> list[Label]:
    """The labels of the dataset's ontology, in its order; none without one."""
    if dataset.ontology_id is None:
        return []
    return list(Label.objects.filter(ontology_id=dataset.ontology_id).order_by("order", "id"))


def work_on(user: User, dataset_id: UUID, item_id: UUID) -> TaskItem:
    """The task item by which a person works, or last worked, on an item of the dataset; raises NotFound."""
    rows = TaskItemPolicy().visible_to(user).filter(item_id=item_id, item__dataset_id=dataset_id)
    rows = rows.exclude(task__status=Task.State.ARCHIVED)
    found = rows.order_by(F("finished_at").desc(nulls_first=True), "-pk").first()
    if found is None:
        raise NotFound("There is no such picture, or it was not given to you.")
    return found


def label_payload(row: Label) -> dict[str, Any]:
    """A label as people choose it."""
    return {
        "id": str(row.pk),
        "name": row.name,
        "color": row.color,
        "hotkey": row.hotkey,
        "group": row.group,
        "skeleton": row.skeleton,
    }
