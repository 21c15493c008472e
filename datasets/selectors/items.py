"""Items over a filter, and ground truth."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, QuerySet

from alp_site.people.models import Project
from alp_site.people.permissions import Person
from datasets import query
from datasets.models import Annotation, Dataset, Item, ItemType
from datasets.permissions import items_in_project
from datasets.selectors.payloads import annotation_payloads, item_payloads

__all__ = [
    "class_label_sets",
    "class_labels",
    "get_items",
    "ground_truth_items",
    "items_for_query",
    "items_of",
    "items_of_project",
    "run_query",
]


def items_of(dataset: Dataset | uuid.UUID) -> QuerySet[Item]:
    """Live rows of a dataset, folders and hidden ones included: the base of a query."""
    key = dataset if isinstance(dataset, uuid.UUID) else dataset.pk
    return Item.objects.filter(dataset_id=key, deleted_at=None)


def items_of_project(project: Project | uuid.UUID) -> QuerySet[Item]:
    key = project if isinstance(project, uuid.UUID) else project.pk
    return Item.objects.filter(dataset__project_id=key, dataset__deleted_at=None, deleted_at=None)


def items_for_query(dataset: Dataset | uuid.UUID, dql: Mapping[str, Any] | None = None) -> QuerySet[Item]:
    """Live files of a dataset that pass a filter (hidden ones too, unless the filter says otherwise)."""
    rows = items_of(dataset).filter(type=ItemType.FILE)
    return query.compile(dict(dql)).queryset(rows) if dql else rows


def get_items(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Item]:
    """Live items by id."""
    return {row.pk: row for row in Item.objects.filter(pk__in=list(ids), deleted_at=None).select_related("dataset")}


def ground_truth_items(dataset: Dataset | uuid.UUID, dql: Mapping[str, Any] | None = None) -> QuerySet[Item]:
    """Files that pass the filter and whose present annotations are the approved ones."""
    return items_for_query(dataset, dql).filter(approved_version=F("content_version"))


def class_label_sets(items: QuerySet[Item] | Iterable[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Approved class labels of each item that has any, in the order of their names."""
    rows = Annotation.objects.filter(type="class", deleted_at=None, approved_revision=F("revision"))
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    if isinstance(items, QuerySet):
        chunks: Iterable[Any] = [items.order_by().values("pk")]
    else:
        ids = list(items)
        chunks = [ids[start : start + 500] for start in range(0, len(ids), 500)]
    for chunk in chunks:
        for item_id, label in rows.filter(item_id__in=chunk).order_by("label").values_list("item_id", "label"):
            found[item_id].append(label)
    return dict(found)


def class_labels(items: QuerySet[Item] | Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The approved class of each item that has one; the first by name where several hold."""
    return {item_id: labels[0] for item_id, labels in class_label_sets(items).items()}


def run_query(dql: Mapping[str, Any], base: QuerySet[Any], user: Person, project_id: uuid.UUID) -> dict[str, Any]:
    """The envelope of one page over the part of `base` this person may see. `base` lies in one project."""
    resource = dql.get("resource", "items")
    if resource == "annotations":
        visible = items_in_project(user, base, project_id)
        rows = Annotation.objects.filter(item__in=visible.order_by().values("pk"), deleted_at=None)
        page = query.run(dict(dql), rows.select_related("item", "creator"), resource="annotations")
        return page.envelope(annotation_payloads(page.rows))
    page = query.run(dict(dql), items_in_project(user, base, project_id).select_related("dataset", "creator"))
    return page.envelope(item_payloads(page.rows))
