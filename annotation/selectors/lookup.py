"""Things of other apps that this app's API names."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from alp_site.lib.errors import Invalid, NotFound
from annotation.models import Task
from datasets import query
from datasets.models import Dataset, Item, Label

__all__ = ["MAX_MATCHES", "dataset_in", "ids_matching", "labels_for"]

MAX_MATCHES = 80_000  # items a task takes at once


def dataset_in(project_id: UUID, dataset_id: UUID) -> Dataset:
    """The project's live dataset; raises NotFound."""
    found = Dataset.objects.filter(pk=dataset_id, project_id=project_id, deleted_at__isnull=True).first()
    if found is None:
        raise NotFound("This project has no such dataset.", dataset=str(dataset_id))
    return found


def ids_matching(dataset: Dataset, dql: dict[str, Any]) -> list[UUID]:
    """Ids of the dataset's live files that match a filter of the query language."""
    live = Item.objects.filter(dataset=dataset, deleted_at__isnull=True, type="file")
    rows = query.compile(dql).queryset(live).order_by("pk").values_list("pk", flat=True)[: MAX_MATCHES + 1]
    ids = list(rows)
    if len(ids) > MAX_MATCHES:
        raise Invalid(f"More than {MAX_MATCHES} items match; narrow the filter.", field="filter")
    return ids


def labels_for(task: Task) -> list[dict[str, Any]]:
    """The labels people may choose in a task: name, colour, digit, skeleton's template, in the ontology's order."""
    if task.dataset.ontology_id is None:
        return []
    rows = Label.objects.filter(ontology_id=task.dataset.ontology_id).order_by("order", "id")
    return [
        {"id": str(row.pk), "name": row.name, "color": row.color, "hotkey": row.hotkey, "skeleton": row.skeleton}
        for row in rows
    ]
