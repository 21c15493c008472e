"""Everything the studio shows of an item, several at a time: a fixed number of queries whatever the number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from annotation.models import TaskItem
from annotation.selectors.lookup import label_payload
from annotation.selectors.payloads import item_payloads
from annotation.selectors.rules import Rules, Words, rules_of, words_of
from annotation.selectors.suggestions import suggestion_payload, suggestions_of
from datasets.models import Annotation, Attribute
from datasets.selectors import annotation_payloads

__all__ = ["get_rows", "open_payloads"]


def get_rows(rows: QuerySet[TaskItem], ids: Sequence[UUID]) -> list[TaskItem]:
    """The named ones of `rows`, in the order of their names, with what `open_payloads` reads."""
    found = rows.select_related("item", "task__dataset", "task__parent_task").in_bulk(list(ids))
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def open_payloads(rows: Sequence[TaskItem]) -> list[dict[str, Any]]:
    """Each item with its annotations, suggestions and ontology, and what the task allows."""
    tasks = {ti.task_id: ti.task for ti in rows}
    words = words_of(tasks.values())
    rules = rules_of(tasks.values(), words)
    annotations: dict[UUID, list[Annotation]] = defaultdict(list)
    live = Annotation.objects.filter(item_id__in={ti.item_id for ti in rows}, deleted_at=None)
    for row in live.select_related("creator").order_by("pk"):
        annotations[row.item_id].append(row)
    return [
        {
            "task_item": payload,
            "annotations": {
                "content_version": ti.item.content_version,
                "items": annotation_payloads(annotations[ti.item_id]),
            },
            "suggestions": [suggestion_payload(one) for one in suggestions_of(ti, rules[ti.task_id])],
            "ontology": _ontology(words.get(ti.task.dataset.ontology_id or ti.pk)),
            "allowed": _allowed(rules[ti.task_id]),
        }
        for ti, payload in zip(rows, item_payloads(rows), strict=True)
    ]


def _allowed(rules: Rules) -> dict[str, Any]:
    """`labels` null: any text will do. `single_class`: an answer is one label, `complete` takes it."""
    labels = list(rules.labels) if rules.labels is not None else sorted(rules.names or ()) or None
    return {"types": list(rules.types), "labels": labels, "single_class": rules.single_class}


def _ontology(words: Words | None) -> dict[str, Any] | None:
    if words is None:
        return None
    return {
        "labels": [label_payload(row) for row in words.labels],
        "attributes": [_attribute(row) for row in words.attributes],
    }


def _attribute(row: Attribute) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "key": row.key,
        "title": row.title,
        "kind": row.kind,
        "multi": row.multi,
        "optional": row.optional,
        "scope": row.scope,
        "values": row.values,
        "range": row.value_range,
    }
