"""Figures for leads: how fast, how well, by person, label, task or day. SQL counts; Python only puts rows together.

What is counted, over lines of the log within the period (simulated answers are left out, and their number told):

- labelled, discarded: items a person finished in labelling tasks, each once; an answer taken back does not count.
- decided: items a person decided on in review tasks.
- seconds: active time, as the studio measured it (pauses left out), at most an hour a line.
- objects: annotations a person made or changed on items they finished, each once.
- reviewed: items of a person's labelling that a reviewer decided on in the period; `accepted` of them were approved and
  never returned or corrected, `returned` were sent back or rejected, `corrected` were changed by the reviewer. What a
  rule approved counts for nothing: nobody looked.
- suggestions: what became of each annotation that a model suggested.
- objects_unchanged, objects_changed, objects_added, objects_removed: what approvals left of the annotations submitted;
  `iou` how alike the submitted and the approved geometry are on average, unchanged ones included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from django.db.models import (
    Avg,
    Case,
    CharField,
    Count,
    Exists,
    F,
    FloatField,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Least, TruncDate

from alp_site.people.models import User
from annotation.models import ReviewOutcome, SuggestionOutcome, Task, TaskItemLog
from datasets.selectors import revisions_by_people

__all__ = [
    "BY",
    "COUNTS",
    "TIME_EDGES",
    "Figures",
    "Pace",
    "Row",
    "Scope",
    "get_cycle_seconds",
    "get_figures",
    "get_pace",
    "wilson",
]

BY = ("person", "label", "task", "day")
LABELLING, REVIEW = Task.Kind.ANNOTATION, Task.Kind.QA
FINISHED = ("complete", "discard")
APPROVED, BACK = ("approve", "correct"), ("return", "reject")
DECIDED = (*APPROVED, *BACK, "discard")
MAX_SECONDS = 3600.0
TIME_EDGES = (2, 5, 10, 20, 30, 60, 120, 300, 600)  # seconds an item: the upper edges of the histogram's bins
Z = 1.959964  # 95 %
PACE_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is looked at: from `start` until before `end`; days are those of `zone`."""

    project_id: UUID
    start: datetime
    end: datetime
    zone: tzinfo
    task_id: UUID | None = None
    person_id: UUID | None = None


COUNTS = (
    "labelled", "discarded", "decided", "objects", "reviewed", "accepted", "returned", "corrected", "kept",
    "suggestions_accepted", "suggestions_edited", "suggestions_rejected",
    "objects_unchanged", "objects_changed", "objects_added", "objects_removed",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of figures. `key` is a person's or task's id, a label, or a day (ISO); "" for the totals."""

    key: str
    name: str
    counts: Mapping[str, int]
    label_seconds: float = 0.0
    review_seconds: float = 0.0
    iou: float | None = None

    def _an_hour(self, what: int, seconds: float) -> float | None:
        return what / seconds * 3600 if seconds > 0 else None

    @property
    def items_an_hour(self) -> float | None:
        return self._an_hour(self.counts["labelled"] + self.counts["discarded"], self.label_seconds)

    @property
    def objects_an_hour(self) -> float | None:
        return self._an_hour(self.counts["objects"], self.label_seconds)

    @property
    def reviews_an_hour(self) -> float | None:
        return self._an_hour(self.counts["decided"], self.review_seconds)

    @property
    def acceptance(self) -> tuple[float, float, float] | None:
        """Share of reviewed items approved as they were, with its 95 % interval; None when none was reviewed."""
        return wilson(self.counts["accepted"], self.counts["reviewed"])

    @property
    def rework(self) -> float | None:
        """Share of reviewed items that were sent back or rejected."""
        reviewed = self.counts["reviewed"]
        return self.counts["returned"] / reviewed if reviewed else None

    @property
    def agreement(self) -> float | None:
        """Share of approved items whose label the reviewer left as it was."""
        decided = self.counts["kept"] + self.counts["corrected"]
        return self.counts["kept"] / decided if decided else None


@dataclass(frozen=True)
class Figures:
    """`times`: items by the seconds they took, one count for each bin of TIME_EDGES and one beyond the last."""

    rows: list[Row]
    totals: Row
    times: list[int]
    simulated: int


def wilson(hits: int, n: int) -> tuple[float, float, float] | None:
    """A rate with its 95 % interval: (rate, low, high), each 0..1; None for n = 0. [Wilson 1927]"""
    if n <= 0:
        return None
    rate = hits / n
    scale = 1 + Z * Z / n
    middle = (rate + Z * Z / (2 * n)) / scale
    half = Z / scale * (rate * (1 - rate) / n + Z * Z / (4 * n * n)) ** 0.5
    return rate, max(0.0, middle - half), min(1.0, middle + half)


def get_figures(scope: Scope, by: str) -> Figures:
    """The figures of a project, grouped. A fixed number of queries, whatever the period holds."""
    parts = [part(scope, by) for part in PARTS]
    totals = [part(scope, None) for part in PARTS]
    keys = {key for part in parts for key in part}
    names = _names(by, keys)
    rows = [_row(str(key), names.get(key, str(key)), [part.get(key, {}) for part in parts]) for key in keys]
    rows.sort(key=lambda row: row.key if by == "day" else row.name.casefold())
    lines = _lines(scope, simulated=None).filter(action__in=(*FINISHED, *DECIDED), simulated=True)
    return Figures(
        rows=rows,
        totals=_row("", "All", [part.get(None, {}) for part in totals]),
        times=_histogram(scope),
        simulated=lines.aggregate(n=Count("task_item", distinct=True))["n"],
    )


@dataclass(frozen=True)
class Pace:
    """What people finished in a task lately: items, their active seconds, and the days it took (weekends and all)."""

    items: int
    seconds: float
    days: float


def get_pace(task: Task, now: datetime) -> Pace | None:
    """The pace of the last week, from the first answer in it; None when nobody answered."""
    scope = Scope(
        project_id=task.project_id, task_id=task.pk, zone=UTC, start=now - timedelta(days=PACE_DAYS),
        end=now + timedelta(seconds=1),
    )  # fmt: skip
    rows = _lines(scope).filter(_stands(), action__in=(*FINISHED, *DECIDED))
    found = rows.aggregate(items=Count("task_item", distinct=True), seconds=Sum("seconds"), first=Min("at"))
    if not found["items"]:
        return None
    days = max((now - found["first"]).total_seconds() / 86_400, 1 / 24)
    return Pace(found["items"], float(found["seconds"] or 0), days)


def get_cycle_seconds(cycle_id: UUID, item_ids: Iterable[UUID]) -> dict[str, float]:
    """Node of a pipeline → people's active seconds on these items in its task, for one cycle. Every line of the log
    counts, also of answers taken back: the time was spent. ``item_ids``: what the cycle handed to people."""
    rows = TaskItemLog.objects.filter(task_item__item__in=list(item_ids), task_item__cycle_id=cycle_id, simulated=False)
    totals = rows.values("task__node_id").annotate(total=Sum(Least("seconds", Value(MAX_SECONDS)))).order_by()
    return {str(row["task__node_id"]): float(row["total"]) for row in totals if row["total"]}


Found = dict[Any, dict[str, Any]]


def _lines(scope: Scope, simulated: bool | None = False) -> QuerySet[TaskItemLog]:
    rows = TaskItemLog.objects.filter(
        task__project_id=scope.project_id, at__gte=scope.start, at__lt=scope.end, person__isnull=False
    )
    if simulated is not None:
        rows = rows.filter(simulated=simulated)
    if scope.task_id:
        rows = rows.filter(task_id=scope.task_id)
    return rows.filter(person_id=scope.person_id) if scope.person_id else rows


def _stands() -> Q:
    """Condition on answers: the person has not taken this one back. Between an answer and the undo that takes it back
    lies no other answer."""
    mine = TaskItemLog.objects.filter(task_item=OuterRef("task_item"), at__gt=OuterRef("at"))
    later = TaskItemLog.objects.filter(
        task_item=OuterRef("task_item"), person=OuterRef("person"), action__in=(*FINISHED, *DECIDED),
        at__gt=OuterRef(OuterRef("at")), at__lt=OuterRef("at"),
    )  # fmt: skip
    return ~Q(Exists(mine.filter(action="undo", person=OuterRef("person")).exclude(Exists(later))))


def _grouped(rows: QuerySet[Any], key: Any, **counts: Any) -> Found:
    """{key: counts}; without a key, one group None."""
    if key is None:
        return {None: rows.aggregate(**counts)}
    found: Any = rows.annotate(group=key).values("group").order_by().annotate(**counts)
    return {row["group"]: row for row in found if row["group"] not in (None, "")}


def _key(by: str | None, scope: Scope, **columns: str) -> Any:
    """What to group by: a day of the time column, or the column this part of the figures has for it."""
    if by is None:
        return None
    return TruncDate(columns["day"], tzinfo=scope.zone) if by == "day" else F(columns[by])


def _log_key(by: str | None, scope: Scope) -> Any:
    return _key(by, scope, person="person_id", task="task_id", label="label", day="at")


def _finished(scope: Scope, by: str | None) -> Found:
    rows = _lines(scope).filter(_stands(), action__in=(*FINISHED, *DECIDED))
    labelling = Q(task__kind=LABELLING)

    def items(condition: Q) -> Count:
        return Count("task_item", distinct=True, filter=condition)

    return _grouped(
        rows, _log_key(by, scope),
        labelled=items(labelling & Q(action="complete")),
        discarded=items(labelling & Q(action="discard")),
        decided=items(Q(task__kind=REVIEW, action__in=DECIDED)),
    )  # fmt: skip


def _times_spent(scope: Scope, by: str | None) -> Found:
    spent = Least(F("seconds"), Value(MAX_SECONDS), output_field=FloatField())
    return _grouped(
        _lines(scope).filter(seconds__gt=0), _log_key(by, scope),
        label_seconds=Sum(spent, filter=Q(task__kind=LABELLING)),
        review_seconds=Sum(spent, filter=Q(task__kind=REVIEW)),
    )  # fmt: skip


def _objects(scope: Scope, by: str | None) -> Found:
    finishing = _lines(scope).filter(_stands(), action="complete", task__kind=LABELLING)
    log = "item__task_items__log"
    rows = revisions_by_people(scope.project_id, scope.start, scope.end)
    rows = rows.filter(**{f"{log}__person": F("author"), f"{log}__in": finishing.values("pk")})
    if scope.person_id:
        rows = rows.filter(author_id=scope.person_id)
    key = _key(by, scope, person="author_id", task="item__task_items__task_id", label="label", day="created_at")
    return _grouped(rows, key, objects=Count("annotation", distinct=True))


def _verdicts(scope: Scope, by: str | None) -> Found:
    """Decisions of reviewers, told of the labelling they are about: its person, its task, the label it had."""
    labelling = TaskItemLog.objects.filter(
        task_item=OuterRef("task_item__source"), action="complete", simulated=False, at__lte=OuterRef("at")
    ).order_by("-at", "-id")
    spoiled = TaskItemLog.objects.filter(
        _stands(), task_item__source=OuterRef("task_item__source"), action__in=("correct", *BACK)
    )
    rows = TaskItemLog.objects.filter(
        _stands(), task__project_id=scope.project_id, task__kind=REVIEW, at__gte=scope.start, at__lt=scope.end,
        simulated=False, action__in=(*APPROVED, *BACK), person__isnull=False,
    ).annotate(
        labeller=Subquery(labelling.values("person_id")[:1], output_field=UUIDField()),
        submitted=Case(When(action__in=APPROVED, then=F("previous_label")), default=F("label"),
                       output_field=CharField()),
        spoiled=Exists(spoiled),
    ).filter(labeller__isnull=False)  # fmt: skip
    if scope.person_id:
        rows = rows.filter(labeller=scope.person_id)
    if scope.task_id:
        rows = rows.filter(Q(task_id=scope.task_id) | Q(task_item__source__task_id=scope.task_id))

    def items(**condition: Any) -> Count:
        return Count("task_item__source", distinct=True, filter=Q(**condition) if condition else None)

    key = _key(by, scope, person="labeller", task="task_item__source__task_id", label="submitted", day="at")
    return _grouped(
        rows, key,
        reviewed=items(), accepted=items(action="approve", spoiled=False), returned=items(action__in=BACK),
        corrected=items(action="correct"), kept=items(action="approve"),
    )  # fmt: skip


def _of_people(scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Outcomes of the period that people brought about; they carry the moment of their line in the log."""
    lines = TaskItemLog.objects.filter(task_item=OuterRef("task_item"), at=OuterRef("at"), simulated=True)
    rows = rows.filter(task_item__task__project_id=scope.project_id, at__gte=scope.start, at__lt=scope.end)
    return rows.exclude(Exists(lines))


def _suggestions(scope: Scope, by: str | None) -> Found:
    rows = _of_people(scope, SuggestionOutcome.objects.filter(person__isnull=False))
    if scope.task_id:
        rows = rows.filter(task_item__task_id=scope.task_id)
    if scope.person_id:
        rows = rows.filter(person_id=scope.person_id)
    key = _key(by, scope, person="person_id", task="task_item__task_id", label="label", day="at")
    outcomes = TaskItemLog.Outcome
    return _grouped(
        rows, key,
        suggestions_accepted=Count("pk", filter=Q(outcome=outcomes.ACCEPTED)),
        suggestions_edited=Count("pk", filter=Q(outcome=outcomes.EDITED)),
        suggestions_rejected=Count("pk", filter=Q(outcome=outcomes.REJECTED)),
    )  # fmt: skip


def _corrections(scope: Scope, by: str | None) -> Found:
    rows = _of_people(scope, ReviewOutcome.objects.filter(annotator__isnull=False))
    if scope.task_id:
        rows = rows.filter(Q(task_item__task_id=scope.task_id) | Q(task_item__source__task_id=scope.task_id))
    if scope.person_id:
        rows = rows.filter(annotator_id=scope.person_id)
    key = _key(by, scope, person="annotator_id", task="task_item__source__task_id", label="label", day="at")
    changes = ReviewOutcome.Change
    return _grouped(
        rows, key,
        objects_unchanged=Count("pk", filter=Q(change=changes.UNCHANGED)),
        objects_changed=Count("pk", filter=Q(change=changes.CHANGED)),
        objects_added=Count("pk", filter=Q(change=changes.ADDED)),
        objects_removed=Count("pk", filter=Q(change=changes.REMOVED)),
        iou=Avg("iou"),
    )  # fmt: skip


PARTS = (_finished, _times_spent, _objects, _verdicts, _suggestions, _corrections)


def _histogram(scope: Scope) -> list[int]:
    whens = [When(seconds__lte=edge, then=Value(i)) for i, edge in enumerate(TIME_EDGES)]
    place = Case(*whens, default=Value(len(TIME_EDGES)), output_field=IntegerField())
    rows = _lines(scope).filter(_stands(), action__in=FINISHED, task__kind=LABELLING, seconds__gt=0)
    found = _grouped(rows, place, n=Count("id"))
    return [found.get(i, {"n": 0})["n"] for i in range(len(TIME_EDGES) + 1)]


def _row(key: str, name: str, parts: Sequence[Mapping[str, Any]]) -> Row:
    merged: dict[str, Any] = {}
    for part in parts:
        merged.update(part)
    return Row(
        key=key,
        name=name,
        counts={name: int(merged.get(name) or 0) for name in COUNTS},
        label_seconds=float(merged.get("label_seconds") or 0),
        review_seconds=float(merged.get("review_seconds") or 0),
        iou=merged.get("iou"),
    )


def _names(by: str, keys: set[Any]) -> dict[Any, str]:
    if by == "person":
        return {pk: str(person) for pk, person in User.objects.in_bulk(keys).items()}
    return dict(Task.objects.filter(pk__in=keys).values_list("pk", "name")) if by == "task" else {}
