"""What a model suggests for an item, as it was copied into the task item's context when the item came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotation.models import TaskItem
from annotation.selectors.rules import Rules

__all__ = ["Suggestion", "suggestion_payload", "suggestions_of"]


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


def suggestion_payload(one: Suggestion) -> dict[str, Any]:
    return {
        "id": one.id,
        "type": one.type,
        "label": one.label,
        "geometry": one.geometry,
        "attributes": dict(one.attributes),
        "confidence": one.confidence,
        "model": {"id": one.model_id, "name": one.model_name} if one.model_id else None,
        "prediction": one.prediction,
    }
