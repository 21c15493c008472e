"""Whose turn it is: the order of a queue, what a person holds, what is free."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, SmallIntegerField, Value, When

from alp_site.lib import db
from alp_site.people.models import User
from annotation.models import AnswerKey, Place, Task, TaskItem, TaskItemLog
from annotation.selectors.rules import single_class

__all__ = [
    "HELD_ORDER",
    "ORDER",
    "awaits_answer",
    "finished_by",
    "free_in",
    "has_key",
    "held_by",
    "held_counts",
    "known_to_key",
    "log_of",
    "open_for",
    "page_order",
]

ORDER = ("place", "urgency", "rank", "id")
# What is skipped comes last whatever its urgency, the longest ago first: `rank` counts the skips.
HELD_ORDER = (
    "place",
    Case(When(place=Place.SKIPPED, then=Value(0)), default=F("urgency"), output_field=SmallIntegerField()),
    "rank",
    "id",
)


def held_by(task: Task, person: User) -> QuerySet[TaskItem]:
    """The open items of a task that wait for this person."""
    return TaskItem.objects.filter(
        task=task, assignee=person, finished_at__isnull=True, retired_at__isnull=True, held_back_at__isnull=True
    )


def open_for(task: Task, person: User) -> QuerySet[TaskItem]:
    """The open items of a task that are this person's or nobody's, with what `item_payloads` reads."""
    mine = Q(assignee=person) | Q(assignee__isnull=True)
    rows = TaskItem.objects.filter(
        mine, task=task, finished_at__isnull=True, held_back_at__isnull=True, retired_at__isnull=True
    )
    return rows.select_related("item", "task", "source")


def awaits_answer() -> Exists:
    """Condition on labelling rows: a reviewer sent it back and waits, also while its annotator skips it."""
    waiting = TaskItem.objects.filter(
        source=OuterRef("pk"), held_back_at__isnull=False, finished_at__isnull=True, retired_at__isnull=True
    )
    return Exists(waiting)


def free_in(task: Task) -> QuerySet[TaskItem]:
    """The open items of a task that wait for whoever pulls, in their order."""
    return TaskItem.objects.filter(
        task=task, finished_at__isnull=True, assignee__isnull=True, held_back_at__isnull=True, retired_at__isnull=True
    ).order_by(*ORDER)


def finished_by(task: Task, person: User, limit: int) -> list[TaskItem]:
    """What the person finished last in a task, the latest last: where "back" leads after a reload."""
    rows = TaskItem.objects.filter(task=task, finished_by=person, retired_at__isnull=True)
    return list(rows.select_related("item", "task").order_by("-finished_at", "-id")[:limit])[::-1]


def log_of(ti: TaskItem) -> list[TaskItemLog]:
    """What was done to a task item, and to the labelling that a review item reviews; oldest first."""
    own = Q(task_item=ti)
    if ti.source_id:
        # The other side of what the review's own log tells is left out.
        own |= Q(task_item_id=ti.source_id) & ~Q(action__in=["add", "sent_back", "not_sent_back"])
    return list(TaskItemLog.objects.filter(own).select_related("person").order_by("at", "id"))


def page_order(rows: QuerySet[TaskItem]) -> QuerySet[TaskItem]:
    """A person's own first, then free ones, each in the queue's order."""
    return rows.order_by(F("assignee").asc(nulls_last=True), *HELD_ORDER)


def held_counts(task: Task, person: User) -> dict[str, int]:
    """Where a person stands in a task: what waits for them, what is free, what they did today."""
    today = db.clock().replace(hour=0, minute=0, second=0, microsecond=0)
    held = held_by(task, person).aggregate(
        held=Count("id"),
        sent_back=Count("id", filter=Q(place=Place.SENT_BACK)),
        skipped=Count("id", filter=Q(place=Place.SKIPPED)),
    )
    done = TaskItem.objects.filter(task=task, finished_by=person, retired_at__isnull=True).aggregate(
        done=Count("id"), done_today=Count("id", filter=Q(finished_at__gte=today))
    )
    return {**held, "free": free_in(task).count(), **done}


def known_to_key(task: Task) -> int:
    """How many open items of the task the project's answer key could answer now: a label, or what is to be drawn."""
    from_key = Q(item__blob_id__in=_keys(task.project_id, drawn=not single_class(task)))
    rows = TaskItem.objects.filter(from_key, task=task, finished_at__isnull=True, held_back_at__isnull=True)
    return rows.filter(retired_at__isnull=True).count()


def _keys(project_id: UUID, *, drawn: bool) -> QuerySet[AnswerKey, str]:
    rows = AnswerKey.objects.filter(project_id=project_id)
    rows = rows.filter(annotations__isnull=False) if drawn else rows.exclude(label="")
    return rows.values_list("sha256", flat=True)


def has_key(project_id: UUID) -> bool:
    """Whether the project was given an answer key."""
    return AnswerKey.objects.filter(project_id=project_id).exists()
