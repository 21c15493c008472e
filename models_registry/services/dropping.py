"""Taking predictions away: deleted, or put away in a file of their model first."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from alp_site.lib import storage
from alp_site.lib.db import write
from models_registry.models import Model, Prediction
from models_registry.services.artifacts import attach

__all__ = ["drop_predictions", "put_away", "store_files"]

LOOKUP = 500
FOLDER = "predictions/"


def store_files(prediction_ids: Iterable[UUID]) -> dict[UUID, tuple[str, int]]:
    """Model -> (sha256, size) of a stored file with its part of these predictions: one JSON object a line, oldest
    first. Slow; writes no table; the same predictions make the same file. Name it by ``put_away``."""
    lines: dict[UUID, list[str]] = defaultdict(list)
    ids = list(prediction_ids)
    for start in range(0, len(ids), LOOKUP):
        rows = Prediction.objects.filter(pk__in=ids[start : start + LOOKUP]).select_related("item").order_by("id")
        for row in rows:
            lines[row.model_id].append(json.dumps(_record(row), sort_keys=True))
    made = {}
    for model_id, part in lines.items():
        kept = storage.put_bytes(("\n".join(part) + "\n").encode())
        made[model_id] = (kept.sha256, kept.size)
    return made


def put_away(*, files: Iterable[tuple[UUID, str, int]]) -> None:
    """Names stored files (model, sha256, size) as artifacts of their models. Joins the transaction; repeatable."""
    with write():
        for model_id, sha256, size in sorted(set(files), key=str):
            model = Model.objects.filter(pk=model_id).first()
            if model is not None:
                name = f"{FOLDER}{hashlib.sha256(sha256.encode()).hexdigest()[:16]}.jsonl"
                attach(model=model, name=name, sha256=sha256, size=size)


def drop_predictions(*, prediction_ids: Sequence[UUID]) -> int:
    """Deletes them; what people were shown of them (task items keep a copy) stays. Joins the transaction; repeatable.
    Returns how many there were."""
    gone = 0
    with write():
        for start in range(0, len(prediction_ids), LOOKUP):
            gone += Prediction.objects.filter(pk__in=prediction_ids[start : start + LOOKUP]).delete()[0]
    return gone


def _record(row: Prediction) -> dict[str, object]:
    return {
        "prediction": str(row.pk), "model": str(row.model_id), "item": str(row.item_id),
        "filename": row.item.filename, "sha256": row.item.blob_id, "annotations": row.annotations, "label": row.label,
        "confidence": row.confidence, "margin": row.margin, "entropy": row.entropy,
        "weights_digest": row.weights_digest, "created_at": row.created_at.isoformat(),
    }  # fmt: skip
