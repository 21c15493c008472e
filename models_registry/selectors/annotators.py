"""Who annotated what, and how far each agrees with ground truth: what examples of a training are weighed by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count

from alp_site.people.models import User
from datasets.models import Annotation
from models_registry.ml.annotator_weights import FORMULA, annotator_weight, picture_weight
from models_registry.models import ItemScore
from models_registry.selectors.ground_truth import Example, Gathered, ShapeExample
from models_registry.selectors.scores import list_scores

__all__ = ["Weighing", "weigh"]

LOOKUP = 500


@dataclass(frozen=True)
class Weighing:
    """weights: one for each example, in their order. people: everyone with a score: id, name, scores, mean, weight."""

    weights: list[float]
    people: list[dict[str, Any]]
    floor: float

    def content(self) -> dict[str, Any]:
        """As it is kept with the version."""
        return {
            "format": "alp.example_weights/1",
            "formula": FORMULA,
            "floor": self.floor,
            "people": self.people,
            "train": self.weights,
        }

    def summary(self) -> dict[str, int]:
        """What everyone may see, who reads no figures of people."""
        return {"people": len(self.people), "weighed": sum(weight < 1 for weight in self.weights)}


def weigh(project_id: UUID, gathered: Gathered, floor: float) -> Weighing:
    """Each example by who last changed its annotations before they were approved. Reads what the scores say now; a
    query each 500 annotations, and two."""
    drawn = [_annotations(example) for example in gathered.examples]
    authors = _authors(pk for annotations in drawn for pk in annotations)
    people = _people(project_id, set(authors.values()), floor)
    weights = {UUID(person["id"]): float(person["weight"]) for person in people}
    rows = [[authors[pk] for pk in annotations if pk in authors] for annotations in drawn]
    return Weighing([picture_weight(row, weights) for row in rows], people, floor)


def _annotations(example: Any) -> Sequence[str]:
    if isinstance(example, ShapeExample):
        return [drawing.annotation for drawing in example.drawings]
    assert isinstance(example, Example)
    return [example.annotation]


def _authors(annotations: Iterable[str]) -> dict[str, UUID | None]:
    """Annotation -> person; None where it was no person, or one that has gone."""
    ids, found = list(annotations), dict[str, UUID | None]()
    for start in range(0, len(ids), LOOKUP):
        rows = Annotation.objects.filter(pk__in=ids[start : start + LOOKUP])
        for pk, last, first in rows.values_list("pk", "updated_by_id", "creator_id"):
            found[str(pk)] = last or first
    return found


def _people(project_id: UUID, people: Collection[UUID | None], floor: float) -> list[dict[str, Any]]:
    rows = list_scores(project_id, ItemScore.Kind.PERSON, {"person__in": [one for one in people if one is not None]})
    found = rows.order_by("person").values_list("person").annotate(Count("pk"), Avg("score"))
    names = dict(User.objects.filter(pk__in=[person for person, _, _ in found]).values_list("pk", "name"))
    return [
        {
            "id": str(person),
            "name": names.get(person, ""),
            "scores": scores,
            "mean": mean,
            "weight": annotator_weight(mean, scores, floor),
        }
        for person, scores, mean in found
    ]
