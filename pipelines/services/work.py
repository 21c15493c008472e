"""What a task item is told about its item: the model's suggestion, and why the item was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np

from models_registry.models import Model, Prediction
from pipelines.engine.spec import Execution
from pipelines.models import SelectionPick
from pipelines.services.bulk import as_uuids, chunks

__all__ = ["contexts", "pick_of", "why_chosen"]

LOOKUP = 500
TOP = 5


def contexts(executions: Sequence[Execution]) -> dict[str, dict[str, Any]]:
    """Execution id -> context of its task item: ``execution``, and ``suggestion``, ``suggestions``, ``selection`` where
    there are any. ``suggestion`` is the prediction's class, ``suggestions`` all annotations it holds.

    The suggestion is of the model that chose the item, else of the one that predicted it in this cycle. Reads only.
    """
    picks = _picks({e.cycle_id for e in executions})
    wanted: dict[str, set[str]] = {}
    for e in executions:
        model = _model_of(e, picks)
        if model:
            wanted.setdefault(model, set()).add(e.inputs["item"])
    suggestions = {model: _suggestions(model, items) for model, items in wanted.items()}
    choosers = {pick.round.model_id for pick in picks.values() if pick.round.model_id}
    names = {str(pk): name for pk, name in Model.objects.filter(pk__in=choosers).values_list("pk", "name")}
    found = {}
    for e in executions:
        context: dict[str, Any] = {"execution": e.id}
        context |= suggestions.get(_model_of(e, picks) or "", {}).get(e.inputs["item"], {})
        if pick := picks.get(e.cycle_id):
            context["selection"] = {**why_chosen(pick), "model_name": names.get(str(pick.round.model_id))}
        found[e.id] = context
    return found


def why_chosen(pick: SelectionPick) -> dict[str, Any]:
    """The answer to "why this image?", from the row of the round that chose it."""
    found = pick.round
    return {
        "score": pick.score,
        "strategy": found.method or found.strategy,
        "arm": pick.arm,
        "rank": pick.rank,
        "round": found.number,
        "chosen": found.chosen,
        "pool": found.pool_size,
        "model_id": str(found.model_id) if found.model_id else None,
    }


def _model_of(e: Execution, picks: Mapping[str, SelectionPick]) -> str | None:
    pick = picks.get(e.cycle_id)
    if pick is not None and pick.round.model_id:
        return str(pick.round.model_id)
    return e.memory.get("predicted_by")


def _picks(cycle_ids: Iterable[str]) -> dict[str, SelectionPick]:
    found: dict[str, SelectionPick] = {}
    for part in chunks(as_uuids(sorted(cycle_ids)), LOOKUP):
        rows = SelectionPick.objects.filter(cycle_id__in=part).select_related("round").order_by("id")
        found.update({str(pick.cycle_id): pick for pick in rows})
    return found


def _suggestions(model_id: str, item_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    model = Model.objects.filter(pk=model_id).first()
    if model is None:
        return {}
    found: dict[str, dict[str, Any]] = {}
    for part in chunks(as_uuids(sorted(item_ids)), LOOKUP):
        for row in Prediction.objects.filter(model=model, item_id__in=part):
            told: dict[str, Any] = {"suggestion": _suggestion(model, row)} if row.label else {}
            if row.annotations:
                told["suggestions"] = _everything(model, row)
            found[str(row.item_id)] = told
    return found


def _everything(model: Model, row: Prediction) -> dict[str, Any]:
    """All annotations of a prediction; their order is their name, so it is kept."""
    return {
        "prediction_id": str(row.pk),
        "model_id": str(model.pk),
        "model_name": model.name,
        "annotations": [
            {
                "type": one.get("type", "class"), "label": one["label"], "geometry": one.get("geometry"),
                "attributes": one.get("attributes") or {}, "confidence": one.get("confidence"),
            }
            for one in row.annotations
        ],
    }  # fmt: skip


def _suggestion(model: Model, row: Prediction) -> dict[str, Any]:
    vector = np.frombuffer(bytes(row.probs), dtype="<f4")
    best: list[int] = np.argsort(-vector, kind="stable")[:TOP].tolist() if len(vector) == len(model.labels) else []
    return {
        "label": row.label,
        "confidence": round(row.confidence, 6),
        "probs": {str(model.labels[at]): round(float(vector[at]), 6) for at in best},
        "prediction_id": str(row.pk),
        "model_id": str(model.pk),
        "model_name": model.name,
    }


def pick_of(cycle_ids: Iterable[UUID]) -> dict[str, SelectionPick]:
    """Cycle id -> the pick that let its item through, where a Select node did."""
    return _picks(str(pk) for pk in cycle_ids)
