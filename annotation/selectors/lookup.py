"""Things of other apps that this app's API names."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from alp_site.lib.errors import Invalid, NotFound
from alp_site.people.models import User
from annotation.models import Task, TaskItem
from annotation.permissions import TaskItemPolicy
from datasets import query
from datasets.models import Dataset, Item, Label

__all__ = [
    "MAX_MATCHES",
    "count_matches",
    "dataset_in",
    "ids_matching",
    "label_payload",
    "labels_for",
    "labels_of",
    "open_matching",
    "work_on",
]

MAX_MATCHES = 80_000  # items a task takes at once


def dataset_in(project_id: UUID, dataset_id: UUID) -> Dataset:
    """The project's live dataset; raises NotFound."""
    found = Dataset.objects.filter(pk=dataset_id, project_id=project_id, deleted_at__isnull=True).first()
    if found is None:
        raise NotFound("This project has no such dataset.", dataset=str(dataset_id))
    return found


def ids_matching(dataset: Dataset, dql: dict[str, Any]) -> list[UUID]:
    """Ids of the dataset's live files that match a filter of the query language."""
    ids = list(_matching(dataset, dql).order_by("pk").values_list("pk", flat=True)[: MAX_MATCHES + 1])
    if len(ids) > MAX_MATCHES:
        raise Invalid(f"More than {MAX_MATCHES} items match; narrow the filter.", field="filter")
    return ids


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
