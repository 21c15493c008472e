"""Export: a dataset's items and annotations as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alp_site.lib.errors import AlpError
from datasets import query
from datasets.models import Dataset
from datasets.services.exports import Written, keep_export, list_formats, write_export
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


def _schema() -> Mapping[str, Any]:
    formats = list_formats()
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "format": {
                "type": "string",
                "title": "Format",
                "description": "; ".join(f"{one['name']}: {one['title']}" for one in formats),
                "enum": [one["name"] for one in formats],
                "default": "alp_json",
            },
            "approved_only": {
                "type": "boolean",
                "title": "Ground truth only",
                "description": "Only items whose present annotations were approved.",
                "default": True,
            },
            "name": {
                "type": "string",
                "title": "Name of the file",
                "description": "The ending comes from the format. Empty: the dataset's name and the day.",
                "maxLength": 120,
                "pattern": "^[^/\\\\]*$",
                "default": "",
            },
        },
    }


@dataclass(frozen=True)
class Exported(Outcome):
    """A file in storage that is to be named."""

    written: Written | None = None
    name: str = ""
    format: str = ""


@register
class Export(Node):
    """The file is written outside any transaction, by content, and named with the outcome under the execution's id: a
    worker that dies leaves a file nobody names, which goes after some hours; a second attempt names one file."""

    spec = NodeSpec(
        type="export",
        title="Export",
        category="Data",
        icon="download",
        doc="Writes the items of a dataset, or those that match a filter, with their annotations into a file. It is "
        "listed with the dataset's exports and can be downloaded; what the format has no word for is counted there.",
        inputs=(
            Port("dataset", "Dataset"),
            Port("filters", "Json", required=False, doc="A query over the dataset's items. Empty: all of them."),
        ),
        outputs=(
            Port("dataset", "Dataset"),
            Port("file", "Json", doc='{"export": id, "url": where it is, "items", "annotations", "sha256"}'),
        ),
        config_schema=_schema(),
        batch=1,
    )

    def validate(self, place: Place) -> Iterable[Problem]:
        dql = place.values.get("filters")
        if not isinstance(dql, dict) or not dql:
            return
        try:
            query.compile(dict(dql))
        except AlpError as error:
            yield Problem("bad_filter", f"{place.node.title}: {error.message}", node=place.node.id, port="filters")

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        dataset = place.values.get("dataset")
        if dataset and not Dataset.objects.filter(pk=dataset, project_id=tx.project_id, deleted_at=None).exists():
            text = f"The dataset of {place.node.title} is not in this project."
            yield Problem("dataset_not_in_project", text, node=place.node.id, port="dataset")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        return [self._one(e) for e in batch]

    @staticmethod
    def _one(e: Execution) -> Result:
        rows = Dataset.objects.filter(pk=e.inputs["dataset"], project_id=e.project_id, deleted_at=None)
        dataset = rows.first()
        if dataset is None:
            return NodeError(e.id, "dataset_missing", "The dataset is not in this project.")
        kind = e.config.get("format", "alp_json")
        written = write_export(
            dataset=dataset, dql=e.inputs.get("filters") or None, format_name=kind,
            approved_only=e.config.get("approved_only", True),
        )  # fmt: skip
        left = sum(written.left_out.values())
        said = f"{written.items} items, {written.annotations} annotations" + (f", {left} left out" if left else "")
        return Exported(
            e.id,
            {"dataset": e.inputs["dataset"]},
            log=said,
            written=written,
            name=e.config.get("name", ""),
            format=kind,
        )

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        done: list[Result] = []
        for result in results:
            if not isinstance(result, Exported) or result.written is None:
                continue
            dataset = Dataset.objects.get(pk=result.outputs["dataset"], project_id=tx.project_id)
            row = keep_export(
                dataset=dataset, written=result.written, name=result.name or f"{dataset.name} {tx.now:%Y-%m-%d %H%M}",
                format_name=result.format, key=result.execution_id,
            )  # fmt: skip
            told = {
                "export": str(row.pk), "url": f"/api/v1/exports/{row.pk}/file/", "items": row.items,
                "annotations": row.annotations, "sha256": row.blob_id, "name": row.name,
            }  # fmt: skip
            done.append(replace(result, outputs={**result.outputs, "file": told}))
        return done
