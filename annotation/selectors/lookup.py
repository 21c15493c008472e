"""Things of other apps that this app's API names."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from alp_site.lib.errors import Invalid, NotFound
from annotation.models import Task, TaskItem
from datasets import query
from datasets.models import Dataset, Item, Label

__all__ = ["MAX_MATCHES", "count_matches", "dataset_in", "ids_matching", "labels_for", "open_matching"]

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
    if task.dataset.ontology_id is None:
        return []
    rows = Label.objects.filter(ontology_id=task.dataset.ontology_id).order_by("order", "id")
    return [label_payload(row) for row in rows]


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
