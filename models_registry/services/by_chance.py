"""Versions that learnt only labels picked by chance: what a loop's own are held against to see what choosing saves.

They stand beside the line as repeats do: archived from the start, in no list, never promoted. Several seeds of one are
repeats of it (``services.repeats``). Their training set is what no strategy chose: the labels that were there without
any round, and the random arm of the rounds. A split gives most of that arm to validation and test, as what a strategy
chose may not go there; so what lies in those subsets is learnt from too, but for the pictures of any frozen test set.
What is stopped by is then the rest of the validation subset.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.db import write
from alp_site.lib.jobs import request_cancel
from alp_site.lib.models import Job
from datasets.models import Dataset, TestSetEntry, TestSetVersion
from models_registry.ml.adapters import AdapterInfo
from models_registry.ml.saving import Saved, labels_saved
from models_registry.models import Evaluation, Model
from models_registry.selectors import catalogue
from models_registry.selectors.ground_truth import Gathered, Learnable, ShapeSubset, Subset, gather
from models_registry.selectors.judging import read_table
from models_registry.selectors.learning import LearningCurve
from models_registry.selectors.versions import BY_CHANCE, repeats_of
from models_registry.services import comparison, evaluation, repeats, stages, training, versions

__all__ = [
    "BY_CHANCE",
    "ByChance",
    "Standing",
    "draft_by_chance",
    "give_up",
    "go_on",
    "put_aside",
    "save_by_chance",
    "saved_against",
    "standing_of",
]

TAG: Final = "by chance"
REASON: Final = "learnt only labels picked by chance, to see what choosing saves"
LEAST_VALIDATION: Final = 20
"""With fewer validation pictures left, those that chance picked stay where they are and are not learnt from."""
LOOKUP: Final = 500


@dataclass(frozen=True, slots=True)
class ByChance:
    """What there is to learn from: ``start`` labels that no round picked, ``picked`` ones of the random arm. ``draft``:
    of a version that learns from both."""

    start: int
    picked: int
    draft: versions.VersionDraft


def draft_by_chance(
    *,
    like: Model,
    test_set_version: TestSetVersion,
    strategy: Set[str],
    chance: Set[str],
    person_id: UUID | None = None,
) -> ByChance:
    """A version of the recipe and the first base of ``like`` (weights of a later base would know what was chosen).
    ``strategy``, ``chance``: blobs of what rounds picked, by arm; one in both counts as chosen. Slow reading; writes no
    table. Raises as ``draft_version`` does."""
    assert like.dataset is not None  # it was trained
    about = catalogue.info(like.adapter)
    train, validation = (gather(about, like.dataset, dql) for dql in (like.train_filter, like.validation_filter))
    picked = chance - strategy
    learnt = [one for one in train.examples if one.blob not in strategy]
    left = [one for one in validation.examples if one.blob not in picked]
    kept: Sequence[Learnable] = left if len(left) >= LEAST_VALIDATION else validation.examples
    off_limits = {one.blob for one in kept} | _frozen(like.project_id, picked)
    known = {one.item for one in learnt}
    more = [
        one
        for one in _approved(about, like.dataset)
        if one.blob in picked and one.blob not in off_limits and one.item not in known
    ]
    examples = sorted([*learnt, *more], key=lambda one: one.item)
    base = Model.objects.filter(pk=like.family, adapter=like.adapter, deleted_at=None).first() or like.base_model
    assert base is not None  # it was made from one
    draft = versions.draft_version(
        project_id=like.project_id,
        base_model=base,
        dataset=like.dataset,
        train_filter=like.train_filter,
        validation_filter=like.validation_filter,
        test_set_version=test_set_version,
        configuration_changes=like.configuration,
        seed=like.seed,
        person_id=person_id,
        subsets=(_subset(train, examples), _subset(validation, kept)),
    )
    count = sum(one.blob in picked for one in examples)
    start = len(examples) - count
    facts = {"like": str(like.pk), "start": start, "picked": count}
    named = replace(draft, name=f"{like.name[:160]}, by chance", lineage={**draft.lineage, BY_CHANCE: facts})
    return ByChance(start, count, named)


def save_by_chance(draft: versions.VersionDraft) -> Model:
    """Writes the version and queues its training. Joins the open transaction. Each call makes one."""
    with write():
        model = versions.save_version(draft)
        stages.set_stage(model=model, stage=Model.Stage.ARCHIVED, reason=REASON, person_id=draft.person_id)
        model.tags.create(name=TAG)
        training.start_training(model_id=model.pk, person_id=draft.person_id)
        return model


def go_on(*, model_id: UUID, seeds: int, test_set_version_id: UUID, person_id: UUID | None = None) -> None:
    """Starts what is due next: evaluation and repeats once the first seed is trained, their evaluations once they are.
    Ask ``standing_of`` first: a failed evaluation would be queued again. Joins the open transaction; repeatable."""
    with write():
        model = Model.objects.get(pk=model_id)
        if model.status == Model.Status.TRAINED:
            evaluation.request_evaluation(
                model_id=model_id, test_set_version_id=test_set_version_id, person_id=person_id
            )
            repeats.ensure_repeats(
                model_id=model_id, seeds=seeds, test_set_version_id=test_set_version_id, person_id=person_id
            )


@dataclass(frozen=True, slots=True)
class Standing:
    """How far all seeds are. ``failed``: why it does not go on. ``done`` of ``total`` trainings and evaluations."""

    models: list[Model]
    evaluations: dict[UUID, Evaluation]
    failed: str
    done: float
    total: int

    @property
    def ready(self) -> bool:
        return self.done >= self.total


def standing_of(model: Model, seeds: int, test_set_version_id: UUID) -> Standing:
    """Three queries."""
    models = [model, *repeats_of(model)][:seeds]
    rows = Evaluation.objects.filter(model__in=models, test_set_version=test_set_version_id).defer("metrics")
    found = {row.model_id: row for row in rows}
    failed = [_failure(one, found.get(one.pk)) for one in models]
    trained = sum(one.status == Model.Status.TRAINED for one in models)
    judged = {pk: row for pk, row in found.items() if row.status == Evaluation.Status.DONE}
    running = Job.objects.filter(pk__in=[one.job_id for one in models if one.status == Model.Status.TRAINING])
    parts = [_share(job.progress) for job in running]
    why = next((text for text in failed if text), "")
    return Standing(models, judged, why, trained + len(judged) + sum(parts), 2 * seeds)


def give_up(model: Model, test_set_version_id: UUID, person_id: UUID | None = None) -> None:
    """Stops what is under way of all seeds. Joins the open transaction; safe to repeat."""
    with write():
        models = [model, *repeats_of(model)]
        for one in models:
            if one.status == Model.Status.TRAINING:
                training.cancel_training(model_id=one.pk, person_id=person_id)
        open_ones = Evaluation.objects.filter(
            model__in=models,
            test_set_version=test_set_version_id,
            status__in=[Evaluation.Status.PENDING, Evaluation.Status.RUNNING],
        )
        for job_id in open_ones.values_list("job_id", flat=True):
            if job_id is not None:
                request_cancel(job_id)


def put_aside(model: Model, person_id: UUID | None = None) -> None:
    """All its seeds into the trash, but for one still in training. Joins the open transaction; safe to repeat."""
    with write():
        for one in [*repeats_of(model), model]:
            one.refresh_from_db(fields=["status", "deleted_at"])
            if one.deleted_at is None and one.status != Model.Status.TRAINING:
                versions.delete_model(model_id=one.pk, person_id=person_id)


def saved_against(curve: LearningCurve, found: Standing) -> Saved:
    """What choosing saved, of the versions of a curve against the seeds by chance, all evaluated on the curve's test
    set. Slow (bootstrap); not inside a transaction. Raises Invalid: they do not hold the same items."""
    assert curve.version is not None
    reference, others = curve.points[0].model, [point.model for point in curve.points[1:]]
    rows = [*(point.evaluation for point in curve.points), *found.evaluations.values()]
    tables = {row.model_id: read_table(str(row.table_id)) for row in rows}
    task = catalogue.info(reference.adapter).task
    config = {"precision_recall": {"metric": "accuracy"}} if task == "classification" else {}
    gains, n, groups = comparison.gains_over([*others, *found.models], reference, curve.version, tables, config)
    own = [(point.labels, gain) for point, gain in zip(curve.points, [_nothing, *gains], strict=False)]
    return labels_saved(
        own,
        found.models[0].train_count,
        gains[len(others) :],
        n,
        groups=groups,
        seed=curve.version.number,
    )


def _nothing(weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """What the reference gains over itself."""
    return np.zeros(weights.shape[1])


def _approved(about: AdapterInfo, dataset: Dataset) -> Sequence[Learnable]:
    return gather(about, dataset, {}).examples


def _subset(like: Gathered, examples: Sequence[Any]) -> Subset | ShapeSubset:
    return Subset(list(examples)) if isinstance(like, Subset) else ShapeSubset(list(examples))


def _frozen(project_id: UUID, blobs: Iterable[str]) -> set[str]:
    """Those in any frozen test set of the project."""
    found: set[str] = set()
    wanted = sorted(blobs)
    for at in range(0, len(wanted), LOOKUP):
        rows = TestSetEntry.objects.filter(
            blob_id__in=wanted[at : at + LOOKUP], version__test_set__dataset__project_id=project_id
        )
        found.update(rows.values_list("blob_id", flat=True))
    return found


def _failure(model: Model, row: Evaluation | None) -> str:
    if model.deleted_at is not None:
        return f"{model.name} was deleted."
    if model.status in (Model.Status.FAILED, Model.Status.CANCELLED):
        said = (model.error or {}).get("message", "")
        return f"The training of {model.name} {'failed' if said else 'was cancelled'}{f': {said}' if said else '.'}"
    if row is not None and row.status == Evaluation.Status.FAILED:
        return f"The evaluation of {model.name} failed: {(row.error or {}).get('message', '')}"
    return ""


def _share(progress: dict[str, Any] | None) -> float:
    """Of a training under way; at most .99, as it is done when its version is."""
    done, total = (float((progress or {}).get(name) or 0) for name in ("done", "total"))
    return min(done / total, 0.99) if total > 1 else 0.0
