"""Class labels for one item or for a thousand: the same rules as operations, in a few queries a chunk."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from alp_site.lib import events
from alp_site.lib.db import is_sqlite, write
from alp_site.lib.errors import Conflict, Invalid, NotFound
from alp_site.people.models import User
from datasets.errors import VersionStale
from datasets.models import Annotation, AnnotationRevision, Item, Label, Operation
from datasets.services._common import chunked, now_ms
from datasets.services.annotations import CHANGED_FIELDS, author_fields, group_of, labels_of, revision_of

__all__ = ["ClassLabel", "set_class_label", "set_class_labels"]


@dataclass(frozen=True)
class ClassLabel:
    """What to say of an item. `label=None` takes its class labels away. `seen_version`: 412 if the item moved on."""

    item_id: uuid.UUID
    label: str | None
    source_prediction: uuid.UUID | None = None
    model_id: uuid.UUID | None = None
    model_name: str = ""
    confidence: float | None = None
    op_id: uuid.UUID | None = None
    seen_version: int | None = None


def set_class_label(
    *,
    item_id: uuid.UUID,
    label: str | None,
    author_user: User | None,
    source_prediction: uuid.UUID | None = None,
    model_id: uuid.UUID | None = None,
    model_name: str = "",
    confidence: float | None = None,
    op_id: uuid.UUID | None = None,
    seen_version: int | None = None,
    visit: uuid.UUID | None = None,
) -> int:
    """Says what class the item is; returns its content version.

    In one transaction (joins an open one). Replaces the label of the same exclusive group; the same label again changes
    nothing. A repeated `op_id` returns what it returned first. Raises NotFound, VersionStale, Invalid for a label the
    ontology lacks."""
    entry = ClassLabel(item_id, label, source_prediction, model_id, model_name, confidence, op_id, seen_version)
    return set_class_labels(entries=[entry], author_user=author_user, visit=visit)[item_id]


def set_class_labels(
    *, entries: Iterable[ClassLabel], author_user: User | None, visit: uuid.UUID | None = None
) -> dict[uuid.UUID, int]:
    """The bulk form: content versions by item. One entry an item; a bad entry raises and undoes its chunk."""
    versions: dict[uuid.UUID, int] = {}
    for chunk in chunked(entries):
        with write():
            versions.update(_set_chunk(chunk, author_user, visit))
    return versions


def _set_chunk(entries: list[ClassLabel], author: User | None, visit: uuid.UUID | None) -> dict[uuid.UUID, int]:
    work = _Chunk(entries, author, visit)
    for entry in entries:
        work.set(entry)
    return work.store()


class _Chunk:
    """The rows of one transaction."""

    def __init__(self, entries: list[ClassLabel], author: User | None, visit: uuid.UUID | None) -> None:
        self.author, self.visit, self.now = author, visit, now_ms()
        wanted = [entry.item_id for entry in entries]
        if len(set(wanted)) != len(wanted):
            raise Invalid("One class label an item at a time.", field="entries")
        rows = Item.objects.select_related("dataset").filter(pk__in=wanted, deleted_at=None)
        if not is_sqlite():
            rows = rows.select_for_update(of=("self",))
        self.items = {item.pk: item for item in rows}
        self.annotations: dict[uuid.UUID, list[Annotation]] = defaultdict(list)
        for row in Annotation.objects.filter(item_id__in=wanted, type="class", deleted_at=None):
            self.annotations[row.item_id].append(row)
        op_ids = [entry.op_id for entry in entries if entry.op_id]
        self.known: Mapping[uuid.UUID, Operation] = Operation.objects.in_bulk(op_ids) if op_ids else {}
        self.labels: dict[uuid.UUID | None, dict[str, Label] | None] = {}
        self.versions: dict[uuid.UUID, int] = {}
        self.touched: dict[uuid.UUID, Item] = {}
        self.inserted: list[Annotation] = []
        self.updated: list[Annotation] = []
        self.revisions: list[AnnotationRevision] = []
        self.operations: list[Operation] = []

    def set(self, entry: ClassLabel) -> None:
        item = self.items.get(entry.item_id)
        if item is None:
            raise NotFound("The item was deleted.", item=str(entry.item_id))
        earlier = self.known.get(entry.op_id) if entry.op_id else None
        if earlier is not None:
            if earlier.item_id != item.pk:
                raise Conflict("This op_id was used for something else.", op_id=str(entry.op_id))
            self.versions[item.pk] = earlier.answer["content_version"]
            return
        if entry.seen_version is not None and entry.seen_version != item.content_version:
            raise VersionStale("The item was changed since you saw it.", current={str(item.pk): item.content_version})
        if entry.label is None:
            for row in self.annotations[item.pk]:
                row.deleted_at = self.now
                self._revise(item, row, "delete")
        else:
            self._say(item, entry, entry.label)
        self.versions[item.pk] = item.content_version
        if entry.op_id:
            answer = {"op_id": str(entry.op_id), "status": 200, "content_version": item.content_version}
            self.operations.append(
                Operation(op_id=entry.op_id, item=item, user=self.author, answer=answer, created_at=self.now)
            )

    def _say(self, item: Item, entry: ClassLabel, label: str) -> None:
        ontology = item.dataset.ontology_id
        if ontology not in self.labels:
            self.labels[ontology] = labels_of(ontology)
        labels = self.labels[ontology]
        if labels is not None and label not in labels:
            raise Invalid(f"Unknown label {label!r}.", field="label", known=sorted(labels))
        group = group_of(True, labels, label)
        rows = self.annotations[item.pk]
        same = next((row for row in rows if (row.group == group if group else row.label == label)), None)
        if same is not None and same.label == label and (same.model_id is None) == (entry.model_id is None):
            return
        author = author_fields(
            {
                "model_id": entry.model_id, "model_name": entry.model_name, "confidence": entry.confidence,
                "source_prediction": entry.source_prediction,
            }
        )  # fmt: skip
        if same is None:
            same = Annotation(item=item, type="class", creator=self.author, created_at=self.now, revision=0)
            self.inserted.append(same)
            rows.append(same)
            action = "create"
        else:
            action = "update"
        same.label, same.group = label, group
        for name, value in author.items():
            setattr(same, name, value)
        self._revise(item, same, action)

    def _revise(self, item: Item, row: Annotation, action: str) -> None:
        row.revision += 1
        row.updated_at, row.updated_by = self.now, self.author
        if action != "create":
            self.updated.append(row)
        self.revisions.append(revision_of(row, action, self.visit, item.content_version + 1))
        item.content_version += 1
        self.touched[item.pk] = item

    def store(self) -> dict[uuid.UUID, int]:
        if self.updated:
            Annotation.objects.bulk_update(self.updated, CHANGED_FIELDS)
        Annotation.objects.bulk_create(self.inserted)
        AnnotationRevision.objects.bulk_create(self.revisions)
        Operation.objects.bulk_create(self.operations)
        if not self.touched:
            return self.versions
        other = set(
            Annotation.objects.filter(item_id__in=self.touched, deleted_at=None).values_list("item_id", flat=True)
        )
        for item in self.touched.values():
            item.annotated = item.pk in other
            item.updated_at = self.now
        _bump(self.touched.values())
        gone = [row for row in self.updated if row.deleted_at is not None]
        done = {"created": self.inserted, "updated": len(self.updated) > len(gone), "deleted": gone}
        changes = [name for name, so in done.items() if so]
        told: dict[tuple[Any, Any], list[uuid.UUID]] = defaultdict(list)
        for item in self.touched.values():
            told[item.dataset.project_id, item.dataset_id].append(item.pk)
        for (project_id, dataset_id), group in told.items():
            data = {"dataset": str(dataset_id), "changes": changes}
            events.publish("annotation.saved", project_id=project_id, ids=group, data=data)
        return self.versions


def _bump(items: Iterable[Item]) -> None:
    """One UPDATE for each distinct outcome instead of a CASE a row: a thousand first labels are one statement."""
    groups: dict[tuple[int, bool, Any], list[uuid.UUID]] = defaultdict(list)
    for item in items:
        groups[item.content_version, item.annotated, item.updated_at].append(item.pk)
    for (version, annotated, moment), ids in groups.items():
        Item.objects.filter(pk__in=ids).update(content_version=version, annotated=annotated, updated_at=moment)
