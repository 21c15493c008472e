"""Fields of predictions for the query language.

``prediction.<field>`` asks about what the project's best version says; ``predictions`` about what any version said,
best with ``$match``: ``{"predictions": {"$match": {"model": "<id>", "margin": {"$lt": 0.2}}}}``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import FloatField, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from datasets.query import Column, Field, Related, register_source
from models_registry.models import Prediction

__all__ = ["ANY", "BEST", "connect"]

_FIELDS = {
    "label": Column("text", "label", absent="empty"),
    "confidence": Column("number", "confidence"),
    "margin": Column("number", "margin"),
    "entropy": Column("number", "entropy"),
    "model": Column("uuid", "model_id"),
    "modelName": Column("text", "model__name"),
    "createdAt": Column("date", "created_at"),
}
_BEST = Q(model__stage="best", model__deleted_at=None)


def _of_best(column: str, field: FloatField[Any, Any] | TextField[Any, Any], absent: float | str) -> Coalesce:
    rows = Prediction.objects.filter(_BEST, item_id=OuterRef("pk")).order_by("-model__promoted_at").values(column)[:1]
    return Coalesce(Subquery(rows, output_field=field), Value(absent), output_field=field)


BEST = Related(
    Prediction,
    _FIELDS,
    where=_BEST,
    sort_keys={
        # An item without a prediction sorts as the surest one: it is last when the unsure ones come first.
        "confidence": _of_best("confidence", FloatField(), 2.0),
        "margin": _of_best("margin", FloatField(), 2.0),
        "entropy": _of_best("entropy", FloatField(), -1.0),
        "label": _of_best("label", TextField(), ""),
    },
)
ANY = Related(Prediction, _FIELDS)


@dataclass(frozen=True)
class PredictionSource:
    """Every path below the name is a field of the related rows, which refuse an unknown one naming what there is."""

    rows: Related

    def field(self, path: tuple[str, ...]) -> Field | None:
        """The related rows, whatever the path."""
        return self.rows


_SOURCES = {"prediction": PredictionSource(BEST), "predictions": PredictionSource(ANY)}


def connect() -> None:
    """Registers the sources; called when Django is ready. Safe to repeat."""
    for name, source in _SOURCES.items():
        register_source(name, source)
