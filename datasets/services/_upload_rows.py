"""The rows of uploaded files, a short transaction a chunk: what an upload and an import have in common."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from alp_site.lib import events, storage
from alp_site.lib.db import is_sqlite, write
from alp_site.lib.db_rows import insert_rows, write_rows
from alp_site.people.models import User
from datasets.errors import FileRefused
from datasets.models import Dataset, Item, ItemType
from datasets.services import images, paths, thumbnails, tiles
from datasets.services._common import chunked, now_ms

__all__ = ["Prepared", "UploadResult", "chunk_size", "files_there", "store"]

_LOOKED_AT = ("id", "filename", "type", "blob", "metadata", "content_version")
_CHANGED = ("blob", "size", "mimetype", "width", "height", "metadata", "content_version", "updated_at")


@dataclass(frozen=True)
class UploadResult:
    """`status`: added, overwritten, skipped (there already) or refused, then with `reason` and a sentence."""

    filename: str
    status: str
    item_id: uuid.UUID | None = None
    reason: str = ""
    message: str = ""

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = {"filename": self.filename, "status": self.status}
        if self.item_id:
            found["id"] = str(self.item_id)
        if self.reason:
            found |= {"reason": self.reason, "message": self.message}
        return found


@dataclass(frozen=True)
class Prepared:
    """A file whose bytes lie in storage, that was refused (`error`), or whose name is taken by the item `there`."""

    path: str
    given: str
    sha256: str = ""
    size: int = 0
    facts: images.ImageFacts | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    subset: str = ""
    group_key: str = ""
    error: FileRefused | None = None
    there: uuid.UUID | None = None


def chunk_size() -> int:
    """Files a transaction: on SQLite some ten milliseconds, so that nobody who saves feels it."""
    return 64 if is_sqlite() else 1000


def files_there(dataset: Dataset, filenames: Iterable[str]) -> dict[str, uuid.UUID]:
    """Live files of the dataset among these normal paths, with their ids. Folders are none."""
    found: dict[str, uuid.UUID] = {}
    for part in chunked(filenames, 500):
        live = Item.objects.filter(dataset=dataset, filename__in=part, type=ItemType.FILE, deleted_at=None)
        found.update(live.values_list("filename", "pk"))
    return found


def store(*, dataset: Dataset, chunk: list[Prepared], user: User | None, mode: str) -> list[UploadResult]:
    """The rows of one chunk, in one transaction (joins an open one). A race for a name is tried again."""
    if all(p.there for p in chunk):  # nothing to write: no one need wait for it
        return [UploadResult(p.given, "skipped", p.there) for p in chunk]
    for attempt in range(3):
        try:
            with write(), transaction.atomic():
                return _Rows(dataset, chunk, user, mode).results
        except IntegrityError:
            if attempt == 2:
                raise
    raise AssertionError


class _Rows:
    """What one chunk turns into."""

    def __init__(self, dataset: Dataset, chunk: list[Prepared], user: User | None, mode: str) -> None:
        self.dataset, self.user, self.mode, self.now = dataset, user, mode, now_ms()
        self.results: list[UploadResult] = []
        self.created: dict[str, Item] = {}
        self.folders: dict[str, Item] = {}
        self.overwritten: dict[str, Item] = {}
        self.retained: Counter[str] = Counter()
        self.released: Counter[str] = Counter()
        self.sizes: dict[str, int] = {}
        self.stray: dict[str, int] = {}
        good = [p for p in chunk if p.error is None and p.there is None]
        wanted = {p.path for p in good}
        for p in good:
            wanted.update(paths.folders_of(p.path))
        live = Item.objects.filter(dataset=dataset, filename__in=wanted, deleted_at=None).only(*_LOOKED_AT)
        self.existing = {item.filename: item for item in live}
        for prepared in chunk:
            self.results.append(self._one(prepared))
        self._save()

    def _one(self, p: Prepared) -> UploadResult:
        if p.error is not None:
            if p.sha256:
                self.stray[p.sha256] = p.size
            return UploadResult(p.given, "refused", None, p.error.reason, p.error.message)
        if p.there is not None:
            return UploadResult(p.given, "skipped", p.there)
        there = self.existing.get(p.path) or self.created.get(p.path) or self.folders.get(p.path)
        in_the_way = self._blocked(p.path, there)
        if in_the_way:
            self.stray[p.sha256] = p.size
            return UploadResult(p.given, "refused", None, "name_taken", in_the_way)
        if there is not None and (self.mode == "skip" or there.blob_id == p.sha256):
            self.stray[p.sha256] = p.size
            return UploadResult(p.given, "skipped", there.pk)
        self.sizes[p.sha256] = p.size
        self.retained[p.sha256] += 1
        if there is not None:
            return self._overwrite(there, p)
        item = self._item(p.path, ItemType.FILE)
        self._fill(item, p)
        item.metadata, item.subset, item.group_key = dict(p.metadata), p.subset, p.group_key
        self.created[p.path] = item
        for folder in paths.folders_of(p.path):
            if folder not in self.existing and folder not in self.folders:
                self.folders[folder] = self._item(folder, ItemType.DIR)
        return UploadResult(p.given, "added", item.pk)

    def _blocked(self, path: str, there: Item | None) -> str:
        if there is not None and there.type == ItemType.DIR:
            return "A folder has this name."
        for folder in paths.folders_of(path):
            above = self.existing.get(folder) or self.created.get(folder)
            if above is not None and above.type == ItemType.FILE:
                return f"{folder} is a file, not a folder."
        return ""

    def _item(self, path: str, kind: str) -> Item:
        folder, name = paths.split(path)
        return Item(
            dataset=self.dataset, filename=path, name=name, dir=folder, type=kind, hidden=paths.is_hidden(path),
            creator=self.user, created_at=self.now, updated_at=self.now,
        )  # fmt: skip

    @staticmethod
    def _fill(item: Item, p: Prepared) -> None:
        assert p.facts is not None
        item.blob_id, item.size, item.mimetype = p.sha256, p.size, p.facts.mimetype
        item.width, item.height = p.facts.width, p.facts.height

    def _overwrite(self, item: Item, p: Prepared) -> UploadResult:
        """New bytes under the same name: what people said of the old ones must be looked at again."""
        self.released[item.blob_id or ""] += 1
        self._fill(item, p)
        item.metadata = {**item.metadata, **p.metadata}
        item.content_version += 1
        item.updated_at = self.now
        if p.path not in self.created:
            self.overwritten[p.path] = item
        return UploadResult(p.given, "overwritten", item.pk)

    def _save(self) -> None:
        stray = {sha: size for sha, size in self.stray.items() if sha not in self.sizes}
        storage.retain({**stray, **self.sizes}, {**dict.fromkeys(stray, 1), **self.retained})
        storage.release({**self.released, **{sha: self.released[sha] + 1 for sha in stray}})
        insert_rows([*self.folders.values(), *self.created.values()])
        write_rows(list(self.overwritten.values()), _CHANGED)
        thumbnails.want([*self.created.values(), *self.overwritten.values()])
        tiles.want([*self.created.values(), *self.overwritten.values()])
        data = {"dataset": str(self.dataset.pk)}
        project_id = self.dataset.project_id
        if self.created:
            events.publish("item.created", project_id=project_id, ids=[i.pk for i in self.created.values()], data=data)
        if self.overwritten:
            ids = [i.pk for i in self.overwritten.values()]
            events.publish("item.updated", project_id=project_id, ids=ids, data=data)
