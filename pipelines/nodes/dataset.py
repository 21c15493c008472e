"""Dataset: where items come in, and where they are put away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from datasets.models import Dataset, Item
from datasets.services.clones import clone_items
from pipelines.engine.spec import (
    Ctx,
    Execution,
    Node,
    NodeError,
    NodeSpec,
    Outcome,
    Place,
    Port,
    Problem,
    Result,
    StartScope,
    Tx,
    Wait,
    register,
)


@dataclass(frozen=True)
class Put(Outcome):
    """An item that is to be cloned into a dataset."""

    dataset: str = ""
    folder: str = "/"


@register
class DatasetNode(Node):
    """At the start it says which items the triggers may bring. Later it clones each item, with annotations, metadata
    and subset, into its dataset's folder; an item that lies in the dataset already goes on as it is."""

    spec = NodeSpec(
        type="dataset",
        title="Dataset",
        category="Data",
        icon="data",
        doc="First node: takes items of this dataset and folder. Later: puts a copy of each item there, once.",
        inputs=(Port("item", "Item"), Port("dataset", "Dataset", title="Dataset")),
        outputs=(Port("item", "Item"),),
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "folder": {
                    "type": "string",
                    "title": "Folder",
                    "description": "As a start node: only items in or below it. Later: where the copies go.",
                    "default": "/",
                    "pattern": "^/",
                    "maxLength": 1000,
                    "x-widget": "line",
                },
                "load_existing": {
                    "type": "boolean",
                    "title": "Load existing items",
                    "description": "Once, at the start: also takes the items that are there already.",
                    "default": False,
                },
                "filter": {
                    "type": "object",
                    "title": "Filter",
                    "description": "Only items that match this query, as a start node.",
                    "x-widget": "filter",
                    "default": {},
                },
            },
        },
        batch=64,
    )

    def start_scope(self, place: Place) -> StartScope:
        config = place.node.config
        wanted = ({"type": "file"}, folder_filter(config.get("folder", "/")), bare(config.get("filter")))
        dataset = place.values.get("dataset")
        return StartScope(
            dataset_id=dataset if isinstance(dataset, str) else None,
            filter={"filter": {"$and": [part for part in wanted if part]}},
            load_existing=bool(config.get("load_existing", False)),
        )

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        dataset = place.values.get("dataset")
        if dataset and not Dataset.objects.filter(pk=dataset, project_id=tx.project_id, deleted_at=None).exists():
            text = f"The dataset of {place.node.title} is not in this project."
            yield Problem("dataset_not_in_project", text, node=place.node.id, port="dataset")

    def at_once(self, tx: Tx, batch: Sequence[Execution]) -> Sequence[Outcome]:
        """Items that lie here already go on."""
        return [result for result in self._looked_up(batch) if type(result) is Outcome]

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        return self._looked_up(batch)

    def _looked_up(self, batch: Sequence[Execution]) -> list[Result]:
        ids = [e.inputs["item"] for e in batch]
        where = {str(pk): str(ds) for pk, ds in Item.objects.filter(pk__in=ids).values_list("pk", "dataset_id")}
        return [self._one(e, where.get(e.inputs["item"])) for e in batch]

    @staticmethod
    def _one(e: Execution, lies_in: str | None) -> Result:
        item, dataset = e.inputs["item"], e.inputs["dataset"]
        if lies_in is None:
            return NodeError(e.id, "item_missing", "The item was deleted.", {"item": item})
        if lies_in == dataset:
            return Outcome(e.id, {"item": item})
        return Put(e.id, {"item": item}, dataset=dataset, folder=e.config.get("folder", "/"))

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        groups: dict[tuple[str, str], list[Put]] = defaultdict(list)
        for result in results:
            if isinstance(result, Put):
                groups[result.dataset, result.folder].append(result)
        done: list[Result] = []
        for (dataset_id, folder), puts in groups.items():
            target = Dataset.objects.get(pk=dataset_id, project_id=tx.project_id, deleted_at=None)
            ids = [UUID(put.outputs["item"]) for put in puts]
            cloned = clone_items(items=ids, target_dataset=target, directory=folder, user=None)
            copies = {str(source): str(copy) for source, copy in cloned.items()}
            for put in puts:
                copy = copies.get(put.outputs["item"])
                if copy is None:
                    done.append(NodeError(put.execution_id, "item_missing", "The item was deleted."))
                else:
                    done.append(replace(put, outputs={"item": copy}))
        return done


def folder_filter(folder: str) -> dict[str, Any] | None:
    """Items in the folder or below it; None for the root. ``0`` is the character after ``/``."""
    path = "/" + folder.strip("/")
    if path == "/":
        return None
    return {"$and": [{"filename": {"$gte": f"{path}/"}}, {"filename": {"$lt": f"{path}0"}}]}


def bare(dql: Any) -> dict[str, Any] | None:
    """The filter of a query, whether or not it came in its envelope."""
    if not isinstance(dql, dict) or not dql:
        return None
    inner = dql.get("filter", dql) if set(dql) <= {"filter", "join", "resource", "sort"} else dql
    return inner or None
