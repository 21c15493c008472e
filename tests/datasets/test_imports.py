"""A zip into a dataset: per-entry results, and what hostile archives can try."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from alp_site.lib import jobs, storage
from alp_site.lib.models import Blob, Job
from alp_site.people.models import User
from datasets.errors import ArchiveRefused
from datasets.models import Dataset, Import, Item
from datasets.services import imports
from tests.datasets.conftest import draw, zipped

pytestmark = pytest.mark.django_db


def take(dataset: Dataset, user: User, data: bytes, **options: Any) -> Import:
    row = imports.receive_zip(dataset=dataset, name="a.zip", stream=[data], user=user, **options)
    jobs.run_pending()
    row.refresh_from_db()
    return row


def test_good_entries_go_in_and_bad_ones_are_listed(dataset: Dataset, engineer: User) -> None:
    files = {
        "a/x.png": draw(1),
        "a/y.jpg": draw(2, kind="JPEG"),
        "__MACOSX/._x.png": b"junk",
        ".DS_Store": b"junk",
        "notes.txt": b"hello",
        "../up.png": draw(3),
        "/abs/z.png": draw(4),
        "bad.png": draw(5, (60, 60))[:-30],
    }
    row = take(dataset, engineer, zipped(files), directory="/in")
    assert (row.state, row.total, row.added, row.refused_count) == ("done", 6, 3, 3)
    assert {r["filename"]: r["reason"] for r in row.refused} == {
        "notes.txt": "unsupported_type",
        "../up.png": "path_traversal",
        "bad.png": "corrupt",
    }
    names = set(Item.objects.filter(type="file").values_list("filename", flat=True))
    assert names == {"/in/a/x.png", "/in/a/y.jpg", "/in/abs/z.png"}
    assert Blob.objects.get(pk=row.archive).refs == 0


def test_running_it_twice_adds_nothing_twice(dataset: Dataset, engineer: User) -> None:
    data = zipped({f"{n}.png": draw(n) for n in range(5)})
    take(dataset, engineer, data)
    again = take(dataset, engineer, data)
    assert (again.added, again.skipped) == (0, 5)
    assert Item.objects.filter(type="file").count() == 5


def test_names_that_exist_are_not_unpacked(dataset: Dataset, engineer: User, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    take(dataset, engineer, zipped({"a/x.png": draw(1)}), directory="/in")
    again = take(dataset, engineer, zipped({"a/x.png": draw(2), "a/y.png": draw(3)}), directory="/in")
    assert (again.added, again.skipped, again.refused_count) == (1, 1, 0)
    assert not storage.exists(hashlib.sha256(draw(2)).hexdigest())
    over = take(dataset, engineer, zipped({"a/x.png": draw(2)}), directory="/in", mode="overwrite")
    assert over.overwritten == 1
    assert storage.exists(hashlib.sha256(draw(2)).hexdigest())


def test_a_killed_import_goes_on_where_it_stopped(
    dataset: Dataset, engineer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "CHUNK", 2)
    row = imports.receive_zip(
        dataset=dataset, name="a.zip", stream=[zipped({f"{n}.png": draw(n) for n in range(6)})], user=engineer
    )
    seen = []
    plain = imports._prepare

    def dying(archive: Any, entry: Any, directory: str) -> Any:
        seen.append(entry.filename)
        if len(seen) == 4:
            raise MemoryError("killed")
        return plain(archive, entry, directory)

    monkeypatch.setattr(imports, "_prepare", dying)
    jobs.run_pending()
    row.refresh_from_db()
    assert (row.cursor, row.added, row.state) == (2, 2, "running")
    Job.objects.update(run_after="2020-01-01T00:00:00Z")
    jobs.run_pending()
    row.refresh_from_db()
    assert (row.state, row.added, row.refused_count) == ("done", 6, 0)


def test_what_is_no_zip_is_refused(dataset: Dataset, engineer: User) -> None:
    with pytest.raises(ArchiveRefused):
        imports.receive_zip(dataset=dataset, name="a.zip", stream=[b"PK no"], user=engineer)
    assert not Import.objects.exists()


def test_an_entry_that_unpacks_beyond_the_limit_is_refused(dataset: Dataset, engineer: User, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 10_000
    row = take(dataset, engineer, zipped({"bomb.png": b"\0" * 5_000_000, "x.png": draw(1)}))
    assert (row.added, row.refused[0]["reason"]) == (1, "too_large")


def test_overlapping_entries_are_refused(dataset: Dataset, engineer: User) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.png", draw(1))
        first = archive.infolist()[0]
        twin = zipfile.ZipInfo("b.png")
        for name in ("compress_size", "file_size", "CRC", "header_offset", "compress_type"):
            setattr(twin, name, getattr(first, name))
        archive.filelist.append(twin)
        archive._didModify = True
    with pytest.raises(ArchiveRefused, match="overlap"):
        imports.receive_zip(dataset=dataset, name="a.zip", stream=[out.getvalue()], user=engineer)


def test_links_are_refused(dataset: Dataset, engineer: User) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert take(dataset, engineer, out.getvalue()).refused[0]["reason"] == "link"


def test_a_cancelled_import_says_so(dataset: Dataset, engineer: User) -> None:
    row = imports.receive_zip(dataset=dataset, name="a.zip", stream=[zipped({"x.png": draw(1)})], user=engineer)
    imports.cancel(row)
    row.refresh_from_db()
    assert row.state == "cancelled"
    assert Blob.objects.get(pk=row.archive).refs == 0
