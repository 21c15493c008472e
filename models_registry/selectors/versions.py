"""Reading versions: one, a project's, their metrics, log and lineage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import FloatField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from alp_site.lib.models import Job
from alp_site.people.permissions import Person
from models_registry.models import Artifact, Evaluation, MetricSample, Model, ModelLog, ModelTag, PromotionLog
from models_registry.permissions import ModelPolicy

__all__ = [
    "BESIDE",
    "BY_CHANCE",
    "REPEAT_OF",
    "SORTS",
    "artifacts_of",
    "best_model",
    "get_model",
    "jobs_of",
    "latest_evaluations",
    "list_log",
    "list_models",
    "list_promotions",
    "metric_series",
    "newest_adapter",
    "repeats_of",
    "sortable",
    "tags_of",
]


REPEAT_OF = "repeat_of"
"""Key in the lineage of a repeat: the id of the version that it repeats with another seed."""
BY_CHANCE = "by_chance"
"""Key in the lineage of a version that learnt from labels picked by chance alone, to see what choosing saves."""
BESIDE = (REPEAT_OF, BY_CHANCE)
"""Keys of versions that stand beside the line: they tell something of others, and are never best."""


def repeats_of(model: Model) -> list[Model]:
    """The live repeats of a version, in the order in which they were made."""
    rows = Model.objects.filter(family=model.family, deleted_at=None)
    return list(rows.filter(**{f"lineage__{REPEAT_OF}": str(model.pk)}).order_by("number"))


def list_models(user: Person, project_id: UUID) -> QuerySet[Model]:
    """The project's live versions that this person may see, with what a row of a list shows; without those that only
    show what labels picked by chance teach."""
    rows = ModelPolicy().visible_to(user).filter(project_id=project_id).exclude(lineage__has_key=BY_CHANCE)
    return rows.select_related(*_SHOWN).prefetch_related("tags")


_FIGURES = ("accuracy", "macro_f1", "balanced_accuracy", "map_50", "map", "f1", "miou", "dice")
SORTS = ("name", "number", "train_count", *_FIGURES)


def sortable(rows: QuerySet[Model], sort: str) -> QuerySet[Model]:
    """The rows with the column of that name that is never null: a figure is that of the newest finished evaluation, -1
    where there is none. `sort`: one of SORTS."""
    if sort not in _FIGURES:
        return rows
    newest = Evaluation.objects.filter(model=OuterRef("pk"), status=Evaluation.Status.DONE).order_by("-finished_at")
    figure = newest.values(figure=Cast(KT(f"summary__{sort}"), FloatField()))[:1]
    return rows.annotate(**{sort: Coalesce(Subquery(figure), -1.0, output_field=FloatField())})


def tags_of(user: Person, project_id: UUID) -> list[str]:
    """The words in use in a project, by name."""
    visible = ModelPolicy().visible_to(user).filter(project_id=project_id)
    return list(ModelTag.objects.filter(model__in=visible).order_by("name").values_list("name", flat=True).distinct())


_SHOWN = ("base_model", "dataset", "test_set_version", "created_by")


def get_model(model_id: Any, project_id: UUID | None = None) -> Model | None:
    """A live version by id, for other apps' services; within a project when one is named."""
    rows = Model.objects.filter(pk=model_id, deleted_at__isnull=True).select_related(*_SHOWN)
    return (rows.filter(project_id=project_id) if project_id else rows).prefetch_related("tags").first()


def best_model(project_id: UUID, dataset_id: UUID | None = None) -> Model | None:
    """The version promoted last; of one dataset's line when it is named."""
    rows = Model.objects.filter(project_id=project_id, stage=Model.Stage.BEST, deleted_at__isnull=True)
    if dataset_id is not None:
        rows = rows.filter(dataset_id=dataset_id)
    return rows.order_by("-promoted_at").first()


def newest_adapter(project_id: UUID) -> str | None:
    """Of the version made last in the project; None where there is none yet."""
    rows = Model.objects.filter(project_id=project_id, deleted_at__isnull=True).order_by("-pk")
    return rows.values_list("adapter", flat=True).first()


def latest_evaluations(model_ids: Iterable[UUID]) -> dict[UUID, Evaluation]:
    """model -> its newest finished evaluation, without the long report. One query."""
    rows = (
        Evaluation.objects.filter(model__in=list(model_ids), status=Evaluation.Status.DONE)
        .select_related("test_set_version")
        .defer("metrics")
        .order_by("finished_at")
    )
    return {row.model_id: row for row in rows}


def jobs_of(models: Iterable[Model]) -> dict[UUID, Job]:
    """job id -> the training job of each version that has one. One query."""
    return Job.objects.in_bulk([model.job_id for model in models if model.job_id])


def metric_series(model_id: UUID) -> list[dict[str, Any]]:
    """The samples as charts: ``[{"figure", "series": [{"legend", "points": [[x, y], ...]}]}]``."""
    figures: dict[str, dict[str, list[list[float]]]] = {}
    rows = MetricSample.objects.filter(model_id=model_id).order_by("figure", "legend", "x")
    for figure, legend, x, y in rows.values_list("figure", "legend", "x", "y"):
        figures.setdefault(figure, {}).setdefault(legend, []).append([x, y])
    return [
        {"figure": figure, "series": [{"legend": legend, "points": points} for legend, points in lines.items()]}
        for figure, lines in figures.items()
    ]


def list_log(model_id: UUID) -> QuerySet[ModelLog]:
    """The version's log with the persons in it."""
    return ModelLog.objects.filter(model_id=model_id).select_related("person")


def artifacts_of(model_id: UUID) -> list[Artifact]:
    """The version's files by name."""
    return list(Artifact.objects.filter(model_id=model_id).order_by("name"))


def list_promotions(user: Person, project_id: UUID) -> QuerySet[PromotionLog]:
    """Who was best when, of a project whose models this person may see."""
    visible = ModelPolicy().visible_to(user).filter(project_id=project_id)
    return PromotionLog.objects.filter(project_id=project_id, model__in=visible).select_related(
        "model", "previous", "person"
    )
