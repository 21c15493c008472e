"""Versions of an image's annotations, as people think of them: what one person did in one sitting.

Revisions follow each other in the order of their keys (writers lock the item). Those of one author and one visit with
nobody's in between are one version; without a visit, those of one transaction. Its last revision is its name.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Max

from alp_site.people.models import User
from datasets.models import Annotation, AnnotationRevision, ApprovalMark, Item
from datasets.selectors.payloads import iso

__all__ = ["ImageVersion", "annotations_at", "image_versions", "version_payloads"]

DELETED = "delete"


class _Step(NamedTuple):
    """A revision without its content."""

    pk: int
    annotation_id: uuid.UUID
    action: str
    label: str
    author_id: uuid.UUID | None
    visit: uuid.UUID | None
    content_version: int | None
    created_at: dt.datetime


@dataclass
class ImageVersion:
    """`labels` counts the live annotations after it; `actions` what was done in it."""

    id: int
    first: int
    author_id: uuid.UUID | None
    started_at: dt.datetime
    at: dt.datetime
    content_version: int | None
    approved: bool = False
    current: bool = False
    actions: Counter[str] = field(default_factory=Counter)
    labels: dict[str, int] = field(default_factory=dict)


def image_versions(item: Item) -> list[ImageVersion]:
    """Every version of the item, oldest first; two queries."""
    marks = ApprovalMark.objects.filter(item_id=item.pk).values_list("version", flat=True)
    approved = {*marks, *([] if item.approved_version is None else [item.approved_version])}
    found: list[ImageVersion] = []
    live: dict[uuid.UUID, str] = {}
    counts: Counter[str] = Counter()
    before: _Step | None = None
    rows = AnnotationRevision.objects.filter(item_id=item.pk).order_by("pk").values_list(*_Step._fields)
    for step in map(_Step._make, rows):
        if before is None or before.content_version in approved or not _together(before, step):
            if found:
                found[-1].labels = dict(sorted(counts.items()))
            found.append(ImageVersion(step.pk, step.pk, step.author_id, step.created_at, step.created_at, None))
        version, before = found[-1], step
        version.id, version.at, version.content_version = step.pk, step.created_at, step.content_version
        version.approved = step.content_version in approved
        version.actions[step.action] += 1
        _count(step, live, counts)
    if found:
        found[-1].labels, found[-1].current = dict(sorted(counts.items())), True
    return found


def _together(one: _Step, other: _Step) -> bool:
    if one.author_id != other.author_id or one.visit != other.visit:
        return False
    return one.visit is not None or one.created_at == other.created_at


def _count(step: _Step, live: dict[uuid.UUID, str], counts: Counter[str]) -> None:
    gone = live.pop(step.annotation_id, None)
    if gone is not None:
        counts[gone] -= 1
        if not counts[gone]:
            del counts[gone]
    if step.action != DELETED:
        live[step.annotation_id] = step.label
        counts[step.label] += 1


def version_payloads(versions: Sequence[ImageVersion]) -> list[dict[str, Any]]:
    """The API's JSON of versions; one query."""
    people = User.objects.in_bulk({one.author_id for one in versions if one.author_id})
    return [_payload(one, people.get(one.author_id) if one.author_id else None) for one in versions]


def _payload(one: ImageVersion, author: User | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "content_version": one.content_version,
        "author": {"id": str(author.pk), "name": str(author)} if author else None,
        "started_at": iso(one.started_at),
        "at": iso(one.at),
        "actions": dict(one.actions),
        "labels": one.labels,
        "count": sum(one.labels.values()),
        "approved": one.approved,
        "current": one.current,
    }


def annotations_at(item_id: uuid.UUID, revision: int) -> list[Annotation]:
    """The annotations of an item as they were after that revision, as rows that are not to be saved; three queries."""
    upto = AnnotationRevision.objects.filter(item_id=item_id, pk__lte=revision).order_by()
    last = upto.values("annotation").annotate(last=Max("pk")).values("last")
    rows = AnnotationRevision.objects.filter(pk__in=last).exclude(action=DELETED).order_by("annotation_id")
    return list(_as_they_were(rows.select_related("annotation__creator")))


def _as_they_were(rows: Iterable[AnnotationRevision]) -> Iterable[Annotation]:
    for row in rows:
        then = row.annotation
        then.model_name = then.model_name if then.model_id == row.model_id else ""
        for name in ("revision", "type", "label", "geometry", "attributes", "model_id", "confidence"):
            setattr(then, name, getattr(row, name))
        then.source_prediction, then.updated_at, then.deleted_at = row.source_prediction, row.created_at, None
        yield then
