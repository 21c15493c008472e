"""Annotations in and out of items, for nodes: what an item holds, what is written in a model's or a person's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from alp_site.lib.errors import AlpError, NotFound
from alp_site.lib.ids import uuid7
from alp_site.people.models import User
from datasets.geometry._agreement import Shape
from datasets.models import Annotation, Item
from datasets.services import ClassLabel, set_class_labels
from datasets.services.annotations import apply_operations
from models_registry.models import Model, Prediction
from pipelines.services.bulk import as_uuids, chunks

__all__ = ["Held", "NewAnnotation", "Refused", "held_by", "predicted", "shapes_of", "write_annotations"]

LOOKUP = 500


class Refused(AlpError):
    """The dataset does not take an annotation (a label its ontology lacks, a geometry outside the image)."""

    code = "annotation_refused"
    status = 409


@dataclass(frozen=True)
class Held:
    """An item with its live annotations, oldest first."""

    item: Item
    annotations: Sequence[Annotation] = ()

    @property
    def size_wh(self) -> tuple[int, int]:
        return self.item.width, self.item.height


@dataclass(frozen=True)
class NewAnnotation:
    """One annotation to write, by a person, or by a model with its confidence and the prediction it comes from."""

    type: str
    label: str
    geometry: Any = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    user: User | None = None
    model: Model | None = None
    confidence: float | None = None
    prediction: UUID | None = None

    @property
    def shape(self) -> Shape:
        return Shape(self.type, self.label, self.geometry)


def held_by(item_ids: Iterable[str]) -> dict[str, Held]:
    """The live ones of these items, by id, with their annotations. Two queries for each 500."""
    found: dict[str, Held] = {}
    for part in chunks(as_uuids(sorted(set(item_ids))), LOOKUP):
        rows: dict[UUID, list[Annotation]] = defaultdict(list)
        for row in Annotation.objects.filter(item_id__in=part, deleted_at=None).order_by("id"):
            rows[row.item_id].append(row)
        items = Item.objects.filter(pk__in=part, deleted_at=None).select_related("dataset")
        found.update({str(item.pk): Held(item, rows[item.pk]) for item in items})
    return found


def shapes_of(annotations: Iterable[Any]) -> list[Shape]:
    """What they say, of rows or of a prediction's dictionaries."""
    return [
        Shape(one.get("type", "class"), one["label"], one.get("geometry"))
        if isinstance(one, Mapping)
        else Shape(one.type, one.label, one.geometry)
        for one in annotations
    ]


def predicted(prediction: Prediction, model: Model) -> list[NewAnnotation]:
    """A prediction's annotations, ready to be written in the model's name."""
    return [
        NewAnnotation(
            type=one.get("type", "class"), label=one["label"], geometry=one.get("geometry"),
            attributes=one.get("attributes") or {}, model=model, confidence=one.get("confidence", 0.0),
            prediction=prediction.pk,
        )
        for one in prediction.annotations
    ]  # fmt: skip


def write_annotations(wanted: Mapping[str, Sequence[NewAnnotation]], held: Mapping[str, Held]) -> None:
    """Makes these all that the items hold: what is there already stays, the rest of the old goes. Joins the open
    transaction; safe to repeat. Raises NotFound for a deleted item, Refused with the reason, Invalid for a label."""
    plain: list[ClassLabel] = []
    for item_id, new in wanted.items():
        if item_id not in held:
            raise NotFound("The item was deleted.", item=item_id)
        only = new[0] if len(new) == 1 else None
        if only is not None and only.type == "class" and only.model is not None and not held[item_id].annotations:
            plain.append(
                ClassLabel(UUID(item_id), only.label, only.prediction, only.model.pk, only.model.name, only.confidence)
            )
        else:
            _replace(held[item_id], new)
    if plain:
        set_class_labels(entries=plain, author_user=None)


def _replace(held: Held, new: Sequence[NewAnnotation]) -> None:
    left = list(new)
    gone: list[Annotation] = []
    for row in held.annotations:
        same = next((one for one in left if one.shape == Shape(row.type, row.label, row.geometry)), None)
        if same is None:
            gone.append(row)
        else:
            left.remove(same)
    deletes = [
        {"op_id": str(uuid7()), "type": "delete", "annotation": str(row.pk), "base_revision": row.revision}
        for row in gone
    ]
    by_author: dict[User | None, list[dict[str, Any]]] = defaultdict(list)
    for one in left:
        by_author[one.user].append({"op_id": str(uuid7()), "type": "create", "data": _data(one)})
    first, *rest = by_author or [None]
    for user, operations in ((first, [*deletes, *by_author.get(first, ())]), *((u, by_author[u]) for u in rest)):
        if operations:
            _apply(held.item, user, operations)


def _apply(item: Item, user: User | None, operations: Sequence[Mapping[str, Any]]) -> None:
    answers = apply_operations(item=item, operations=operations, user=user, as_saved=True)
    wrong = next((answer for answer in answers if answer["status"] != 200), None)
    if wrong is not None:
        raise Refused(str(wrong["error"]["message"]), item=str(item.pk))


def _data(one: NewAnnotation) -> dict[str, Any]:
    data: dict[str, Any] = {
        "type": one.type, "label": one.label, "geometry": one.geometry, "attributes": dict(one.attributes),
    }  # fmt: skip
    if one.model is not None:
        data |= {"model_id": str(one.model.pk), "model_name": one.model.name, "confidence": one.confidence}
    if one.prediction is not None:
        data["source_prediction"] = str(one.prediction)
    return data
