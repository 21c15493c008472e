"""Ids and parts of lists, as the services pass them around."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet
from django.utils.timezone import now

__all__ = ["as_uuids", "chunks", "newest"]


def chunks(rows: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def as_uuids(ids: Iterable[str | UUID]) -> list[UUID]:
    return [i if isinstance(i, UUID) else UUID(i) for i in ids]


def newest(rows: QuerySet[Any], field: str) -> datetime:
    """The latest time that these rows have in a field; now where there are none. What a later job leaves alone as
    having come after the request is told by it rather than by the clock, which was perhaps ahead and was set back."""
    found: datetime | None = rows.order_by().aggregate(latest=Max(field))["latest"]
    return found or now()
