"""Fields of predictions and of agreement scores for the query language.

``prediction.<field>`` asks about what the project's best version says; ``predictions`` about what any version said,
best with ``$match``: ``{"predictions": {"$match": {"model": "<id>", "margin": {"$lt": 0.2}}}}``. ``scores`` asks how
far a model or a person agrees with ground truth, or two people with each other:
``{"scores": {"$match": {"kind": "person", "geometry": {"$lt": 0.5}}}}``; ``annotationScores`` the same of single
annotations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import FloatField, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from datasets.query import Column, Field, Related, register_source
from models_registry.models import AnnotationScore, ItemScore, Prediction

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
_SCORE_FIELDS = {
    "kind": Column("text", "kind"),
    "label": Column("number", "label", absent="null"),
    "attributes": Column("number", "attributes", absent="null"),
    "geometry": Column("number", "geometry", absent="null"),
    "score": Column("number", "score"),
    "truths": Column("integer", "truths"),
    "found": Column("integer", "found"),
    "matched": Column("integer", "matched"),
    "model": Column("uuid", "model_id", absent="null"),
    "modelName": Column("text", "model__name", absent="null"),
    "person": Column("text", "person__email", absent="null"),
    "other": Column("text", "other__email", absent="null"),
    "task": Column("uuid", "task_id", absent="null"),
    "createdAt": Column("date", "at"),
}
_PAIR_FIELDS = {
    "kind": Column("text", "of__kind"),
    "type": Column("text", "type"),
    "truthLabel": Column("text", "truth_label", absent="empty"),
    "foundLabel": Column("text", "found_label", absent="empty"),
    "confidence": Column("number", "confidence", absent="null"),
    "label": Column("number", "label"),
    "attributes": Column("number", "attributes", absent="null"),
    "geometry": Column("number", "geometry", absent="null"),
    "score": Column("number", "score"),
    "model": Column("uuid", "of__model_id", absent="null"),
    "person": Column("text", "of__person__email", absent="null"),
    "task": Column("uuid", "of__task_id", absent="null"),
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
_LIVE = Q(model=None) | Q(model__deleted_at=None)
_LOWEST = Coalesce(
    Subquery(
        ItemScore.objects.filter(_LIVE, item_id=OuterRef("pk")).order_by("score").values("score")[:1],
        output_field=FloatField(),
    ),
    Value(2.0),
    output_field=FloatField(),
)
SCORES = Related(ItemScore, _SCORE_FIELDS, where=_LIVE, sort_keys={"score": _LOWEST})
PAIRS = Related(
    AnnotationScore, _PAIR_FIELDS, item_key="of__item_id", where=Q(of__model=None) | Q(of__model__deleted_at=None)
)


@dataclass(frozen=True)
class RowSource:
    """Every path below the name is a field of the related rows, which refuse an unknown one naming what there is."""

    rows: Related

    def field(self, path: tuple[str, ...]) -> Field | None:
        """The related rows, whatever the path."""
        return self.rows


_SOURCES = {
    "prediction": RowSource(BEST),
    "predictions": RowSource(ANY),
    "scores": RowSource(SCORES),
    "annotationScores": RowSource(PAIRS),
}


def connect() -> None:
    """Registers the sources; called when Django is ready. Safe to repeat."""
    for name, source in _SOURCES.items():
        register_source(name, source)
