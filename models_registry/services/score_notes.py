"""What was said of an item is noted here, in the transaction in which it was said; a job compares it later."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from alp_site.lib.db import write
from datasets.models import Item
from models_registry.models import ItemScore, ScoreDue

__all__ = ["APPROVED", "COPIED", "LOOKUP", "SCORED", "TRUE", "mark_due"]

LOOKUP = 500
APPROVED = Q(approved_version__isnull=False)
TRUE = Q(approved_version=F("content_version"))  # what is there now is what was approved
COPIED = Q(parent_item_id__isnull=False)
SCORED = Q(Exists(ItemScore.objects.filter(item_id=OuterRef("pk"))))


def mark_due(*, item_ids: Iterable[UUID], only: Q | None = None) -> int:
    """Notes that these items' scores are to be looked at, ``only`` those that a condition holds for; returns of how
    many. Joins an open transaction; two statements each 500 items."""
    wanted, count = list(dict.fromkeys(item_ids)), 0
    for start in range(0, len(wanted), LOOKUP):
        rows = Item.objects.filter(pk__in=wanted[start : start + LOOKUP], type="file", deleted_at=None)
        found = (rows.filter(only) if only else rows).values_list("pk", "dataset__project_id")
        due = [ScoreDue(project_id=project, item_id=pk) for pk, project in found]
        if due:
            with write():
                ScoreDue.objects.bulk_create(due)
        count += len(due)
    return count
