"""What a version in training says of a few validation pictures: kept of each epoch, shown meanwhile and after."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib import jobs, storage
from alp_site.lib.models import Job
from alp_site.people.models import Project, User
from datasets.models import Item
from models_registry.models import Model
from models_registry.selectors.samples import live_path
from models_registry.services import portable, training, versions
from models_registry.services.metrics import MetricWriter
from models_registry.services.samples import MOST_EPOCHS, SampleWriter, chosen, kept_epochs
from tests.models_registry import test_shape_models
from tests.models_registry.conftest import CLASSES, Shapes
from tests.models_registry.test_shape_models import base as finder  # noqa: F401  # a fixture
from tests.models_registry.test_shape_models import frozen as frozen_scenes  # noqa: F401  # a fixture
from tests.models_registry.test_shape_models import scenes  # noqa: F401  # a fixture

Make = Callable[..., Model]


def test_pictures_are_taken_of_each_kind_in_turn_by_their_content() -> None:
    blobs = ["d", "b", "e", "a", "c", "f", "g"]
    assert chosen(blobs, [0, 0, 1, 0, -1, 1, 0]) == [3, 2, 4, 1, 5, 0]
    assert chosen(blobs[::-1], [0, 1, -1, 0, 1, 0, 0]) == [3, 4, 2, 5, 1, 6]  # the same, however they are ordered
    assert chosen(["a", "b"], [-1, 3]) == [1, 0]
    assert chosen([], []) == []


def test_epochs_are_thinned_and_none_is_asked_for_that_was_left_out_before() -> None:
    kept: set[int] = set()
    for epoch in range(1000):
        kept = kept_epochs(kept | {epoch})
        assert len(kept) <= MOST_EPOCHS + 1
        assert {0, epoch} <= kept
        assert kept == kept_epochs(range(epoch + 1))


@pytest.mark.django_db
def test_answers_come_epoch_by_epoch_and_stay_with_the_version(
    client_as: Any, make_version: Make, shapes: Shapes, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make_version()
    api, url = client_as("viewer"), f"/api/v1/models/{model.pk}/samples/"
    assert api.get(url).json() == {"shown_from": 0.0, "pictures": [], "epochs": []}
    live: list[Any] = []
    real = SampleWriter.add

    def looked_at(self: Any, epoch: int, answers: Any) -> None:
        real(self, epoch, answers)
        live.append(api.get(url).json())

    monkeypatch.setattr(SampleWriter, "add", looked_at)
    training.start_training(model_id=model.pk)
    jobs.run_pending()
    assert [len(found["epochs"]) for found in live] == list(range(1, 9))
    found = api.get(url).json()
    assert found == live[-1]
    assert [one["epoch"] for one in found["epochs"]] == list(range(8))
    validation = {str(item.pk): item for item in shapes.items["validation"]}
    assert [one["truth"]["classes"][0]["label"] for one in found["pictures"]] == [*CLASSES] * 2
    for picture in found["pictures"]:
        assert picture["truth"]["classes"] == [{"label": shapes.truth[validation[picture["item"]].pk], "share": 1.0}]
        assert picture["size_wh"] == [20, 20]
        assert api.get(picture["thumbnail"]).status_code == 200
    for epoch in found["epochs"]:
        assert len(epoch["answers"]) == 6
        for answer in epoch["answers"]:
            assert sum(one["share"] for one in answer["classes"]) == pytest.approx(1, abs=1e-3)
    right = [
        picture["truth"]["classes"][0]["label"] == answer["classes"][0]["label"]
        for picture, answer in zip(found["pictures"], found["epochs"][-1]["answers"], strict=True)
    ]
    assert sum(right) >= 4  # it has learnt them
    assert [one["epoch"] for one in api.get(f"{url}?after=5").json()["epochs"]] == [6, 7]
    assert api.get(f"{url}?after=--1").status_code == 400
    assert not live_path(model.pk).exists()  # what is left is the version's file
    model.refresh_from_db()
    assert "samples.json" not in b"".join(portable.packed(model)).decode("latin-1")


@pytest.mark.django_db
def test_pictures_that_are_gone_are_neither_named_nor_shown_and_queries_are_few(
    client_as: Any, make_version: Make
) -> None:
    model = make_version()
    training.start_training(model_id=model.pk)
    jobs.run_pending()
    api, url = client_as("engineer"), f"/api/v1/models/{model.pk}/samples/"
    first = api.get(url).json()["pictures"][0]["item"]
    Item.objects.filter(pk=first).update(deleted_at="2026-01-01T00:00:00Z")
    with CaptureQueriesContext(connection) as asked:
        found = api.get(url).json()
    assert len(asked) <= 8, [query["sql"] for query in asked]
    assert (found["pictures"][0]["item"], found["pictures"][0]["name"]) == (None, "")
    assert found["pictures"][0]["thumbnail"] is None
    assert all(one["thumbnail"] for one in found["pictures"][1:])


@pytest.mark.django_db
def test_a_training_that_dies_and_goes_on_lacks_no_epoch_and_says_the_same(
    make_version: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def content(model: Model) -> Any:
        return json.loads(storage.read_bytes(model.artifacts.get(name="samples.json").blob_id))

    straight = make_version(seed=5)
    training.start_training(model_id=straight.pk)
    jobs.run_pending()
    model = make_version(seed=5)
    job = training.start_training(model_id=model.pk)
    real = SampleWriter.add
    died: list[int] = []

    def die(self: Any, epoch: int, answers: Any) -> None:
        real(self, epoch, answers)
        if epoch in (2, 4) and epoch not in died:  # before the checkpoint of the epoch
            died.append(epoch)
            raise Killed

    monkeypatch.setattr(SampleWriter, "add", die)
    for _ in range(2):
        with pytest.raises(Killed):
            jobs.run_job(str(job.pk), heartbeat=False)
        Job.objects.filter(pk=job.pk).update(lease_until="2020-01-01T00:00:00Z")
    jobs.run_job(str(job.pk), heartbeat=False)
    model.refresh_from_db()
    assert (model.status, died) == ("trained", [2, 4])
    assert content(model) == content(straight)


@pytest.mark.django_db
def test_what_a_cancelled_training_said_is_shown_and_goes_with_the_version(
    client_as: Any, make_version: Make, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    model = make_version()
    training.start_training(model_id=model.pk)
    real = MetricWriter.epoch

    def stop(self: Any, done: int, total: int) -> None:
        real(self, done, total)
        self._run.cancel = done == 2  # what the heartbeat sets a second after someone asked

    monkeypatch.setattr(MetricWriter, "epoch", stop)
    jobs.run_pending()
    model.refresh_from_db()
    assert model.status == "cancelled"
    found = client_as("viewer").get(f"/api/v1/models/{model.pk}/samples/").json()
    assert [one["epoch"] for one in found["epochs"]] == [0, 1]
    folder = live_path(model.pk).parent
    assert (folder / "checkpoint.pt").exists()
    with django_capture_on_commit_callbacks(execute=True):
        versions.delete_model(model_id=model.pk)
    assert not folder.exists()


@pytest.mark.django_db
def test_shapes_are_told_as_they_are_drawn(
    client_as: Any, project: Project, owner: User, request: pytest.FixtureRequest
) -> None:
    dataset, version, start = (request.getfixturevalue(name) for name in ("scenes", "frozen_scenes", "finder"))
    model = test_shape_models.trained(start, dataset, version)
    found = client_as("engineer").get(f"/api/v1/models/{model.pk}/samples/").json()
    assert len(found["pictures"]) == test_shape_models.COUNTS["validation"]
    assert [one["epoch"] for one in found["epochs"]] == [0, 1]
    config = json.loads(storage.read_bytes(model.artifacts.get(name="weights/config.json").blob_id))
    assert found["shown_from"] == config["threshold"]
    for picture in found["pictures"]:
        drawn = Item.objects.get(pk=picture["item"]).annotations.filter(deleted_at=None)
        assert len(picture["truth"]["shapes"]) == drawn.count() > 0
        for shape in picture["truth"]["shapes"]:
            assert shape["covers"]
            assert len(shape["rings"][0]) >= 4
    said = [shape for answer in found["epochs"][-1]["answers"] for shape in answer["shapes"]]
    assert said
    assert all(0.1 <= shape["confidence"] <= 1 for shape in said)
