"""Who is best. One best version a project and ground truth; every change is a row of the promotion log."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from alp_site.lib.db import now, write
from alp_site.lib.errors import Invalid
from models_registry.errors import ApprovalNeeded, NotTrained, WrongStatus
from models_registry.models import Comparison, Model, PromotionLog
from models_registry.selectors.versions import BY_CHANCE
from models_registry.services import stages

__all__ = ["archive", "promote", "rollback"]


def promote(
    *,
    model_id: UUID,
    reason: str = "",
    person_id: UUID | None = None,
    cycle_id: UUID | None = None,
    pipeline_id: UUID | None = None,
    comparison_id: UUID | None = None,
) -> PromotionLog | None:
    """Makes the version best and archives the one it takes over from. Joins an open transaction.

    Repeating it changes nothing and returns None. Raises NotTrained for a version without weights, unless it is a
    base version nobody has trained yet and nothing else is best (the start of a project); Invalid for a comparison of
    another candidate; ApprovalNeeded where the comparison's rule asks for a person and there is none; WrongStatus for
    a version that learnt labels by chance to compare with.
    """
    with write():
        model = Model.objects.select_for_update().get(pk=model_id, deleted_at__isnull=True)
        if BY_CHANCE in model.lineage:
            raise WrongStatus(f"{model.name} only shows what labels picked by chance teach.", status=model.stage)
        comparison = _comparison_of(model, comparison_id, person_id)
        if model.stage == Model.Stage.BEST:
            return None
        rivals = list(_best_beside(model).select_for_update())
        if not model.can_predict and (rivals or model.status != Model.Status.PRE_TRAINED):
            raise NotTrained(f"{model.name} is {model.status}: it has nothing to predict with.", model=str(model.pk))
        return _take_over(
            model,
            rivals,
            kind=PromotionLog.Kind.PROMOTE,
            reason=reason or (comparison.reason if comparison else ""),
            person_id=person_id,
            cycle_id=cycle_id,
            pipeline_id=pipeline_id,
            comparison_id=comparison_id,
        )


def rollback(*, model_id: UUID, person_id: UUID | None = None, reason: str = "") -> PromotionLog:
    """Takes the current best out and puts back the version it had replaced. Each call steps back once.

    Raises WrongStatus when the version is not best or nothing came before it.
    """
    with write():
        current = Model.objects.select_for_update().get(pk=model_id, deleted_at__isnull=True)
        if current.stage != Model.Stage.BEST:
            raise WrongStatus(f"{current.name} is not the best version.", status=current.stage)
        entry = (
            PromotionLog.objects.filter(model=current, kind=PromotionLog.Kind.PROMOTE, previous__isnull=False)
            .select_related("previous")
            .order_by("-id")
            .first()
        )
        previous = entry.previous if entry else None
        if previous is None or previous.deleted_at is not None:
            raise WrongStatus(f"{current.name} replaced no other version.", status=current.stage)
        return _take_over(
            previous,
            [current],
            kind=PromotionLog.Kind.ROLLBACK,
            reason=reason or f"rolled back from {current.name}",
            person_id=person_id,
        )


def archive(*, model_id: UUID, reason: str = "", person_id: UUID | None = None) -> Model:
    """Puts a version aside. Raises WrongStatus for the best one: promote another first. Safe to repeat."""
    with write():
        model = Model.objects.select_for_update().get(pk=model_id, deleted_at__isnull=True)
        if model.stage == Model.Stage.BEST:
            raise WrongStatus(f"{model.name} is the best version: promote another one first.", status=model.stage)
        if model.status == Model.Status.TRAINING:
            raise WrongStatus(f"{model.name} is being trained: cancel that first.", status=model.status)
        if model.stage != Model.Stage.ARCHIVED:
            stages.set_stage(model=model, stage=Model.Stage.ARCHIVED, reason=reason or "put aside", person_id=person_id)
        return model


def _best_beside(model: Model) -> QuerySet[Model]:
    """The versions that stop being best: same project and same ground truth, or same family."""
    same = Q(dataset_id=model.dataset_id) | Q(dataset_id__isnull=True) | Q(family=model.family)
    if model.dataset_id is None:
        same = Q()
    best = Model.objects.filter(project_id=model.project_id, stage=Model.Stage.BEST, deleted_at__isnull=True)
    return best.filter(same).exclude(pk=model.pk)


def _take_over(
    model: Model,
    rivals: list[Model],
    *,
    kind: str,
    reason: str,
    person_id: UUID | None = None,
    cycle_id: UUID | None = None,
    pipeline_id: UUID | None = None,
    comparison_id: UUID | None = None,
) -> PromotionLog:
    for rival in rivals:
        why = f"replaced by {model.name}" if kind == PromotionLog.Kind.PROMOTE else f"rolled back to {model.name}"
        stages.set_stage(model=rival, stage=Model.Stage.ARCHIVED, reason=why, person_id=person_id)
    model.promoted_at = now()
    told = {"replaces": [str(rival.pk) for rival in rivals], "person": str(person_id) if person_id else None}
    stages.set_stage(model=model, stage=Model.Stage.BEST, reason=reason or "promoted", person_id=person_id, told=told)
    return PromotionLog.objects.create(
        project_id=model.project_id,
        model=model,
        previous=rivals[0] if rivals else None,
        kind=kind,
        reason=reason[:300],
        comparison_id=comparison_id,
        person_id=person_id,
        cycle_id=cycle_id,
        pipeline_id=pipeline_id,
    )


def _comparison_of(model: Model, comparison_id: UUID | None, person_id: UUID | None) -> Comparison | None:
    if comparison_id is None:
        return None
    found = Comparison.objects.filter(pk=comparison_id, project_id=model.project_id).first()
    if found is None or model.pk not in (found.candidate_id, found.incumbent_id):
        raise Invalid(f"This comparison is not one of {model.name}.", field="comparison")
    if found.config.get("approval") and found.candidate_id == model.pk and person_id is None:
        raise ApprovalNeeded(f"{model.name} waits for a person's approval.", comparison=str(found.pk))
    return found
