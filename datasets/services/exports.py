"""A dataset's items and annotations as a file: written by whoever has the time, named in one short transaction."""

from __future__ import annotations

import tempfile
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db.models import F, QuerySet

from alp_site.lib import storage
from alp_site.lib.db import write
from alp_site.people.models import User
from datasets import query
from datasets.formats._base import FORMATS, Drawn, Picture
from datasets.models import Annotation, Dataset, Export, Item, ItemType, Label
from datasets.services._common import now_ms

__all__ = ["Written", "keep_export", "list_formats", "purge_exports", "write_export"]

PAGE = 500


@dataclass(frozen=True)
class Written:
    """A file in storage that no row names yet: give it to `keep_export`, or it goes after some hours."""

    sha256: str
    size: int
    items: int
    annotations: int
    left_out: Mapping[str, int]


def list_formats() -> list[dict[str, str]]:
    """Every format by name and title."""
    return [{"name": name, "title": one.title, "suffix": one.suffix} for name, one in FORMATS.items()]


def write_export(
    *, dataset: Dataset, dql: Mapping[str, Any] | None, format_name: str, approved_only: bool = False
) -> Written:
    """Writes the file. Slow; writes no table, outside any transaction; the same items give the same file. Raises
    QueryInvalid, UnknownName. `approved_only`: only ground truth, and of it only what was approved."""
    chosen = FORMATS.get(format_name)
    labels = list(Label.objects.filter(ontology=dataset.ontology_id).values_list("name", flat=True))
    rows = Item.objects.filter(dataset=dataset, deleted_at=None, type=ItemType.FILE)
    if dql:
        rows = query.compile(dict(dql)).queryset(rows)
    if approved_only:
        rows = rows.filter(approved_version=F("content_version"))
    with tempfile.TemporaryDirectory(prefix="alp-export-") as folder:
        path = Path(folder) / f"export{chosen.suffix}"
        with path.open("w", encoding="utf-8") as out:
            report = chosen.write(_pictures(rows, approved_only=approved_only), labels, out)
        kept = storage.put_file(path)
    return Written(kept.sha256, kept.size, report.pictures, report.annotations, dict(report.left_out))


def keep_export(
    *, dataset: Dataset, written: Written, name: str, format_name: str, key: str, user: User | None = None
) -> Export:
    """Names the file. Joins the open transaction; repeated with the same key it answers with the same row."""
    with write():
        found = Export.objects.filter(dataset=dataset, key=key).first()
        if found is not None:
            return found
        chosen = FORMATS.get(format_name)
        storage.retain({written.sha256: written.size}, mimetype=chosen.mimetype)
        return Export.objects.create(
            dataset=dataset, name=f"{name}{chosen.suffix}"[-255:], format=format_name, key=key,
            blob_id=written.sha256, size=written.size, items=written.items, annotations=written.annotations,
            left_out=dict(written.left_out), creator=user,
        )  # fmt: skip


def purge_exports(kept: timedelta, limit: int = 100) -> int:
    """Deletes for good the files of datasets that have been in the trash too long; their bytes go with the last row
    that names them. Returns how many."""
    gone = 0
    old = Export.objects.filter(dataset__deleted_at__lt=now_ms() - kept)
    while rows := list(old.only("pk", "blob_id")[:limit]):
        with write():
            storage.release([row.blob_id for row in rows])
            Export.objects.filter(pk__in=[row.pk for row in rows]).delete()
        gone += len(rows)
    return gone


def _pictures(rows: QuerySet[Item], *, approved_only: bool) -> Iterator[Picture]:
    """In the order of their ids, a page at a time."""
    rows, after = rows.order_by("id"), uuid.UUID(int=0)
    while page := list(rows.filter(pk__gt=after)[:PAGE]):
        after = page[-1].pk
        drawn: dict[uuid.UUID, list[Drawn]] = defaultdict(list)
        for one in Annotation.objects.filter(item__in=[i.pk for i in page], deleted_at=None).order_by("id"):
            approved = one.approved_revision == one.revision
            if approved or not approved_only:
                drawn[one.item_id].append(
                    Drawn(one.type, one.label, one.geometry, one.attributes, one.confidence, approved)
                )
        for item in page:
            yield Picture(
                item.filename, item.width, item.height, tuple(drawn[item.pk]), str(item.pk), item.blob_id or "",
                item.subset, item.metadata,
            )  # fmt: skip
