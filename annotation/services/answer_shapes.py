"""Simulated drawing: an item is given exactly the annotations that an answer key holds, by the ordinary operations."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from alp_site.lib.db import write
from alp_site.lib.ids import uuid7
from alp_site.people.models import User
from annotation.models import Task
from annotation.selectors.rules import Rules, rules_of
from annotation.services import review, status
from datasets.geometry._base import TYPES
from datasets.models import Annotation, Item
from datasets.services.annotations import apply_operations

__all__ = ["answer_one"]

Key = tuple[str, str, str]


def answer_one(*, task_item_id: UUID, person: User, wanted: Sequence[Mapping[str, Any]], note: str) -> bool:
    """Draws what is wanted of what the task takes, and completes or approves; an open item that nobody holds becomes
    the person's. One transaction. Returns whether anything had to be changed. Raises what completing raises."""
    with write():
        ti = status.locked(task_item_id)
        if ti.assignee_id is None:
            ti.assignee = person
            ti.save(update_fields=["assignee"])
        rules = rules_of([ti.task])[ti.task_id]
        fitting = [one for one in wanted if rules.allows(one["type"], one["label"])]
        changed = _draw(ti.item, fitting, person, rules)
        if ti.task.kind == Task.Kind.QA:
            review.approve(
                task_item_id=ti.pk, person=person, note=note, empty=not fitting, resolve_fixed=True, simulated=True
            )
        else:
            status.complete(task_item_id=ti.pk, person=person, note=note, empty=not fitting, simulated=True)
        return changed


def _draw(item: Item, wanted: Sequence[Mapping[str, Any]], person: User, rules: Rules) -> bool:
    """Takes away what is there and not wanted, adds what is missing."""
    size = (item.width, item.height)
    missing = Counter[Key]()
    content: dict[Key, Mapping[str, Any]] = {}
    for one in wanted:
        geometry = TYPES.get(one["type"]).validate(one.get("geometry"), size)
        key = _key(one["type"], one["label"], geometry)
        missing[key] += 1
        content[key] = {"type": one["type"], "label": one["label"], "geometry": geometry}
    operations: list[dict[str, Any]] = []
    for row in Annotation.objects.filter(item=item, deleted_at=None).order_by("pk"):
        if not rules.allows(row.type, row.label):
            continue
        key = _key(row.type, row.label, row.geometry)
        if missing[key] > 0:
            missing[key] -= 1
        else:
            operations.append({"type": "delete", "annotation": str(row.pk), "base_revision": row.revision})
    operations += [{"type": "create", "data": dict(content[key])} for key in missing.elements()]
    named = [{**operation, "op_id": str(uuid7())} for operation in operations]
    for answer in apply_operations(item=item, operations=named, user=person) if named else ():
        if answer["status"] != 200:
            raise ValueError(f"{item.name}: {answer['error']['message']}")
    return bool(named)


def _key(kind: str, label: str, geometry: Any) -> Key:
    return kind, label, json.dumps(geometry, sort_keys=True)
