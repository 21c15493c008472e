"""Predict: what the current best model says about each item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from models_registry.models import Model
from models_registry.services import prediction
from models_registry.services.prediction import PredictionDraft
from pipelines.engine.spec import (
    BatchFailed,
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
from pipelines.services.checks import model_problems


@dataclass(frozen=True)
class Predicted(Outcome):
    """An answer on its way to the table."""

    draft: PredictionDraft | None = None


@register
class Predict(Node):
    """Runs the model over the items and keeps one prediction an item: probabilities and scores."""

    spec = NodeSpec(
        type="predict",
        title="Predict",
        category="Models",
        icon="wand",
        doc="Lets the model say what it sees. Its answer becomes the suggestion people start from, never ground truth.",
        inputs=(Port("item", "Item"), Port("model", "Model")),
        outputs=(
            Port("item", "Item"),
            Port("annotations", "Annotation[]", doc="The id of the prediction that holds the suggested annotations."),
        ),
        queue="ml",
        batch=512,  # long enough that decoding and the net seldom wait for each other's beginning and end
    )

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        return model_problems(tx.project_id, place, "model")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        by_model: dict[str, list[Execution]] = {}
        for e in batch:
            by_model.setdefault(e.inputs["model"], []).append(e)
        results: list[Result] = []
        for model_id, part in by_model.items():
            try:
                drafts = prediction.compute(
                    UUID(model_id),
                    [e.inputs["item"] for e in part],
                    lambda d, t: ctx.progress(d, t, "predicting"),
                    ctx.later,
                )
            except Model.DoesNotExist:
                raise BatchFailed("The model was deleted.", model=model_id) from None
            results += [self._one(e, draft) for e, draft in zip(part, drafts, strict=True)]
        return results

    @staticmethod
    def _one(e: Execution, draft: PredictionDraft) -> Result:
        if draft.error:
            return NodeError(e.id, "unreadable_image", draft.error, {"item": e.inputs["item"]})
        outputs = {"item": e.inputs["item"]}
        return Predicted(e.id, outputs, remember={"predicted_by": e.inputs["model"]}, draft=draft)

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        found = [result for result in results if isinstance(result, Predicted) and result.draft is not None]
        saved = prediction.save([result.draft for result in found if result.draft is not None])
        return [
            replace(result, outputs={**result.outputs, "annotations": [str(saved[result.draft.item_id])]})
            for result in found
            if result.draft is not None and result.draft.item_id in saved
        ]
