"""The app's one way to labels and ground truth, which belong to ``datasets``. Callers hold an open ``write()``."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from alp_site.lib.errors import Stale
from alp_site.people.models import User
from annotation.models import TaskItem
from annotation.selectors.labels import labels_of
from datasets.models import Item
from datasets.services.approval import approve as approve_items
from datasets.services.approval import withdraw_approval
from datasets.services.labels import ClassLabel, set_class_labels

__all__ = [
    "approve",
    "approve_by_rule",
    "check_version",
    "labels_of",
    "restore_label",
    "save_label",
    "save_labels",
    "withdraw",
]


def check_version(item: Item, seen_version: int | None, label: str | None) -> None:
    """Refuse work done on a picture whose annotations have moved since; the answer carries the state of now."""
    if seen_version is not None and item.content_version != seen_version:
        raise Stale(
            "Someone changed this item since you saw it.",
            item=str(item.pk), content_version=item.content_version, seen_version=seen_version, label=label,
        )  # fmt: skip


def save_label(ti: TaskItem, *, label: str, person: User, accepted: bool, op_id: UUID | None = None) -> None:
    """Give the item its class label, by this person; an accepted suggestion keeps the prediction it came from.
    `op_id` makes the label the operation of that name."""
    _set([ClassLabel(item_id=ti.item_id, label=label, source_prediction=_origin(ti, accepted), op_id=op_id)], person)


def save_labels(pairs: Sequence[tuple[TaskItem, str]], *, person: User) -> None:
    """`save_label` for many; each is compared with its own suggestion."""
    _set(
        [
            ClassLabel(item_id=ti.item_id, label=label, source_prediction=_origin(ti, _suggested(ti) == label))
            for ti, label in pairs
        ],
        person,
    )


def restore_label(ti: TaskItem, *, label: str | None, person: User) -> None:
    """Give the item the label it had before, or take its label away."""
    _set([ClassLabel(item_id=ti.item_id, label=label)], person)


def approve(rows: Sequence[TaskItem], *, person: User) -> None:
    """Make the current labels of these items ground truth."""
    approve_items(item_ids=[ti.item_id for ti in rows], approver=person, refs={ti.item_id: ti.pk for ti in rows})


def approve_by_rule(rows: Sequence[TaskItem], *, rule: str) -> None:
    """`approve`, on the word of a named rule."""
    approve_items(item_ids=[ti.item_id for ti in rows], rule=rule, refs={ti.item_id: ti.pk for ti in rows})


def withdraw(ti: TaskItem) -> None:
    """Take back the approval this task item gave; what was ground truth before it is again."""
    withdraw_approval(item_id=ti.item_id, ref=ti.pk)


def _set(entries: Sequence[ClassLabel], person: User) -> None:
    if entries:
        set_class_labels(entries=entries, author_user=person)


def _suggested(ti: TaskItem) -> str | None:
    return (ti.context.get("suggestion") or {}).get("label")


def _origin(ti: TaskItem, accepted: bool) -> UUID | None:
    """The prediction an accepted suggestion came from."""
    prediction = (ti.context.get("suggestion") or {}).get("prediction_id")
    return UUID(str(prediction)) if accepted and prediction else None
