"""The learning curve of a pipeline: how good its versions are over how many labels they learnt from, one test set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from datasets.models import TestSetVersion
from models_registry.models import Evaluation, Model
from models_registry.selectors.figures import headline
from models_registry.selectors.versions import BESIDE

__all__ = ["CurvePoint", "LearningCurve", "learning_curve"]


@dataclass(frozen=True)
class CurvePoint:
    """A version: pictures it learnt from, and the headline figure of its evaluation."""

    model: Model
    labels: int
    figure: float
    evaluation: Evaluation


@dataclass(frozen=True)
class LearningCurve:
    """``points``: fewest labels first, all on ``version`` and of one recipe. Left out: versions ``elsewhere`` (not
    evaluated on that test set version) and those of another recipe (``unlike``: adapter, configuration, dataset)."""

    metric: str = ""
    version: TestSetVersion | None = None
    points: list[CurvePoint] = field(default_factory=list)
    elsewhere: int = 0
    unlike: int = 0

    @property
    def newest(self) -> Model | None:
        """The version that was trained last: its recipe is the curve's."""
        return max((point.model for point in self.points), key=_age, default=None)


def learning_curve(project_id: UUID, pipeline_id: UUID, version_id: UUID | None = None) -> LearningCurve:
    """Of the trained versions that the pipeline made, and of those they were made from where people trained them (its
    first). On the test set version that is named, else on that on which the newest of them was evaluated last. Three
    queries."""
    trained = Model.objects.filter(
        project_id=project_id, status=Model.Status.TRAINED, deleted_at=None, train_count__gt=0, dataset__isnull=False
    ).exclude(lineage__has_any_keys=BESIDE)
    own = list(trained.filter(pipeline_id=pipeline_id))
    bases = {model.base_model_id for model in own if model.base_model_id}
    known = {model.pk: model for model in [*own, *trained.filter(pk__in=bases - {model.pk for model in own})]}
    by_model = _evaluations(known, version_id)
    judged = sorted((known[pk] for pk in by_model), key=_age)
    if not judged:
        return LearningCurve(elsewhere=len(known))
    newest = judged[-1]
    last = next(reversed(by_model[newest.pk].values()))
    metric = headline(last.summary)["metric"]
    points: list[CurvePoint] = []
    unlike = 0
    for model in known.values():
        row = by_model.get(model.pk, {}).get(last.test_set_version_id)
        figure = headline(row.summary) if row else {"accuracy": None}
        if row is None or figure["accuracy"] is None:
            continue
        if _recipe(model) != _recipe(newest) or figure["metric"] != metric:
            unlike += 1
            continue
        points.append(CurvePoint(model, model.train_count, float(figure["accuracy"]), row))
    points.sort(key=lambda point: (point.labels, _age(point.model)))
    return LearningCurve(metric, last.test_set_version, points, len(known) - len(points) - unlike, unlike)


def _evaluations(models: Iterable[UUID], version_id: UUID | None) -> Mapping[UUID, dict[UUID, Evaluation]]:
    """Of each model its finished evaluations with a figure, by test set version, oldest first."""
    rows = Evaluation.objects.filter(model__in=list(models), status=Evaluation.Status.DONE).order_by("finished_at")
    if version_id is not None:
        rows = rows.filter(test_set_version=version_id)
    found: dict[UUID, dict[UUID, Evaluation]] = {}
    for row in rows.select_related("test_set_version__test_set").defer("metrics"):
        if headline(row.summary)["accuracy"] is not None:
            found.setdefault(row.model_id, {})[row.test_set_version_id] = row
    return found


def _recipe(model: Model) -> tuple[Any, ...]:
    """What a curve over labels must not mix: all but the labels themselves and the seed."""
    settings = {name: value for name, value in model.configuration.items() if name != "seed"}
    return model.adapter, settings, model.dataset_id


def _age(model: Model) -> tuple[Any, UUID]:
    return model.trained_at or model.created_at, model.pk
