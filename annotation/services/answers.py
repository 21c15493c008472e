"""What an answer rests on: annotations that are whole, and what became of the model's suggestions.

Callers hold an open ``write()`` and the locked task item.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from alp_site.lib import db
from alp_site.lib.errors import Invalid
from alp_site.people.models import User
from annotation.errors import NotReady
from annotation.models import SuggestionOutcome, TaskItem
from annotation.selectors.outcomes import Verdict, class_verdict, summary, verdicts
from annotation.selectors.rules import Rules, rules_of, scopes_of
from annotation.selectors.suggestions import suggestions_of
from datasets.models import Annotation, AnnotationRevision
from datasets.services.annotations import close_visit

__all__ = ["check_ready", "edited_since", "forget_outcomes", "save_class_outcomes", "save_outcomes", "was_corrected"]


def check_ready(ti: TaskItem, person: User, *, empty: bool) -> None:
    """Raises NotReady unless every annotation has what the ontology asks for and is one the task takes, and there is
    at least one, or `empty` says that there is nothing to label. Ends the person's visit, its revisions folded.

    What others drew outside this task's types and labels, or the person for another task, is let be."""
    rules = rules_of([ti.task])[ti.task_id]
    rows = list(Annotation.objects.filter(item_id=ti.item_id, deleted_at=None).order_by("pk"))
    inside = [row for row in rows if rules.allows(row.type, row.label)]
    lacks = {row.pk: [_missing(one.key, one.title) for one in rules.required(row)] for row in inside}
    lacks |= {row.pk: [_stray(row, rules)] for row in _strays(ti, person, rows, inside)}
    faults = [
        {"annotation": str(row.pk), "type": row.type, "label": row.label, "lacks": lacks[row.pk]}
        for row in rows
        if lacks.get(row.pk)
    ]
    if faults:
        count = "One annotation is" if len(faults) == 1 else f"{len(faults)} annotations are"
        raise NotReady(f"{count} not complete: {_first(faults)}", annotations=faults, nothing=False)
    if inside and empty:
        raise Invalid("There are annotations here: remove them to say that there is nothing to label.", field="empty")
    if not inside and not empty:
        text = "Nothing is labelled. Draw something, or say that there is nothing to label here."
        raise NotReady(text, annotations=[], nothing=True)
    close_visit(item_id=ti.item_id, user=person)


def _missing(key: str, title: str) -> dict[str, Any]:
    return {"code": "attribute_missing", "attribute": key, "title": title, "message": f"{title} is missing."}


def _stray(row: Annotation, rules: Rules) -> dict[str, Any]:
    if row.type not in rules.types:
        return {"code": "type_not_allowed", "message": f"This task takes no annotation of type {row.type}."}
    return {"code": "label_not_allowed", "message": f"This task does not take the label {row.label!r}."}


def _first(faults: Sequence[dict[str, Any]]) -> str:
    return f"{faults[0]['label']}: {faults[0]['lacks'][0]['message']}"


def _strays(ti: TaskItem, person: User, rows: Iterable[Annotation], inside: Sequence[Annotation]) -> list[Annotation]:
    """What this person drew that none of their tasks on the item takes."""
    known = {row.pk for row in inside}
    mine = [row for row in rows if row.pk not in known and row.updated_by_id == person.pk]
    if not mine:
        return []
    scopes = scopes_of(person, ti.item)
    return [row for row in mine if not any(scope.allows(row.type, row.label) for scope in scopes)]


def edited_since(item_id: UUID, moment: datetime) -> bool:
    """Whether anyone changed annotations of the item after that moment."""
    return AnnotationRevision.objects.filter(item_id=item_id, created_at__gt=moment).exists()


def was_corrected(ti: TaskItem, person: User) -> bool:
    """Whether the reviewer left the annotations other than they came to review: what was changed and changed back
    again is no correction."""
    since = ti.source.finished_at if ti.source is not None else None
    since = since or ti.created_at
    mine = AnnotationRevision.objects.filter(item_id=ti.item_id, author=person, created_at__gt=since)
    touched = set(mine.values_list("annotation_id", flat=True))
    if not touched:
        return False
    before: dict[UUID, Any] = {}
    earlier = AnnotationRevision.objects.filter(annotation_id__in=touched, created_at__lte=since)
    for row in earlier.order_by("revision"):
        gone = row.action == "delete"
        before[row.annotation_id] = None if gone else (row.label, row.geometry, row.attributes)
    for now in Annotation.objects.filter(pk__in=touched):
        state = None if now.deleted_at else (now.label, now.geometry, now.attributes)
        if before.get(now.pk) != state:
            return True
    return False


# ---- suggestions


def save_outcomes(ti: TaskItem, person: User, now: datetime, *, rejected: bool = False) -> str:
    """Compares the suggestions that the task showed with the annotations of now and keeps a row each; returns the word
    for all of them. `rejected`: the item was discarded, and all of them with it."""
    forget_outcomes([ti])
    if not suggestions_of(ti):
        return summary([])
    rules = rules_of([ti.task])[ti.task_id]
    shown = suggestions_of(ti, rules)
    live = Annotation.objects.filter(item_id=ti.item_id, deleted_at=None).order_by("pk")
    rows = [] if rejected else list(live)
    found = verdicts(shown, rows, rules.labels, (ti.item.width, ti.item.height))
    _insert([(ti, one) for one in found], person, now)
    return summary(found)


def save_class_outcomes(answered: Sequence[tuple[TaskItem, str]], person: User, now: datetime) -> None:
    """As `save_outcomes` where each answer is one label: two queries for any number of items."""
    told = [(ti, one, label) for ti, label in answered for one in suggestions_of(ti) if one.type == "class"]
    if told:
        forget_outcomes([ti for ti, _label in answered])
        _insert([(ti, class_verdict(one, label)) for ti, one, label in told], person, now)


def forget_outcomes(rows: Sequence[TaskItem]) -> None:
    """The answers they were taken from are no more."""
    SuggestionOutcome.objects.filter(task_item__in=[ti.pk for ti in rows]).delete()


def _insert(found: Sequence[tuple[TaskItem, Verdict]], person: User, now: datetime) -> None:
    SuggestionOutcome.objects.bulk_create(
        [
            SuggestionOutcome(
                task_item=ti, suggestion=v.suggestion.id, type=v.suggestion.type, label=v.suggestion.label,
                confidence=v.suggestion.confidence, model_id=v.suggestion.model_id or None, outcome=v.outcome,
                annotation=v.annotation, iou=v.iou, person=person, at=now,
            )
            for ti, v in found
        ],
        batch_size=db.bulk_size(),
    )  # fmt: skip
