"""What the two kinds of task node share: the task people see, its items, their contexts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from alp_site.people.models import Project
from annotation.models import Task, TaskItem
from annotation.services.task_items import add_items
from annotation.services.tasks import ensure_task
from datasets.geometry._base import TYPES
from datasets.models import Dataset
from pipelines.engine.spec import (
    BatchFailed,
    Ctx,
    Execution,
    Node,
    Outcome,
    Place,
    Problem,
    Result,
    Tx,
    Wait,
    wait_on,
)
from pipelines.nodes._paths import before, source_datasets, start_dataset
from pipelines.services.work import contexts

TASK_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "name": {
            "type": "string",
            "title": "Name of the task",
            "description": "What people see it under. Empty: the node's name.",
            "maxLength": 120,
            "default": "",
        },
        "instructions": {
            "type": "string",
            "title": "Instructions",
            "description": "Shown in the studio beside the picture.",
            "default": "",
        },
        "batch_size": {
            "type": "integer",
            "title": "Items a batch",
            "description": "So many come to a person at once.",
            "minimum": 1,
            "maximum": 500,
            "default": 5,
        },
        "max_workload": {
            "type": "integer",
            "title": "Items a person may hold",
            "description": "Nobody pulls more while they have this many open.",
            "minimum": 1,
            "maximum": 2000,
            "default": 7,
        },
        "priority": {
            "type": "integer",
            "title": "Priority (3 is high)",
            "description": "Of several tasks, the higher one is offered first.",
            "minimum": 1,
            "maximum": 3,
            "default": 2,
        },
        "due_date": {
            "type": ["string", "null"],
            "title": "Due",
            "description": "When it should be done; shown, not enforced.",
            "format": "date-time",
            "default": None,
        },
        "allocation": {
            "type": "string",
            "title": "How people get items",
            "description": "Pulling: whoever asks gets the next. Distribution: dealt by shares as they come.",
            "enum": ["pulling", "distribution"],
            "default": "pulling",
        },
        "people": {
            "type": "object",
            "title": "People and their shares (empty: everyone who may)",
            "description": "Who works on it, and how much of it each gets.",
            "x-entity": "person",
            "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 1000},
            "default": {},
        },
        "statuses": {
            "type": "array",
            "title": "Further statuses",
            "description": "Each is an answer people may give, and an action to connect.",
            "items": {"type": "string", "pattern": "^[a-z][a-z0-9 _-]{0,30}$"},
            "uniqueItems": True,
            "default": [],
        },
        "annotation_types": {
            "type": "array",
            "title": "Annotation types (none: all that the ontology has a use for)",
            "description": "What people may draw.",
            "items": {"type": "string", "enum": TYPES.names()},
            "uniqueItems": True,
            "default": ["class"],
        },
        "labels": {
            "type": "array",
            "title": "Labels people may use (none: all)",
            "description": "Names of the ontology's labels.",
            "items": {"type": "string", "minLength": 1, "maxLength": 200},
            "uniqueItems": True,
            "default": [],
        },
    },
}
"""A task's settings; they may be changed while the pipeline runs."""


@dataclass(frozen=True)
class Handed(Wait):
    """An item that is to be put into the task."""

    item: str = ""
    cycle: str = ""
    context: Mapping[str, Any] | None = None


class TaskNode(Node):
    """Hands items to people and waits for their answer: the task item's status is the action."""

    kind: ClassVar[str]
    waiting_for: ClassVar[str]
    own: ClassVar[tuple[str, ...]]

    def actions(self, config: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
        more = [name for name in config.get("statuses", ()) if name not in self.own]
        return {"item": (*self.own, *more)}

    def validate(self, place: Place) -> Iterable[Problem]:
        config, node = place.node.config, place.node
        if config.get("max_workload", 7) < config.get("batch_size", 5):
            text = f"{node.title}: the items a person may hold are fewer than the items of a batch."
            yield Problem("bad_config", text, node=node.id, field="max_workload")
        own, sources = place.values.get("dataset"), source_datasets(place.graph, node.id)
        if isinstance(own, str) and sources and own != sources[0]:
            text = f"{node.title} works on another dataset than the items that reach it come from."
            yield Problem("task_dataset_differs", text, node=node.id, port="dataset")
        elif not own and not sources and "dataset" not in node.inputs:
            known = any(before_node.type == "dataset" for before_node in before(place.graph, node.id))
            if not known:
                text = f"{node.title} has no dataset: give it one, or let a Dataset node lead to it."
                yield Problem("task_without_dataset", text, node=node.id, port="dataset")

    def started(self, tx: Tx, place: Place) -> None:
        dataset_id = start_dataset(place)
        if dataset_id is None:
            raise BatchFailed(f"{place.node.title} has no dataset.", node=place.node.id)
        config = place.node.config
        statuses = [name for outputs in self.actions(config).values() for name in outputs]
        if not place.graph.has_connection_for(place.node.id, "rejected"):
            statuses = [name for name in statuses if name != "rejected"]
        people = {UUID(person): int(share) for person, share in (config.get("people") or {}).items()}
        due = config.get("due_date")
        ensure_task(
            pipeline_id=UUID(tx.pipeline_id),
            node_id=tx.node_id,
            project=Project.objects.get(pk=tx.project_id),
            name=(config.get("name") or place.node.title)[:120],
            kind=self.kind,
            dataset=Dataset.objects.get(pk=dataset_id, project_id=tx.project_id),
            people=people or None,
            batch_size=config.get("batch_size", 5),
            max_workload=config.get("max_workload", 7),
            priority=config.get("priority", 2),
            due_date=datetime.fromisoformat(due) if due else None,
            allocation=config.get("allocation", "pulling"),
            instructions=config.get("instructions", ""),
            statuses=statuses,
            **self.drawing(config),
            **self.more_settings(tx, place),
        )

    def drawing(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """What people may draw; None for the task's own default."""
        return {"annotation_types": config.get("annotation_types"), "labels": config.get("labels")}

    def more_settings(self, tx: Tx, place: Place) -> dict[str, Any]:
        return {}

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        told = contexts(batch)
        return [
            Handed(
                e.id, self.waiting_for, "", {"item": e.inputs["item"]}, item=e.inputs["item"], cycle=e.cycle_id,
                context=told[e.id],
            )
            for e in batch
        ]  # fmt: skip

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        handed = [result for result in results if isinstance(result, Handed)]
        task = live_task(tx)
        ids = add_items(
            task=task,
            entries=[
                {"item_id": h.item, "context": h.context, "key": h.execution_id, "cycle_id": h.cycle} for h in handed
            ],
        )
        return [replace(h, on=wait_on("task_item", pk)) for h, pk in zip(handed, ids, strict=True)]

    def check(self, tx: Tx, waiting: Sequence[Execution]) -> Sequence[Result]:
        by_item = {e.wait_key.partition(":")[2]: e for e in waiting}
        known = {name for names in self.actions(waiting[0].config).values() for name in names} if waiting else set()
        rows = TaskItem.objects.filter(pk__in=list(by_item), finished_at__isnull=False).exclude(status="")
        found = rows.filter(status__in=known).values_list("pk", "status")
        return [
            Outcome(e.id, {"item": e.inputs["item"]}, action=status)
            for pk, status in found
            if (e := by_item.get(str(pk))) is not None
        ]


def live_task(tx: Tx) -> Task:
    """The task of this node. Raises BatchFailed when someone archived it."""
    tasks = Task.objects.filter(pipeline_id=tx.pipeline_id, node_id=tx.node_id)
    task = tasks.exclude(status=Task.State.ARCHIVED).first()
    if task is None:
        raise BatchFailed("The task of this node was archived. Start the pipeline again to make a new one.")
    return task
