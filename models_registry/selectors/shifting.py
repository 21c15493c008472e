"""What a version answered before and answers now, and how good its line was at each size: what triggers watch."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from models_registry.ml.calibration import apply_temperature
from models_registry.ml.metrics.object_report import matches_of
from models_registry.models import Evaluation, Model, Prediction
from models_registry.selectors.figures import headline
from models_registry.selectors.judging import read_table
from models_registry.selectors.versions import BY_CHANCE, latest_evaluations

__all__ = ["answers_on_new_items", "answers_on_test_set", "count_new_answers", "sizes_and_figures"]


def answers_on_test_set(model: Model) -> NDArray[np.float64] | None:
    """(N, C) what the model said of the pictures of its newest evaluation, as its predictions say it: calibrated
    probabilities by label, or of a model of shapes the score of the surest shape of each label. None without a finished
    evaluation, and of a model of pixels, which gives no scores."""
    evaluation = latest_evaluations([model.pk]).get(model.pk)
    if evaluation is None or evaluation.table_id is None:
        return None
    table = read_table(str(evaluation.table_id))
    columns = {str(name): at for at, name in enumerate(table["classes"])}
    if "probs" in table:
        scores = np.asarray(table["probs"], dtype=np.float64)
        if model.temperature is not None and len(scores):
            known = np.isfinite(scores).all(axis=1)
            scores[known] = apply_temperature(scores[known], model.temperature)
    elif "pixels_truth" in table:
        return None
    else:
        matches = matches_of(table)
        scores = np.zeros((matches.images, len(columns)))
        np.maximum.at(scores, (matches.found_image, matches.found_label), matches.score)
    return scores[:, [columns[label] for label in model.labels]]


def count_new_answers(model: Model, dataset_id: UUID) -> int:
    """How many items that came into the dataset since the model became the best it has predicted."""
    return _new(model, dataset_id).count()


def answers_on_new_items(model: Model, dataset_id: UUID, *, start: int, count: int) -> NDArray[np.float64]:
    """(up to count, C) the scores it gave them, in the order in which it predicted them."""
    rows = _new(model, dataset_id).order_by("id").values_list("probs", flat=True)[start : start + count]
    vectors = [np.frombuffer(bytes(row), dtype="<f4") for row in rows]
    return np.array([v for v in vectors if len(v) == len(model.labels)], dtype=np.float64).reshape(
        -1, len(model.labels)
    )


def _new(model: Model, dataset_id: UUID) -> QuerySet[Prediction]:
    """Items from before wait in a pool from which the model itself chose: they are no fair sample of what comes."""
    since = model.promoted_at or model.trained_at or model.created_at
    return Prediction.objects.filter(
        model=model, item__dataset=dataset_id, item__dataset__project=model.project_id, item__deleted_at=None,
        item__created_at__gt=since,
    )  # fmt: skip


def sizes_and_figures(model: Model) -> tuple[str, list[tuple[UUID, tuple[int, float]]]]:
    """(metric, [(version, (training pictures, figure))]) of the trained versions of the model's line, on the test-set
    version on which the model itself was evaluated last, smallest first. ("", []) while it was not."""
    own = latest_evaluations([model.pk]).get(model.pk)
    if own is None:
        return "", []
    done = Evaluation.objects.filter(
        model__family=model.family, model__project=model.project_id, model__status=Model.Status.TRAINED,
        model__train_count__gt=0, model__deleted_at=None, test_set_version=own.test_set_version_id,
        status=Evaluation.Status.DONE,
    ).exclude(model__lineage__has_key=BY_CHANCE).order_by("finished_at")  # fmt: skip
    metric = headline(own.summary)["metric"]
    found: dict[UUID, tuple[int, float]] = {}
    rows: Any = done.values_list("model_id", "model__train_count", "summary")
    for model_id, count, summary in rows:
        figure = headline(summary)
        if figure["accuracy"] is not None and figure["metric"] == metric:
            found[model_id] = (count, float(figure["accuracy"]))
    return str(metric), sorted(found.items(), key=lambda one: one[1])
