"""Edits are operations: each has a client's `op_id`, and answers a repeat with what it answered first.

`update`, `delete` and `restore` carry the revision they were made on; one that has moved on gets 412 with the present
state while the other operations of the batch still apply. Every applied operation raises the item's content version by
one and leaves a revision. A person's revisions within one visit are folded into the last one at submit.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Max, Q

from alp_site.lib import events, ids
from alp_site.lib.db import is_sqlite, write
from alp_site.lib.db_rows import insert_rows, write_rows
from alp_site.lib.errors import AlpError, Conflict, Invalid, NotFound
from alp_site.lib.prepared import Prepared
from alp_site.people.models import User
from datasets.errors import OutsideTask, RevisionStale
from datasets.geometry import _base as geometry
from datasets.geometry.skeleton import assert_fits
from datasets.models import Annotation, AnnotationRevision, Item, Label, Operation
from datasets.permissions import EditScope
from datasets.selectors.payloads import annotation_state
from datasets.services._common import chunked, clean_json, now_ms
from datasets.services.attributes import Questions, assert_answers, questions_of

__all__ = [
    "OPERATIONS_KEPT",
    "apply_operations",
    "close_visit",
    "fold",
    "forget_operations",
    "restore_revision",
]

OPERATIONS_KEPT = timedelta(days=30)
MAX_OPERATIONS = 500
_FIELDS = frozenset(
    {"type", "label", "geometry", "attributes", "model_id", "model_name", "confidence", "source_prediction", "metadata"}
)


@dataclass
class _Batch:
    """One call: the item, its annotations, what is to be written."""

    item: Item
    user: User | None
    visit: uuid.UUID | None
    labels: dict[str, Label] | None
    annotations: dict[uuid.UUID, Annotation]
    now: Any
    scopes: Sequence[EditScope] | None = None
    as_saved: bool = False
    taken: frozenset[uuid.UUID] = frozenset()
    """Ids of new annotations that others have already."""
    asked: Questions | None = None
    inserted: list[Annotation] = field(default_factory=list)
    changed: dict[uuid.UUID, Annotation] = field(default_factory=dict)
    revisions: list[AnnotationRevision] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)


def apply_operations(
    *,
    item: Item,
    operations: Sequence[Mapping[str, Any]],
    user: User | None,
    visit: uuid.UUID | None = None,
    scopes: Sequence[EditScope] | None = None,
    as_saved: bool = False,
) -> list[dict[str, Any]]:
    """Applies what can be applied, in order, in one transaction; one answer an operation, in order.

    An operation is {"op_id", "type": create|update|delete|restore, "annotation": id, "base_revision", "data": {...}};
    an answer is {"op_id", "status", "annotation"?, "content_version", "error"?}. The caller has asked whether the
    user may annotate, and what (`scopes`; None: everything): other types and labels get 403. `as_saved`: what comes was
    saved once, so answers to questions that have changed since are taken. Raises Invalid only for a malformed batch,
    NotFound for a deleted item."""
    parsed = [_parse(op) for op in operations]
    if len(parsed) > MAX_OPERATIONS:
        raise Invalid(f"At most {MAX_OPERATIONS} operations at a time.", limit=MAX_OPERATIONS)
    with write():
        batch = _load(item.pk, user, visit, parsed)
        batch.scopes, batch.as_saved = scopes, as_saved
        batch.taken = _taken(batch, parsed)
        known = _known_operations([op["op_id"] for op in parsed])
        answers = [_answer(batch, op, known) for op in parsed]
        _store(batch)
    item.content_version = batch.item.content_version
    item.annotated = batch.item.annotated
    return answers


def fold(*, item_ids: Iterable[uuid.UUID], user: User, visit: uuid.UUID | None = None) -> int:
    """Folds the person's revisions on these items, of one visit or of all, into the last of each annotation.

    Approved revisions stay. Returns how many were folded away. Joins the open transaction; safe to repeat."""
    folded = 0
    mine = Q(author=user, visit__isnull=False) if visit is None else Q(author=user, visit=visit)
    for chunk in chunked(item_ids, 500):
        with write():
            rows = AnnotationRevision.objects.filter(mine, item_id__in=chunk).order_by()
            groups = rows.values("annotation_id", "visit").annotate(last=Max("revision"), n=Count("pk")).filter(n__gt=1)
            for group in list(groups):
                old = AnnotationRevision.objects.filter(
                    mine, annotation_id=group["annotation_id"], visit=group["visit"], revision__lt=group["last"]
                ).exclude(revision=F("annotation__approved_revision"))
                folded += old.delete()[0]
    return folded


def close_visit(*, item_id: uuid.UUID, user: User) -> None:
    """At submit: folds the person's revisions on the item and ends their visit there. What they do afterwards from the
    same page is another visit, so what was submitted is never folded away. Joins the open transaction; repeatable."""
    with write():
        fold(item_ids=[item_id], user=user)
        mine = AnnotationRevision.objects.filter(item_id=item_id, author=user, visit__isnull=False)
        last = mine.order_by("-pk").values_list("visit", flat=True).first()
        if last is not None:
            mine.filter(visit=last).update(visit=ids.uuid7())


def restore_revision(*, annotation: Annotation, revision: int, user: User) -> dict[str, Any]:
    """Makes an old revision the newest one, as a new operation of this person. Raises NotFound without it."""
    old = AnnotationRevision.objects.filter(annotation=annotation, revision=revision).first()
    if old is None:
        raise NotFound(f"There is no revision {revision}.", revision=revision)
    data = {"label": old.label, "geometry": old.geometry, "attributes": old.attributes}
    kind = "restore" if annotation.deleted_at else "update"
    operation = {
        "op_id": str(ids.uuid7()), "type": kind, "annotation": str(annotation.pk),
        "base_revision": annotation.revision, "data": data,
    }  # fmt: skip
    answer = apply_operations(item=annotation.item, operations=[operation], user=user, as_saved=True)[0]
    if answer["status"] != 200:
        raise Conflict(answer["error"]["message"], **answer["error"]["data"])
    return answer


def forget_operations() -> int:
    """Deletes answers older than 30 days; returns how many."""
    old = Operation.objects.filter(created_at__lt=now_ms() - OPERATIONS_KEPT)
    gone = 0
    while keys := list(old.values_list("pk", flat=True)[:500]):
        with write():
            gone += Operation.objects.filter(pk__in=keys).delete()[0]
    return gone


def render(row: Annotation) -> dict[str, Any]:
    """An annotation as operations answer it: what it says, with its metadata as stored and its model beside."""
    model = {"id": str(row.model_id), "name": row.model_name, "confidence": row.confidence} if row.model_id else None
    return {**annotation_state(row), "metadata": row.metadata, "model": model}


# ---- one operation


def _parse(operation: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(operation, Mapping):
        raise Invalid("An operation is an object.", field="operations")
    try:
        op_id = uuid.UUID(str(operation.get("op_id")))
    except ValueError:
        raise Invalid("Every operation has an op_id (UUIDv7).", field="op_id") from None
    return {**operation, "op_id": op_id}


def _load(
    item_id: uuid.UUID, user: User | None, visit: uuid.UUID | None, operations: Sequence[Mapping[str, Any]]
) -> _Batch:
    """The locked item; of its annotations those that the operations name, and those that exclude others."""
    item = (_item if is_sqlite() else _item_locked).first(item_id)
    if item is None:
        raise NotFound("The item was deleted.", item=str(item_id))
    named = {key for operation in operations if (key := _id_of(operation.get("annotation"))) is not None}
    if len(named) == 1:
        rows = _one_annotation(item_id, *named)
    else:
        rows = list(Annotation.objects.filter(Q(pk__in=named) | ~Q(group=""), item_id=item_id))
    return _Batch(item, user, visit, labels_of(item.dataset.ontology_id), {row.pk: row for row in rows}, now_ms())


def _known_operations(op_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Operation]:
    if len(op_ids) == 1:
        return {row.op_id: row for row in _one_operation(op_ids[0])}
    return {row.op_id: row for row in Operation.objects.filter(op_id__in=op_ids)}


def _id_of(given: Any) -> uuid.UUID | None:
    """None for what is no id: said where the operation is applied."""
    try:
        return None if given is None else uuid.UUID(str(given))
    except ValueError:
        return None


# What a save of one change reads, which is most of them.
_item = Prepared(lambda pk: Item.objects.filter(pk=pk, deleted_at=None).select_related("dataset"), uuid.UUID)
_item_locked = Prepared(
    lambda pk: Item.objects.filter(pk=pk, deleted_at=None).select_related("dataset").select_for_update(of=("self",)),
    uuid.UUID,
)
_one_annotation = Prepared(
    lambda item_id, pk: Annotation.objects.filter(Q(pk=pk) | ~Q(group=""), item_id=item_id), uuid.UUID, uuid.UUID
)
_one_operation = Prepared(lambda op_id: Operation.objects.filter(op_id=op_id), uuid.UUID)
_labels = Prepared(lambda ontology_id: Label.objects.filter(ontology_id=ontology_id), uuid.UUID)


def _taken(batch: _Batch, operations: Sequence[Mapping[str, Any]]) -> frozenset[uuid.UUID]:
    """Which of the ids that the batch gives to new annotations are on other items."""
    created = (_id_of(op.get("annotation")) for op in operations if op.get("type") == "create")
    wanted = {key for key in created if key is not None}
    wanted -= batch.annotations.keys()
    return frozenset(Annotation.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else frozenset()


def labels_of(ontology_id: uuid.UUID | None) -> dict[str, Label] | None:
    """The labels that may be used, by name; None where the dataset has no ontology and any will do."""
    if ontology_id is None:
        return None
    return {label.name: label for label in _labels(ontology_id)}


def _answer(batch: _Batch, op: dict[str, Any], known: dict[uuid.UUID, Operation]) -> dict[str, Any]:
    earlier = known.get(op["op_id"])
    if earlier is not None:
        same = earlier.item_id == batch.item.pk and earlier.user_id == (batch.user.pk if batch.user else None)
        if same:
            return dict(earlier.answer)
        return _failed(batch, op, Conflict("This op_id was used for something else.", op_id=str(op["op_id"])))
    try:
        if not ids.is_acceptable(op["op_id"]):
            raise Invalid("op_id is not a UUIDv7 of now.", field="op_id")
        row = _apply(batch, op)
    except AlpError as error:
        answer = _failed(batch, op, error)
    else:
        batch.item.content_version += 1
        answer = {
            "op_id": str(op["op_id"]), "status": 200, "annotation": render(row),
            "content_version": batch.item.content_version,
        }  # fmt: skip
    stored = Operation(op_id=op["op_id"], item=batch.item, user=batch.user, answer=answer, created_at=batch.now)
    known[op["op_id"]] = stored
    batch.operations.append(stored)
    return answer


def _failed(batch: _Batch, op: dict[str, Any], error: AlpError) -> dict[str, Any]:
    return {
        "op_id": str(op["op_id"]), "status": error.status, **error.body(),
        "annotation": error.data.get("current"), "content_version": batch.item.content_version,
    }  # fmt: skip


def _apply(batch: _Batch, op: dict[str, Any]) -> Annotation:
    kind, data = op.get("type"), op.get("data") or {}
    if not isinstance(data, Mapping) or data.keys() - _FIELDS:
        raise Invalid(f"data takes {', '.join(sorted(_FIELDS))}.", field="data")
    if kind == "create":
        return _create(batch, op.get("annotation"), data)
    if kind not in ("update", "delete", "restore"):
        raise Invalid("type is create, update, delete or restore.", field="type")
    row = _find(batch, op.get("annotation"))
    _assert_in_scope(batch, row.type, row.label)
    _assert_current(row, str(kind), op.get("base_revision"), data)
    if kind == "delete":
        row.deleted_at = batch.now
    elif data:
        _fill(batch, row, data)
    else:
        _assert_group_free(batch, row, row.group)
    if kind == "restore":
        row.deleted_at = None
    return _revise(batch, row, str(kind))


def _assert_current(row: Annotation, kind: str, base: Any, data: Mapping[str, Any]) -> None:
    """Raises unless the operation was made on the annotation as it is, and fits whether it is deleted."""
    if isinstance(base, bool) or not isinstance(base, int):
        raise Invalid(f"{kind} carries the base_revision it was made on.", field="base_revision")
    if base != row.revision:
        raise RevisionStale("Someone changed this annotation meanwhile.", current=render(row))
    if kind == "restore":
        if row.deleted_at is None and not data:
            raise Conflict("It is not deleted.", current=render(row))
    elif row.deleted_at is not None:
        raise RevisionStale("It was deleted; only restore brings it back.", current=render(row))


def _find(batch: _Batch, given: Any) -> Annotation:
    try:
        return batch.annotations[uuid.UUID(str(given))]
    except (KeyError, ValueError):
        raise NotFound("There is no such annotation on this item.", annotation=str(given)[:64]) from None


def _create(batch: _Batch, given: Any, data: Mapping[str, Any]) -> Annotation:
    row = Annotation(item=batch.item, creator=batch.user, created_at=batch.now, revision=0, type="class", label="")
    if given is not None:
        try:
            row.pk = uuid.UUID(str(given))
        except ValueError:
            raise Invalid("annotation is not an id.", field="annotation") from None
        if not ids.is_acceptable(row.pk):
            raise Invalid("A new annotation's id is a UUIDv7 of now.", field="annotation")
        if row.pk in batch.annotations or row.pk in batch.taken:
            raise Conflict("This id exists already.", annotation=str(row.pk))
    if "label" not in data:
        raise Invalid("An annotation needs a label.", field="label")
    _fill(batch, row, data)
    batch.annotations[row.pk] = row
    batch.inserted.append(row)
    return _revise(batch, row, "create")


def _fill(batch: _Batch, row: Annotation, data: Mapping[str, Any]) -> None:
    """Sets what `data` gives, checked. Raises before anything is changed."""
    draft = {**{name: getattr(row, name) for name in ("type", "label", "geometry", "attributes")}, **data}
    label = draft["label"]
    if not isinstance(label, str) or not label:
        raise Invalid("label is a text.", field="label")
    if batch.labels is not None and label not in batch.labels:
        raise Invalid(f"Unknown label {label!r}.", field="label", known=sorted(batch.labels))
    kind = geometry.get(str(draft["type"]))
    _assert_in_scope(batch, kind.name, label)
    if row.revision and kind.name != row.type:
        raise Invalid("An annotation keeps its type.", field="type")
    shape = kind.validate(draft["geometry"], (batch.item.width, batch.item.height))
    if kind.name == "skeleton" and batch.labels is not None:
        assert_fits(shape, batch.labels[label].skeleton, label)
    attributes = clean_json(draft["attributes"], "attributes")
    if not isinstance(attributes, dict):
        raise Invalid("attributes is an object.", field="attributes")
    if attributes and "attributes" in data and not batch.as_saved:
        if batch.asked is None:
            batch.asked = questions_of(batch.item.dataset.ontology_id)
        assert_answers(attributes, row.attributes, batch.asked, annotation=row.pk, label=label)
    group = group_of(kind.exclusive, batch.labels, label)
    _assert_group_free(batch, row, group)
    author = author_fields(data)
    row.type, row.label, row.geometry, row.attributes, row.group = kind.name, label, shape, attributes, group
    for name, value in author.items():
        setattr(row, name, value)


def _assert_in_scope(batch: _Batch, kind: str, label: str) -> None:
    """Raises OutsideTask where the work the person was given takes no such annotation."""
    if batch.scopes is None or any(scope.allows(kind, label) for scope in batch.scopes):
        return
    types = sorted({name for scope in batch.scopes for name in scope.types})
    if kind not in types:
        raise OutsideTask(f"This task takes no annotation of type {kind}.", field="type", types=types)
    raise OutsideTask(f"This task does not take the label {label!r} here.", field="label", label=label)


def group_of(exclusive: bool, labels: dict[str, Label] | None, label: str) -> str:
    """The exclusive group of an annotation; one live annotation an item and group."""
    if not exclusive:
        return ""
    return labels[label].group if labels is not None else "class"


def _assert_group_free(batch: _Batch, row: Annotation, group: str) -> None:
    if not group:
        return
    for other in batch.annotations.values():
        if other.group == group and other.pk != row.pk and other.deleted_at is None:
            raise RevisionStale("Another label of this group is there already: change that one.", current=render(other))


def author_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """Model and suggestion behind a label: of the new content, so an edit that names none takes the old one off."""
    try:
        model_id = uuid.UUID(str(data["model_id"])) if data.get("model_id") else None
        source = uuid.UUID(str(data["source_prediction"])) if data.get("source_prediction") else None
    except ValueError:
        raise Invalid("model_id and source_prediction are ids.", field="model_id") from None
    confidence = data.get("confidence")
    if confidence is not None and (
        isinstance(confidence, bool) or not isinstance(confidence, (int, float)) or not 0 <= confidence <= 1
    ):
        raise Invalid("confidence is a number from 0 to 1.", field="confidence")
    if model_id is not None and confidence is None:
        raise Invalid("What a model says carries its confidence.", field="confidence")
    found: dict[str, Any] = {
        "model_id": model_id, "model_name": str(data.get("model_name") or "")[:200] if model_id else "",
        "confidence": confidence, "source_prediction": source,
    }  # fmt: skip
    if "metadata" in data:
        found["metadata"] = clean_json(data["metadata"])
    return found


def _revise(batch: _Batch, row: Annotation, action: str) -> Annotation:
    row.revision += 1
    row.updated_at, row.updated_by = batch.now, batch.user
    if action != "create":
        batch.changed[row.pk] = row
    batch.revisions.append(revision_of(row, action, batch.visit, batch.item.content_version + 1))
    return row


def revision_of(
    row: Annotation, action: str, visit: uuid.UUID | None, content_version: int | None = None
) -> AnnotationRevision:
    """The record of the annotation's present state, and of the content version of its item that came with it."""
    return AnnotationRevision(
        annotation_id=row.pk, item_id=row.item_id, revision=row.revision, action=action, type=row.type, label=row.label,
        geometry=row.geometry, attributes=row.attributes, author=row.updated_by, model_id=row.model_id,
        confidence=row.confidence, source_prediction=row.source_prediction, visit=visit,
        content_version=content_version, created_at=row.updated_at,
    )  # fmt: skip


CHANGED_FIELDS = [
    "type", "label", "group", "geometry", "attributes", "metadata", "updated_by", "model_id", "model_name",
    "confidence", "source_prediction", "revision", "updated_at", "deleted_at",
]  # fmt: skip


def _store(batch: _Batch) -> None:
    insert_rows(batch.operations)
    if not batch.revisions:
        return
    new = {row.pk for row in batch.inserted}
    # Deletions first: they free the groups that the other rows move into.
    updates = [row for pk, row in batch.changed.items() if pk not in new]
    updates.sort(key=lambda row: row.deleted_at is None)
    write_rows(updates, CHANGED_FIELDS)
    insert_rows(batch.inserted)
    insert_rows(batch.revisions)
    item = batch.item
    live = any(row.deleted_at is None for row in batch.annotations.values())
    item.annotated = live or Annotation.objects.filter(item=item, deleted_at=None).exists()
    item.updated_at = batch.now
    write_rows([item], ["content_version", "annotated", "updated_at"])
    events.publish(
        "annotation.saved", project_id=item.dataset.project_id, ids=[item.pk],
        data={
            "dataset": str(item.dataset_id), "content_version": item.content_version,
            "changes": _changes(batch, updates),
        },
    )  # fmt: skip


def _changes(batch: _Batch, updates: Sequence[Annotation]) -> list[str]:
    """What this did to annotations: created, updated, deleted, those that apply."""
    gone = any(row.deleted_at is not None for row in updates)
    kept = any(row.deleted_at is None for row in updates)
    done = {"created": bool(batch.inserted), "updated": kept, "deleted": gone}
    return [name for name, so in done.items() if so]
