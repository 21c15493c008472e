"""Which items satisfy a query: conditions of connections, filters of triggers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from datasets import query
from datasets.models import Item, ItemType

__all__ = ["live_items", "matching", "passing"]


def live_items(project_id: UUID, dataset_id: str | UUID | None = None, *, gone: bool = False) -> Any:
    """Pictures of a project (or one dataset of it) that are not deleted; ``gone``: those that lie in the trash instead.
    A folder is an item too, but nothing that goes through a pipeline."""
    rows = Item.objects.filter(
        dataset__project_id=project_id, dataset__deleted_at=None, deleted_at__isnull=not gone, type=ItemType.FILE
    )
    return rows if dataset_id is None else rows.filter(dataset_id=dataset_id)


def passing(
    item_ids: Iterable[str], filters: Iterable[Mapping[str, Any] | None], *, project_id: UUID, dataset_id: Any = None,
    gone: bool = False,
) -> set[str]:  # fmt: skip
    """The items, live (or ``gone``: deleted) and in scope, that pass every filter. Raises QueryInvalid."""
    left = {str(i) for i in item_ids}
    base = live_items(project_id, dataset_id, gone=gone)
    for dql in [f for f in filters if f] or [{}]:
        left = {str(pk) for pk in query.matches(dict(dql), sorted(left), base)} if left else left
    return left


def matching(condition: str, item_ids: Iterable[str], *, project_id: UUID) -> set[str]:
    """The items that satisfy a connection's condition, a query as JSON text. Deleted items satisfy none."""
    return passing(item_ids, [json.loads(condition)], project_id=project_id)
