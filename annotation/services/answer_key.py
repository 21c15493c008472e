"""Simulated work from known answers: a project may be given the truth of pictures, a label or shapes, by content.

It exists only where someone loaded a key, and everything it does is marked as simulated in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from alp_site.lib import db
from alp_site.lib.db import write
from alp_site.lib.errors import Forbidden, Invalid
from alp_site.people.models import Project, User
from annotation.errors import NoAnswerKey, TaskClosed
from annotation.models import AnswerKey, Task, TaskItem
from annotation.permissions import may_work
from annotation.selectors.queue import has_key, page_order
from annotation.selectors.rules import single_class
from annotation.services import bulk
from annotation.services.answer_shapes import answer_one

__all__ = ["MAX_AT_ONCE", "Answered", "answer", "answers_for", "load"]

MAX_AT_ONCE = 500
NOTE = "simulated: from the answer key"


@dataclass(frozen=True)
class Answered:
    """`answered` items were done, `corrected` of them with another label than they had; `unknown` have no answer."""

    answered: int
    corrected: int
    unknown: int


def load(*, project: Project, answers: Mapping[str, str | Sequence[Mapping[str, Any]]]) -> int:
    """Give a project the labels of pictures (sha256 -> label), or all that is to be drawn on them (sha256 ->
    [{"type", "label", "geometry"}]); known ones are replaced. Returns how many it has now."""
    pairs = sorted(answers.items())
    for start in range(0, len(pairs), db.bulk_size()):
        rows = [
            AnswerKey(
                project=project, sha256=sha256, label=told if isinstance(told, str) else "",
                annotations=None if isinstance(told, str) else [dict(one) for one in told],
            )
            for sha256, told in pairs[start : start + db.bulk_size()]
        ]  # fmt: skip
        with write():
            AnswerKey.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=["project", "sha256"],
                update_fields=["label", "annotations"],
            )  # fmt: skip
    return AnswerKey.objects.filter(project=project).count()


def answers_for(project_id: UUID, task_items: Iterable[TaskItem]) -> dict[UUID, str]:
    """The true label of each task item whose picture the key knows. Task items come with their `item`."""
    blobs = {ti.pk: ti.item.blob_id for ti in task_items}
    known = dict(
        AnswerKey.objects.filter(project_id=project_id, sha256__in=set(filter(None, blobs.values())))
        .exclude(label="")
        .values_list("sha256", "label")
    )
    return {pk: known[sha] for pk, sha in blobs.items() if sha in known}


def answer(*, task: Task, person: User, count: int) -> Answered:
    """Let the key answer up to `count` items in the person's name: theirs first, then free ones in queue order.

    Labelling tasks are completed; review tasks approved, or corrected and approved where the label differs.
    """
    if not 1 <= count <= MAX_AT_ONCE:
        raise Invalid(f"Ask for 1 to {MAX_AT_ONCE} items at once.", field="count")
    if task.status != Task.State.OPEN:
        raise TaskClosed("This task takes no more work.", task=str(task.pk), status=task.status)
    if not may_work(person, task):
        raise Forbidden("You are not among the people of this task.", task=str(task.pk))
    if not has_key(task.project_id):
        raise NoAnswerKey("This project has no answer key.", project=str(task.project_id))
    rows = list(_candidates(task, person, count))
    if not single_class(task):
        return _draw(task, person, rows)
    key = answers_for(task.project_id, rows)
    pairs = [(ti.pk, key[ti.pk]) for ti in rows if ti.pk in key]
    if task.kind == Task.Kind.ANNOTATION:
        done = bulk.complete_many(task=task, answers=pairs, person=person, simulated=True, note=NOTE)
        return Answered(len(done), 0, len(rows) - len(pairs))
    done = bulk.approve_many(task=task, answers=pairs, person=person, simulated=True, note=NOTE, resolve_fixed=True)
    corrected = TaskItem.objects.filter(pk__in=done, log__action="correct", log__note=NOTE).distinct().count()
    return Answered(len(done), corrected, len(rows) - len(pairs))


def _draw(task: Task, person: User, rows: Sequence[TaskItem]) -> Answered:
    """For a task that takes more than one class of a picture: one after another, as a person would."""
    known = _drawings(task.project_id, {ti.item.blob_id for ti in rows if ti.item.blob_id})
    if rows and not known:
        raise NoAnswerKey("The answer key knows classes only; here something is to be drawn.", task=str(task.pk))
    mine = [ti for ti in rows if ti.item.blob_id in known]
    changed = [
        answer_one(task_item_id=ti.pk, person=person, wanted=known[ti.item.blob_id or ""], note=NOTE) for ti in mine
    ]
    corrected = sum(changed) if task.kind == Task.Kind.QA else 0
    return Answered(len(mine), corrected, len(rows) - len(mine))


def _drawings(project_id: UUID, blobs: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """What is to be drawn on pictures by content, where the key says it."""
    found = AnswerKey.objects.filter(project_id=project_id, sha256__in=set(blobs), annotations__isnull=False)
    return {sha256: list(drawn or ()) for sha256, drawn in found.values_list("sha256", "annotations")}


def _candidates(task: Task, person: User, count: int) -> Iterable[TaskItem]:
    rows = TaskItem.objects.filter(
        Q(assignee=person) | Q(assignee__isnull=True),
        task=task, finished_at__isnull=True, held_back_at__isnull=True, retired_at__isnull=True,
    )  # fmt: skip
    return page_order(rows).select_related("item")[:count]
