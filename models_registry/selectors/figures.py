"""Figures over versions: what the dashboard draws."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from models_registry.models import Comparison, Model, PromotionLog
from models_registry.selectors.versions import latest_evaluations

__all__ = ["best_history", "headline", "labels_vs_metric", "latest_comparison"]

HEADLINES = {"accuracy": "accuracy", "map_50": "AP50", "miou": "mean IoU"}


def best_history(project_id: UUID) -> list[dict[str, Any]]:
    """Who was best and since when, oldest first: ``{model, name, at, kind, reason, previous, accuracy, metric}``."""
    rows = list(PromotionLog.objects.filter(project_id=project_id).select_related("model", "previous").order_by("id"))
    evaluations = latest_evaluations({row.model_id for row in rows})
    return [
        {
            "model": str(row.model_id),
            "name": row.model.name,
            "previous": row.previous.name if row.previous else None,
            "kind": row.kind,
            "reason": row.reason,
            "at": row.at.isoformat(),
            **headline(evaluations[row.model_id].summary if row.model_id in evaluations else {}),
        }
        for row in rows
    ]


def headline(summary: dict[str, Any]) -> dict[str, Any]:
    """``{accuracy, metric}``: the one figure of an evaluation that charts show, and its name where it is another than
    accuracy; None without an evaluation."""
    for key, name in HEADLINES.items():
        if key in summary:
            return {"accuracy": summary[key], "metric": name}
    return {"accuracy": None, "metric": "accuracy"}


def labels_vs_metric(project_id: UUID, pipeline_id: UUID | None = None) -> list[dict[str, Any]]:
    """One point a trained version, oldest first: how many labels it cost and how good it is on its test set version.

    ``labels`` counts train, validation and test together: the people labelled all three. ``accuracy`` (the figure
    that ``metric`` names) and ``interval`` are None until the version is evaluated.
    """
    models = list(_trained(project_id, pipeline_id))
    evaluations = latest_evaluations([model.pk for model in models])
    points = []
    for model in models:
        evaluation = evaluations.get(model.pk)
        summary = evaluation.summary if evaluation else {}
        test = model.test_set_version.item_count if model.test_set_version else 0
        points.append(
            {
                "model": str(model.pk),
                "name": model.name,
                "number": model.number,
                "labels": model.train_count + model.validation_count + test,
                "train": model.train_count,
                "validation": model.validation_count,
                "test": test,
                **headline(summary),
                "interval": summary.get("accuracy_interval"),
                "test_set_version": str(evaluation.test_set_version_id) if evaluation else None,
                "stage": model.stage,
                "promoted": model.promoted_at is not None,
                "at": (model.trained_at or model.created_at).isoformat(),
            }
        )
    return points


def latest_comparison(project_id: UUID) -> Comparison | None:
    """The verdict given last."""
    return (
        Comparison.objects.filter(project_id=project_id)
        .select_related("candidate", "incumbent", "test_set_version")
        .order_by("-id")
        .first()
    )


def _trained(project_id: UUID, pipeline_id: UUID | None) -> QuerySet[Model]:
    rows = Model.objects.filter(
        project_id=project_id, status=Model.Status.TRAINED, deleted_at__isnull=True
    ).select_related("test_set_version")
    if pipeline_id is not None:
        rows = rows.filter(pipeline_id=pipeline_id)
    return rows.order_by("trained_at", "id")
