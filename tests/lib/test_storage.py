"""Blobs and shards: named by content, counted, collected."""

import hashlib
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from alp_site.lib import db, housekeeping, storage
from alp_site.lib.errors import NotFound, TooLarge
from alp_site.lib.models import Blob


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings: object) -> Path:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    return tmp_path


def test_receive_hashes_what_it_writes() -> None:
    parts = [b"a" * 1000, b"b" * 1000]
    got = storage.receive(parts)
    assert got.sha256 == hashlib.sha256(b"".join(parts)).hexdigest()
    assert storage.read_bytes(got.sha256) == b"".join(parts)


def test_receive_when_too_large_leaves_nothing(data_dir: Path) -> None:
    with pytest.raises(TooLarge):
        storage.receive([b"x" * 600, b"x" * 600], max_bytes=1000)
    assert [p for p in data_dir.rglob("*") if p.is_file()] == []


def test_path_when_name_is_no_hash_is_refused() -> None:
    with pytest.raises(NotFound):
        storage.path("../../etc/passwd")


@pytest.mark.django_db
def test_collect_takes_only_unreferenced_blobs_past_their_grace() -> None:
    kept, gone = storage.put_bytes(b"kept"), storage.put_bytes(b"gone")
    with db.write():
        storage.retain({kept.sha256: 4, gone.sha256: 4}, {kept.sha256: 2})
        storage.release([kept.sha256, gone.sha256])
    assert storage.collect_garbage(timedelta(hours=1)) == 0
    assert storage.collect_garbage(timedelta(seconds=-1)) == 1
    assert storage.exists(kept.sha256)
    assert not storage.exists(gone.sha256)
    assert Blob.objects.get().refs == 1


def aged(sha256: str, days: float = 2) -> Path:
    """The file of a blob, as if it had been put some days ago."""
    file = storage.path(sha256)
    moment = time.time() - days * 86400
    os.utime(file, (moment, moment))
    return file


@pytest.mark.django_db
def test_collect_strays_takes_only_what_is_old_and_has_no_row(data_dir: Path) -> None:
    killed, running, kept, waiting = (storage.put_bytes(name) for name in (b"killed", b"running", b"kept", b"waiting"))
    with db.write():
        storage.retain({kept.sha256: 4, waiting.sha256: 7})
        storage.release([waiting.sha256])
    for blob in (killed, kept, waiting):
        aged(blob.sha256)
    half = [data_dir / "blobs/tmp/tmpabc", killed.path.with_name(".0123456789abcdef.12.ff")]
    for file in half:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"half")
    assert storage.collect_strays() == 1
    for file in half:
        os.utime(file, (0, 0))
    assert storage.collect_strays() == 2
    assert storage.collect_strays() == 0
    there = [storage.exists(blob.sha256) for blob in (killed, running, kept, waiting)]
    assert there == [False, True, True, True]
    assert not any(file.exists() for file in half)


@pytest.mark.django_db
@pytest.mark.parametrize("put", [storage.put_bytes, lambda data: storage.receive([data])])
def test_collect_strays_leaves_old_bytes_that_an_upload_just_put_again(
    put: Callable[[bytes], storage.Received],
) -> None:
    aged(storage.put_bytes(b"again").sha256)
    got = put(b"again")
    assert storage.collect_strays() == 0
    assert storage.read_bytes(got.sha256) == b"again"


@pytest.mark.django_db
def test_collect_strays_when_bytes_are_put_again_while_it_takes_them_gives_them_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The upload sees the file and touches it just before it is moved aside."""
    got = storage.put_bytes(b"race")
    aged(got.sha256)
    move = Path.replace

    def touched_first(self: Path, target: Path) -> Path:
        if self == got.path:
            storage.put_bytes(b"race")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", touched_first)
    assert storage.collect_strays() == 0
    assert storage.read_bytes(got.sha256) == b"race"


@pytest.mark.django_db
def test_collect_strays_when_killed_half_way_ends_the_work_the_next_time() -> None:
    wanted, unwanted = storage.put_bytes(b"wanted"), storage.put_bytes(b"unwanted")
    aged(unwanted.sha256)
    for blob in (wanted, unwanted):
        blob.path.replace(blob.path.with_name(f".{blob.sha256}.aside"))
    assert storage.collect_strays() == 1
    assert storage.read_bytes(wanted.sha256) == b"wanted"
    assert not storage.exists(unwanted.sha256)


@pytest.mark.django_db
def test_the_duty_comes_by_everywhere() -> None:
    killed = [storage.put_bytes(str(n).encode()).sha256 for n in range(100)]
    for sha in killed:
        aged(sha)
    for _ in range(housekeeping.STRAY_TURNS):
        housekeeping.collect_strays()
    assert not any(storage.exists(sha) for sha in killed)


@pytest.mark.django_db
def test_collect_leaves_the_bytes_of_a_released_blob_that_an_upload_just_put_again() -> None:
    got = storage.put_bytes(b"back")
    with db.write():
        storage.retain({got.sha256: 4})
        storage.release([got.sha256])
    Blob.objects.update(released_at="2020-01-01T00:00:00Z")
    aged(got.sha256)
    storage.put_bytes(b"back")
    storage.collect_garbage()
    with db.write():
        storage.retain({got.sha256: 4})
    assert storage.read_bytes(got.sha256) == b"back"
    assert Blob.objects.get().refs == 1


@pytest.mark.django_db
def test_retain_counts_and_forgets_that_it_was_released() -> None:
    got = storage.put_bytes(b"counted")
    with db.write():
        storage.retain({got.sha256: 7}, mimetype="image/png")
        storage.release([got.sha256])
        storage.retain({got.sha256: 7}, {got.sha256: 3})
    blob = Blob.objects.get()
    assert (blob.refs, blob.released_at, blob.size, blob.mimetype) == (3, None, 7, "image/png")


def test_read_rows_returns_the_rows_asked_for_in_order() -> None:
    folder = storage.shard_folder("set")
    first = storage.append_shard(folder, np.arange(12).reshape(4, 3))
    second = storage.append_shard(folder, np.arange(12, 18).reshape(2, 3))
    assert storage.append_shard(folder, np.arange(12).reshape(4, 3)) == first
    got = storage.read_rows(folder, [(second, 1), (first, 0), (second, 0)])
    assert got.dtype == np.float16
    assert got.tolist() == [[15, 16, 17], [0, 1, 2], [12, 13, 14]]
