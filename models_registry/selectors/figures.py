"""Figures over versions: what the dashboard draws."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from models_registry.models import Comparison, Evaluation, Model, PromotionLog
from models_registry.selectors.versions import BESIDE, latest_evaluations

__all__ = ["best_history", "headline", "judged_figures", "labels_vs_metric", "latest_comparison"]

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


def judged_figures(project_id: UUID, cycle_ids: QuerySet[Any, Any]) -> list[tuple[str, float]]:
    """``(metric, figure)`` of each version that a comparison judged or that was promoted in one of these cycles (a
    query of their ids), in the order they first were: the headline of its evaluation, all on one test set version.

    That version is the one on which the last of them was evaluated newest. Who has no finished evaluation on it is left
    out: figures on different items do not compare. Three queries.
    """
    judged = Comparison.objects.filter(project_id=project_id, cycle_id__in=cycle_ids)
    promoted = PromotionLog.objects.filter(
        project_id=project_id, cycle_id__in=cycle_ids, kind=PromotionLog.Kind.PROMOTE
    )
    seen = [
        *judged.values_list("created_at", "candidate_id"),
        *promoted.values_list("at", "model_id"),
    ]
    models = list(dict.fromkeys(model_id for _, model_id in sorted(seen)))
    done = Evaluation.objects.filter(model__in=models, status=Evaluation.Status.DONE).order_by("finished_at", "id")
    figures: dict[UUID, dict[UUID, dict[str, Any]]] = {}
    for model_id, version_id, summary in done.values_list("model_id", "test_set_version_id", "summary"):
        if headline(summary)["accuracy"] is not None:
            figures.setdefault(model_id, {})[version_id] = headline(summary)
    known = [model_id for model_id in models if model_id in figures]
    if not known:
        return []
    version = list(figures[known[-1]])[-1]
    found = [figures[model_id][version] for model_id in known if version in figures[model_id]]
    return [(one["metric"], float(one["accuracy"])) for one in found]


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
    rows = rows.exclude(lineage__has_any_keys=BESIDE)  # they stand for others
    if pipeline_id is not None:
        rows = rows.filter(pipeline_id=pipeline_id)
    return rows.order_by("trained_at", "id")
