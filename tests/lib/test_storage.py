"""Blobs and shards: named by content, counted, collected."""

import hashlib
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from alp_site.lib import db, storage
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


def test_read_rows_returns_the_rows_asked_for_in_order() -> None:
    folder = storage.shard_folder("set")
    first = storage.append_shard(folder, np.arange(12).reshape(4, 3))
    second = storage.append_shard(folder, np.arange(12, 18).reshape(2, 3))
    assert storage.append_shard(folder, np.arange(12).reshape(4, 3)) == first
    got = storage.read_rows(folder, [(second, 1), (first, 0), (second, 0)])
    assert got.dtype == np.float16
    assert got.tolist() == [[15, 16, 17], [0, 1, 2], [12, 13, 14]]
