"""`approve`: the only door to ground truth."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import F

from alp_site.lib import events
from alp_site.lib.db import is_sqlite, write
from alp_site.lib.errors import Invalid
from alp_site.people.models import User
from datasets.errors import VersionStale
from datasets.models import Annotation, Item
from datasets.services._common import chunked, now_ms

__all__ = ["Approval", "approve"]


@dataclass
class Approval:
    """What `approve` did: the items now ground truth, and those that had moved on with their current version."""

    approved: list[uuid.UUID] = field(default_factory=list)
    stale: dict[uuid.UUID, int] = field(default_factory=dict)


def approve(
    *,
    item_ids: Iterable[uuid.UUID],
    approver: User | None = None,
    rule: str = "",
    seen_versions: Mapping[uuid.UUID, int] | None = None,
    strict: bool = True,
) -> Approval:
    """Makes the items' present annotations ground truth, on the word of a person or of a named rule.

    `seen_versions` holds the content version the approver looked at; an item that has moved since is not approved:
    VersionStale with `strict` (the default), listed in the result without. Items approved at their present version
    already are left as they are: safe to repeat. Joins an open transaction, else one a chunk."""
    if (approver is None) == (not rule):
        raise Invalid("An approval names a person or a rule.", field="approver")
    result = Approval()
    for chunk in chunked(dict.fromkeys(item_ids)):
        with write():
            _approve(chunk, approver, rule, seen_versions or {}, result)
            if strict and result.stale:
                raise VersionStale(
                    "The item was changed since you saw it.",
                    current={str(pk): version for pk, version in result.stale.items()},
                )
    return result


def _approve(
    ids: list[uuid.UUID], approver: User | None, rule: str, seen: Mapping[uuid.UUID, int], result: Approval
) -> None:
    items = Item.objects.filter(pk__in=ids, deleted_at=None).select_related("dataset")
    if not is_sqlite():
        items = items.select_for_update(of=("self",))
    fresh: dict[tuple[uuid.UUID, uuid.UUID], list[uuid.UUID]] = defaultdict(list)
    for item in items:
        if item.pk in seen and seen[item.pk] != item.content_version:
            result.stale[item.pk] = item.content_version
            continue
        result.approved.append(item.pk)
        if item.approved_version != item.content_version:
            fresh[item.dataset.project_id, item.dataset_id].append(item.pk)
    now = now_ms()
    changed = [pk for group in fresh.values() for pk in group]
    if not changed:
        return
    Annotation.objects.filter(item_id__in=changed, deleted_at=None).update(
        approved_revision=F("revision"), approved_by=approver, approved_rule=rule, approved_at=now
    )
    Item.objects.filter(pk__in=changed).update(approved_version=F("content_version"), approved_at=now, updated_at=now)
    for (project_id, dataset_id), group in fresh.items():
        data = {"dataset": str(dataset_id), "by": str(approver.pk) if approver else "", "rule": rule}
        events.publish("item.approved", project_id=project_id, ids=group, data=data)
