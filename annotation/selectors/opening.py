"""Everything the studio shows of an item, several at a time: a fixed number of queries whatever the number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from alp_site.people.models import User
from alp_site.people.permissions import allowed
from annotation.models import Task, TaskItem
from annotation.permissions import TaskItemPolicy
from annotation.selectors.issues import issue_payload, list_issues_seen
from annotation.selectors.lookup import label_payload
from annotation.selectors.payloads import item_payloads, picture_payload
from annotation.selectors.people import person_of
from annotation.selectors.rules import Rules, Words, rules_of, words_of, words_of_ontologies
from annotation.selectors.suggestions import answered_in, suggestion_payload, suggestions_of
from datasets.models import Attribute, Item
from datasets.selectors import annotation_texts

__all__ = ["get_rows", "open_parts", "picture_parts"]


def get_rows(rows: QuerySet[TaskItem], ids: Sequence[UUID]) -> list[TaskItem]:
    """The named ones of `rows`, in the order of their names, with what `open_parts` reads."""
    found = rows.select_related("item", "task__dataset", "task__parent_task").in_bulk(list(ids))
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]


def open_parts(rows: Sequence[TaskItem]) -> list[tuple[dict[str, Any], str]]:
    """Each item with its suggestions and ontology, and what the task allows; and its annotations as JSON text, since
    there may be thousands."""
    tasks = {ti.task_id: ti.task for ti in rows}
    words = words_of(tasks.values())
    rules = rules_of(tasks.values(), words)
    annotations = annotation_texts(ti.item_id for ti in rows)
    answered = answered_in(rows)
    found = []
    for ti, payload in zip(rows, item_payloads(rows), strict=True):
        rest = {
            "task_item": payload,
            "suggestions": [suggestion_payload(one, answered[ti.pk]) for one in suggestions_of(ti, rules[ti.task_id])],
            "ontology": _ontology(words.get(ti.task.dataset.ontology_id or ti.pk)),
            "allowed": _allowed(rules[ti.task_id]),
        }
        found.append((rest, _said(ti.item, annotations)))
    return found


def picture_parts(items: Sequence[Item], user: User) -> list[tuple[dict[str, Any], str]]:
    """As `open_parts`: items of one dataset as the studio shows them outside of any task; who works on them in one,
    what a model suggested there, and the issues. A fixed number of queries. Items come with `dataset`. What the person
    may not see of tasks is left out."""
    ids = [item.pk for item in items]
    annotations = annotation_texts(ids)
    work = _open_work(ids, user)
    answered = answered_in([ti for rows in work.values() for ti in rows])
    issues = defaultdict(list)
    for issue in list_issues_seen(user, ids):
        issues[issue.item_id].append(issue_payload(issue))
    words = words_of_ontologies(item.dataset.ontology_id for item in items)
    return [
        (
            {
                "item": picture_payload(item),
                "ontology": _ontology(words.get(item.dataset.ontology_id or item.pk)),
                "may_edit": allowed(user, "annotation.edit_any", item.dataset.project_id),
                "tasks": [_work_payload(ti, user) for ti in work[item.pk]],
                "suggestions": _suggested(work[item.pk], answered),
                "issues": issues[item.pk],
            },
            _said(item, annotations),
        )
        for item in items
    ]


def _said(item: Item, annotations: Mapping[UUID, str]) -> str:
    return f'{{"content_version":{item.content_version},"items":{annotations[item.pk]}}}'


def _open_work(items: Sequence[UUID], user: User) -> dict[UUID, list[TaskItem]]:
    """By item, where it waits for somebody in a task, as far as the person may see that."""
    found: dict[UUID, list[TaskItem]] = defaultdict(list)
    rows = TaskItemPolicy().visible_to(user).filter(item_id__in=items, finished_at=None, task__status=Task.State.OPEN)
    for ti in rows.select_related("task", "assignee").order_by("created_at", "pk"):
        found[ti.item_id].append(ti)
    return found


def _work_payload(ti: TaskItem, user: User) -> dict[str, Any]:
    return {
        "task": str(ti.task_id),
        "task_item": str(ti.pk),
        "name": ti.task.name,
        "kind": ti.task.kind,
        "person": person_of(ti.assignee),
        "mine": ti.assignee_id == user.pk,
    }


def _suggested(rows: Sequence[TaskItem], answered: Mapping[UUID, Set[str]]) -> list[dict[str, Any]]:
    """What still waits for an answer somewhere: the suggestions of the first task that has some."""
    for ti in rows:
        if found := suggestions_of(ti):
            return [suggestion_payload(one, answered[ti.pk]) for one in found]
    return []


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
