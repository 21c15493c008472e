"""Upload: what goes in, what is refused and why, what happens to names, bytes and events."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from alp_site.lib import storage
from alp_site.lib.models import Blob, Event
from alp_site.people.models import User
from datasets.models import Dataset, Item
from datasets.services import upload
from tests.datasets.conftest import draw

pytestmark = pytest.mark.django_db


def add(dataset: Dataset, user: User, *files: tuple[str, Any], mode: str = "skip") -> upload.UploadReport:
    return upload.add_many(dataset=dataset, files=files, user=user, mode=mode)


@pytest.mark.parametrize(
    ("kind", "extension", "mimetype"),
    [
        ("JPEG", "jpg", "image/jpeg"),
        ("JPEG", "JPEG", "image/jpeg"),
        ("PNG", "png", "image/png"),
        ("WEBP", "webp", "image/webp"),
        ("BMP", "bmp", "image/bmp"),
        ("TIFF", "tif", "image/tiff"),
    ],
)
def test_each_format_goes_in_with_its_size_and_mimetype(
    dataset: Dataset, engineer: User, kind: str, extension: str, mimetype: str
) -> None:
    report = add(dataset, engineer, (f"a/b.{extension}", draw(3, (31, 17), kind)))
    item = Item.objects.get(pk=report.item_ids[0])
    assert (item.mimetype, item.width, item.height) == (mimetype, 31, 17)
    assert (item.filename, item.dir, item.name) == (f"/a/b.{extension}", "/a", f"b.{extension}")


@pytest.mark.parametrize("mode", ["CMYK", "L", "I;16", "P", "LA", "1"])
def test_every_colour_mode_is_an_image(dataset: Dataset, engineer: User, mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (5, 4)).save(out, "TIFF" if mode == "CMYK" else "PNG")
    report = add(dataset, engineer, (f"x.{'tif' if mode == 'CMYK' else 'png'}", out.getvalue()))
    assert report.count("added") == 1, report.refused


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tif")])
@pytest.mark.parametrize(("orientation", "size"), [(1, (31, 17)), (3, (31, 17)), (6, (17, 31)), (8, (17, 31))])
def test_exif_orientation_gives_width_and_height(
    dataset: Dataset, engineer: User, kind: str, extension: str, orientation: int, size: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    report = add(dataset, engineer, (f"x.{extension}", draw(1, (31, 17), kind, exif=exif)))
    item = Item.objects.get(pk=report.item_ids[0])
    assert (item.width, item.height) == size


def _bad_checksum() -> bytes:
    data = bytearray(draw(5, (40, 40)))
    data[-20] ^= 0xFF
    return bytes(data)


def _huge_header() -> bytes:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    ihdr = struct.pack(">I", len(header)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + ihdr + draw(1)[33:]


REFUSED = [
    ("notes.txt", b"hello", "unsupported_type"),
    ("page.html", b"<script>1</script>", "unsupported_type"),
    ("icon.svg", b"<svg/>", "unsupported_type"),
    ("bare", draw(1), "unsupported_type"),
    ("page.png", b"<html><script>1</script>", "not_an_image"),
    ("empty.png", b"", "not_an_image"),
    ("photo.png", draw(1, kind="JPEG"), "mislabelled"),
    ("photo.jpg", draw(1), "mislabelled"),
    ("short.jpg", draw(1, (300, 300), "JPEG")[:-600], "corrupt"),
    ("short.png", draw(1, (300, 300))[:-30], "corrupt"),
    ("short.bmp", draw(1, (30, 30), "BMP")[:-60], "corrupt"),
    ("short.webp", draw(1, (300, 300), "WEBP")[:-20], "corrupt"),
    ("short.tif", draw(1, (64, 64), "TIFF")[:-3000], "corrupt"),
    ("flipped.png", _bad_checksum(), "corrupt"),
    ("huge.png", _huge_header(), "too_large"),
    ("../up.png", draw(1), "path_traversal"),
    ("a/../../up.png", draw(1), "path_traversal"),
    ("C:/up.png", draw(1), "bad_name"),
    ("a\\b.png", draw(1), "bad_name"),
    ("a\nb.png", draw(1), "bad_name"),
    ("a\x00b.png", draw(1), "bad_name"),
    ("folder/", draw(1), "bad_name"),
    ("star*.png", draw(1), "bad_name"),
    (f"{'x' * 300}.png", draw(1), "bad_name"),
]


@pytest.mark.parametrize(("name", "data", "reason"), REFUSED, ids=[ascii(r[0])[:20] for r in REFUSED])
@pytest.mark.parametrize("streamed", [False, True], ids=["bytes", "stream"])
def test_a_bad_file_is_refused_with_its_reason_and_the_rest_goes_in(
    dataset: Dataset, engineer: User, name: str, data: bytes, reason: str, streamed: bool
) -> None:
    files = [("good.png", draw(1)), (name, data), ("also.png", draw(2))]
    if streamed:
        files = [(n, io.BytesIO(d)) for n, d in files]
    report = add(dataset, engineer, *files)
    assert [r.status for r in report.results] == ["added", "refused", "added"]
    bad = report.refused[0]
    assert (bad.filename, bad.reason) == (name, reason)
    assert bad.message.endswith(".")
    assert Item.objects.filter(type="file").count() == 2


def test_a_file_over_the_byte_limit_is_refused(dataset: Dataset, engineer: User, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    noise = draw(1, (40, 40), "BMP")
    report = add(dataset, engineer, ("a.bmp", noise), ("b.bmp", io.BytesIO(noise)), ("c.png", draw(1)))
    assert [r.reason for r in report.results] == ["too_large", "too_large", ""]


def test_the_refused_bytes_are_left_for_the_collector(dataset: Dataset, engineer: User) -> None:
    report = add(dataset, engineer, ("x.png", io.BytesIO(draw(1, kind="JPEG"))))
    assert report.refused
    blob = Blob.objects.get()
    assert blob.refs == 0
    assert blob.released_at is not None


def test_skip_keeps_and_overwrite_replaces_the_bytes(dataset: Dataset, engineer: User) -> None:
    first = add(dataset, engineer, ("x.png", draw(1))).results[0]
    assert first.item_id
    item = Item.objects.get(pk=first.item_id)
    old = item.blob_id
    again = add(dataset, engineer, ("x.png", draw(2))).results[0]
    assert (again.status, again.item_id) == ("skipped", first.item_id)
    over = add(dataset, engineer, ("x.png", draw(2, (9, 9))), mode="overwrite").results[0]
    assert (over.status, over.item_id) == ("overwritten", first.item_id)
    item.refresh_from_db()
    assert (item.width, item.height, item.content_version) == (9, 9, 1)
    assert Blob.objects.get(pk=old).refs == 0
    assert Blob.objects.get(pk=item.blob_id).refs == 1
    same = add(dataset, engineer, ("x.png", draw(2, (9, 9))), mode="overwrite").results[0]
    assert same.status == "skipped"


@pytest.mark.parametrize("streamed", [False, True], ids=["bytes", "stream"])
def test_skip_neither_stores_nor_judges_what_has_a_name_that_exists(
    dataset: Dataset, engineer: User, settings: Any, tmp_path: Path, streamed: bool
) -> None:
    settings.DATA_DIR = tmp_path
    first = add(dataset, engineer, ("x.png", draw(1)), ("y.png", draw(2)))
    files = [("/x.png", draw(3)), ("new.png", draw(4)), ("./y.png", b"not an image")]
    if streamed:
        files = [(name, io.BytesIO(data)) for name, data in files]
    again = add(dataset, engineer, *files)
    assert [r.status for r in again.results] == ["skipped", "added", "skipped"]
    assert [again.results[0].item_id, again.results[2].item_id] == first.item_ids
    assert not storage.exists(hashlib.sha256(draw(3)).hexdigest())
    assert storage.exists(hashlib.sha256(draw(4)).hexdigest())


def test_skip_of_nothing_but_known_names_writes_nothing(dataset: Dataset, engineer: User) -> None:
    files = [(f"{n}.png", draw(n)) for n in range(20)]
    add(dataset, engineer, *files)
    with CaptureQueriesContext(connection) as seen:
        report = add(dataset, engineer, *files)
    assert report.count("skipped") == 20
    assert {q["sql"].split()[0] for q in seen.captured_queries} == {"SELECT"}


def test_skip_where_a_folder_has_the_name_is_refused(dataset: Dataset, engineer: User) -> None:
    add(dataset, engineer, ("a.png/x.png", draw(1)))
    assert add(dataset, engineer, ("a.png", draw(2))).refused[0].reason == "name_taken"


def test_a_chunk_is_written_with_as_many_statements_as_one_file(dataset: Dataset, engineer: User) -> None:
    counted = []
    for number in (1, 40):
        files = [upload.prepare(upload.NewFile(f"{number}/{n}.png", draw(n))) for n in range(number)]
        with CaptureQueriesContext(connection) as seen:
            upload.store(dataset=dataset, chunk=files, user=engineer, mode="skip")
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 8


def test_a_long_upload_is_written_in_short_chunks(dataset: Dataset, engineer: User) -> None:
    add(dataset, engineer, *[(f"{n}.png", draw(n)) for n in range(150)])
    told = [len(ids) for ids in Event.objects.filter(type="item.created").order_by("id").values_list("ids", flat=True)]
    size = upload.chunk_size()
    assert told == [min(size, 150 - done) for done in range(0, 150, size)]


def test_one_content_is_kept_once_and_counted(dataset: Dataset, engineer: User) -> None:
    add(dataset, engineer, ("a.png", draw(1)), ("b.png", draw(1)), ("c/d.png", draw(1)))
    blob = Blob.objects.get()
    assert blob.refs == 3
    assert storage.read_bytes(blob.sha256) == draw(1)


def test_folders_get_rows_and_names_do_not_collide_with_them(dataset: Dataset, engineer: User) -> None:
    add(dataset, engineer, ("a/b/x.png", draw(1)), ("a.png/y.png", draw(2)))
    assert set(Item.objects.filter(type="dir").values_list("filename", "dir")) == {
        ("/a", "/"),
        ("/a/b", "/a"),
        ("/a.png", "/"),
    }
    report = add(dataset, engineer, ("a.png", draw(3)), ("a/b/x.png/z.png", draw(4)))
    assert [r.reason for r in report.results] == ["name_taken", "name_taken"]


def test_the_same_name_twice_in_one_batch_is_one_item(dataset: Dataset, engineer: User) -> None:
    report = add(dataset, engineer, ("x.png", draw(1)), ("/x.png", draw(2)))
    assert [r.status for r in report.results] == ["added", "skipped"]
    report = add(dataset, engineer, ("y.png", draw(1)), ("y.png", draw(2)), mode="overwrite")
    assert [r.status for r in report.results] == ["added", "overwritten"]
    item = Item.objects.get(filename="/y.png")
    assert storage.read_bytes(item.blob_id) == draw(2)


def test_names_starting_with_a_dot_are_hidden(dataset: Dataset, engineer: User) -> None:
    add(dataset, engineer, (".cache/x.png", draw(1)), ("y.png", draw(2)))
    assert Item.objects.get(filename="/.cache/x.png").hidden
    assert not Item.objects.get(filename="/y.png").hidden


def test_events_tell_of_created_files_in_groups(dataset: Dataset, engineer: User) -> None:
    add(dataset, engineer, *[(f"d/{n}.png", draw(n)) for n in range(450)])
    told = Event.objects.filter(type="item.created").order_by("id")
    assert sum(len(e.ids) for e in told) == 450
    assert max(len(e.ids) for e in told) <= 500
    assert {e.data["dataset"] for e in told} == {str(dataset.pk)}
    files = {str(pk) for pk in Item.objects.filter(type="file").values_list("pk", flat=True)}
    assert {i for e in told for i in e.ids} == files


def test_metadata_subset_and_group_go_in_with_the_file(dataset: Dataset, engineer: User) -> None:
    new = upload.NewFile("x.png", draw(1), {"user": {"cam": 3}}, "test", "scene-1")
    report = upload.add_many(dataset=dataset, files=[new], user=engineer)
    item = Item.objects.get(pk=report.item_ids[0])
    assert (item.metadata, item.subset, item.group_key) == ({"user": {"cam": 3}}, "test", "scene-1")
    bad = upload.NewFile("y.png", draw(1), {"user": {"x": float("nan")}})
    assert upload.add_many(dataset=dataset, files=[bad], user=engineer).refused[0].reason == "invalid"


def test_a_deleted_name_is_free_again(dataset: Dataset, engineer: User) -> None:
    from datasets.services import items

    first = add(dataset, engineer, ("x.png", draw(1))).item_ids
    items.delete_items(items=first, user=engineer)
    second = add(dataset, engineer, ("x.png", draw(1))).results[0]
    assert second.status == "added"
    assert second.item_id != first[0]
