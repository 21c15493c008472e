"""Rows as the JSON of the API and of pages.

Each list function takes a whole page, so that what belongs to its rows comes in a fixed number of queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from alp_site.lib.models import Job
from models_registry.models import (
    Artifact,
    Comparison,
    Evaluation,
    Model,
    ModelLog,
    Prediction,
    PromotionLog,
)
from models_registry.selectors import versions

JSON = dict[str, Any]


def when(moment: datetime | None) -> str | None:
    """ISO 8601, or None."""
    return moment.isoformat() if moment else None


def named(row: Any) -> JSON | None:
    """Id and name of a row, or None."""
    return {"id": str(row.pk), "name": row.name} if row is not None else None


def models(rows: Sequence[Model]) -> list[JSON]:
    """A page of versions with headline figures and the state of their training."""
    evaluations = versions.latest_evaluations([row.pk for row in rows])
    jobs = versions.jobs_of([row for row in rows if row.status in (Model.Status.TRAINING, Model.Status.CREATED)])
    return [model(row, evaluations.get(row.pk), jobs.get(row.job_id) if row.job_id else None) for row in rows]


def model(row: Model, evaluation: Evaluation | None, job: Job | None) -> JSON:
    """One version."""
    version = row.test_set_version
    return {
        "id": str(row.pk),
        "name": row.name,
        "description": row.description,
        "tags": sorted(tag.name for tag in row.tags.all()),
        "number": row.number,
        "family": str(row.family),
        "adapter": row.adapter,
        "status": row.status,
        "stage": row.stage,
        "stage_reason": row.stage_reason,
        "can_predict": row.can_predict,
        "base_model": named(row.base_model),
        "imported_as": (row.lineage.get("imported") or {}).get("name"),
        "loaded": bool((row.lineage.get("imported") or {}).get("loaded")),
        "dataset": named(row.dataset),
        "test_set_version": test_set_version(version) if version else None,
        "labels": row.labels,
        "configuration": row.configuration,
        "train_filter": row.train_filter,
        "validation_filter": row.validation_filter,
        "train_count": row.train_count,
        "validation_count": row.validation_count,
        "seed": row.seed,
        "temperature": row.temperature,
        "shown_from": row.shown_from,
        "weights_digest": row.weights_digest,
        "error": row.error,
        "created_by": named(row.created_by),
        "pipeline_id": str(row.pipeline_id) if row.pipeline_id else None,
        "cycle_id": str(row.cycle_id) if row.cycle_id else None,
        "created_at": when(row.created_at),
        "started_at": when(row.started_at),
        "trained_at": when(row.trained_at),
        "promoted_at": when(row.promoted_at),
        "evaluation": headline(evaluation) if evaluation else None,
        "job": job_state(job) if job else None,
    }


def test_set_version(row: Any) -> JSON:
    """A test set version as versions and reports name it."""
    return {"id": str(row.pk), "number": row.number, "item_count": row.item_count, "hash": row.hash}


def job_state(job: Job) -> JSON:
    """What a progress bar needs."""
    return {
        "id": str(job.pk),
        "state": job.state,
        "progress": job.progress,
        "attempts": job.attempts,
        "cancel_requested": job.cancel_requested,
        "started_at": when(job.started_at),
        "error": job.error,
    }


def headline(row: Evaluation) -> JSON:
    """An evaluation as a list shows it."""
    return {
        "id": str(row.pk),
        "summary": row.summary,
        "test_set_version": test_set_version(row.test_set_version),
        "finished_at": when(row.finished_at),
    }


def evaluations(rows: Sequence[Evaluation]) -> list[JSON]:
    """A page of evaluations without their long reports."""
    return [evaluation(row, full=False) for row in rows]


def evaluation(row: Evaluation, *, full: bool = True) -> JSON:
    """One evaluation, with its whole report when asked for."""
    body = {
        "id": str(row.pk),
        "model": str(row.model_id),
        "test_set_version": test_set_version(row.test_set_version),
        "filter": row.test_set_version.filter,
        "status": row.status,
        "summary": row.summary,
        "item_count": row.item_count,
        "software": row.software,
        "seconds": _seconds(row),
        "table": row.table_id is not None,
        "error": row.error,
        "created_at": when(row.created_at),
        "finished_at": when(row.finished_at),
    }
    return {**body, "metrics": row.metrics} if full else body


def _seconds(row: Evaluation) -> float | None:
    """From being asked for to being done."""
    return round((row.finished_at - row.created_at).total_seconds(), 1) if row.finished_at else None


def comparisons(rows: Sequence[Comparison]) -> list[JSON]:
    """A page of comparisons without their long reports."""
    return [comparison(row, full=False) for row in rows]


def comparison(row: Comparison, *, full: bool = True) -> JSON:
    """One comparison, with its whole report when asked for."""
    version = row.test_set_version
    body = {
        "id": str(row.pk),
        "candidate": named(row.candidate),
        "incumbent": named(row.incumbent),
        "test_set_version": test_set_version(version) if version else None,
        "config": row.config,
        "verdict": row.verdict,
        "reason": row.reason,
        "waits": row.asks_approval and row.candidate.stage == Model.Stage.CANDIDATE,
        "cycle_id": str(row.cycle_id) if row.cycle_id else None,
        "created_at": when(row.created_at),
    }
    return {**body, "report": row.report} if full else body


def log(rows: Sequence[ModelLog]) -> list[JSON]:
    """Lines of a version's log."""
    return [
        {
            "id": row.pk,
            "at": when(row.at),
            "kind": row.kind,
            "status": row.status,
            "text": row.text,
            "person": named(row.person),
        }
        for row in rows
    ]


def promotions(rows: Sequence[PromotionLog]) -> list[JSON]:
    """Lines of the history of best versions."""
    return [
        {
            "id": str(row.pk),
            "kind": row.kind,
            "model": named(row.model),
            "previous": named(row.previous),
            "reason": row.reason,
            "person": named(row.person),
            "comparison": str(row.comparison_id) if row.comparison_id else None,
            "cycle_id": str(row.cycle_id) if row.cycle_id else None,
            "at": when(row.at),
        }
        for row in rows
    ]


def artifacts(rows: Sequence[Artifact]) -> list[JSON]:
    """A version's files."""
    return [{"name": row.name, "sha256": row.blob_id, "size": row.size, "at": when(row.created_at)} for row in rows]


def predictions(rows: Sequence[Prediction]) -> list[JSON]:
    """What versions said of an item, the full vector by label."""
    return [
        {
            "id": str(row.pk),
            "model": named(row.model),
            "stage": row.model.stage,
            "label": row.label,
            "confidence": row.confidence,
            "margin": row.margin,
            "entropy": row.entropy,
            "probabilities": dict(
                zip(row.model.labels, np.frombuffer(bytes(row.probs), dtype="<f4").astype(float).tolist(), strict=False)
            ),
            "annotations": row.annotations,
            "created_at": when(row.created_at),
        }
        for row in rows
    ]
