"""What higher apps know about items, projected down: they write it in their own transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from alp_site.lib.db import write
from alp_site.lib.db_rows import insert_rows, new_row
from datasets.models import ItemRef
from datasets.services._common import chunked, now_ms

__all__ = ["RefChange", "project_refs", "remove_refs", "remove_refs_of"]


@dataclass(frozen=True)
class RefChange:
    """The state of one reference: `kind` is task, assignment or cycle; an empty status means work has not ended."""

    item_id: uuid.UUID
    kind: str
    ref_id: uuid.UUID
    status: str = ""
    person_id: uuid.UUID | None = None
    pipeline_id: uuid.UUID | None = None


def project_refs(changes: Iterable[RefChange]) -> int:
    """Writes the references, replacing those of the same (item, kind, ref_id). Joins the caller's transaction; safe to
    repeat. Returns how many were written."""
    now, latest = now_ms(), {}
    for change in changes:
        latest[change.item_id, change.kind, change.ref_id] = change
    with write():
        for chunk in chunked(latest.values(), 500):
            insert_rows(
                [
                    new_row(
                        ItemRef, item_id=c.item_id, kind=c.kind, ref_id=c.ref_id, status=c.status,
                        person_id=c.person_id, pipeline_id=c.pipeline_id, updated_at=now,
                    )
                    for c in chunk
                ],
                unique=["item", "kind", "ref_id"],
                update=["status", "person", "pipeline_id", "updated_at"],
            )  # fmt: skip
    return len(latest)


def remove_refs(*, kind: str, ref_id: uuid.UUID, item_ids: Iterable[uuid.UUID] | None = None) -> int:
    """Takes a reference off some items, or off all of them. Joins the caller's transaction."""
    which = Q(kind=kind, ref_id=ref_id)
    if item_ids is not None:
        which &= Q(item_id__in=list(item_ids))
    with write():
        return ItemRef.objects.filter(which).delete()[0]


def remove_refs_of(*, kind: str, ref_ids: Iterable[uuid.UUID]) -> int:
    """Takes these references off every item. Joins the caller's transaction; give at most a few thousand."""
    with write():
        return ItemRef.objects.filter(kind=kind, ref_id__in=list(ref_ids)).delete()[0]
