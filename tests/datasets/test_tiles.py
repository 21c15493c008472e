"""Huge pictures as tiles: cut once a content in the background, served to whoever may see the item."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image, ImageCms
from rest_framework.test import APIClient

from alp_site.lib import jobs, storage
from alp_site.lib.jobs.duties import do_due
from alp_site.lib.models import Blob, Job
from alp_site.people.models import User
from datasets.models import Dataset, Item, TilesWanted
from datasets.services import pyramid, tiles, upload

pytestmark = pytest.mark.django_db
SIZE = (1300, 700)


@pytest.fixture(autouse=True)
def small_world(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    settings.TILE_ABOVE_PIXELS = 500_000
    return tmp_path


@pytest.fixture
def engine(engineer: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(engineer)
    return client


def photo(seed: int = 0, size: tuple[int, int] = SIZE) -> Image.Image:
    """Smooth, of many colours: what JPEG was made for."""
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    waves = [128 + 100 * np.sin(x / (90 + 20 * n) + seed) * np.cos(y / (70 + 9 * n)) for n in range(3)]
    return Image.fromarray(np.dstack(waves).astype(np.uint8))


def stored(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def swapped_profile() -> bytes:
    """sRGB's own profile with the tags of red and green the other way round, under another name."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    swapped = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}
    for at in range(132, 132 + 12 * int.from_bytes(data[128:132], "big"), 12):
        data[at : at + 4] = swapped.get(bytes(data[at : at + 4]), bytes(data[at : at + 4]))
    return bytes(data).replace("sRGB".encode("utf-16-be"), "Wide".encode("utf-16-be"))


def put(dataset: Dataset, user: User, data: bytes, name: str = "huge.jpg") -> Item:
    report = upload.add_many(dataset=dataset, files=[(name, data)], user=user)
    assert not report.refused, report.refused
    return Item.objects.get(pk=report.item_ids[0])


def whole(client: APIClient, item: Item, level: int) -> Image.Image:
    """A level put together again from its tiles."""
    facts = client.get(f"/api/v1/items/{item.pk}/tiles/").json()
    one = facts["levels"][level]
    size = [-(-side // round(1 / one["scale"])) for side in (facts["width"], facts["height"])]
    picture = Image.new("RGBA", (size[0], size[1]))
    for column in range(one["columns"]):
        for row in range(one["rows"]):
            answer = client.get(f"/api/v1/items/{item.pk}/tiles/{level}/{column}/{row}/")
            assert answer.status_code == 200
            with Image.open(io.BytesIO(answer.content)) as tile:
                picture.paste(tile.convert("RGBA"), (column * facts["tile"], row * facts["tile"]))
    return picture


def apart(a: Image.Image, b: Image.Image) -> float:
    """The mean difference of two pictures' channels, in levels."""
    assert a.size == b.size
    return float(np.abs(np.asarray(a.convert("RGBA"), float) - np.asarray(b.convert("RGBA"), float)).mean())


def test_an_upload_has_its_tiles_cut_and_they_make_the_picture(
    engine: APIClient, dataset: Dataset, engineer: User
) -> None:
    item = put(dataset, engineer, stored(photo(), quality=95))
    address = f"/api/v1/items/{item.pk}/tiles/"
    before = engine.get(address).json()
    assert (before["ready"], before["width"], before["height"], before["tile"]) == (False, *SIZE, 512)
    assert before["levels"] == [
        {"scale": 0.25, "columns": 1, "rows": 1},
        {"scale": 0.5, "columns": 2, "rows": 1},
        {"scale": 1.0, "columns": 3, "rows": 2},
    ]
    early = engine.get(f"{address}0/0/0/")
    assert (early.status_code, early.content, early["Cache-Control"]) == (202, b"", "private, no-store")
    jobs.run_pending("default")
    assert engine.get(address).json()["ready"] is True
    assert not TilesWanted.objects.exists()
    for level, factor in ((2, 1), (1, 2), (0, 4)):
        expected = photo().reduce(factor) if factor > 1 else photo()
        assert apart(whole(engine, item, level), expected) < 2.5


def test_a_tile_is_kept_for_good_by_its_content(engine: APIClient, dataset: Dataset, engineer: User) -> None:
    item = put(dataset, engineer, stored(photo()))
    jobs.run_pending()
    version = engine.get(f"/api/v1/items/{item.pk}/tiles/").json()["version"]
    first = engine.get(f"/api/v1/items/{item.pk}/tiles/0/0/0/?v={version}")
    assert first["Cache-Control"] == "private, max-age=31536000, immutable"
    assert first["Content-Type"] == "image/jpeg"
    assert first["X-Content-Type-Options"] == "nosniff"
    again = engine.get(f"/api/v1/items/{item.pk}/tiles/0/0/0/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert engine.get(f"/api/v1/items/{item.pk}/tiles/0/0/0/")["Cache-Control"] == "private, no-cache"


def test_a_tile_costs_no_more_queries_than_a_thumbnail(engine: APIClient, dataset: Dataset, engineer: User) -> None:
    item = put(dataset, engineer, stored(photo()))
    jobs.run_pending()
    with CaptureQueriesContext(connection) as thumbnail:
        engine.get(f"/api/v1/items/{item.pk}/thumbnail/?size=256")
    with CaptureQueriesContext(connection) as tile:
        engine.get(f"/api/v1/items/{item.pk}/tiles/2/1/1/")
    assert len(tile) == len(thumbnail)


@pytest.mark.parametrize("place", ["3/0/0", "0/1/0", "2/3/0", "2/0/2"])
def test_a_place_outside_is_not_found(engine: APIClient, dataset: Dataset, engineer: User, place: str) -> None:
    item = put(dataset, engineer, stored(photo()))
    assert engine.get(f"/api/v1/items/{item.pk}/tiles/{place}/").status_code == 404


def test_a_picture_that_is_shown_whole_has_none(
    engine: APIClient, fill: Callable[..., list[Item]], dataset: Dataset, engineer: User
) -> None:
    item = fill(1)[0]
    assert engine.get(f"/api/v1/items/{item.pk}/tiles/").status_code == 404
    assert engine.get(f"/api/v1/items/{item.pk}/tiles/0/0/0/").status_code == 404
    assert not TilesWanted.objects.exists()
    tiff = put(dataset, engineer, stored(photo(size=(2100, 30)), "TIFF"), "wide.tif")
    assert engine.get(f"/api/v1/items/{tiff.pk}/tiles/").status_code == 200


def test_a_turned_picture_is_upright(engine: APIClient, dataset: Dataset, engineer: User) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    item = put(dataset, engineer, stored(photo(), quality=95, exif=exif))
    assert (item.width, item.height) == (SIZE[1], SIZE[0])
    jobs.run_pending()
    assert apart(whole(engine, item, 2), photo().transpose(Image.Transpose.ROTATE_270)) < 2.5


@pytest.mark.parametrize(
    ("kind", "name", "options"),
    [
        ("TIFF", "x.tif", {"compression": "tiff_lzw"}),
        ("PNG", "x.png", {}),
        ("WEBP", "x.webp", {"quality": 95}),
        ("BMP", "x.bmp", {}),
    ],
)
def test_every_kind_is_cut(
    engine: APIClient, dataset: Dataset, engineer: User, kind: str, name: str, options: dict[str, Any]
) -> None:
    item = put(dataset, engineer, stored(photo(), kind, **options), name)
    jobs.run_pending()
    assert apart(whole(engine, item, 2), photo()) < 3


def test_deep_greyscale_is_stretched_as_thumbnails_are(engine: APIClient, dataset: Dataset, engineer: User) -> None:
    ramp = np.linspace(1000, 3000, SIZE[0] * SIZE[1]).reshape(SIZE[1], SIZE[0]).astype(np.uint16)
    item = put(dataset, engineer, stored(Image.fromarray(ramp), "TIFF"), "deep.tif")
    jobs.run_pending()
    expected = Image.fromarray(((ramp - 1000.0) * 255 / 2000).astype(np.uint8))
    assert apart(whole(engine, item, 2), expected) < 2


def test_cmyk_is_shown_in_the_screen_s_colours(engine: APIClient, dataset: Dataset, engineer: User) -> None:
    green = Image.new("CMYK", SIZE, (255, 0, 255, 0))
    item = put(dataset, engineer, stored(green, "TIFF"), "print.tif")
    jobs.run_pending()
    red, shown_green, blue, _ = whole(engine, item, 0).getpixel((10, 10))  # type: ignore[misc]
    assert shown_green > 100
    assert shown_green > red + 60
    assert shown_green > blue + 30


@pytest.mark.parametrize(("kind", "name"), [("TIFF", "wide.tif"), ("PNG", "wide.png"), ("JPEG", "wide.jpg")])
def test_wide_colours_are_shown_in_the_screen_s_and_kept_in_the_file(
    engine: APIClient, dataset: Dataset, engineer: User, kind: str, name: str
) -> None:
    """In this profile the first two primaries are swapped: what is stored as red is a green."""
    image = Image.new("RGB", SIZE, (220, 30, 40))
    item = put(dataset, engineer, stored(image, kind, icc_profile=swapped_profile()), name)
    jobs.run_pending()
    small = engine.get(f"/api/v1/items/{item.pk}/thumbnail/?size=256")
    with Image.open(io.BytesIO(small.getvalue())) as thumbnail:
        assert "icc_profile" not in thumbnail.info
        assert thumbnail.convert("RGB").getpixel((10, 10)) == pytest.approx((30, 220, 40), abs=8)
    assert whole(engine, item, 2).getpixel((10, 10))[:3] == pytest.approx((30, 220, 40), abs=8)  # type: ignore[index]
    original = engine.get(f"/api/v1/items/{item.pk}/stream/")
    with Image.open(io.BytesIO(original.getvalue())) as kept:
        assert kept.convert("RGB").getpixel((10, 10)) == pytest.approx((220, 30, 40), abs=3)


def test_a_profile_that_is_none_or_does_not_fit_changes_nothing(
    engine: APIClient, dataset: Dataset, engineer: User
) -> None:
    item = put(dataset, engineer, stored(photo(), "PNG", icc_profile=b"no profile at all"), "odd.png")
    jobs.run_pending()
    assert apart(whole(engine, item, 2), photo()) < 3
    answer = engine.get(f"/api/v1/items/{item.pk}/thumbnail/?size=1024")
    with Image.open(io.BytesIO(answer.getvalue())) as thumbnail:
        assert apart(thumbnail, photo().resize(thumbnail.size)) < 5


def test_drawn_and_see_through_pictures_lose_nothing(engine: APIClient, dataset: Dataset, engineer: User) -> None:
    cells = np.random.default_rng(3).integers(0, 9, (SIZE[1] // 10, SIZE[0] // 10)).repeat(10, 0).repeat(10, 1) * 25
    drawn = Image.fromarray(np.dstack([cells, 255 - cells, cells // 2]).astype(np.uint8))
    item = put(dataset, engineer, stored(drawn, "PNG"), "labels.png")
    clear = photo().convert("RGBA")
    clear.putalpha(Image.fromarray((np.indices((SIZE[1], SIZE[0]))[1] % 256).astype(np.uint8)))
    glass = put(dataset, engineer, stored(clear, "PNG"), "glass.png")
    jobs.run_pending()
    assert apart(whole(engine, item, 2), drawn) == 0
    shown, given = np.asarray(whole(engine, glass, 2)), np.asarray(clear)
    assert (shown[..., 3] == given[..., 3]).all()
    assert (shown[given[..., 3] > 0] == given[given[..., 3] > 0]).all()


def test_the_same_content_is_cut_once(dataset: Dataset, engineer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Path] = []
    plain = pyramid.build
    monkeypatch.setattr(
        pyramid, "build", lambda source, target, **more: (built.append(target), plain(source, target, **more))
    )
    put(dataset, engineer, stored(photo()))
    put(dataset, engineer, stored(photo()), "again.jpg")
    jobs.run_pending()
    put(dataset, engineer, stored(photo()), "third.jpg")
    jobs.run_pending()
    assert len(built) == 1
    assert not TilesWanted.objects.exists()


def test_one_that_somebody_opens_comes_first(
    engine: APIClient, dataset: Dataset, engineer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [put(dataset, engineer, stored(photo(n)), f"{n}.jpg") for n in range(3)]
    engine.get(f"/api/v1/items/{items[2].pk}/tiles/0/0/0/")
    order: list[str] = []
    monkeypatch.setattr(pyramid, "build", lambda source, target, **more: order.append(source.name))
    jobs.run_pending()
    assert order == [items[2].blob_id, items[0].blob_id, items[1].blob_id]


def test_killed_half_way_it_is_cut_again_and_leaves_nothing(
    engine: APIClient, dataset: Dataset, engineer: User, small_world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = put(dataset, engineer, stored(photo()))
    replace = Path.replace

    def dying(self: Path, target: Path) -> Path:
        if target.suffix == ".zip":
            raise SystemExit
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dying)
    with pytest.raises(SystemExit):
        jobs.run_pending()
    monkeypatch.undo()
    assert engine.get(f"/api/v1/items/{item.pk}/tiles/").json()["ready"] is False
    Job.objects.update(lease_until="2020-01-01T00:00:00Z")
    jobs.run_job(str(Job.objects.get(kind=tiles.JOB).pk), heartbeat=False)
    assert engine.get(f"/api/v1/items/{item.pk}/tiles/").json()["ready"] is True
    assert [file.name for file in (small_world / "derived/tiles").rglob("*") if file.is_file()] == [
        f"{item.blob_id}.zip"
    ]


def test_a_picture_that_kills_its_worker_is_given_up(engine: APIClient, dataset: Dataset, engineer: User) -> None:
    item = put(dataset, engineer, stored(photo()))
    TilesWanted.objects.update(attempts=tiles.MAX_ATTEMPTS)
    jobs.run_pending()
    facts = engine.get(f"/api/v1/items/{item.pk}/tiles/").json()
    assert facts["ready"] is False
    assert "died 3 times" in facts["error"]


def test_one_that_cannot_be_cut_says_so_and_does_not_hold_up_the_others(
    engine: APIClient, dataset: Dataset, engineer: User
) -> None:
    broken, sound = put(dataset, engineer, stored(photo(1))), put(dataset, engineer, stored(photo(2)), "sound.jpg")
    storage.path(broken.blob_id or "").write_bytes(b"damaged on disk")
    jobs.run_pending("default")
    facts = engine.get(f"/api/v1/items/{broken.pk}/tiles/").json()
    assert facts["ready"] is False
    assert facts["error"]
    assert engine.get(f"/api/v1/items/{sound.pk}/tiles/").json()["ready"] is True
    storage.path(broken.blob_id or "").write_bytes(stored(photo(1)))
    TilesWanted.objects.update(asked_at="2020-01-01T00:00:00Z")
    assert engine.get(f"/api/v1/items/{broken.pk}/tiles/").json()["error"] == ""
    jobs.run_pending("default")
    assert engine.get(f"/api/v1/items/{broken.pk}/tiles/").json()["ready"] is True


def test_asking_again_and_again_writes_once(engine: APIClient, dataset: Dataset, engineer: User) -> None:
    item = put(dataset, engineer, stored(photo()))
    Job.objects.all().delete()
    engine.get(f"/api/v1/items/{item.pk}/tiles/")
    assert Job.objects.filter(kind=tiles.JOB).count() == 1
    with CaptureQueriesContext(connection) as queries:
        engine.get(f"/api/v1/items/{item.pk}/tiles/")
    assert all(query["sql"].startswith("SELECT") for query in queries)


def test_the_duty_rings_for_what_is_wanted_and_nobody_cuts(dataset: Dataset, engineer: User, engine: APIClient) -> None:
    item = put(dataset, engineer, stored(photo()))
    Job.objects.all().delete()
    do_due(everything=True)
    jobs.run_pending()
    assert engine.get(f"/api/v1/items/{item.pk}/tiles/").json()["ready"] is True


def test_tiles_and_thumbnails_go_with_their_blob(dataset: Dataset, engineer: User, small_world: Path) -> None:
    item = put(dataset, engineer, stored(photo()))
    jobs.run_pending()
    made = [file for file in (small_world / "derived").rglob("*") if file.is_file()]
    assert {file.suffix for file in made} == {".zip", ".webp"}
    Item.objects.filter(pk=item.pk).delete()
    storage.release([item.blob_id or ""])
    Blob.objects.update(released_at="2020-01-01T00:00:00Z")
    os.utime(storage.path(item.blob_id or ""), (0, 0))
    assert storage.collect_garbage() == 1
    assert not any(file.exists() for file in made)


def test_tiles_that_were_deleted_are_cut_again_when_asked_for(
    engine: APIClient, dataset: Dataset, engineer: User, small_world: Path
) -> None:
    item = put(dataset, engineer, stored(photo()))
    jobs.run_pending()
    storage.drop_derived(item.blob_id or "")
    assert engine.get(f"/api/v1/items/{item.pk}/tiles/1/0/0/").status_code == 202
    jobs.run_pending()
    assert engine.get(f"/api/v1/items/{item.pk}/tiles/1/0/0/").status_code == 200


@pytest.mark.thorough
@pytest.mark.serial
def test_a_hundred_megapixels_are_cut_with_little_memory(tmp_path: Path) -> None:
    """In a process of its own, whose memory is looked at; the picture alone would take 300 MB."""
    source, target = tmp_path / "huge.tif", tmp_path / "tiles/huge.zip"
    tile = np.random.default_rng(5).integers(0, 255, (870, 1160, 3), dtype=np.uint8)
    Image.fromarray(np.tile(tile, (10, 10, 1))).save(source)
    script = f"""
import os, resource, django
os.environ["DJANGO_SETTINGS_MODULE"] = "alp_site.settings.test"
django.setup()
from pathlib import Path
from datasets.services import pyramid
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
pyramid.build(Path({str(source)!r}), Path({str(target)!r}), mimetype="image/tiff")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 200
    read = pyramid.read_tile(target, 5, 22, 16)
    assert read is not None
    with Image.open(io.BytesIO(read[0])) as corner:
        assert corner.size == (11600 - 22 * 512, 8700 - 16 * 512)


def test_a_drawn_tiff_of_many_strips_is_read_as_a_stream(
    engine: APIClient, dataset: Dataset, engineer: User, caplog: pytest.LogCaptureFixture
) -> None:
    """Its strips are not as high as ours: none is asked for twice, which a stream cannot give."""
    cells = (np.indices((SIZE[1], SIZE[0])).sum(axis=0) // 8 % 2 * 200).astype(np.uint8)
    drawn = Image.fromarray(np.dstack([cells, cells, 255 - cells]))
    item = put(dataset, engineer, stored(drawn, "TIFF", compression="tiff_lzw", tiffinfo={278: 14}), "strips.tif")
    jobs.run_pending()
    assert apart(whole(engine, item, 2), drawn) == 0
    assert not [record.message for record in caplog.records if record.name == "pyvips"]
