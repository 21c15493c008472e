"""What a model suggests for an item, as it was copied into the task item's context when the item came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from annotation.models import SuggestionOutcome, TaskItem
from annotation.selectors.rules import Rules

__all__ = ["Suggestion", "answered_in", "suggestion_payload", "suggestions_of"]


@dataclass(frozen=True)
class Suggestion:
    """One annotation a model proposes. `id` names it for as long as the task item lives."""

    id: str
    type: str
    label: str
    confidence: float | None = None
    geometry: Any = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    model_id: str = ""
    model_name: str = ""
    prediction: str | None = None


def suggestions_of(ti: TaskItem, rules: Rules | None = None) -> list[Suggestion]:
    """The suggestions in their order; with `rules`, those that the task lets people accept."""
    whole = ti.context.get("suggestions") or _from_class(ti.context.get("suggestion") or {})
    prediction = str(whole.get("prediction_id") or "") or None
    found = [
        Suggestion(
            id=f"{prediction or 'suggestion'}:{at}", type=one.get("type", "class"), label=one["label"],
            confidence=one.get("confidence"), geometry=one.get("geometry"), attributes=one.get("attributes") or {},
            model_id=str(whole.get("model_id") or ""), model_name=str(whole.get("model_name") or ""),
            prediction=prediction,
        )
        for at, one in enumerate(whole.get("annotations") or ())
    ]  # fmt: skip
    return [one for one in found if rules is None or rules.allows(one.type, one.label)]


def _from_class(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """A context that tells the class alone, in the shape of one that tells everything."""
    if not told.get("label"):
        return {}
    return {**told, "annotations": [{"type": "class", "label": told["label"], "confidence": told.get("confidence")}]}


def answered_in(rows: Sequence[TaskItem]) -> dict[UUID, Set[str]]:
    """By task item, the suggestions that whoever labelled it took or left when they submitted; of a review those of its
    labelling. At most one query."""
    labelling = {ti.pk: ti.source_id or ti.pk for ti in rows if suggestions_of(ti)}
    told: dict[UUID, set[str]] = defaultdict(set)
    outcomes = SuggestionOutcome.objects.filter(task_item__in=set(labelling.values()))
    for pk, suggestion in outcomes.values_list("task_item", "suggestion"):
        told[pk].add(suggestion)
    return {pk: told[source] for pk, source in labelling.items()}


def suggestion_payload(one: Suggestion, answered: Set[str]) -> dict[str, Any]:
    return {
        "answered": one.id in answered,
        "id": one.id,
        "type": one.type,
        "label": one.label,
        "geometry": one.geometry,
        "attributes": dict(one.attributes),
        "confidence": one.confidence,
        "model": {"id": one.model_id, "name": one.model_name} if one.model_id else None,
        "prediction": one.prediction,
    }
