"""The class labels items have now, and how many objects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from datasets.models import Annotation

__all__ = ["CurrentLabel", "count_objects", "current_labels", "labels_of"]


@dataclass(frozen=True)
class CurrentLabel:
    """`approved`: this very revision is ground truth."""

    label: str
    person_id: UUID | None
    at: datetime
    approved: bool
    annotation_id: UUID


def current_labels(item_ids: Iterable[UUID]) -> dict[UUID, CurrentLabel]:
    """The class label each item has now, the one given last if there are several; items without one are absent."""
    rows = Annotation.objects.filter(item_id__in=set(item_ids), type="class", deleted_at__isnull=True)
    found: dict[UUID, CurrentLabel] = {}
    for row in rows.order_by("updated_at", "id"):
        found[row.item_id] = CurrentLabel(
            label=row.label,
            person_id=row.updated_by_id or row.creator_id,
            at=row.updated_at,
            approved=row.approved_revision == row.revision,
            annotation_id=row.pk,
        )
    return found


def count_objects(item_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many annotations with a place (not classes) each item has now; items without one are absent."""
    rows = Annotation.objects.filter(item_id__in=set(item_ids), deleted_at__isnull=True).exclude(type="class")
    return dict(rows.values_list("item_id").annotate(n=Count("pk")).order_by())


def labels_of(item_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Only the names of `current_labels`."""
    return {item: found.label for item, found in current_labels(item_ids).items()}
