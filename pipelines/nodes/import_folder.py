"""Import: images of a folder of the server come into a dataset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from alp_site.lib.errors import AlpError
from datasets.models import Dataset
from datasets.services.folders import FolderClosed, Taken, folder_at, keep_files, take_files
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
    Tx,
    Wait,
    register,
)


@dataclass(frozen=True)
class Importing(Outcome):
    """Files that were read and are to be named."""

    taken: Taken | None = None


@register
class ImportFolder(Node):
    """Takes what the dataset does not have by name, so a repeat, a retry or a second pipeline adds nothing twice. Some
    at a time: while there are more, it leaves by `more`, which may lead back to it."""

    spec = NodeSpec(
        type="import_folder",
        title="Import from a folder",
        category="Data",
        icon="folder-input",
        doc="Takes new images from a folder of the server that its operator opened (ALP_IMPORT_DIR), under the names "
        "they have there. Start it by the clock. It takes some at a time: connect `more` back to it for the rest. "
        "What is no image is listed in the report with the reason; links and hidden files are passed over.",
        inputs=(Port("dataset", "Dataset"),),
        outputs=(
            Port("dataset", "Dataset"),
            Port("report", "Json", doc='{"added", "there", "refused", "reasons": [...]}'),
        ),
        actions={"dataset": ("done", "more")},
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "prefix": {
                    "type": "string",
                    "title": "Folder",
                    "description": "Inside the folder that the operator opened. Empty: all of it.",
                    "maxLength": 500,
                    "x-widget": "line",
                    "default": "",
                },
                "directory": {
                    "type": "string",
                    "title": "Into the dataset's folder",
                    "description": "Where the images go in the dataset.",
                    "pattern": "^/",
                    "maxLength": 500,
                    "x-widget": "line",
                    "default": "/",
                },
                "limit": {
                    "type": "integer",
                    "title": "At a time",
                    "description": "New images one execution takes.",
                    "minimum": 1,
                    "maximum": 500,
                    "default": 200,
                },
            },
        },
        batch=1,
    )

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        node, dataset = place.node, place.values.get("dataset")
        if dataset and not Dataset.objects.filter(pk=dataset, project_id=tx.project_id, deleted_at=None).exists():
            text = f"The dataset of {node.title} is not in this project."
            yield Problem("dataset_not_in_project", text, node=node.id, port="dataset")
        try:
            folder_at(node.config.get("prefix", ""))
        except FolderClosed as error:
            yield Problem(error.code, f"{node.title}: {error.message}", node=node.id, field="prefix")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        return [self._one(e) for e in batch]

    @staticmethod
    def _one(e: Execution) -> Result:
        dataset = Dataset.objects.filter(pk=e.inputs["dataset"], project_id=e.project_id, deleted_at=None).first()
        if dataset is None:
            return NodeError(e.id, "dataset_missing", "The dataset is not in this project.")
        config = e.config
        try:
            taken = take_files(
                dataset=dataset, prefix=config.get("prefix", ""), directory=config.get("directory", "/"),
                limit=config.get("limit", 200),
            )  # fmt: skip
        except AlpError as error:
            return NodeError(e.id, error.code, error.message)
        return Importing(e.id, {"dataset": e.inputs["dataset"]}, action="more" if taken.more else "done", taken=taken)

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        done: list[Result] = []
        for result in results:
            if not isinstance(result, Importing) or result.taken is None:
                continue
            dataset = Dataset.objects.get(pk=result.outputs["dataset"], project_id=tx.project_id)
            kept = keep_files(dataset=dataset, taken=result.taken)
            added = sum(row.status == "added" for row in kept)
            there = result.taken.there + len(kept) - added
            refused = result.taken.refused_count
            told = {"added": added, "there": there, "refused": refused, "reasons": result.taken.refused}
            said = f"{added} added, {there} there already, {refused} refused"
            done.append(replace(result, outputs={**result.outputs, "report": told}, log=said))
        return done
