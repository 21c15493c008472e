"""Content-addressed files and their reference counts."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone

from alp_site.lib import db
from alp_site.lib.errors import NotFound, TooLarge
from alp_site.lib.models import Blob

CHUNK = 1 << 20
GRACE = timedelta(hours=6)
STRAY = timedelta(days=1)
PREFIXES = tuple(f"{n:02x}" for n in range(256))
ASIDE = ".aside"
_SHA = re.compile(r"^[0-9a-f]{64}$")
_TABLE = Blob._meta.db_table
_RETAIN = (
    f"INSERT INTO {_TABLE} (sha256, size, mimetype, refs, created_at) VALUES (%s, %s, %s, %s, %s)"  # noqa: S608  our name
    f" ON CONFLICT (sha256) DO UPDATE SET refs = {_TABLE}.refs + excluded.refs, released_at = NULL"
)


@dataclass(frozen=True)
class Received:
    """Bytes that have arrived and lie under their hash; ``retain`` them in the transaction that refers to them."""

    sha256: str
    size: int
    path: Path


def _root() -> Path:
    return Path(settings.DATA_DIR) / "blobs"


def path(sha256: str) -> Path:
    """Where a blob lies. Raises NotFound for what is no sha256."""
    if not _SHA.match(sha256):
        raise NotFound("No such blob.", sha256=sha256[:80])
    return _root() / sha256[:2] / sha256[2:4] / sha256


def exists(sha256: str) -> bool:
    return path(sha256).is_file()


def open_blob(sha256: str) -> IO[bytes]:
    """The blob, open for reading. Raises NotFound when its bytes are gone."""
    try:
        return path(sha256).open("rb")
    except FileNotFoundError:
        raise NotFound("The bytes of this file are missing from storage.", sha256=sha256) from None


def read_bytes(sha256: str) -> bytes:
    with open_blob(sha256) as handle:
        return handle.read()


def receive(chunks: Iterable[bytes] | IO[bytes], *, max_bytes: int | None = None) -> Received:
    """Writes a stream to its place, hashing as it comes. Raises TooLarge beyond ``max_bytes`` and leaves nothing then.

    Not inside a transaction: it may take as long as the sender does.
    """
    temp_dir = _root() / "tmp"
    temp_dir.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=temp_dir)
    try:
        with os.fdopen(handle, "wb") as out:
            for chunk in _chunks(chunks):
                size += len(chunk)
                if max_bytes is not None and size > max_bytes:
                    raise TooLarge(f"Larger than the limit of {max_bytes // 1_000_000} MB.", limit=max_bytes)
                digest.update(chunk)
                out.write(chunk)
        final = _place(name, digest.hexdigest())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Received(digest.hexdigest(), size, final)


def _chunks(source: Iterable[bytes] | IO[bytes]) -> Iterable[bytes]:
    reader = getattr(source, "read", None)
    if reader is None:
        yield from source
        return
    while chunk := reader(CHUNK):
        yield chunk


def _place(temp: str, sha256: str) -> Path:
    final = path(sha256)
    if _still_there(final):
        Path(temp).unlink()
    else:
        final.parent.mkdir(parents=True, exist_ok=True)
        Path(temp).replace(final)
    return final


def _still_there(final: Path) -> bool:
    """Whether the bytes lie there already; if so they are as good as new, so that no collector takes them now."""
    try:
        os.utime(final)
    except FileNotFoundError:
        return False
    return True


def put_bytes(data: bytes) -> Received:
    """Like ``receive`` for bytes at hand; writes nothing when they are there already."""
    sha256 = hashlib.sha256(data).hexdigest()
    final = path(sha256)
    if not _still_there(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        temp = final.with_name(f".{sha256[:16]}.{os.getpid()}.{os.urandom(4).hex()}")
        temp.write_bytes(data)
        Path(temp).replace(final)
    return Received(sha256, len(data), final)


def put_file(source: Path) -> Received:
    """A local file's content as a blob."""
    with source.open("rb") as handle:
        return receive(handle)


def retain(sizes: Mapping[str, int], counts: Mapping[str, int] | None = None, *, mimetype: str = "") -> None:
    """Adds references: ``sizes`` maps sha256 to bytes, ``counts`` to how many references (1 by default).

    In the transaction that writes the referring rows; one statement whatever the number.
    """
    if not sizes:
        return
    at = connection.ops.adapt_datetimefield_value(timezone.now())
    rows = [
        (sha, sizes[sha], mimetype, (counts or {}).get(sha, 1), at) for sha in sorted(sizes)
    ]  # one order: no deadlock
    with connection.cursor() as cursor:
        cursor.executemany(_RETAIN, rows)


def release(counts: Mapping[str, int] | Iterable[str]) -> None:
    """Takes references away; the bytes go some hours after the last one."""
    taken = counts if isinstance(counts, Mapping) else Counter(counts)
    _add({sha: -n for sha, n in taken.items()})


def _add(changes: Mapping[str, int]) -> None:
    by_change: dict[int, list[str]] = defaultdict(list)
    for sha, n in changes.items():
        by_change[n].append(sha)
    for n, shas in by_change.items():
        for start in range(0, len(shas), 500):
            rows = Blob.objects.filter(sha256__in=shas[start : start + 500])
            rows.update(refs=F("refs") + n, released_at=None if n > 0 else timezone.now())


def collect_garbage(grace: timedelta = GRACE) -> int:
    """Deletes blobs without references whose grace time is over; returns how many. Safe to repeat or to kill."""
    gone = 0
    while True:
        with db.write():
            old = Blob.objects.filter(refs__lte=0, released_at__lt=timezone.now() - grace)
            shas = list(old.values_list("sha256", flat=True)[:200])
            for sha in shas:  # bytes that were put again meanwhile stay: whoever put them is about to retain them
                _remove(path(sha), time.time() - grace.total_seconds())
            Blob.objects.filter(sha256__in=shas).delete()
        if not shas:
            return gone
        gone += len(shas)


def collect_strays(older: timedelta = STRAY, *, prefixes: Iterable[str] = PREFIXES) -> int:
    """Deletes bytes nobody ever referred to: stored, or half stored, by a process that died before its transaction.

    Looks at blobs whose name begins with one of ``prefixes`` (two hex digits). What was put, or put again, within
    ``older`` stays: its transaction may be under way. Returns how many files went. Safe to repeat or to kill."""
    before = time.time() - older.total_seconds()
    gone = sum(_unlink_old(left, before) for left in _files(_root() / "tmp"))
    for prefix in prefixes:
        for folder in sorted((_root() / prefix).glob("[0-9a-f][0-9a-f]")):
            gone += _strays_of(folder, before)
    return gone


def _strays_of(folder: Path, before: float) -> int:
    gone, old = 0, {}
    for file in _files(folder):
        if file.name.endswith(ASIDE):
            gone += _drop(file, file.with_name(file.name[1 : -len(ASIDE)]), before)
        elif file.name.startswith("."):
            gone += _unlink_old(file, before)
        elif _SHA.match(file.name) and _mtime(file) < before:
            old[file.name] = file
    names = list(old)
    for start in range(0, len(names), 500):
        part = names[start : start + 500]
        known = set(Blob.objects.filter(sha256__in=part).values_list("sha256", flat=True))
        gone += sum(_remove(old[name], before) for name in part if name not in known)
    return gone


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else []


def _mtime(file: Path) -> float:
    """When it was last put; of a file that is gone, never to be touched."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _unlink_old(file: Path, before: float) -> bool:
    if _mtime(file) >= before:
        return False
    file.unlink(missing_ok=True)
    return True


def _remove(final: Path, before: float) -> bool:
    """Deletes a blob last put before this moment. Someone who puts it again meanwhile keeps it or writes it anew:
    it is moved aside first, and what they touched until then is looked at once more."""
    if _mtime(final) >= before:
        return False
    aside = final.with_name(f".{final.name}{ASIDE}")
    try:
        final.replace(aside)
    except FileNotFoundError:
        return False
    return _drop(aside, final, before)


def _drop(aside: Path, final: Path, before: float) -> bool:
    if _unlink_old(aside, before):
        drop_derived(final.name)
        return True
    with suppress(FileNotFoundError):
        aside.replace(final)
    return False


def derived_path(kind: str, sha256: str, suffix: str = "") -> Path:
    """Where something made from a blob (a thumbnail) is cached. May be deleted at any time; goes with the blob."""
    return _derived() / kind / sha256[:2] / f"{sha256}{suffix}"


def _derived() -> Path:
    return Path(settings.DATA_DIR) / "derived"


def drop_derived(sha256: str) -> None:
    """Deletes what was made from a blob, whatever the kind."""
    for kinds in ("*", "*/*"):
        for made in _derived().glob(f"{kinds}/{sha256[:2]}/{sha256}*"):
            made.unlink(missing_ok=True)


def scratch(name: str) -> Path:
    """A folder for work in progress that outlives the process (checkpoints)."""
    folder = scratch_path(name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def scratch_path(name: str) -> Path:
    """Where that folder is, if it is: for those who only look."""
    return Path(settings.DATA_DIR) / "scratch" / re.sub(r"[^A-Za-z0-9._-]", "_", name)


def drop_scratch(name: str) -> None:
    shutil.rmtree(scratch_path(name), ignore_errors=True)
