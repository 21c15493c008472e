"""Items into another dataset: rows are copied, bytes never."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable

from alp_site.lib import events, storage
from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from alp_site.lib.ids import uuid7
from alp_site.people.models import User
from datasets.errors import FileRefused
from datasets.models import Annotation, AnnotationRevision, Dataset, Item, ItemTag, ItemType
from datasets.services import paths
from datasets.services._common import chunked, now_ms
from datasets.services.annotations import revision_of
from datasets.services.items import make_folders

__all__ = ["clone_items"]


def clone_items(
    *,
    items: Iterable[uuid.UUID],
    target_dataset: Dataset,
    user: User | None,
    directory: str = "/",
    only_approved: bool = True,
) -> dict[uuid.UUID, uuid.UUID]:
    """Copies items into a dataset; returns {source id: id there}. Metadata, subset, tags and group go along.

    Annotations go along as they were approved; with `only_approved=False` also those nobody approved, unapproved.
    An item cloned before is left alone and its id returned, as is one of the target itself: safe to repeat.
    Folders below `directory` are kept. Joins an open transaction, else one a chunk."""
    try:
        folder = paths.directory(directory)
    except FileRefused as error:
        raise Invalid(error.message, field="directory") from None
    done: dict[uuid.UUID, uuid.UUID] = {}
    for chunk in chunked(dict.fromkeys(items)):
        with write():
            done.update(_Clones(chunk, target_dataset, user, folder, only_approved).mapping)
    return done


class _Clones:
    """One chunk in the open transaction."""

    def __init__(
        self, ids: list[uuid.UUID], target: Dataset, user: User | None, folder: str, only_approved: bool
    ) -> None:
        self.target, self.user, self.folder, self.now = target, user, folder, now_ms()
        self.only_approved = only_approved
        there = Item.objects.filter(dataset=target, parent_item_id__in=ids, deleted_at=None)
        self.mapping = {parent: pk for pk, parent in there.values_list("pk", "parent_item_id") if parent}
        rows = Item.objects.filter(pk__in=ids, type=ItemType.FILE, deleted_at=None)
        sources = [row for row in rows.order_by("pk") if row.pk not in self.mapping]
        for row in sources:
            if row.dataset_id == target.pk:
                self.mapping[row.pk] = row.pk
        self.sources = [row for row in sources if row.dataset_id != target.pk]
        if self.sources:
            self._copy()

    def _copy(self) -> None:
        copies = self._items()
        self.mapping.update({source.pk: copy.pk for source, copy in copies})
        make_folders(dataset=self.target, folders=[f for _, copy in copies for f in paths.folders_of(copy.filename)])
        annotations, revisions = self._annotations({source.pk: copy for source, copy in copies})
        kept = [(copy.blob_id, copy.size) for _, copy in copies if copy.blob_id]
        storage.retain(dict(kept), Counter(sha for sha, _ in kept))
        Item.objects.bulk_create([copy for _, copy in copies])
        tags = ItemTag.objects.filter(item_id__in=[source.pk for source, _ in copies])
        ItemTag.objects.bulk_create([ItemTag(item_id=self.mapping[tag.item_id], name=tag.name) for tag in tags])
        Annotation.objects.bulk_create(annotations)
        AnnotationRevision.objects.bulk_create(revisions)
        data = {"dataset": str(self.target.pk), "by": "clone"}
        project_id = self.target.project_id
        events.publish("item.created", project_id=project_id, ids=[copy.pk for _, copy in copies], data=data)
        approved = [copy.pk for _, copy in copies if copy.approved_version is not None]
        if approved:
            events.publish(
                "item.approved", project_id=project_id, ids=approved, data={**data, "by": "", "rule": "clone"}
            )

    def _items(self) -> list[tuple[Item, Item]]:
        wanted = {source.pk: paths.join(self.folder, source.filename) for source in self.sources}
        taken = set(
            Item.objects.filter(dataset=self.target, filename__in=wanted.values(), deleted_at=None).values_list(
                "filename", flat=True
            )
        )
        copies = []
        for source in self.sources:
            path = wanted[source.pk]
            if path in taken:  # another picture has the name: the end of the source's id tells them apart
                stem, dot, extension = path.rpartition(".")
                path = f"{stem}-{source.pk.hex[-12:]}{dot}{extension}"
            taken.add(path)
            where, name = paths.split(path)
            approved = source.approved_version is not None and source.approved_version == source.content_version
            copy = Item(
                pk=uuid7(), dataset=self.target, filename=path, name=name, dir=where, type=ItemType.FILE,
                hidden=source.hidden, subset=source.subset, mimetype=source.mimetype, size=source.size,
                width=source.width, height=source.height, metadata=source.metadata, blob_id=source.blob_id,
                creator=self.user, created_at=self.now, updated_at=self.now, parent_item_id=source.pk,
                group_key=source.group_key, content_version=1, approved_version=1 if approved else None,
                approved_at=source.approved_at if approved else None,
            )  # fmt: skip
            copies.append((source, copy))
        return copies

    def _annotations(self, copies: dict[uuid.UUID, Item]) -> tuple[list[Annotation], list[AnnotationRevision]]:
        live = Annotation.objects.filter(item_id__in=copies, deleted_at=None).select_related("creator", "approved_by")
        older = self._approved_before(live)
        annotations, revisions = [], []
        for source in live:
            item = copies[source.item_id]
            content = older.get(source.pk, source)
            if source.approved_revision is None and self.only_approved:
                continue
            copy = Annotation(
                pk=uuid7(), item=item, type=content.type, label=content.label, group=source.group,
                geometry=content.geometry, attributes=content.attributes, metadata=source.metadata,
                creator=source.creator, updated_by=source.updated_by, model_id=content.model_id,
                model_name=source.model_name, confidence=content.confidence,
                source_prediction=content.source_prediction, revision=1,
                approved_revision=None if source.approved_revision is None else 1, approved_by=source.approved_by,
                approved_rule=source.approved_rule, approved_at=source.approved_at, created_at=source.created_at,
                updated_at=self.now,
            )  # fmt: skip
            item.annotated = True
            annotations.append(copy)
            revisions.append(revision_of(copy, "create", None, item.content_version))
        return annotations, revisions

    @staticmethod
    def _approved_before(live: Iterable[Annotation]) -> dict[uuid.UUID, AnnotationRevision]:
        """The approved revision of annotations that were changed since."""
        moved = {a.pk: a.approved_revision for a in live if a.approved_revision not in (None, a.revision)}
        found: dict[uuid.UUID, AnnotationRevision] = {}
        for row in AnnotationRevision.objects.filter(annotation_id__in=moved):
            if row.revision == moved[row.annotation_id]:
                found[row.annotation_id] = row
        return found
