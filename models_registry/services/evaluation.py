"""A model on a frozen test set version: asked for, run, kept for good, reused wherever nothing has changed."""

from __future__ import annotations

import io
import math
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from alp_site.lib import events, storage
from alp_site.lib.db import now, write
from alp_site.lib.jobs import Run, enqueue
from alp_site.lib.models import Job
from datasets.models import TestSetVersion
from models_registry.errors import EmptySubset, NotTrained
from models_registry.ml.calibration import MINIMUM, Temperature
from models_registry.ml.metrics.report import align_classes, evaluate_classification
from models_registry.models import Evaluation, Model
from models_registry.selectors import catalogue
from models_registry.selectors.ground_truth import ShapeSubset, Subset, gather_test_set
from models_registry.services import latency, prediction, shape_evaluation

__all__ = ["KIND", "evaluate", "evaluation_ended", "request_evaluation", "summary_of"]

KIND = "models.evaluate"
CHUNK = 512  # pictures between two looks at the cancel flag


def request_evaluation(
    *,
    model_id: UUID,
    test_set_version_id: UUID,
    person_id: UUID | None = None,
    cycle_id: UUID | None = None,
) -> Evaluation:
    """The evaluation of the model on the version: the one there is, or one queued now. Joins an open transaction.

    Safe to repeat. Equal weights on the same version are not run twice: the report is shared. A failed evaluation is
    queued again. An untrained base is done at once, without figures. Raises NotTrained for a version without weights.
    """
    with write():
        model = Model.objects.select_for_update().get(pk=model_id, deleted_at__isnull=True)
        version = TestSetVersion.objects.get(pk=test_set_version_id, test_set__dataset__project_id=model.project_id)
        row = Evaluation.objects.filter(model=model, test_set_version=version).first()
        if row is not None and row.status == Evaluation.Status.DONE and row.weights_digest == model.weights_digest:
            return row
        untrained = not model.weights_digest and model.status == Model.Status.PRE_TRAINED
        if not model.can_predict and not untrained:
            raise NotTrained(f"{model.name} is {model.status}: it cannot be evaluated.", model=str(model.pk))
        if row is None:
            row = Evaluation(model=model, test_set_version=version, created_by_id=person_id, cycle_id=cycle_id)
        row.weights_digest = model.weights_digest
        row.error = None
        if untrained:
            return _done_at_once(row, version.item_count, {"untrained": True, "items": version.item_count})
        twin = _twin(row)
        if twin is not None:
            row.metrics, row.table, row.software = twin.metrics, twin.table, twin.software
            if twin.table is not None:
                storage.retain({twin.table.sha256: twin.table.size})
            return _done_at_once(row, twin.item_count, twin.summary)
        return _queue(row, model, version, person_id)


def evaluate(run: Run) -> None:
    """The job: probabilities of every picture of the version, the report, one last transaction. May run twice."""
    row = Evaluation.objects.select_related("model", "test_set_version").get(pk=run.payload["evaluation"])
    if row.status == Evaluation.Status.DONE:
        return
    with run.commit():
        _set_status(row, Evaluation.Status.RUNNING)
    subset = gather_test_set(catalogue.info(row.model.adapter), row.test_set_version)
    if not subset.examples:
        raise EmptySubset("The test set version has no item that this model can be judged on.", subset="test")
    if isinstance(subset, ShapeSubset):
        report, table = shape_evaluation.judged(row.model, subset, run)
    else:
        report, table = _judged(row.model, subset, _answers(row.model, subset, run))
    run.stop_if_cancelled()
    report |= latency.measure(row.model, [example.blob for example in subset.examples[: latency.PICTURES]])
    stored = storage.put_bytes(table)
    with run.commit():
        fresh = Evaluation.objects.select_for_update().get(pk=row.pk)
        if fresh.status != Evaluation.Status.DONE:
            storage.retain({stored.sha256: stored.size})
            fresh.metrics, fresh.table_id, fresh.software = report, stored.sha256, catalogue.software()
            _done_at_once(fresh, report["n"], summary_of(report, len(subset.skipped)))
        run.finish()


def evaluation_ended(job: Job) -> None:
    """What the job runner calls in the transaction that ends an evaluation as failed or cancelled."""
    row = Evaluation.objects.filter(pk=job.payload["evaluation"], job_id=job.pk).first()
    if row is None or row.status == Evaluation.Status.DONE:
        return
    row.error = {"code": job.error_code or job.state, "message": job.error[:2000] or "Cancelled."}
    row.finished_at = now()
    _set_status(row, Evaluation.Status.FAILED)


def summary_of(report: dict[str, Any], skipped: int) -> dict[str, Any]:
    """The headline figures of a report, small enough for lists: metrics, of an accuracy its 95 % interval, counts, the
    milliseconds that one picture takes (``services.latency``)."""
    metrics = report["metrics"]
    interval = {"accuracy_interval": list(wilson(metrics["accuracy"], report["n"]))} if "accuracy" in metrics else {}
    return {
        **metrics,
        **interval,
        "n": report["n"],
        "unreadable": report["unreadable"],
        "skipped": skipped,
        **{name: report.get(name) for name in ("latency_ms", "latency_wall_ms", "latency_by")},
    }


def wilson(share: float, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """95 % score interval of a share of n independent items. [Wilson 1927]"""
    if n == 0:
        return 0.0, 1.0
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def _twin(row: Evaluation) -> Evaluation | None:
    return (
        Evaluation.objects.filter(
            weights_digest=row.weights_digest,
            test_set_version_id=row.test_set_version_id,
            model__temperature=row.model.temperature,
            status=Evaluation.Status.DONE,
        )
        .exclude(pk=row.pk)
        .exclude(weights_digest="")
        .select_related("table")
        .first()
    )


def _queue(row: Evaluation, model: Model, version: TestSetVersion, person_id: UUID | None) -> Evaluation:
    job = enqueue(
        KIND,
        key=f"evaluation:{row.pk}",
        payload={"evaluation": str(row.pk)},
        project_id=model.project_id,
        title=f"Evaluate {model.name} on test set version {version.number}",
        created_by=person_id,
    )
    if row.job_id != job.pk or row.status not in (Evaluation.Status.PENDING, Evaluation.Status.RUNNING):
        row.job_id = job.pk
        row.finished_at = None
        _set_status(row, Evaluation.Status.PENDING)
    return row


def _done_at_once(row: Evaluation, count: int, summary: dict[str, Any]) -> Evaluation:
    row.summary, row.item_count, row.finished_at = summary, count, now()
    _set_status(row, Evaluation.Status.DONE)
    return row


def _set_status(row: Evaluation, status: str) -> None:
    row.status = status
    row.save()
    events.publish(
        "evaluation.status",
        project_id=row.model.project_id,
        ids=[str(row.pk)],
        data={
            "status": status,
            "model": str(row.model_id),
            "test_set_version": str(row.test_set_version_id),
        },
    )


def _answers(model: Model, subset: Subset, run: Run) -> NDArray[np.float32]:
    """(N, C) raw probabilities of the pictures, a row of NaN for one that cannot be read."""
    blobs = [example.blob for example in subset.examples]
    parts: list[NDArray[np.float32]] = []
    for start in range(0, len(blobs), CHUNK):
        run.stop_if_cancelled()
        part, unreadable = prediction.raw_probabilities(model, blobs[start : start + CHUNK])
        parts.append(part)
        for blob, why in unreadable.items():
            run.log(f"left out, cannot be read: {blob[:12]}: {why}")
        run.progress(min(start + CHUNK, len(blobs)), len(blobs), "running the test set")
    return np.concatenate(parts)


def _judged(model: Model, subset: Subset, probs: NDArray[np.float32]) -> tuple[dict[str, Any], bytes]:
    """The report and the bytes of the table. A class the model never heard of is wrong wherever it is the truth."""
    truth = [example.label for example in subset.examples]
    classes = [*model.labels, *sorted(set(truth) - set(model.labels))]
    index = {name: at for at, name in enumerate(classes)}
    done = evaluate_classification(
        align_classes(probs, model.labels, classes),
        np.array([index[name] for name in truth], dtype=np.int64),
        classes,
        _temperature(model),
    )
    buffer = io.BytesIO()
    columns: dict[str, Any] = {
        "items": np.array([example.item for example in subset.examples], dtype="U36"),
        "blobs": np.array([example.blob for example in subset.examples], dtype="U64"),
        "classes": np.array(classes, dtype=str),
        **done.table,
    }
    np.savez_compressed(buffer, **columns)
    return done.report, buffer.getvalue()


def _temperature(model: Model) -> Temperature:
    if model.temperature is not None:
        return Temperature(model.temperature, model.validation_count)
    reason = model.lineage.get("calibration", {}).get("reason")
    return Temperature(
        1.0, model.validation_count, reason or f"{model.validation_count} validation images; {MINIMUM} are needed"
    )
