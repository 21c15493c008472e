"""Making and changing tasks. Idempotent where a pipeline calls: ``ensure_task`` may run any number of times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from alp_site.lib import db
from alp_site.lib.db import write
from alp_site.lib.errors import Conflict, Invalid, NotFound
from alp_site.people.models import Membership, Project, Role, User
from annotation.models import Assignment, Status, Task, TaskItem
from annotation.selectors.rules import fitting_types, types_said
from annotation.services import record
from datasets.geometry._base import TYPES
from datasets.models import Dataset, Label

__all__ = ["archive_task", "create_task", "ensure_task", "restore_task", "set_people", "update_task"]

OWN_STATUSES: dict[str, list[str]] = {
    Task.Kind.ANNOTATION: [Status.COMPLETED, Status.DISCARD],
    Task.Kind.QA: [Status.APPROVED, Status.DISCARD],
}
SETTINGS = frozenset(
    {"name", "batch_size", "max_workload", "priority", "due_date", "allocation", "everyone", "instructions", "status",
     "statuses", "parent_task", "annotation_types", "labels", "sample_percent", "auto_accept"}
)  # fmt: skip
MAX_STAGES = 8
WORKERS: dict[str, frozenset[str]] = {
    Task.Kind.ANNOTATION: frozenset({Role.OWNER, Role.ENGINEER, Role.REVIEWER, Role.ANNOTATOR}),
    Task.Kind.QA: frozenset({Role.OWNER, Role.ENGINEER, Role.REVIEWER}),
}


def create_task(
    *,
    project: Project,
    name: str,
    kind: str,
    dataset: Dataset,
    user: User | None,
    people: Mapping[UUID, int] | None = None,
    pipeline_id: UUID | None = None,
    node_id: str = "",
    **settings: Any,
) -> Task:
    """Make a task. `people` maps a person's id to their share; given, only they are served. Raises Invalid."""
    if kind not in Task.Kind.values:
        raise Invalid(f"A task is one of {', '.join(Task.Kind.values)}, not {kind!r}.", field="kind")
    if dataset.project_id != project.pk:
        raise Invalid("The dataset belongs to another project.", field="dataset")
    task = Task(
        project=project, kind=kind, dataset=dataset, created_by=user, pipeline_id=pipeline_id, node_id=node_id,
        name=name, statuses=list(OWN_STATUSES[kind]),
    )  # fmt: skip
    _apply(task, settings)
    with write():
        task.save(force_insert=True)
        if people:
            set_people(task=task, people=people)
        record.touch(task=task, reason="created")
    return task


def ensure_task(
    *,
    pipeline_id: UUID,
    node_id: str,
    project: Project,
    name: str,
    kind: str,
    dataset: Dataset,
    user: User | None = None,
    people: Mapping[UUID, int] | None = None,
    **settings: Any,
) -> Task:
    """The live task of a pipeline's node, made or brought up to date; its items and the people's work stay."""
    with write():
        task = Task.objects.filter(pipeline_id=pipeline_id, node_id=node_id).exclude(status=Task.State.ARCHIVED).first()
        if task is None:
            return create_task(
                project=project, name=name, kind=kind, dataset=dataset, user=user, people=people,
                pipeline_id=pipeline_id, node_id=node_id, **settings,
            )  # fmt: skip
        if task.kind != kind:
            raise Invalid(f"The node's task is of kind {task.kind}, not {kind}.", field="kind")
        task.dataset = dataset
        wanted = {"name": name, "status": Task.State.OPEN, **settings}
        return update_task(task=task, people=people, **wanted)


def update_task(*, task: Task, people: Mapping[UUID, int] | None = None, **settings: Any) -> Task:
    """Change settings; `people` replaces the list of people and their shares (empty: open to everyone)."""
    before = task.status
    _apply(task, settings)
    with write():
        task.save()
        if people is not None:
            set_people(task=task, people=people)
        moved = {} if task.status == before else {"status": str(task.status)}
        record.touch(task=task, reason="settings", **moved)
    return task


def archive_task(*, task: Task) -> Task:
    """Take the task out of every list and queue. Its items, log and figures stay."""
    return update_task(task=task, status=Task.State.ARCHIVED)


def restore_task(*, task: Task) -> Task:
    """Take a task out of the archive, open. Raises Conflict when its pipeline's node has made itself another since."""
    if task.status != Task.State.ARCHIVED:
        return task
    if task.pipeline_id is not None:
        others = Task.objects.filter(pipeline_id=task.pipeline_id, node_id=task.node_id)
        if others.exclude(status=Task.State.ARCHIVED).exists():
            raise Conflict("Its pipeline has made a new task for this node since; go on there.", task=str(task.pk))
    return update_task(task=task, status=Task.State.OPEN)


def set_people(*, task: Task, people: Mapping[UUID, int]) -> None:
    """Say who works on a task and with which share. Who leaves keeps what they finished; what they held is free."""
    _check_people(task, people)
    with write():
        now = db.clock()
        gone = task.assignments.filter(removed_at__isnull=True).exclude(person_id__in=people)
        free_items(task=task, person_ids=list(gone.values_list("person_id", flat=True)))
        left = list(gone.values_list("pk", flat=True))
        gone.update(removed_at=now)
        known = {a.person_id: a for a in task.assignments.all()}
        changed: dict[str, list[UUID]] = {"deleted": left, "created": [], "updated": []}
        for person_id, share in people.items():
            row = known.get(person_id) or Assignment(task=task, person_id=person_id)
            if person_id not in known or row.removed_at is not None:
                changed["created"].append(row.pk)
            elif row.share != share:
                changed["updated"].append(row.pk)
            row.share, row.removed_at = share, None
            row.save()
        record.tell_assignments(task=task, changed=changed)
        task.everyone = not people
        task.save(update_fields=["everyone", "updated_at"])


def free_items(*, task: Task, person_ids: Sequence[UUID]) -> int:
    """Put the open items of people who leave back into the queue; what was sent back to them stays first in it."""
    rows = TaskItem.objects.filter(
        task=task, assignee_id__in=list(person_ids), finished_at__isnull=True, retired_at__isnull=True
    )
    return rows.update(assignee=None, assignment=None, lease_until=None)


def _check_people(task: Task, people: Mapping[UUID, int]) -> None:
    roles = dict(Membership.objects.filter(project_id=task.project_id).values_list("user_id", "role"))
    for person_id, share in people.items():
        if person_id not in roles:
            raise NotFound("This person is not a member of the project.", person=str(person_id))
        if roles[person_id] not in WORKERS[task.kind]:
            raise Invalid(f"A {roles[person_id]} cannot work on this task.", field="people", person=str(person_id))
        if not 1 <= share <= 1000:
            raise Invalid("A share is a whole number from 1 to 1000.", field="people", person=str(person_id))


def _apply(task: Task, settings: Mapping[str, Any]) -> None:
    unknown = set(settings) - SETTINGS
    if unknown:
        raise Invalid(f"A task has no setting {', '.join(sorted(unknown))}.", field=min(unknown))
    for name, value in settings.items():
        setattr(task, name, value)
    _check(task)
    if settings.keys() & {"annotation_types", "labels"}:
        _check_drawing(task)


def _check(task: Task) -> None:
    task.name = str(task.name).strip()
    if not task.name or len(task.name) > 120:
        raise Invalid("A task needs a name of at most 120 characters.", field="name")
    if not 1 <= int(task.batch_size) <= 500:
        raise Invalid("The batch size is a number from 1 to 500.", field="batch_size")
    if not task.batch_size <= int(task.max_workload) <= 2000:
        raise Invalid("The maximum workload is at least the batch size and at most 2000.", field="max_workload")
    if task.priority not in (1, 2, 3):
        raise Invalid("The priority is 1, 2 or 3.", field="priority")
    if task.allocation not in Task.Allocation.values:
        raise Invalid(f"The allocation is one of {', '.join(Task.Allocation.values)}.", field="allocation")
    if task.status not in Task.State.values:
        raise Invalid(f"The status is one of {', '.join(Task.State.values)}.", field="status")
    if task.due_date is not None and not isinstance(task.due_date, datetime):
        raise Invalid("The due date is a date and time.", field="due_date")
    known = OWN_STATUSES[task.kind]
    task.statuses = [*known, *(s for s in task.statuses if s not in known)]
    _check_review(task)


def _check_review(task: Task) -> None:
    """What a review task gets from which task, how much of it, and what a rule accepts of it."""
    parent, review = task.parent_task, task.kind == Task.Kind.QA
    if parent is not None:
        if not review:
            raise Invalid("Only a review task follows another task.", field="parent_task")
        if parent.project_id != task.project_id:
            raise Invalid("A review task follows a task of the same project.", field="parent_task")
        _check_chain(task, parent)
    if task.pipeline_id and (task.auto_accept is not None or task.sample_percent != 100):
        raise Invalid("The pipeline decides what reaches this task.", field="sample_percent")
    try:
        percent = Decimal(str(task.sample_percent)).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise Invalid("The sample is a number of percent.", field="sample_percent") from None
    if not 0 <= percent <= 100 or (percent != 100 and not review):
        raise Invalid("A review task samples from 0 to 100 percent; a labelling task does not.", field="sample_percent")
    task.sample_percent = percent
    if task.auto_accept is not None:
        if not review:
            raise Invalid("Only a review task accepts by a rule.", field="auto_accept")
        task.auto_accept = _checked_rule(task.auto_accept)


def _check_chain(task: Task, parent: Task) -> None:
    before: Task | None = parent
    for _stage in range(MAX_STAGES):
        if before is None:
            return
        if before.pk == task.pk:
            raise Invalid("A review task cannot follow itself.", field="parent_task")
        before = before.parent_task
    raise Invalid(f"At most {MAX_STAGES} stages follow one another.", field="parent_task")


def _checked_rule(rule: Any) -> dict[str, Any]:
    """The normal form of an auto-accept rule; raises Invalid."""
    if rule == {"kind": "not_sampled"}:
        return dict(rule)
    names = {"kind", "min_confidence", "unchanged"}
    if isinstance(rule, dict) and rule.keys() == names and rule["kind"] == "agreement":
        least = rule["min_confidence"]
        if isinstance(least, bool) or not isinstance(least, (int, float)) or not 0 <= least <= 1:
            raise Invalid("min_confidence is a number from 0 to 1.", field="auto_accept")
        if rule["unchanged"] is not True:
            raise Invalid("Agreement accepts only what was submitted unchanged.", field="auto_accept")
        return {"kind": "agreement", "min_confidence": float(least), "unchanged": True}
    raise Invalid(
        'auto_accept is null, {"kind": "not_sampled"}, or {"kind": "agreement", "min_confidence": 0..1,'
        ' "unchanged": true}.',
        field="auto_accept",
    )


def _check_drawing(task: Task) -> None:
    """Types and labels that people may use: known ones, in their order, each once; null goes back to the default."""
    task.annotation_types = _listed(task.annotation_types, "annotation_types", TYPES.names())
    if task.dataset.ontology_id is None:
        task.labels = _listed(task.labels, "labels", None)
        return
    rows = {row.name: row for row in Label.objects.filter(ontology_id=task.dataset.ontology_id)}
    task.labels = _listed(task.labels, "labels", list(rows))
    types = types_said(task)
    taken = [row for name, row in rows.items() if not task.labels or name in task.labels]
    if types and len(fitting_types(types, taken)) < len(types):
        text = "Skeletons need a label with keypoints: give one a template in the ontology, or leave skeletons out."
        raise Invalid(text, field="annotation_types")


def _listed(value: Any, name: str, known: Sequence[str] | None) -> list[str] | None:
    """The list without repeats, or None. Raises Invalid naming what is not known."""
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise Invalid(f"{name} is a list of names.", field=name)
    unknown = [one for one in value if known is not None and one not in known]
    if unknown and known is not None:
        text = f"{name}: there is no {', '.join(repr(one) for one in unknown)}; known: {', '.join(known) or 'none'}."
        raise Invalid(text, field=name, unknown=unknown, known=list(known))
    return list(dict.fromkeys(value))
