"""Frozen test sets: numbered versions that never change, so that models are measured on one and the same thing.

Items that match the filter later are candidates; they join when the next version is published, by someone or by the
set's own rule (`grow`).
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Max, QuerySet, Value

from alp_site.lib import events, storage
from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from alp_site.people.models import User
from datasets import query
from datasets.errors import EmptyTestSet, NameTaken
from datasets.models import Annotation, Dataset, Item, TestSet, TestSetEntry, TestSetVersion
from datasets.selectors import ground_truth_items
from datasets.services._common import chunked, clean_name

__all__ = [
    "candidates",
    "count_candidates",
    "create_test_set",
    "entries_page",
    "filter_of",
    "grow_test_sets",
    "newest_versions",
    "publish_version",
    "resolve_version",
    "update_test_set",
]


def filter_of(dql: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an envelope that says which items: filter, join, intersect, except. Raises QueryInvalid."""
    query.compile(dict(dql))
    kept = {key: dql[key] for key in ("filter", "join", "intersect", "except") if dql.get(key)}
    return kept or ({"filter": {}} if not dql or "filter" in dql or "resource" in dql else {"filter": dict(dql)})


def create_test_set(
    *, dataset: Dataset, name: str, filter: Mapping[str, Any], user: User | None, group_key: str = "",  # noqa: A002
    grow: float | None = None,
) -> TestSet:  # fmt: skip
    """A named test set without versions. Raises NameTaken, also when the same filter has one already."""
    which = filter_of(filter)
    row = TestSet(
        dataset=dataset, name=clean_name(name), filter=which, filter_hash=_hash(which), group_key=group_key[:200],
        grow=_grow(grow), created_by=user,
    )  # fmt: skip
    with write():
        _save(row)
    return row


def update_test_set(*, test_set: TestSet, name: str | None = None, grow: Any = ...) -> TestSet:
    """Changes the name or the rule; the filter is what the set is, and stays."""
    if name is not None:
        test_set.name = clean_name(name)
    if grow is not ...:
        test_set.grow = _grow(grow)
    with write():
        _save(test_set)
    return test_set


def resolve_version(
    *,
    dataset: Dataset,
    filter: Mapping[str, Any],  # noqa: A002  what the field is called
    name: str | None = None,
    user: User | None = None,
) -> TestSetVersion:
    """The newest version of the dataset's test set with this filter; makes the set and publishes version 1 if there is
    none. Joins the open transaction; safe to repeat. Raises EmptyTestSet where no approved item matches."""
    which = filter_of(filter)
    key = _hash(which)
    with write():
        test_set = TestSet.objects.filter(dataset=dataset, filter_hash=key).first()
        if test_set is None:
            test_set = _make(dataset, which, key, name, user)
        newest = test_set.versions.order_by("-number").first()
        return newest or publish_version(test_set=test_set, user=user)


def publish_version(*, test_set: TestSet, user: User | None = None) -> TestSetVersion:
    """Freezes the approved items that match now, with their bytes and labels, as the next version. One that was
    approved with nothing on it belongs to it: what a detector sees there is a false alarm.

    Nothing changed since the last one: that one is returned. Raises EmptyTestSet: no item, or nothing on any."""
    with write():
        items = list(
            ground_truth_items(test_set.dataset_id, test_set.filter)
            .order_by("pk")
            .only("pk", "blob_id", "size", "group_key")
        )
        labels = _approved_labels(items)
        items = [item for item in items if item.blob_id]
        if not any(item.pk in labels for item in items):
            raise EmptyTestSet(
                f"Test set {test_set.name!r} has no approved item with a label: approve some of its items first.",
                test_set=str(test_set.pk),
            )
        digest = _digest(items, labels)
        newest = test_set.versions.order_by("-number").first()
        if newest is not None and newest.hash == digest:
            return newest
        version = TestSetVersion.objects.create(
            test_set=test_set, number=(newest.number if newest else 0) + 1, hash=digest, filter=test_set.filter,
            item_count=len(items), created_by=user,
            label_counts=dict(Counter(entry["label"] for found in labels.values() for entry in found)),
        )  # fmt: skip
        for chunk in chunked(items, 500):
            TestSetEntry.objects.bulk_create(
                TestSetEntry(
                    version=version,
                    item=item,
                    blob_id=item.blob_id or "",
                    group_key=item.group_key,
                    labels=labels.get(item.pk, []),
                )
                for item in chunk
            )
            kept = [(item.blob_id, item.size) for item in chunk if item.blob_id]
            storage.retain(dict(kept), Counter(sha for sha, _ in kept))
        events.publish(
            "dataset.updated", project_id=test_set.dataset.project_id, ids=[test_set.dataset_id],
            data={"test_set": str(test_set.pk), "version": version.number},
        )  # fmt: skip
    return version


def candidates(test_set: TestSet) -> int:
    """How many approved items match by now that the newest version does not hold."""
    return count_candidates([test_set], newest_versions([test_set]))[test_set.pk]


def count_candidates(rows: Sequence[TestSet], newest: Mapping[uuid.UUID, TestSetVersion]) -> dict[uuid.UUID, int]:
    """`candidates` of many sets: each has a filter of its own, so their counts are the parts of one query a hundred."""
    found: dict[uuid.UUID, int] = {}
    for chunk in chunked(rows, 100):
        parts = [_count(at, row, newest.get(row.pk)) for at, row in enumerate(chunk)]
        counts = parts[0] if len(parts) == 1 else parts[0].union(*parts[1:], all=True)
        found.update((chunk[at].pk, n) for at, n in counts)
    return found


def _count(at: int, test_set: TestSet, newest: TestSetVersion | None) -> QuerySet[Item, tuple[int, int]]:
    """One row: (at, how many)."""
    items = ground_truth_items(test_set.dataset_id, test_set.filter).exclude(blob=None).order_by()
    if newest is not None:
        items = items.exclude(pk__in=TestSetEntry.objects.filter(version=newest).values("item_id"))
    return items.annotate(at=Value(at)).values("at").annotate(n=Count("pk")).values_list("at", "n")


def newest_versions(rows: list[TestSet]) -> dict[uuid.UUID, TestSetVersion]:
    """The newest version of each set that has one; one query."""
    found: dict[uuid.UUID, TestSetVersion] = {}
    for version in TestSetVersion.objects.filter(test_set__in=rows).order_by("number"):
        found[version.test_set_id] = version
    return found


def entries_page(version: TestSetVersion, after: str | None, limit: int = 500) -> dict[str, Any]:
    """Entries in the order they were frozen: {"items", "next"}. Raises Invalid for a cursor that is none."""
    rows = version.entries.order_by("pk")
    if after:
        if not after.isdigit():
            raise Invalid("after is a number.", field="after")
        rows = rows.filter(pk__gt=int(after))
    found = list(rows[: limit + 1])
    items = [{"id": e.pk, "item": str(e.item_id), "blob": e.blob_id, "labels": e.labels} for e in found[:limit]]
    return {"items": items, "next": str(found[limit - 1].pk) if len(found) > limit else None}


def grow_test_sets() -> int:
    """Publishes the next version of every set whose own rule says so; returns how many. Safe to repeat."""
    published = 0
    rows = TestSet.objects.filter(grow__isnull=False, dataset__deleted_at=None).select_related("dataset")
    for test_set in rows.annotate(last=Max("versions__number")).filter(last__isnull=False):
        newest = test_set.versions.order_by("-number").first()
        if newest and candidates(test_set) >= max(1, newest.item_count * (test_set.grow or 0)):
            published += publish_version(test_set=test_set).pk != newest.pk
    return published


def _make(dataset: Dataset, which: dict[str, Any], key: str, name: str | None, user: User | None) -> TestSet:
    wanted = clean_name(name) if name else "Test set"
    names = {n.lower() for n in TestSet.objects.filter(dataset=dataset).values_list("name", flat=True)}
    title, number = wanted, 1
    while title.lower() in names:
        number += 1
        title = f"{wanted} {number}"
    return TestSet.objects.create(dataset=dataset, name=title, filter=which, filter_hash=key, created_by=user)


def _approved_labels(items: list[Item]) -> dict[uuid.UUID, list[dict[str, Any]]]:
    found: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for chunk in chunked([item.pk for item in items], 500):
        rows = Annotation.objects.filter(item_id__in=chunk, deleted_at=None, approved_revision=F("revision"))
        for row in rows.order_by("item_id", "pk"):
            found.setdefault(row.item_id, []).append(
                {
                    "annotation": str(row.pk), "revision": row.revision, "type": row.type, "label": row.label,
                    "geometry": row.geometry, "attributes": row.attributes,
                }
            )  # fmt: skip
    return found


def _digest(items: list[Item], labels: dict[uuid.UUID, list[dict[str, Any]]]) -> str:
    whole = hashlib.sha256()
    for item in items:
        whole.update(json.dumps([str(item.pk), item.blob_id, labels.get(item.pk, [])], sort_keys=True).encode())
    return whole.hexdigest()


def _hash(which: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(which, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _grow(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 10:
        raise Invalid("grow is a share above 0, such as 0.2 for +20 %.", field="grow")
    return float(value)


def _save(row: TestSet) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise NameTaken("A test set with this name or this filter exists in the dataset.", field="name") from None
