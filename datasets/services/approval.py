"""`approve`: the only door to ground truth, and `withdraw_approval`, the way back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F

from alp_site.lib import events
from alp_site.lib.db import is_sqlite, write
from alp_site.lib.db_rows import insert_rows
from alp_site.lib.errors import Invalid
from alp_site.people.models import User
from datasets.errors import VersionStale
from datasets.models import Annotation, ApprovalMark, Item
from datasets.services._common import chunked, now_ms

__all__ = ["Approval", "approve", "withdraw_approval"]

_STAMP = ("approved_revision", "approved_by_id", "approved_rule", "approved_at")


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
    refs: Mapping[uuid.UUID, uuid.UUID] | None = None,
) -> Approval:
    """Makes the items' present annotations ground truth, on the word of a person or of a named rule.

    `seen_versions` holds the content version the approver looked at; an item that has moved since is not approved:
    VersionStale with `strict` (the default), listed in the result without. Items approved at their present version
    already are left as they are: safe to repeat. Joins an open transaction, else one a chunk.

    `refs` names the act by which each item was approved: with that name `withdraw_approval` can take it back."""
    if (approver is None) == (not rule):
        raise Invalid("An approval names a person or a rule.", field="approver")
    result = Approval()
    for chunk in chunked(dict.fromkeys(item_ids)):
        with write():
            _approve(chunk, approver, rule, seen_versions or {}, refs or {}, result)
            if strict and result.stale:
                raise VersionStale(
                    "The item was changed since you saw it.",
                    current={str(pk): version for pk, version in result.stale.items()},
                )
    return result


def _approve(
    ids: list[uuid.UUID],
    approver: User | None,
    rule: str,
    seen: Mapping[uuid.UUID, int],
    refs: Mapping[uuid.UUID, uuid.UUID],
    result: Approval,
) -> None:
    items = Item.objects.filter(pk__in=ids, deleted_at=None).select_related("dataset")
    if not is_sqlite():
        items = items.select_for_update(of=("self",))
    fresh: dict[tuple[uuid.UUID, uuid.UUID], list[uuid.UUID]] = defaultdict(list)
    named = []
    for item in items:
        if item.pk in seen and seen[item.pk] != item.content_version:
            result.stale[item.pk] = item.content_version
            continue
        result.approved.append(item.pk)
        if item.pk in refs:
            named.append(item)
        if item.approved_version != item.content_version:
            fresh[item.dataset.project_id, item.dataset_id].append(item.pk)
    if named:
        _mark(named, refs, approver)
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


# ---- the way back


def withdraw_approval(*, item_id: uuid.UUID, ref: uuid.UUID) -> bool:
    """Takes back the approval that the act `ref` gave: what was approved before it is approved again, if anything was.

    An approval that someone else gave to the same state, or a later one, stands. Returns whether the item's stamp
    changed. Joins the open transaction; safe to repeat."""
    with write():
        rows = Item.objects.select_related("dataset").filter(pk=item_id)
        item = (rows if is_sqlite() else rows.select_for_update(of=("self",))).first()
        mark = ApprovalMark.objects.filter(item_id=item_id, ref=ref).first()
        if item is None or mark is None:
            return False
        mark.delete()
        others = list(ApprovalMark.objects.filter(item_id=item_id).order_by("id"))
        alike = next((other for other in others if other.version == mark.version), None)
        if alike is not None:
            if item.approved_version == mark.version:
                stamped = Annotation.objects.filter(item_id=item_id, approved_at=item.approved_at)
                stamped.filter(approved_by=mark.approver_id).update(approved_by=alike.approver_id)
            return False
        for later in others:  # withdrawn in its turn, it must not bring this one back
            if later.previous and later.previous["version"] == mark.version:
                later.previous = mark.previous
                later.save(update_fields=["previous"])
        if item.approved_version != mark.version:
            return False
        _restore(item, mark.previous)
        data = {"dataset": str(item.dataset_id)}
        events.publish("item.updated", project_id=item.dataset.project_id, ids=[item.pk], data=data)
    return True


def _mark(items: list[Item], refs: Mapping[uuid.UUID, uuid.UUID], approver: User | None) -> None:
    """Notes what these approvals are about to replace, before they do."""
    stamps: dict[uuid.UUID, dict[str, list[Any]]] = defaultdict(dict)
    stamped = Annotation.objects.filter(item_id__in=[item.pk for item in items], approved_revision__isnull=False)
    for item_id, pk, revision, by, rule, at in stamped.values_list("item_id", "pk", *_STAMP):
        stamps[item_id][str(pk)] = [revision, str(by) if by else None, rule, at.isoformat() if at else None]
    again = [item.pk for item in items if item.approved_version == item.content_version]
    known = {(mark.item_id, mark.version): mark.previous for mark in ApprovalMark.objects.filter(item_id__in=again)}
    rows = []
    for item in items:
        previous: dict[str, Any] | None = None
        if item.approved_version is not None or item.pk in stamps:
            at = item.approved_at.isoformat() if item.approved_at else None
            previous = {"version": item.approved_version, "at": at, "labels": stamps[item.pk]}
        if item.pk in again:  # a second approval of the same state replaces what the first one did
            previous = known.get((item.pk, item.content_version), previous)
        rows.append(
            ApprovalMark(
                item=item, ref=refs[item.pk], version=item.content_version, approver=approver, previous=previous
            )
        )
    insert_rows(rows, unique=["item", "ref"], update=["version", "approver", "previous"])


def _restore(item: Item, previous: Mapping[str, Any] | None) -> None:
    """Stamps as they were; `updated_at` moves, the content does not."""
    before = previous or {"version": None, "at": None, "labels": {}}
    nothing: dict[str, Any] = dict(zip(_STAMP, (None, None, "", None), strict=True))
    stamped = Annotation.objects.filter(item_id=item.pk, approved_revision__isnull=False)
    stamped.exclude(pk__in=list(before["labels"])).update(**nothing)
    for pk, (revision, by, rule, at) in before["labels"].items():
        by_id = by if by and User.objects.filter(pk=by).exists() else None
        values = (revision, by_id, rule, dt.datetime.fromisoformat(at) if at else None)
        Annotation.objects.filter(pk=pk, item_id=item.pk).update(**dict(zip(_STAMP, values, strict=True)))
    at = dt.datetime.fromisoformat(before["at"]) if before["at"] else None
    Item.objects.filter(pk=item.pk).update(approved_version=before["version"], approved_at=at, updated_at=now_ms())
