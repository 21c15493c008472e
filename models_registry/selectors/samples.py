"""What a version in training says of a few validation pictures, epoch by epoch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from alp_site.lib import storage
from datasets.models import Item
from datasets.selectors import thumbnail_url
from models_registry.models import Artifact, Model

__all__ = ["FILE", "live_path", "read_live", "samples", "scratch_name"]

FILE = "samples.json"
"""The artifact of a trained version; of one in training the file lies beside its checkpoint."""
SIDE = 512  # of a picture on the page


def scratch_name(model_id: UUID) -> str:
    """Of the folder that holds what a training needs to go on."""
    return f"training-{model_id}"


def live_path(model_id: UUID) -> Path:
    """Where a training keeps what it has said so far."""
    return storage.scratch_path(scratch_name(model_id)) / FILE


def read_live(model_id: UUID) -> dict[str, Any] | None:
    """What a training has said so far; None where it has said nothing yet."""
    try:
        found: dict[str, Any] = json.loads(live_path(model_id).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # it is replaced whole; what a power cut tore is made anew
        return None
    return found


def samples(model: Model, after: int = -1) -> dict[str, Any]:
    """``{"shown_from", "pictures": [{"item", "name", "thumbnail", "size_wh", "truth"}], "epochs": [{"epoch", "answers":
    [answer of each picture]}]}``, only epochs behind ``after``; an answer and the truth are ``{"classes": [{label,
    share}]}`` or ``{"shapes": [...]}`` (as ``services.drawing`` has them). A picture that is gone has neither name nor
    thumbnail. Two queries."""
    found = _content(model) or {"shown_from": 0.0, "pictures": [], "epochs": []}
    rows = Item.objects.filter(
        pk__in=[one["item"] for one in found["pictures"]], dataset=model.dataset, deleted_at=None
    )
    items = {str(row.pk): row for row in rows.only("id", "name", "blob_id")}
    pictures = []
    for one in found["pictures"]:
        item = items.get(one["item"])
        known = item is not None and item.blob_id == one["blob"]
        pictures.append(
            {
                "item": one["item"] if known else None,
                "name": item.name if item and known else "",
                "thumbnail": thumbnail_url(item, SIDE) if item and known else None,
                "size_wh": one["size_wh"],
                "truth": one["truth"],
            }
        )
    epochs = [one for one in found["epochs"] if one["epoch"] > after]
    return {"shown_from": found["shown_from"], "pictures": pictures, "epochs": epochs}


def _content(model: Model) -> dict[str, Any] | None:
    artifact = Artifact.objects.filter(model=model, name=FILE).first()
    if artifact is None:
        return read_live(model.pk)
    content: dict[str, Any] = json.loads(storage.read_bytes(artifact.blob_id))
    return content
