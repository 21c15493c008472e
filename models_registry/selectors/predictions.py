"""Reading predictions as arrays, and embeddings by item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from alp_site.people.permissions import Person
from datasets.models import Item
from models_registry.models import Model, Prediction
from models_registry.permissions import PredictionPolicy
from models_registry.selectors.embeddings import embeddings_for

__all__ = ["PredictionArrays", "embeddings_of_items", "list_predictions", "missing_predictions", "predictions_for"]

LOOKUP = 500


@dataclass(frozen=True)
class PredictionArrays:
    """Rows in the order of the items asked for. probs: (N, C) float32; margin, entropy, confidence: (N,) float64.

    A row of NaN (and label "", id None) where the model has not predicted the item.
    """

    labels: list[str]
    item_ids: list[UUID]
    ids: list[UUID | None]
    label: list[str]
    probs: NDArray[np.float32]
    confidence: NDArray[np.float64]
    margin: NDArray[np.float64]
    entropy: NDArray[np.float64]

    @property
    def present(self) -> NDArray[np.bool_]:
        """(N,) which items have a prediction."""
        return ~np.isnan(self.margin)


def predictions_for(model_id: UUID, item_ids: Iterable[Any]) -> PredictionArrays:
    """What the model said of these items; ceil(N / 500) + 1 queries."""
    model = Model.objects.only("labels").get(pk=model_id)
    wanted = [item if isinstance(item, UUID) else UUID(str(item)) for item in item_ids]
    rows: dict[UUID, tuple[Any, ...]] = {}
    for start in range(0, len(wanted), LOOKUP):
        found = Prediction.objects.filter(model=model, item__in=wanted[start : start + LOOKUP]).values_list(
            "item_id", "id", "label", "confidence", "margin", "entropy", "probs"
        )
        rows.update({row[0]: row[1:] for row in found})
    width = max(len(model.labels), 1)
    probs = np.full((len(wanted), width), np.nan, dtype=np.float32)
    scores = np.full((len(wanted), 3), np.nan)
    ids: list[UUID | None] = [None] * len(wanted)
    label = [""] * len(wanted)
    for at, item in enumerate(wanted):
        row = rows.get(item)
        if row is None:
            continue
        ids[at], label[at] = row[0], row[1]
        scores[at] = row[2:5]
        vector = np.frombuffer(bytes(row[5]), dtype="<f4")
        if len(vector) == width:
            probs[at] = vector
    return PredictionArrays(list(model.labels), wanted, ids, label, probs, scores[:, 0], scores[:, 1], scores[:, 2])


def missing_predictions(model_id: UUID, item_ids: Iterable[Any]) -> list[UUID]:
    """The items this model has said nothing about, in the order given."""
    wanted = [item if isinstance(item, UUID) else UUID(str(item)) for item in item_ids]
    have: set[UUID] = set()
    for start in range(0, len(wanted), LOOKUP):
        rows = Prediction.objects.filter(model_id=model_id, item__in=wanted[start : start + LOOKUP])
        have.update(rows.values_list("item_id", flat=True))
    return [item for item in wanted if item not in have]


def embeddings_of_items(encoder_key: str, item_ids: Sequence[Any]) -> NDArray[np.float16]:
    """(N, D) float16 in the order of the items; NaN rows where a picture is not embedded yet."""
    wanted = [item if isinstance(item, UUID) else UUID(str(item)) for item in item_ids]
    blobs: dict[UUID, str] = {}
    for start in range(0, len(wanted), LOOKUP):
        rows = Item.objects.filter(pk__in=wanted[start : start + LOOKUP], blob__isnull=False)
        blobs.update(rows.values_list("id", "blob_id"))
    return embeddings_for(encoder_key, [blobs.get(item, "") for item in wanted])


def list_predictions(user: Person, item_id: UUID) -> QuerySet[Prediction]:
    """What versions said of one item, as far as this person may see them."""
    rows = PredictionPolicy().visible_to(user).filter(item_id=item_id, model__deleted_at__isnull=True)
    return rows.select_related("model")
