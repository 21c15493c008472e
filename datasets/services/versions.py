"""Bringing an earlier version of an image's annotations back, as new operations: nothing of what came since is lost."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from alp_site.lib import ids
from alp_site.lib.db import is_sqlite, write
from alp_site.lib.errors import Conflict, NotFound
from alp_site.people.models import User
from datasets.errors import VersionStale
from datasets.models import Annotation, AnnotationRevision, Item
from datasets.selectors import annotations_at
from datasets.services._common import chunked
from datasets.services.annotations import MAX_OPERATIONS, apply_operations

__all__ = ["restore_version"]

_CONTENT = ("label", "geometry", "attributes", "model_id", "confidence", "source_prediction")


def restore_version(*, item: Item, version: int, user: User, seen_version: int | None = None) -> int:
    """Makes the state after revision `version` the newest one; returns how many annotations that changed.

    Differences alone become operations of this person, in one visit and one transaction: all or none. The caller has
    asked whether the user may. Safe to repeat. Raises NotFound, VersionStale when annotations moved since
    `seen_version`, Conflict naming the first annotation that cannot come back (its label was deleted since)."""
    with write():
        rows = Item.objects.filter(pk=item.pk, deleted_at=None)
        current = (rows if is_sqlite() else rows.select_for_update()).first()
        if current is None or not AnnotationRevision.objects.filter(pk=version, item_id=item.pk).exists():
            raise NotFound(f"There is no version {version} of this item.", version=version)
        if seen_version is not None and seen_version != current.content_version:
            text = "The item was changed since you saw it."
            raise VersionStale(text, current={str(item.pk): current.content_version})
        operations = _differences(item.pk, version)
        visit = ids.uuid7()
        for chunk in chunked(operations, MAX_OPERATIONS):
            for answer in apply_operations(item=item, operations=chunk, user=user, visit=visit, as_saved=True):
                if answer["status"] != 200:
                    raise _whole(answer)
    return len(operations)


def _differences(item_id: uuid.UUID, version: int) -> list[dict[str, Any]]:
    """Operations from now to then; deletions first, since they free the groups that others move into."""
    then = {row.pk: row for row in annotations_at(item_id, version)}
    now = {row.pk: row for row in Annotation.objects.filter(item_id=item_id)}
    deletions = [_operation("delete", row, {}) for pk, row in now.items() if row.deleted_at is None and pk not in then]
    changes = []
    for pk, row in then.items():
        if now[pk].deleted_at is not None:
            changes.append(_operation("restore", now[pk], _content(row)))
        elif any(getattr(row, name) != getattr(now[pk], name) for name in _CONTENT):
            changes.append(_operation("update", now[pk], _content(row)))
    return [*deletions, *changes]


def _content(row: Annotation) -> dict[str, Any]:
    data: dict[str, Any] = {name: getattr(row, name) for name in ("label", "geometry", "attributes")}
    data["source_prediction"] = str(row.source_prediction) if row.source_prediction else None
    if row.model_id:
        data |= {"model_id": str(row.model_id), "model_name": row.model_name, "confidence": row.confidence}
    return data


def _operation(kind: str, row: Annotation, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "op_id": str(ids.uuid7()), "type": kind, "annotation": str(row.pk), "base_revision": row.revision,
        "data": dict(data),
    }  # fmt: skip


def _whole(answer: Mapping[str, Any]) -> Conflict:
    error = answer["error"]
    text = f"This version cannot be brought back whole: {error['message']}"
    return Conflict(text, reason=error["code"], **error["data"])
