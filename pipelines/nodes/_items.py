"""What nodes that look at items share: which are still there, a share of them by chance, prediction scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from datasets.models import Item
from models_registry.models import Prediction
from pipelines.engine.spec import Execution, NodeError
from pipelines.services.bulk import as_uuids, chunks
from pipelines.services.facade import seeded

__all__ = ["SCORES", "drawn", "live", "missing_item", "model_of", "scores_of"]

LOOKUP = 500
SCORES = ("confidence", "margin", "entropy")


def live(item_ids: Iterable[str]) -> set[str]:
    """Those of these items that are not deleted."""
    found: set[str] = set()
    for part in chunks(as_uuids(sorted(set(item_ids))), LOOKUP):
        found.update(str(pk) for pk in Item.objects.filter(pk__in=part, deleted_at=None).values_list("pk", flat=True))
    return found


def missing_item(e: Execution, port: str = "item") -> NodeError:
    return NodeError(e.id, "item_missing", "The item was deleted.", {"item": e.inputs[port]})


def drawn(item_id: str, percent: float, seed: int = 0) -> bool:
    """Whether a share of all items takes this one: the same answer always; a larger share takes it too."""
    return bool(seeded("sample", str(seed), item_id).random() * 100 < percent)


def model_of(e: Execution) -> str | None:
    """The model a node is to ask about: its ``model`` input, else the one that predicted the item in this cycle."""
    return e.inputs.get("model") or e.memory.get("predicted_by")


def scores_of(batch: Sequence[Execution]) -> dict[str, Mapping[str, Any]]:
    """Execution id -> {"prediction", "label", "confidence", "margin", "entropy"} of its model's prediction of its item,
    for those that have one."""
    by_model: dict[str, list[Execution]] = {}
    for e in batch:
        model = model_of(e)
        if model:
            by_model.setdefault(model, []).append(e)
    found: dict[str, Mapping[str, Any]] = {}
    for model, part in by_model.items():
        rows: dict[str, Mapping[str, Any]] = {}
        for ids in chunks(as_uuids(sorted({e.inputs["item"] for e in part})), LOOKUP):
            saved = Prediction.objects.filter(model_id=UUID(model), item_id__in=ids)
            for item, pk, label, *values in saved.values_list("item_id", "pk", "label", *SCORES):
                rows[str(item)] = {"prediction": str(pk), "label": label, **dict(zip(SCORES, values, strict=True))}
        found |= {e.id: rows[e.inputs["item"]] for e in part if e.inputs["item"] in rows}
    return found
