"""Training a version: queued, run, resumed, ended.

The job may run twice or be killed anywhere; the weights are written once.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from alp_site.env import ENV
from alp_site.lib import storage
from alp_site.lib.db import now, write
from alp_site.lib.errors import Invalid
from alp_site.lib.jobs import Run, enqueue, request_cancel
from alp_site.lib.models import Job, JobState
from models_registry.errors import EmptySubset, WrongStatus
from models_registry.ml.adapters import (
    Adapter,
    AnyAdapter,
    ShapeAdapter,
    ShapeData,
    ShapeSplit,
    Split,
    TrainCancelled,
    TrainData,
    TrainHooks,
    TrainResult,
    new_adapter,
    says_classes,
    says_shapes,
)
from models_registry.ml.adapters._stored import StoredAdapter
from models_registry.ml.calibration import Temperature, fit_temperature
from models_registry.ml.shapes import Shape
from models_registry.models import Model
from models_registry.selectors import catalogue
from models_registry.selectors import embeddings as stored
from models_registry.selectors.samples import FILE, scratch_name
from models_registry.services import artifacts, embeddings, stages
from models_registry.services.metrics import MetricWriter
from models_registry.services.runtime import runtime_of
from models_registry.services.samples import SampleWriter
from models_registry.services.versions import EXAMPLE_WEIGHTS, LINEAGE

__all__ = ["KIND", "cancel_training", "start_training", "train", "training_ended"]

KIND = "models.train"
TRAINING = "training.json"
FIGURES = {"accuracy_validation": "accuracy", "map_50_validation": "AP50", "miou_validation": "mean IoU"}
STARTABLE = (Model.Status.CREATED, Model.Status.FAILED, Model.Status.CANCELLED)


def start_training(*, model_id: UUID, person_id: UUID | None = None) -> Job:
    """Queues the training; the version shows as in training from here on. Joins an open transaction.

    Safe to repeat: an open training is returned as it is. Raises WrongStatus for a version that has its weights, or
    that is not made for training.
    """
    with write():
        model = Model.objects.select_for_update().get(pk=model_id, deleted_at__isnull=True)
        if model.status not in (*STARTABLE, Model.Status.TRAINING) or model.dataset_id is None:
            raise WrongStatus(f"{model.name} is {model.status}: it cannot be trained.", status=model.status)
        job = enqueue(
            KIND,
            key=f"model:{model.pk}",
            payload={"model": str(model.pk)},
            project_id=model.project_id,
            title=f"Train {model.name}",
            created_by=person_id,
        )
        if model.status != Model.Status.TRAINING or model.job_id != job.pk:
            stages.set_status(
                model=model,
                status=Model.Status.TRAINING,
                text="queued for training",
                person_id=person_id,
                fields={"job_id": job.pk, "error": None},
            )
        return job


def cancel_training(*, model_id: UUID, person_id: UUID | None = None) -> Model:
    """Asks the training to stop; its last checkpoint stays, so starting again goes on from there. Safe to repeat."""
    with write():
        model = Model.objects.select_for_update().get(pk=model_id, deleted_at__isnull=True)
        if model.status != Model.Status.TRAINING or model.job_id is None:
            raise WrongStatus(f"{model.name} is {model.status}: there is nothing to cancel.", status=model.status)
        stages.note(model_id=model.pk, text="cancelling was asked for", person_id=person_id)
        request_cancel(model.job_id)
    model.refresh_from_db()
    return model


def training_ended(job: Job) -> None:
    """What the job runner calls in the transaction that ends a training as failed or cancelled."""
    model = Model.objects.filter(pk=job.payload["model"], job_id=job.pk, status=Model.Status.TRAINING).first()
    if model is None:
        return
    cancelled = job.state == JobState.CANCELLED
    stages.set_status(
        model=model,
        status=Model.Status.CANCELLED if cancelled else Model.Status.FAILED,
        text="cancelled" if cancelled else job.error[:2000],
        fields={"error": None if cancelled else {"code": job.error_code, "message": job.error[:2000]}},
    )


def train(run: Run) -> None:
    """The job: data as frozen with the version, embeddings from the cache, checkpoints, then one last transaction.

    Converges: a version that is trained already is left alone; an interrupted one goes on from its checkpoint.
    """
    model = Model.objects.get(pk=run.payload["model"])
    if model.status == Model.Status.TRAINED or model.deleted_at is not None:
        return
    with run.commit():
        fields: dict[str, Any] = {"job_id": run.job.pk}
        if model.started_at is None:
            fields["started_at"] = now()
        text = "training started" if run.job.attempts <= 1 else f"training goes on, attempt {run.job.attempts}"
        stages.set_status(model=model, status=Model.Status.TRAINING, text=text, fields=fields)
    run.progress(0, 1, "reading the data")
    adapter = new_adapter(model.adapter, model.configuration, model.labels, model.seed)
    _begin(model, adapter, run)
    scratch = scratch_name(model.pk)
    writer = MetricWriter(model=model, run=run)
    hooks = TrainHooks(
        checkpoint_dir=storage.scratch(scratch),
        on_metric=writer.add,
        on_epoch=writer.epoch,
        cancelled=run.cancelled,
        on_pace=writer.pace,
        processes=ENV.training_processes,
    )
    try:
        result, heat, samples = _taught(model, adapter, hooks, run)
    except TrainCancelled:
        writer.flush()
        run.stop_if_cancelled()
        raise
    writer.flush()
    _finish(run, model, adapter, result, heat, samples)
    storage.drop_scratch(scratch)


def _begin(model: Model, adapter: AnyAdapter, run: Run) -> None:
    """A warm start, where the configuration asks for one and the base model has learnt anything."""
    base = model.base_model
    if model.configuration.get("start") != "base" or not isinstance(adapter, StoredAdapter):
        return
    if base is None or not base.weights_digest:
        run.log("starts from scratch: the base model has not been trained")
        return
    source = runtime_of(base).adapter
    if not isinstance(source, StoredAdapter):
        raise Invalid(f"'start' is 'base', but {base.name} has no weights of this kind.", field="start")
    kept = adapter.begin_from(source)
    run.log(f"starts from {base.name}: {kept} of {len(model.labels)} labels are known to it")


def _taught(
    model: Model, adapter: AnyAdapter, hooks: TrainHooks, run: Run
) -> tuple[TrainResult, Temperature, SampleWriter]:
    """Trains on what was frozen with the version. The temperature is of class probabilities; shapes have none."""
    if says_shapes(adapter):
        data = _shape_data(model, adapter)
        samples = SampleWriter(model=model, adapter=adapter, data=data, folder=hooks.checkpoint_dir)
        result = adapter.train(data, replace(hooks, on_said=samples.add))
        return result, Temperature(1.0, len(data.validation), "scores of shapes are not calibrated"), samples
    assert says_classes(adapter)  # the other of the two contracts
    classes = _data(model, adapter, _read_examples(model), run)
    samples = SampleWriter(model=model, adapter=adapter, data=classes, folder=hooks.checkpoint_dir)
    result = adapter.train(classes, replace(hooks, on_said=samples.add))
    if result.validation_probs is None:
        return result, Temperature(1.0, 0, "there was no validation image"), samples
    return result, fit_temperature(result.validation_probs, classes.validation.labels), samples


def _shape_data(model: Model, adapter: ShapeAdapter) -> ShapeData:
    body = artifacts.read_json(model, LINEAGE)
    place = {name: index for index, name in enumerate(model.labels)}
    weights = {"train": _example_weights(model), "validation": None}
    return ShapeData(*(_shape_split(body["columns"], body[name], place, weights[name]) for name in weights))


def _example_weights(model: Model) -> list[float] | None:
    """As they were frozen with the version, one for each row of its training list; None: all alike."""
    if model.configuration.get("annotator_weights") != "scores":
        return None
    weights: list[float] = artifacts.read_json(model, EXAMPLE_WEIGHTS)["train"]
    return weights


def _shape_split(
    columns: list[str], rows: list[list[Any]], place: dict[str, int], weights: list[float] | None
) -> ShapeSplit:
    blob, drawn = columns.index("blob"), columns.index("shapes")
    shapes = [
        [Shape(kind, place[label], geometry) for _, _, kind, label, geometry in row[drawn] if label in place]
        for row in rows
    ]
    return ShapeSplit(embeddings.BlobImages([row[blob] for row in rows]), shapes, weights)


@dataclass(frozen=True)
class _Examples:
    """The frozen lists of lineage.json as columns."""

    train_blobs: list[str]
    train_labels: list[str]
    validation_blobs: list[str]
    validation_labels: list[str]
    train_weights: list[float] | None = None


def _read_examples(model: Model) -> _Examples:
    body = artifacts.read_json(model, LINEAGE)
    blob, label = body["columns"].index("blob"), body["columns"].index("label")
    return _Examples(
        [row[blob] for row in body["train"]],
        [row[label] for row in body["train"]],
        [row[blob] for row in body["validation"]],
        [row[label] for row in body["validation"]],
        _example_weights(model),
    )


def _data(model: Model, adapter: Adapter, examples: _Examples, run: Run) -> TrainData:
    frozen = catalogue.is_frozen_encoder(model.adapter, model.configuration)
    if frozen:

        def tell(done: int, total: int) -> None:
            run.stop_if_cancelled()
            run.progress(done, total, "embedding pictures")

        unreadable = embeddings.ensure(adapter, [*examples.train_blobs, *examples.validation_blobs], progress=tell)
        for blob, why in sorted(unreadable.items()):
            run.log(f"left out, cannot be read: {blob[:12]}: {why}")
    places = {name: index for index, name in enumerate(model.labels)}
    train = _Rows.of(examples.train_blobs, examples.train_labels, places, examples.train_weights)
    validation = _Rows.of(examples.validation_blobs, examples.validation_labels, places, None)
    data = TrainData(*(rows.split(adapter.encoder_key() if frozen else "") for rows in (train, validation)))
    if not len(data.train):
        raise EmptySubset("No picture of the train subset can be read.", subset="train")
    return data


@dataclass(frozen=True)
class _Rows:
    """The pictures of a subset whose label the version knows, as columns; without weights all are 1."""

    blobs: list[str]
    labels: NDArray[np.int64]
    weights: list[float] | None

    @classmethod
    def of(cls, blobs: list[str], names: list[str], places: dict[str, int], weights: list[float] | None) -> _Rows:
        known = [at for at, name in enumerate(names) if name in places]
        labels = np.array([places[names[at]] for at in known], dtype=np.int64)
        return cls([blobs[at] for at in known], labels, [weights[at] for at in known] if weights else None)

    def split(self, encoder: str) -> Split:
        """With the embeddings of an encoder, where one is named: without those that it could not read."""
        if not encoder:
            return Split(embeddings.BlobImages(self.blobs), self.labels, None, self.weights)
        vectors = stored.embeddings_for(encoder, self.blobs)
        good = np.flatnonzero(stored.finite_rows(vectors))
        weights = [self.weights[at] for at in good] if self.weights else None
        return Split(embeddings.BlobImages([self.blobs[at] for at in good]), self.labels[good], vectors[good], weights)


def _finish(
    run: Run, model: Model, adapter: AnyAdapter, result: TrainResult, heat: Temperature, samples: SampleWriter
) -> None:
    """Puts the files into storage, then names them and flips the status in one transaction."""
    temperature = None if heat.reason else heat.value
    with tempfile.TemporaryDirectory(prefix="alp-trained-") as folder:
        files = {
            f"{artifacts.WEIGHTS_PREFIX}{name}": storage.put_file(path)
            for name, path in adapter.save(Path(folder)).items()
        }
    files[TRAINING] = storage.put_bytes(_summary(result, heat))
    shown = samples.stored()
    if shown is not None:
        files[FILE] = shown
    digest = adapter.weights_digest()
    with run.commit():
        fresh = Model.objects.select_for_update().get(pk=model.pk)
        if fresh.status != Model.Status.TRAINING:
            run.finish()
            return
        for name, stored_file in files.items():
            artifacts.attach(model=fresh, name=name, sha256=stored_file.sha256, size=stored_file.size)
        stages.set_status(
            model=fresh,
            status=Model.Status.TRAINED,
            text=_sentence(result, temperature),
            fields={
                "weights_digest": digest,
                "temperature": temperature,
                "lineage": {**fresh.lineage, "calibration": vars(heat)},
                "trained_at": now(),
                "error": None,
                "stage": fresh.stage or Model.Stage.CANDIDATE,
            },
        )
        run.finish()


def _summary(result: TrainResult, heat: Temperature) -> bytes:
    body = {
        "format": "alp.training/1",
        "best_epoch": result.best_epoch,
        "epochs": result.epochs,
        "stopped_early": result.stopped_early,
        "metrics": result.metrics,
        "history": result.history,
        "calibration": vars(heat),
    }
    return json.dumps(body, sort_keys=True).encode()


def _sentence(result: TrainResult, temperature: float | None) -> str:
    parts = [f"trained: {result.epochs} epochs, the best was number {result.best_epoch + 1}"]
    parts += [
        f"validation {title} {result.metrics[name]:.3f}" for name, title in FIGURES.items() if name in result.metrics
    ]
    if temperature is not None:
        parts.append(f"temperature {temperature:.2f}")
    return ", ".join(parts)
