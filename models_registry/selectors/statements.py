"""Who said what about an item, in pairs that can be compared: what a model predicted and what a person submitted
against ground truth, and what two people made of copies of one picture.

A person's statement is what the item held when they handed it in. It is told from revisions, so a reviewer's later
correction is no part of it. Two people are compared where each had a copy of their own (a consensus): on one item the
second would have seen what the first drew.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db.models import F

from datasets.models import Annotation, AnnotationRevision, Dataset, Item, ItemRef, RefKind
from models_registry.ml.agreement import Annotation as Said
from models_registry.ml.agreement_forms import as_answered
from models_registry.models import ItemScore, Model, Prediction
from models_registry.selectors import catalogue

__all__ = ["Subject", "family_of", "subjects"]

RULES = 1
"""Of the comparison; a change makes every score be made anew."""
NO_LABELLING = ("", "discard", "approved", "rejected")  # statuses that say nothing about who labelled


@dataclass(frozen=True)
class Subject:
    """Two statements to compare. ``truth`` is ground truth, or the other person's; ``attributes``: both were asked."""

    kind: str
    project: UUID
    item: UUID
    size_wh: tuple[int, int]
    truth: Sequence[Said]
    found: Sequence[Said]
    model: UUID | None = None
    person: UUID | None = None
    other: UUID | None = None
    task: UUID | None = None
    attributes: bool = True
    rests_on: Sequence[Any] = field(default_factory=tuple)

    @property
    def key(self) -> str:
        return _digest(self.kind, self.item, self.model, self.person, self.other)

    @property
    def basis(self) -> str:
        return _digest(RULES, *self.rests_on)


@dataclass(frozen=True)
class _Truth:
    """The approved annotations of an item, and who approved them (None: a rule)."""

    rows: Sequence[Annotation]

    @property
    def approvers(self) -> set[UUID | None]:
        return {row.approved_by_id for row in self.rows}

    def said(self) -> list[Said]:
        return [Said(str(r.pk), r.type, r.label, r.geometry, r.attributes) for r in self.rows]

    def stamp(self) -> list[Any]:
        return [[str(row.pk), row.approved_revision] for row in self.rows]


@dataclass(frozen=True)
class _Statement:
    """What one person handed in."""

    item: Item
    person: UUID
    task: UUID
    until: datetime
    rows: Sequence[AnnotationRevision]

    def said(self) -> list[Said]:
        return [Said(str(r.annotation_id), r.type, r.label, r.geometry, r.attributes) for r in self.rows]

    def stamp(self) -> list[Any]:
        return [[str(row.annotation_id), row.revision] for row in self.rows]


def family_of(item_ids: Iterable[UUID]) -> list[Item]:
    """The live pictures among the items, with the copies of each and what each is a copy of, in one project."""
    asked = list(Item.objects.filter(pk__in=list(item_ids)).values_list("pk", "parent_item_id", "dataset__project_id"))
    roots = {parent or pk for pk, parent, _ in asked}
    projects = {project for _, _, project in asked}
    datasets = list(Dataset.objects.filter(project_id__in=projects, deleted_at=None).values_list("pk", flat=True))
    # By dataset: that is how copies are indexed.
    rows = Item.objects.filter(dataset_id__in=datasets, type="file", deleted_at=None).select_related("dataset")
    found = {row.pk: row for row in rows.filter(pk__in=roots | {pk for pk, _, _ in asked})}
    found |= {row.pk: row for row in rows.filter(parent_item_id__in=roots)}
    return [found[pk] for pk in sorted(found)]


def subjects(items: Sequence[Item]) -> list[Subject]:
    """What can be compared about these pictures, which are whole families; a fixed number of queries."""
    truth = _truth_of(items)
    statements = _statements(items)
    families: dict[tuple[UUID, UUID], list[Item]] = defaultdict(list)
    for item in items:
        families[item.dataset.project_id, item.parent_item_id or item.pk].append(item)
    found = _of_models([item for item in items if item.pk in truth], truth)
    for (_, root), family in families.items():
        own = [one for item in family for one in statements.get(item.pk, ())]
        for one in own:
            known = truth.get(one.item.pk) or truth.get(root)
            if known is not None:
                found += _of_person(one, known, [other for other in own if other.item.pk == one.item.pk])
        found += _of_people(own, root if any(item.pk == root for item in family) else family[0].pk)
    return found


# ---- what is true


def _truth_of(items: Sequence[Item]) -> dict[UUID, _Truth]:
    """Of the items whose present annotations are the approved ones."""
    ids = [item.pk for item in items if item.approved_version == item.content_version]
    held: dict[UUID, list[Annotation]] = {pk: [] for pk in ids}
    rows = Annotation.objects.filter(item_id__in=ids, deleted_at=None, approved_revision=F("revision"))
    for row in rows.order_by("pk"):
        held[row.item_id].append(row)
    return {pk: _Truth(rows) for pk, rows in held.items()}


# ---- what people said


def _statements(items: Sequence[Item]) -> dict[UUID, list[_Statement]]:
    """Item -> the last statement of each person who labelled it in a task."""
    known = {item.pk: item for item in items}
    refs = ItemRef.objects.filter(item_id__in=list(known), kind=RefKind.TASK, person__isnull=False)
    last = {(ref.item_id, ref.person_id): ref for ref in refs.exclude(status__in=NO_LABELLING).order_by("updated_at")}
    history: dict[UUID, list[AnnotationRevision]] = defaultdict(list)
    rows = AnnotationRevision.objects.filter(item_id__in={item for item, _ in last})
    for row in rows.order_by("created_at", "revision"):
        history[row.item_id].append(row)
    found: dict[UUID, list[_Statement]] = defaultdict(list)
    for (item_id, person), ref in last.items():
        assert person is not None
        until = _last_edit(history[item_id], person, ref.updated_at)
        state = _state(history[item_id], until)
        found[item_id].append(_Statement(known[item_id], person, ref.ref_id, until, state))
    return found


def _last_edit(history: Sequence[AnnotationRevision], person: UUID, handed_in: datetime) -> datetime:
    """When the person last changed something before they handed it in; who changed nothing saw what was there then."""
    own = [row.created_at for row in history if row.author_id == person and row.created_at <= handed_in]
    return max(own, default=handed_in)


def _state(history: Sequence[AnnotationRevision], until: datetime) -> list[AnnotationRevision]:
    last = {row.annotation_id: row for row in history if row.created_at <= until}
    return [row for row in last.values() if row.action != "delete"]


def _of_person(one: _Statement, truth: _Truth, labellers: Sequence[_Statement]) -> list[Subject]:
    """Nothing where the person approved it: nobody agrees with themselves. What another labeller of the same item added
    later was not asked of this one."""
    if truth.approvers == {one.person}:
        return []
    others = {other.person for other in labellers} - {one.person}
    asked = [r for r in truth.rows if not (r.creator_id in others and r.created_at > one.until)]
    known = _Truth(asked)
    return [
        Subject(
            ItemScore.Kind.PERSON, one.item.dataset.project_id, one.item.pk, (one.item.width, one.item.height),
            known.said(), one.said(), person=one.person, task=one.task, rests_on=(known.stamp(), one.stamp()),
        )
    ]  # fmt: skip


def _of_people(statements: Sequence[_Statement], item: UUID) -> list[Subject]:
    """Pairs of people with a copy each, in the order of their ids; of one person's copies the last."""
    by_person = {one.person: one for one in sorted(statements, key=lambda one: one.until)}
    found = []
    for person, other in combinations(sorted(by_person), 2):
        one, two = by_person[person], by_person[other]
        size = (one.item.width, one.item.height)
        if one.item.pk == two.item.pk or size != (two.item.width, two.item.height):
            continue
        found.append(
            Subject(
                ItemScore.Kind.PEOPLE, one.item.dataset.project_id, item, size, two.said(), one.said(),
                person=person, other=other, task=one.task, rests_on=(one.stamp(), two.stamp()),
            )
        )  # fmt: skip
    return found


# ---- what models said


def _of_models(items: Sequence[Item], truth: Mapping[UUID, _Truth]) -> list[Subject]:
    known = {item.pk: item for item in items}
    rows = Prediction.objects.filter(item_id__in=list(known), model__deleted_at=None).exclude(weights_digest="")
    rows = rows.only("item_id", "model_id", "annotations", "input_key")
    found = []
    models = Model.objects.in_bulk({row.model_id for row in rows})
    for row in rows:
        item, model = known[row.item_id], models[row.model_id]
        if model.project_id == item.dataset.project_id:
            found += _of_model(row, item, model, truth[item.pk])
    return found


def _of_model(row: Prediction, item: Item, model: Model, truth: _Truth) -> list[Subject]:
    """Nothing where all that is true is of types the model cannot learn: that nothing else is there, nobody said."""
    about = catalogue.info(model.adapter)
    if truth.rows and not any(one.type in about.taught_by for one in truth.rows):
        return []
    turned = bool(model.configuration.get("rotated", False))
    size = (item.width, item.height)
    said = [
        Said(f"{row.pk}:{at}", one["type"], one["label"], one.get("geometry"), {}, one.get("confidence", 1.0))
        for at, one in enumerate(row.annotations)
    ]
    answered = [as_answered(side, about.task, about.taught_by, size, turned=turned) for side in (truth.said(), said)]
    return [
        Subject(
            ItemScore.Kind.MODEL, item.dataset.project_id, item.pk, size, answered[0], answered[1], model=model.pk,
            attributes=False, rests_on=(truth.stamp(), bytes(row.input_key).hex(), row.annotations),
        )
    ]  # fmt: skip


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()
