"""Repeats of a version: the same recipe and data with other seeds, made where a comparison asks for several seeds."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from alp_site.lib import storage
from alp_site.lib.db import write
from alp_site.people.models import Project
from models_registry.errors import RepeatsMissing
from models_registry.models import Artifact, Evaluation, Model, ModelLog
from models_registry.selectors.versions import REPEAT_OF, repeats_of
from models_registry.services import artifacts, evaluation, stages, training, versions

__all__ = ["ensure_repeats", "evaluated_repeats"]


def ensure_repeats(
    *,
    model_id: UUID,
    seeds: int,
    test_set_version_id: UUID,
    person_id: UUID | None = None,
    cycle_id: UUID | None = None,
) -> list[Model | Evaluation]:
    """Starts what is missing for ``seeds`` seeds, the version's own among them: repeats, their trainings, their
    evaluations. Returns what is not ready: nothing, once all is. One whose training failed is among them, and is not
    started again. Joins an open transaction; safe to repeat."""
    with write():
        model = Model.objects.select_for_update().get(pk=model_id, deleted_at__isnull=True)
        if not model.can_predict or model.dataset_id is None:
            return []  # an untrained one, or one from outside, is one of a kind
        known = repeats_of(model)[: seeds - 1]
        used = {one.seed for one in known}
        fresh = [seed for seed in range(model.seed + 1, model.seed + seeds) if seed not in used]
        known += [_repeat(model, seed, person_id) for seed in fresh[: seeds - 1 - len(known)]]
        waiting: list[Model | Evaluation] = []
        for one in known:
            if one.status == Model.Status.CREATED:
                training.start_training(model_id=one.pk, person_id=person_id)
            if one.status != Model.Status.TRAINED:
                waiting.append(one)
                continue
            row = evaluation.request_evaluation(
                model_id=one.pk, test_set_version_id=test_set_version_id, person_id=person_id, cycle_id=cycle_id
            )
            if row.status != Evaluation.Status.DONE:
                waiting.append(row)
        return waiting


def evaluated_repeats(model: Model, seeds: int, test_set_version_id: UUID) -> list[tuple[Model, Evaluation]]:
    """The repeats to count beside the version for ``seeds`` seeds, with their evaluations. Raises RepeatsMissing; none
    for a version that cannot be repeated."""
    if model.dataset_id is None or not model.can_predict:
        return []
    known = repeats_of(model)[: seeds - 1]
    done = Evaluation.objects.filter(
        model__in=known, test_set_version=test_set_version_id, status=Evaluation.Status.DONE, table__isnull=False
    )
    by_model = {row.model_id: row for row in done}
    ready = [(one, by_model[one.pk]) for one in known if one.pk in by_model]
    if len(ready) < seeds - 1:
        text = f"{len(ready) + 1} of the {seeds} seeds of {model.name} are trained and evaluated on the test set."
        raise RepeatsMissing(text, model=str(model.pk), seeds=seeds, ready=len(ready) + 1)
    return ready


def _repeat(model: Model, seed: int, person_id: UUID | None) -> Model:
    """A version of the same data, configuration and labels; archived from the start, and of no pipeline, as it
    stands for another."""
    Project.objects.select_for_update().get(pk=model.project_id)
    lineage: dict[str, Any] = {name: value for name, value in model.lineage.items() if name != "calibration"}
    copy = Model.objects.create(
        project_id=model.project_id,
        name=versions.free_name(model.project_id, f"{model.name[:180]}, seed {seed}"),
        base_model_id=model.base_model_id,
        family=model.family,
        number=versions.next_number(model.family),
        adapter=model.adapter,
        configuration=model.configuration,
        labels=model.labels,
        dataset_id=model.dataset_id,
        train_filter=model.train_filter,
        validation_filter=model.validation_filter,
        test_set_version_id=model.test_set_version_id,
        train_count=model.train_count,
        validation_count=model.validation_count,
        lineage={**lineage, REPEAT_OF: str(model.pk)},
        seed=seed,
        stage=Model.Stage.ARCHIVED,
        stage_reason=f"{model.name} with another seed",
        created_by_id=person_id,
    )
    body = storage.put_bytes(_lineage_with(model, seed))
    artifacts.attach(model=copy, name=versions.LINEAGE, sha256=body.sha256, size=body.size)
    weights = Artifact.objects.filter(model=model, name=versions.EXAMPLE_WEIGHTS).first()
    if weights is not None:
        artifacts.attach(model=copy, name=versions.EXAMPLE_WEIGHTS, sha256=weights.blob_id, size=weights.size)
    text = f"made to repeat {model.name} with another seed"
    ModelLog.objects.create(model=copy, kind="status", status=copy.status, text=text, person_id=person_id)
    stages.publish_status(copy)
    return copy


def _lineage_with(model: Model, seed: int) -> bytes:
    body = {**artifacts.read_json(model, versions.LINEAGE), "seed": seed}
    return json.dumps(body, separators=(",", ":"), sort_keys=True).encode()
