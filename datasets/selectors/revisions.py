"""Who made or changed annotations, and when."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import QuerySet

from datasets.models import AnnotationRevision

__all__ = ["revisions_by_people"]


def revisions_by_people(project_id: uuid.UUID, start: datetime, end: datetime) -> QuerySet[AnnotationRevision]:
    """Revisions that people made on a project's items from `start` until before `end`: annotations drawn, changed or
    brought back. Deletions are left out: what is gone is no object."""
    rows = AnnotationRevision.objects.filter(
        item__dataset__project_id=project_id, author__isnull=False, created_at__gte=start, created_at__lt=end
    )
    return rows.exclude(action="delete")
