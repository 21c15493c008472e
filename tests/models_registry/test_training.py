"""The training job: real learning on drawn shapes, twice, killed, cancelled."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from alp_site.lib import jobs, storage
from alp_site.lib.models import Event, Job
from alp_site.lib.testing import failed_jobs
from models_registry.errors import WrongStatus
from models_registry.ml.adapters import small_cnn
from models_registry.ml.training import team
from models_registry.models import Artifact, MetricSample, Model
from models_registry.services import training

Make = Callable[..., Model]
pytestmark = pytest.mark.django_db


def run_all() -> None:
    jobs.run_pending()


def trained(model: Model) -> Model:
    """The same version after its job has run."""
    training.start_training(model_id=model.pk)
    run_all()
    model.refresh_from_db()
    assert model.status == "trained", failed_jobs()
    return model


def test_train_learns_and_leaves_everything_behind(make_version: Make) -> None:
    model = trained(make_version())
    last = MetricSample.objects.filter(model=model, figure="accuracy", legend="validation").order_by("-x").first()
    assert last is not None
    assert last.y > 0.6
    assert set(Artifact.objects.filter(model=model).values_list("name", flat=True)) == {
        "lineage.json", "samples.json", "training.json", "weights/config.json", "weights/weights.safetensors",
    }  # fmt: skip
    for artifact in Artifact.objects.filter(model=model):
        assert storage.exists(artifact.blob_id)
        assert artifact.blob.refs == 1
    assert len(model.weights_digest) == 64
    assert model.stage == "candidate"
    assert model.temperature is None  # 12 validation items are too few to fit one
    summary = json.loads(storage.read_bytes(Artifact.objects.get(model=model, name="training.json").blob_id))
    assert "300" in summary["calibration"]["reason"]
    statuses = list(model.log.filter(kind="status").order_by("id").values_list("status", flat=True))
    assert statuses == ["created", "training", "training", "trained"]


def test_train_publishes_status_and_metrics(make_version: Make) -> None:
    model = trained(make_version())
    statuses = [
        event.data["status"] for event in Event.objects.filter(type="model.status", ids=[str(model.pk)]).order_by("id")
    ]
    assert statuses[-1] == "trained"
    points = [p for e in Event.objects.filter(type="model.metric") for p in e.data["samples"]]
    assert {"figure", "legend", "x", "y"} == set(points[0])
    assert len(points) >= MetricSample.objects.filter(model=model).count()


def test_train_is_deterministic_by_seed(make_version: Make) -> None:
    first, same, other = (trained(make_version(seed=seed)) for seed in (3, 3, 4))
    assert first.weights_digest == same.weights_digest
    assert first.weights_digest != other.weights_digest


def test_train_twice_writes_the_weights_once(make_version: Make) -> None:
    model = trained(make_version())
    before = list(Artifact.objects.filter(model=model).values_list("name", "blob_id", "created_at"))
    job = Job.objects.get(pk=model.job_id)
    Job.objects.filter(pk=job.pk).update(state="queued")  # the queue delivers again
    run_all()
    assert Job.objects.get(pk=job.pk).state == "done"
    assert list(Artifact.objects.filter(model=model).values_list("name", "blob_id", "created_at")) == before
    assert Model.objects.get(pk=model.pk).status == "trained"
    with pytest.raises(WrongStatus):
        training.start_training(model_id=model.pk)


class Killed(BaseException):
    """What a dying process looks like from inside: nothing of ours catches it."""


def test_train_killed_half_way_goes_on_to_the_same_weights(make_version: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    straight = trained(make_version(seed=5))
    model = make_version(seed=5)
    job = training.start_training(model_id=model.pk)
    real = training.MetricWriter.epoch
    seen: list[int] = []

    def die(self: Any, done: int, total: int) -> None:
        real(self, done, total)
        seen.append(done)
        if done == 3:
            raise Killed

    monkeypatch.setattr(training.MetricWriter, "epoch", die)
    with pytest.raises(Killed):
        jobs.run_job(str(job.pk), heartbeat=False)
    model.refresh_from_db()
    assert model.status == "training"
    assert not model.weights_digest
    monkeypatch.setattr(training.MetricWriter, "epoch", lambda self, d, t: (seen.append(d), real(self, d, t)))
    Job.objects.filter(pk=job.pk).update(lease_until="2020-01-01T00:00:00Z")  # the dead worker's lease has lapsed
    jobs.run_job(str(job.pk), heartbeat=False)
    model.refresh_from_db()
    assert model.status == "trained", failed_jobs()
    assert model.weights_digest == straight.weights_digest
    points = MetricSample.objects.filter(model=model, figure="loss", legend="train").values_list("x", flat=True)
    assert sorted(points) == list(range(len(points)))  # every epoch once, none twice
    assert seen[:3] == [1, 2, 3]


def test_train_cancel_queued_and_running(make_version: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_version()
    training.start_training(model_id=model.pk)
    training.cancel_training(model_id=model.pk)
    model.refresh_from_db()
    assert model.status == "cancelled"

    training.start_training(model_id=model.pk)
    real = training.MetricWriter.epoch

    def cancel(self: Any, done: int, total: int) -> None:
        real(self, done, total)
        self._run.cancel = True  # what the heartbeat sets a second after someone asked

    monkeypatch.setattr(training.MetricWriter, "epoch", cancel)
    run_all()
    model.refresh_from_db()
    assert model.status == "cancelled"
    assert MetricSample.objects.filter(model=model).exists()
    monkeypatch.setattr(training.MetricWriter, "epoch", real)
    assert trained(model).status == "trained"  # goes on from the checkpoint


def test_train_failure_is_said_and_can_be_tried_again(make_version: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_version()
    real = small_cnn.SmallCnn.train

    def broken(*_: Any) -> None:
        from models_registry.ml.adapters.base import WeightsMissing

        raise WeightsMissing("The weights file is gone.", field="weights")

    monkeypatch.setattr(small_cnn.SmallCnn, "train", broken)
    training.start_training(model_id=model.pk)
    run_all()
    model.refresh_from_db()
    assert model.status == "failed"
    assert model.error == {"code": "weights_missing", "message": "The weights file is gone."}
    monkeypatch.setattr(small_cnn.SmallCnn, "train", real)
    assert trained(model).error is None


def test_start_training_twice_is_one_job(make_version: Make) -> None:
    model = make_version()
    assert training.start_training(model_id=model.pk).pk == training.start_training(model_id=model.pk).pk


def test_start_training_of_a_base_is_refused(base: Model) -> None:
    with pytest.raises(WrongStatus):
        training.start_training(model_id=base.pk)


def test_two_processes_train_a_version_when_the_house_asks_for_it(
    make_version: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "ENV", replace(training.ENV, training_processes=2))
    sizes: list[int] = []

    @contextlib.contextmanager
    def watched(*given: Any) -> Iterator[team.Team]:
        with gathered(*given) as found:
            sizes.append(found.size)
            yield found

    gathered = team.gathered
    monkeypatch.setattr(team, "gathered", watched)
    model = trained(make_version(configuration_changes={"epochs": 2}))
    assert sizes == [2]
    assert MetricSample.objects.filter(model=model, figure="loss", legend="train").count() == 2
