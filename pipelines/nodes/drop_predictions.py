"""Drop predictions: what models said of an item is deleted, or put away in a file first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models_registry.models import Model, Prediction
from models_registry.services.dropping import drop_predictions, put_away, store_files
from pipelines.engine.spec import (
    Ctx,
    Execution,
    Node,
    NodeSpec,
    Outcome,
    Port,
    Result,
    Tx,
    Wait,
    register,
)
from pipelines.services.bulk import as_uuids, chunks

LOOKUP = 500


@dataclass(frozen=True)
class Dropping(Outcome):
    """Predictions of one item that are to go, and the files of the batch they lie in."""

    predictions: tuple[UUID, ...] = ()
    files: tuple[tuple[UUID, str, int], ...] = ()


@register
class DropPredictions(Node):
    """The files are written before the rows go, by content, and the rows that go are those in the files: after a crash
    in between the same files are found again. What is gone already is no error, so a repeat changes nothing."""

    spec = NodeSpec(
        type="drop_predictions",
        title="Drop predictions",
        category="Models",
        icon="archive",
        doc="Deletes what models predicted of an item, or archives it: each model then keeps a file of it among its "
        "artifacts. Old predictions cost room and mislead filters. What people were shown stays with their work.",
        inputs=(
            Port("item", "Item"),
            Port("model", "Model", required=False, doc="Only this model's. Empty: every model's."),
        ),
        outputs=(Port("item", "Item"),),
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "mode": {
                    "type": "string",
                    "title": "What becomes of them",
                    "description": "Deleted for good, or put away in a file of the model first.",
                    "enum": ["archive", "delete"],
                    "default": "archive",
                },
                "keep_best": {
                    "type": "boolean",
                    "title": "Keep the best model's",
                    "description": "What the model in service says stays.",
                    "default": True,
                },
            },
        },
        batch=256,
    )

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        found = {e.id: tuple(ids) for e, ids in self._found(batch)}
        files: tuple[tuple[UUID, str, int], ...] = ()
        if batch and batch[0].config.get("mode", "archive") == "archive":
            stored = store_files(pk for ids in found.values() for pk in ids)
            files = tuple((model, sha256, size) for model, (sha256, size) in sorted(stored.items()))
        return [Dropping(e.id, {"item": e.inputs["item"]}, predictions=found[e.id], files=files) for e in batch]

    @staticmethod
    def _found(batch: Sequence[Execution]) -> list[tuple[Execution, list[UUID]]]:
        keep_best = bool(batch) and batch[0].config.get("keep_best", True)
        by_item: dict[str, list[tuple[UUID, str]]] = defaultdict(list)
        for part in chunks(as_uuids(sorted({e.inputs["item"] for e in batch})), LOOKUP):
            rows = Prediction.objects.filter(item_id__in=part).order_by("id")
            if keep_best:
                rows = rows.exclude(model__stage=Model.Stage.BEST)
            for pk, item, model in rows.values_list("pk", "item_id", "model_id"):
                by_item[str(item)].append((pk, str(model)))
        return [
            (e, [pk for pk, model in by_item[e.inputs["item"]] if e.inputs.get("model") in (None, model)])
            for e in batch
        ]

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        dropping = [result for result in results if isinstance(result, Dropping)]
        put_away(files=[file for result in dropping if result.predictions for file in result.files])
        drop_predictions(prediction_ids=[pk for result in dropping for pk in result.predictions])
        return [
            Outcome(result.execution_id, result.outputs, log=f"{len(result.predictions)} predictions dropped")
            for result in dropping
        ]
