"""Images into a dataset: each is hashed as it arrives, decoded once, then rows go in by the hundred.

What is wrong with a file refuses that file, with its name and a reason; the rest goes in. Nothing is decoded inside a
transaction.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

from django.conf import settings

from alp_site.lib import storage
from alp_site.lib.errors import AlpError, Invalid, TooLarge
from alp_site.people.models import User
from datasets.errors import FileRefused
from datasets.models import Dataset, Subset
from datasets.services import images, paths
from datasets.services._common import chunked, clean_json
from datasets.services._upload_rows import Prepared, UploadResult, chunk_size, files_there, store

__all__ = [
    "MODES",
    "SMALL",
    "NewFile",
    "Prepared",
    "UploadReport",
    "UploadResult",
    "add_file",
    "add_many",
    "check_mode",
    "chunk_size",
    "known",
    "prepare",
    "store",
]

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

    With `skip`, a file whose name is there already is not decoded or stored. Each chunk is a transaction; call it
    outside one. Running it again with `skip` adds what is missing."""
    check_mode(mode)
    report = UploadReport()
    with ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode") as pool:
        for chunk in chunked(_prepared(pool, dataset, mode, (_new_file(f) for f in files)), chunk_size()):
            report.results += store(dataset=dataset, chunk=chunk, user=user, mode=mode)
    return report


def check_mode(mode: str) -> None:
    if mode not in MODES:
        raise Invalid(f"mode is {' or '.join(MODES)}.", field="mode")


def _new_file(given: NewFile | tuple[str, Data]) -> NewFile:
    return given if isinstance(given, NewFile) else NewFile(*given)


def _prepared(pool: ThreadPoolExecutor, dataset: Dataset, mode: str, files: Iterator[NewFile]) -> Iterator[Prepared]:
    """In order; bytes are decoded by the pool, streams here: their source may be one sequential request body."""
    for window in _windows(files):
        there = known(dataset, [f.filename for f in window]) if mode == "skip" else {}
        new = [f for f in window if f.filename not in there]
        decoded = {id(f): pool.submit(prepare, f) for f in new if isinstance(f.data, bytes)}
        for f in window:
            if f.filename in there:
                yield Prepared(f.filename, f.filename, there=there[f.filename])
            else:
                yield decoded[id(f)].result() if id(f) in decoded else prepare(f)


def _windows(files: Iterator[NewFile]) -> Iterator[list[NewFile]]:
    """Some files at a time. A stream ends its window: the next file of a request body comes only when it is read."""
    window: list[NewFile] = []
    for file in files:
        window.append(file)
        if len(window) == _WINDOW or not isinstance(file.data, bytes):
            yield window
            window = []
    if window:
        yield window


def known(dataset: Dataset, given: Iterable[str]) -> dict[str, uuid.UUID]:
    """The names, as given, under which a file is in the dataset already, with its id."""
    normal: dict[str, str] = {}
    for name in given:
        with suppress(FileRefused):  # refused with its reason when its turn comes
            normal[name] = paths.normal_path(name)
    there = files_there(dataset, normal.values())
    return {name: there[path] for name, path in normal.items() if path in there}


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
