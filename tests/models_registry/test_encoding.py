"""The server's encodings for the smart tool: by the real network, from where the build put it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from alp_site.lib import jobs
from alp_site.lib.models import Job
from alp_site.lib.testing import failed_jobs
from datasets.models import Item
from models_registry.ml.smart import SHAPE, SIDE, prepared
from models_registry.selectors import encodings
from models_registry.services import encoding

from .conftest import Maker

pytestmark = pytest.mark.django_db


@pytest.fixture
def network() -> Path:
    """The encoder of the built front end. The build machine builds before it tests, so nothing is left out there."""
    found = encodings.encoder_file()
    if found is None:
        what = "The front end is not built (`make test` does it first): its model is what encodes."
        if os.environ.get("CI") == "true":
            pytest.fail(what)
        pytest.skip(what)
    # Drawn pictures are alike in every test: none finds what another made.
    shutil.rmtree(encodings.path_of(found, "0" * 64).parent.parent, ignore_errors=True)
    return found


@pytest.fixture
def picture(make_shapes: Maker) -> Item:
    return make_shapes(pool=2).items["pool"][0]


def url_of(item: Item) -> str:
    return f"/api/v1/items/{item.pk}/encoding/"


def test_encoding_when_asked_for_then_made_once_by_a_job_and_streamed(
    network: Path, picture: Item, client_as: Callable[[str], Any]
) -> None:
    api = client_as("reviewer")
    assert api.get(url_of(picture)).status_code == 409
    first, second = (api.post(url_of(picture), {}, format="json") for _ in range(2))
    assert (first.status_code, first.json()["state"]) == (202, "queued")
    assert second.json()["job"] == first.json()["job"]
    assert Job.objects.get(pk=first.json()["job"]).queue == "ml"
    jobs.run_pending()
    assert failed_jobs() == []
    ready = api.post(url_of(picture), {"job": first.json()["job"]}, format="json")
    assert (ready.status_code, ready.json()["state"]) == (200, "ready")
    answer = api.get(url_of(picture))
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    values = np.frombuffer(data, "<f2").reshape(SHAPE).astype(np.float32)
    assert np.isfinite(values).all()
    assert 0.05 < values.std() < 5
    assert Job.objects.filter(kind=encoding.KIND).count() == 1


def test_encoding_when_its_job_runs_twice_then_the_file_is_the_same(network: Path, picture: Item) -> None:
    asked = encoding.request_encoding(item=picture, person_id=None)
    jobs.run_pending()
    path = encodings.encoding_path(picture.blob_id or "")
    assert path is not None
    before = path.read_bytes(), sorted(path.parent.iterdir())
    encoding.encode(jobs.Run(Job.objects.get(pk=asked.job)))
    assert (path.read_bytes(), sorted(path.parent.iterdir())) == before


def test_encoding_when_its_picture_is_gone_then_the_one_who_waits_is_told_and_may_ask_anew(
    network: Path, picture: Item, client_as: Callable[[str], Any]
) -> None:
    api = client_as("engineer")
    job = api.post(url_of(picture), {}, format="json").json()["job"]
    kept = picture.blob_id
    Item.objects.filter(pk=picture.pk).update(blob=None)
    jobs.run_pending()
    assert Job.objects.get(pk=job).state == "failed"
    Item.objects.filter(pk=picture.pk).update(blob=kept)
    told = api.post(url_of(picture), {"job": job}, format="json")
    assert (told.status_code, told.json()) == (200, {"state": "failed", "job": job, "message": "The picture is gone."})
    anew = api.post(url_of(picture), {}, format="json")
    assert (anew.status_code, anew.json()["state"]) == (202, "queued")
    assert anew.json()["job"] != job


def test_encoding_when_the_front_end_is_not_built_then_says_so(
    picture: Item, client_as: Callable[[str], Any], settings: Any, tmp_path: Path
) -> None:
    settings.FRONTEND_DIST = tmp_path
    told = client_as("owner").post(url_of(picture), {}, format="json")
    assert told.status_code == 200
    assert told.json()["state"] == "failed"
    assert "not built" in told.json()["message"]
    assert not Job.objects.filter(kind=encoding.KIND).exists()


def test_encodings_when_there_are_many_then_those_used_longest_ago_go(
    network: Path, make_shapes: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoding, "KEPT", 2)
    one, two, three = make_shapes(pool=3).items["pool"]
    for age, item in enumerate((one, two)):
        path = encodings.path_of(network, item.blob_id or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"kept")
        os.utime(path, (1_000_000 + age, 1_000_000 + age))
    assert encodings.encoding_path(one.blob_id or "")  # used: it is the younger one now
    encoding.request_encoding(item=three, person_id=None)
    jobs.run_pending()
    left = [bool(encodings.encoding_path(item.blob_id or "")) for item in (one, two, three)]
    assert left == [True, False, True]


def test_preparation_when_a_picture_is_scaled_then_as_in_the_browser() -> None:
    image = Image.new("RGB", (2000, 1000), (255, 0, 100))
    tensor = prepared(image)
    assert tensor.shape == (3, SIDE, SIDE)
    assert tensor[:, 0, 0] == pytest.approx([(255 - 123.675) / 58.395, -116.28 / 57.12, (100 - 103.53) / 57.375])
    assert tensor[0, 511, 1023] == tensor[0, 0, 0]
    assert not tensor[:, 512:].any()
