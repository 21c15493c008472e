"""What a dataset holds, in numbers and pictures."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from datasets.models import Annotation, Dataset, Item, ItemRef, ItemTag, ItemType, RefKind, Subset
from datasets.selectors.payloads import thumbnail_url

__all__ = ["NO_ITEMS", "count_items", "covers", "facets"]

FILES = Q(type=ItemType.FILE, deleted_at=None)
NO_ITEMS = dict.fromkeys(("items", "annotated", "approved", "train", "validation", "test"), 0)
_COVERS = 4
_MOST = 200


def count_items(datasets: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """Live files of each dataset: items, annotated, approved, and by subset. One query."""
    rows = Item.objects.filter(FILES, dataset__in=list(datasets), hidden=False).order_by().values("dataset_id")
    counted = rows.annotate(
        items=Count("pk"),
        annotated=Count("pk", filter=Q(annotated=True)),
        approved=Count("pk", filter=Q(approved_version=F("content_version"))),
        train=Count("pk", filter=Q(subset="train")),
        validation=Count("pk", filter=Q(subset="validation")),
        test=Count("pk", filter=Q(subset="test")),
    )
    found: list[dict[str, Any]] = [dict(row) for row in counted]
    return {row.pop("dataset_id"): row for row in found}


def covers(datasets: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Thumbnails of the newest images of each dataset. Two queries."""
    newest = Item.objects.filter(FILES, dataset_id=OuterRef("pk"), hidden=False).order_by("-id").values("pk")
    wanted = {f"c{n}": Subquery(newest[n : n + 1]) for n in range(_COVERS)}
    rows = list(Dataset.objects.filter(pk__in=list(datasets)).annotate(**wanted).values("pk", *wanted))
    keys = [row[name] for row in rows for name in wanted if row[name]]
    items = Item.objects.only("pk", "blob_id").in_bulk(keys)
    found = {}
    for row in rows:
        urls = [thumbnail_url(items[row[name]]) for name in wanted if row[name] in items]
        found[row["pk"]] = [url for url in urls if url]
    return found


def facets(dataset: Dataset) -> dict[str, list[dict[str, Any]]]:
    """How many shown files have which status, subset, label, tag and folder; five queries."""
    files = Item.objects.filter(FILES, dataset=dataset, hidden=False).order_by()
    return {
        "status": _statuses(files),
        "subset": _subsets(files),
        "label": _counted(
            Annotation.objects.filter(item__in=files.values("pk"), deleted_at=None),
            "label",
            Count("item", distinct=True),
        ),
        "tag": _counted(ItemTag.objects.filter(item__in=files.values("pk")), "name", Count("pk")),
        "folder": _counted(files, "dir", Count("pk"), by_name=True),
    }


def _counted(rows: Any, column: str, count: Count, by_name: bool = False) -> list[dict[str, Any]]:
    counted = rows.order_by().values(column).annotate(n=count).order_by(column if by_name else "-n", column)
    return [{"value": row[column], "count": row["n"]} for row in counted[:_MOST]]


def _statuses(files: Any) -> list[dict[str, Any]]:
    refs = ItemRef.objects.filter(item_id=OuterRef("pk"), kind__in=[RefKind.TASK, RefKind.ASSIGNMENT])
    counted = files.annotate(
        has_completed=Exists(refs.filter(status="completed")),
        has_discard=Exists(refs.filter(status="discard")),
        has_open=Exists(refs.filter(status="")),
    ).aggregate(
        unlabelled=Count("pk", filter=Q(annotated=False)),
        in_task=Count("pk", filter=Q(has_open=True)),
        completed=Count("pk", filter=Q(has_completed=True)),
        discard=Count("pk", filter=Q(has_discard=True)),
        approved=Count("pk", filter=Q(approved_version=F("content_version"))),
        changed=Count("pk", filter=Q(approved_version__lt=F("content_version"))),
    )
    return [{"value": name, "count": n} for name, n in counted.items()]


def _subsets(files: Any) -> list[dict[str, Any]]:
    counted = dict(files.values_list("subset").annotate(n=Count("pk")))
    return [{"value": name, "count": counted.get(name, 0)} for name in Subset.values]
