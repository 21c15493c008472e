"""What a task lets people draw: which types, which labels, and what the ontology demands of each annotation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from alp_site.people.permissions import Person
from annotation.models import Task, TaskItem
from datasets.geometry._base import TYPES
from datasets.models import Annotation, Attribute, Item, Label
from datasets.permissions import EDIT_SCOPES, EditScope

__all__ = [
    "CLASS_ONLY",
    "Rules",
    "Words",
    "fitting_types",
    "labels_said",
    "rules_of",
    "scopes_of",
    "single_class",
    "types_said",
    "words_of",
    "words_of_ontologies",
]

CLASS_ONLY = ["class"]


@dataclass(frozen=True)
class Rules:
    """A task's rules, worked out. `labels` are the ontology's that the task takes, by name; None where the dataset has
    no ontology and the task names no labels: any will do."""

    types: tuple[str, ...]
    labels: Mapping[str, Label] | None
    names: frozenset[str] | None
    attributes: tuple[Attribute, ...]

    @property
    def single_class(self) -> bool:
        """Whether an answer is one label of one exclusive group: the task is plain classification."""
        return self.types == ("class",) and _exclusive(label.group for label in (self.labels or {}).values())

    def allows(self, kind: str, label: str) -> bool:
        return kind in self.types and (self.names is None or label in self.names)

    def required(self, row: Annotation) -> list[Attribute]:
        """The attributes an annotation must have and has not, in the ontology's order."""
        return [
            one
            for one in self.attributes
            if not one.optional and (not one.scope or row.label in one.scope)
            and row.attributes.get(one.key) in (None, "", [])
        ]  # fmt: skip


def types_said(task: Task) -> list[str]:
    """The setting that holds: the task's own, else its labelling task's, else class only. Empty: whatever fits."""
    if task.annotation_types is not None:
        return list(task.annotation_types)
    parent = _followed(task)
    return types_said(parent) if parent is not None else list(CLASS_ONLY)


def labels_said(task: Task) -> list[str]:
    """As `types_said`. Empty: every label of the ontology."""
    if task.labels is not None:
        return list(task.labels)
    parent = _followed(task)
    return labels_said(parent) if parent is not None else []


def _followed(task: Task) -> Task | None:
    return task.parent_task if task.kind == Task.Kind.QA else None


@dataclass(frozen=True)
class Words:
    """The labels and attributes of an ontology, in their order."""

    labels: list[Label]
    attributes: list[Attribute]


def words_of(tasks: Iterable[Task]) -> dict[UUID, Words]:
    """The ontologies of the tasks' datasets, by id; two queries for any number."""
    return words_of_ontologies(task.dataset.ontology_id for task in tasks)


def words_of_ontologies(ids: Iterable[UUID | None]) -> dict[UUID, Words]:
    """As `words_of`."""
    found = {pk: Words([], []) for pk in ids if pk}
    if found:
        for label in Label.objects.filter(ontology_id__in=found).order_by("order", "id"):
            found[label.ontology_id].labels.append(label)
        for attribute in Attribute.objects.filter(ontology_id__in=found).order_by("order", "id"):
            found[attribute.ontology_id].attributes.append(attribute)
    return found


def rules_of(tasks: Iterable[Task], words: Mapping[UUID, Words] | None = None) -> dict[UUID, Rules]:
    """The rules of tasks, by id; two queries, none with `words`. Tasks come with `dataset` and `parent_task`."""
    known = {task.pk: task for task in tasks}
    words = words_of(known.values()) if words is None else words
    return {pk: _rules(task, words.get(task.dataset.ontology_id or task.pk)) for pk, task in known.items()}


def _rules(task: Task, words: Words | None) -> Rules:
    said = labels_said(task)
    if words is None:
        names = frozenset(said) if said else None
        return Rules(fitting_types(types_said(task), None), None, names, ())
    taken = {label.name: label for label in words.labels if not said or label.name in said}
    types = fitting_types(types_said(task), taken.values())
    return Rules(types, taken, frozenset(taken), tuple(words.attributes))


def fitting_types(said: Sequence[str], labels: Iterable[Label] | None) -> tuple[str, ...]:
    """The types that may be used: those said, or all; a skeleton needs a label with a template."""
    wanted = tuple(said) or tuple(TYPES.names())
    if labels is None or any(label.skeleton for label in labels):
        return wanted
    return tuple(name for name in wanted if name != "skeleton")


def single_class(task: Task) -> bool:
    """`Rules.single_class` of one task; at most one query, none where the types say it already."""
    if types_said(task) != CLASS_ONLY:
        return False
    if task.dataset.ontology_id is None:
        return True
    labels = Label.objects.filter(ontology_id=task.dataset.ontology_id).order_by()
    if said := labels_said(task):
        labels = labels.filter(name__in=said)
    return _exclusive(labels.values_list("group", flat=True).distinct())


def _exclusive(groups: Iterable[str]) -> bool:
    """Whether labels of these groups exclude each other: all are of one group with a name, or there are none."""
    found = set(groups)
    return len(found) <= 1 and "" not in found


@EDIT_SCOPES.add("annotation")
def scopes_of(person: Person, item: Item) -> list[EditScope]:
    """What a person's tasks let them draw on an item that they hold or finished; empty where they have none."""
    mine = Q(assignee_id=person.pk) | Q(finished_by_id=person.pk)
    rows = TaskItem.objects.filter(mine, item_id=item.pk, retired_at__isnull=True)
    return [_scope(ti.task) for ti in rows.select_related("task__parent_task")]


def _scope(task: Task) -> EditScope:
    """In one query for all: that labels are the ontology's, and skeletons' their templates', is asked by operations."""
    labels = labels_said(task)
    types = frozenset(types_said(task) or TYPES.names())
    return EditScope(types=types, labels=frozenset(labels) if labels else None)
