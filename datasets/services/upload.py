"""Images into a dataset: each is hashed as it arrives, decoded once, then rows go in by the hundred.

What is wrong with a file refuses that file, with its name and a reason; the rest goes in. Nothing is decoded inside a
transaction.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from django.conf import settings
from django.db import IntegrityError, transaction

from alp_site.lib import events, storage
from alp_site.lib.db import write
from alp_site.lib.errors import AlpError, Invalid, TooLarge
from alp_site.people.models import User
from datasets.errors import FileRefused
from datasets.models import Dataset, Item, ItemType, Subset
from datasets.services import images, paths
from datasets.services._common import chunked, clean_json, now_ms

__all__ = ["MODES", "SMALL", "NewFile", "UploadReport", "UploadResult", "add_file", "add_many", "prepare", "store"]

MODES = ("skip", "overwrite")
_DECODERS = 2
SMALL = 4 * 1024 * 1024  # files up to here are handed over as bytes
_WINDOW = 16  # files held in memory at a time while they are being decoded

Data = bytes | IO[bytes] | Iterable[bytes]


@dataclass(frozen=True)
class NewFile:
    """A file to add. `data` are bytes or a stream, read once; streams are read in the caller's thread, in order."""

    filename: str
    data: Data
    metadata: Mapping[str, Any] = field(default_factory=dict)
    subset: str = ""
    group_key: str = ""


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


@dataclass
class UploadReport:
    results: list[UploadResult] = field(default_factory=list)

    def count(self, status: str) -> int:
        return sum(1 for r in self.results if r.status == status)

    @property
    def item_ids(self) -> list[uuid.UUID]:
        return [r.item_id for r in self.results if r.item_id]

    @property
    def refused(self) -> list[UploadResult]:
        return [r for r in self.results if r.status == "refused"]

    def body(self) -> dict[str, Any]:
        counts = Counter(r.status for r in self.results)
        numbers = {name: counts[name] for name in ("added", "overwritten", "skipped", "refused")}
        return {**numbers, "results": [r.body() for r in self.results]}


@dataclass(frozen=True)
class Prepared:
    """A file whose bytes lie in storage, or that was refused (`error`)."""

    path: str
    given: str
    sha256: str = ""
    size: int = 0
    facts: images.ImageFacts | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    subset: str = ""
    group_key: str = ""
    error: FileRefused | None = None


def add_file(
    *,
    dataset: Dataset,
    filename: str,
    stream: Data,
    user: User | None,
    mode: str = "skip",
    metadata: Mapping[str, Any] | None = None,
) -> UploadResult:
    """One file. Never raises for what is wrong with the file: the result says so."""
    files = [NewFile(filename, stream, metadata or {})]
    return add_many(dataset=dataset, files=files, user=user, mode=mode).results[0]


def add_many(
    *,
    dataset: Dataset,
    files: Iterable[NewFile | tuple[str, Data]],
    user: User | None,
    mode: str = "skip",
) -> UploadReport:
    """Any number of files, lazily: at most some dozens are in memory. Results come in the order of the files.

    Each chunk is a transaction; call it outside one. Running it again with `skip` adds what is missing."""
    check_mode(mode)
    report = UploadReport()
    with ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode") as pool:
        for chunk in chunked(_prepared(pool, (_new_file(f) for f in files))):
            report.results += store(dataset=dataset, chunk=chunk, user=user, mode=mode)
    return report


def check_mode(mode: str) -> None:
    if mode not in MODES:
        raise Invalid(f"mode is {' or '.join(MODES)}.", field="mode")


def _new_file(given: NewFile | tuple[str, Data]) -> NewFile:
    return given if isinstance(given, NewFile) else NewFile(*given)


def _prepared(pool: ThreadPoolExecutor, files: Iterator[NewFile]) -> Iterator[Prepared]:
    """In order; bytes are decoded by the pool, streams here: their source may be one sequential request body."""
    while window := list(islice(files, 1)):
        if isinstance(window[0].data, bytes):
            window += islice(files, _WINDOW - 1)
        if all(isinstance(f.data, bytes) for f in window):
            yield from pool.map(prepare, window)
        else:
            yield from map(prepare, window)


def prepare(new: NewFile, *, shown: str = "") -> Prepared:
    """Bytes into storage, image decoded, name normalised. Slow; writes no table, outside any transaction.

    `shown` is the name to answer with, where it differs from the file's."""
    given = shown or new.filename
    received: storage.Received | None = None
    path = new.filename[:1024]
    try:
        path = paths.normal_path(new.filename)
        images.mimetype_for(path)
        if isinstance(new.data, bytes):
            if len(new.data) > settings.MAX_UPLOAD_BYTES:
                raise TooLarge("Too large.")
            facts = images.inspect(new.data, path)
            received = storage.put_bytes(new.data)
        else:
            received = storage.receive(new.data, max_bytes=settings.MAX_UPLOAD_BYTES)
            facts = images.inspect(received.path, path)
        metadata = clean_json(dict(new.metadata))
        if new.subset not in Subset.values:
            raise Invalid(f"Unknown subset {new.subset!r}.", field="subset")
    except FileRefused as error:
        return _refused(path, given, error, received)
    except TooLarge:
        limit = settings.MAX_UPLOAD_BYTES // 1_000_000
        too_large = FileRefused(path, "too_large", f"Larger than the limit of {limit} MB.")
        return _refused(path, given, too_large, received)
    except AlpError as problem:
        return _refused(path, given, FileRefused(path, problem.code, problem.message), received)
    return Prepared(path, given, received.sha256, received.size, facts, metadata, new.subset, new.group_key)


def _refused(path: str, given: str, error: FileRefused, received: storage.Received | None) -> Prepared:
    return Prepared(path, given, received.sha256 if received else "", received.size if received else 0, error=error)


# ---- rows


def store(*, dataset: Dataset, chunk: list[Prepared], user: User | None, mode: str) -> list[UploadResult]:
    """The rows of one chunk, in one transaction (joins an open one). A race for a name is tried again."""
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
        good = [p for p in chunk if p.error is None]
        wanted = {p.path for p in good}
        for p in good:
            wanted.update(paths.folders_of(p.path))
        live = Item.objects.filter(dataset=dataset, filename__in=wanted, deleted_at=None)
        self.existing = {item.filename: item for item in live}
        for prepared in chunk:
            self.results.append(self._one(prepared))
        self._save()

    def _one(self, p: Prepared) -> UploadResult:
        if p.error is not None:
            if p.sha256:
                self.stray[p.sha256] = p.size
            return UploadResult(p.given, "refused", None, p.error.reason, p.error.message)
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
        Item.objects.bulk_create([*self.folders.values(), *self.created.values()])
        if self.overwritten:
            Item.objects.bulk_update(
                self.overwritten.values(),
                ["blob", "size", "mimetype", "width", "height", "metadata", "content_version", "updated_at"],
            )
        data = {"dataset": str(self.dataset.pk)}
        project_id = self.dataset.project_id
        if self.created:
            events.publish("item.created", project_id=project_id, ids=[i.pk for i in self.created.values()], data=data)
        if self.overwritten:
            ids = [i.pk for i in self.overwritten.values()]
            events.publish("item.updated", project_id=project_id, ids=ids, data=data)
