"""Small pictures of new files: made in the background, once a content, whatever happens half-way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alp_site.lib import jobs, storage
from alp_site.lib.jobs.duties import do_due
from alp_site.lib.models import Job
from alp_site.people.models import User
from datasets.models import Dataset, ThumbnailWanted
from datasets.services import imports, thumbnails, upload
from tests.datasets.conftest import draw, zipped

pytestmark = pytest.mark.django_db
LARGE = (600, 400)


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def add(dataset: Dataset, user: User, *seeds: int, mode: str = "skip") -> None:
    files = [(f"{n}.png", draw(seed, LARGE)) for n, seed in enumerate(seeds)]
    report = upload.add_many(dataset=dataset, files=files, user=user, mode=mode)
    assert not report.refused


def made(data_dir: Path) -> dict[str, int]:
    """Blobs with a small picture for the grid, and when each was written."""
    files = (data_dir / f"derived/thumb/{thumbnails.GRID}").rglob("*.webp")
    return {file.stem: file.stat().st_mtime_ns for file in files}


def sha(seed: int, size: tuple[int, int] = LARGE) -> str:
    return storage.put_bytes(draw(seed, size)).sha256


def test_an_upload_has_them_made_after_it_once_a_content(dataset: Dataset, engineer: User, data_dir: Path) -> None:
    add(dataset, engineer, 1, 2, 1)
    assert made(data_dir) == {}
    jobs.run_pending("default")
    assert set(made(data_dir)) == {sha(1), sha(2)}
    assert not ThumbnailWanted.objects.exists()
    found = thumbnails.thumbnail(sha(1), 256, mimetype="image/png", size_wh=LARGE)
    assert (found.size, found.path.stem) == (256, sha(1))


def test_a_small_picture_is_its_own_and_asks_for_no_job(dataset: Dataset, engineer: User) -> None:
    upload.add_many(dataset=dataset, files=[("s.png", draw(1))], user=engineer)
    assert not Job.objects.exists()


def test_an_overwrite_and_an_import_have_theirs_made(dataset: Dataset, engineer: User, data_dir: Path) -> None:
    add(dataset, engineer, 1)
    jobs.run_pending()
    add(dataset, engineer, 2, mode="overwrite")
    archive = zipped({"z.png": draw(3, LARGE)})
    imports.receive_zip(dataset=dataset, name="a.zip", stream=[archive], user=engineer)
    jobs.run_pending()
    assert set(made(data_dir)) == {sha(1), sha(2), sha(3)}


def test_what_is_there_is_not_made_again(dataset: Dataset, engineer: User, data_dir: Path) -> None:
    add(dataset, engineer, 1)
    jobs.run_pending()
    before = made(data_dir)
    upload.add_many(dataset=dataset, files=[("other.png", draw(1, LARGE))], user=engineer)
    jobs.run_pending()
    assert made(data_dir) == before
    assert not ThumbnailWanted.objects.exists()


def test_killed_half_way_the_rest_is_made_by_the_next(
    dataset: Dataset, engineer: User, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = thumbnails._make
    monkeypatch.setattr(thumbnails, "BATCH", 2)

    def dying(original: Path, cached: Path, edge: int) -> None:
        if len(made(data_dir)) == 3:
            raise SystemExit
        plain(original, cached, edge)

    monkeypatch.setattr(thumbnails, "_make", dying)
    add(dataset, engineer, 1, 2, 3, 4, 5)
    with pytest.raises(SystemExit):
        jobs.run_pending()
    first = made(data_dir)
    assert (len(first), ThumbnailWanted.objects.count()) == (3, 3)
    monkeypatch.setattr(thumbnails, "_make", plain)
    job = Job.objects.get()
    Job.objects.update(lease_until="2020-01-01T00:00:00Z")
    jobs.run_job(str(job.pk), heartbeat=False)
    assert len(made(data_dir)) == 5
    assert first.items() <= made(data_dir).items()
    assert not ThumbnailWanted.objects.exists()


def test_one_that_cannot_be_made_does_not_hold_up_the_others(dataset: Dataset, engineer: User, data_dir: Path) -> None:
    add(dataset, engineer, 1, 2, 3)
    storage.path(sha(1)).unlink()
    storage.path(storage.put_bytes(draw(2, LARGE)).sha256).write_bytes(b"damaged on disk")
    jobs.run_pending()
    assert len(made(data_dir)) == 1
    assert Job.objects.get().state == "done"
    assert not ThumbnailWanted.objects.exists()


def test_a_long_list_is_made_in_turns(
    dataset: Dataset, engineer: User, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "BATCH", 2)
    monkeypatch.setattr(thumbnails, "TURN", 2)
    add(dataset, engineer, *range(5))
    assert jobs.run_pending() == 3
    assert len(made(data_dir)) == 5


def test_the_duty_rings_for_what_is_wanted_and_nobody_makes(dataset: Dataset, engineer: User, data_dir: Path) -> None:
    add(dataset, engineer, 1)
    Job.objects.all().delete()
    do_due(everything=True)
    jobs.run_pending()
    assert set(made(data_dir)) == {sha(1)}
