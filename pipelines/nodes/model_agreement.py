"""Model agreement: does the model say what people say?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from datasets.geometry._agreement import agreement
from models_registry.models import Model, Prediction
from models_registry.services import prediction
from models_registry.services.prediction import PredictionDraft
from pipelines.engine.spec import (
    BatchFailed,
    Ctx,
    Execution,
    Figures,
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
from pipelines.nodes._agreeing import agreed, agreement_so_far
from pipelines.nodes._items import model_of
from pipelines.services.checks import model_problems
from pipelines.services.labelling import held_by, shapes_of

AGREE: Final = "agree"
DISAGREE: Final = "disagree"


@dataclass(frozen=True)
class Judging(Outcome):
    """A prediction on its way to the table, and what it takes to agree."""

    draft: PredictionDraft | None = None
    threshold: float = 1.0
    overlap: float = 0.5


@register
class ModelAgreement(Node):
    """Compares the model's prediction (made here if there is none) with what people have put on the item: the share of
    both sides' annotations that belong together, by type, label and overlap. Predictions are upserted by model and
    item, so a repeat changes nothing."""

    spec = NodeSpec(
        type="model_agreement",
        title="Model agreement",
        category="Models",
        icon="equal",
        doc="Compares the prediction with people's annotations and leaves by `agree` or `disagree`: where they differ, "
        "a label may be wrong, or the model. The score (0 to 1) is an output and is kept with the cycle as "
        "`model_agreement`; the run view tells its mean so far and the agreement beyond chance.",
        inputs=(
            Port("item", "Item"),
            Port("model", "Model", required=False, doc="By default the model that predicted in this cycle."),
        ),
        outputs=(Port("item", "Item"), Port("score", "Float")),
        actions={"item": (AGREE, DISAGREE)},
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "threshold": {
                    "type": "number",
                    "title": "They agree from",
                    "description": "The share of annotations, of both sides, that belong together: 1 is all.",
                    "minimum": 0,
                    "maximum": 1,
                    "default": 1,
                },
                "overlap": {
                    "type": "number",
                    "title": "Same place from",
                    "description": "How far two shapes must overlap to be the same (IoU). Classes have no place.",
                    "minimum": 0.05,
                    "maximum": 1,
                    "default": 0.5,
                },
            },
        },
        queue="ml",
        batch=256,
    )

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        return model_problems(tx.project_id, place, "model")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        by_model: dict[str, list[Execution]] = {}
        results: list[Result] = []
        for e in batch:
            model = model_of(e)
            if model is None:
                text = "No model predicted this item in this cycle, and none is given."
                results.append(NodeError(e.id, "no_model", text))
            else:
                by_model.setdefault(model, []).append(e)
        for model, part in by_model.items():
            try:
                drafts = prediction.compute(UUID(model), [e.inputs["item"] for e in part])
            except Model.DoesNotExist:
                raise BatchFailed("The model was deleted.", model=model) from None
            results += [self._one(e, draft) for e, draft in zip(part, drafts, strict=True)]
        return results

    @staticmethod
    def _one(e: Execution, draft: PredictionDraft) -> Result:
        if draft.error:
            return NodeError(e.id, "unreadable_image", draft.error, {"item": e.inputs["item"]})
        config, outputs = e.config, {"item": e.inputs["item"]}
        return Judging(
            e.id, outputs, draft=draft, threshold=config.get("threshold", 1), overlap=config.get("overlap", 0.5)
        )

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        judging = [result for result in results if isinstance(result, Judging) and result.draft is not None]
        saved = [prediction.save([r.draft for r in judging if r.draft is not None])] if judging else []
        rows = {row.pk: row for ids in saved for row in Prediction.objects.filter(pk__in=list(ids.values()))}
        held = held_by(result.outputs["item"] for result in judging)
        done: list[Result] = []
        for result in judging:
            item = result.outputs["item"]
            if item not in held:
                done.append(NodeError(result.execution_id, "item_missing", "The item was deleted."))
                continue
            said = shapes_of(rows[saved[0][UUID(item)]].annotations)
            people = shapes_of(one for one in held[item].annotations if one.model_id is None)
            size_wh = held[item].size_wh
            score = round(agreement(said, people, size_wh, result.overlap), 6)
            model = str(rows[saved[0][UUID(item)]].model_id)
            done.append(
                replace(
                    result,
                    outputs={"item": item, "score": score},
                    action=AGREE if score >= result.threshold else DISAGREE,
                    remember={"model_agreement": score},
                    log=f"agreement {score:.3f}",
                    noted=agreed([said, people], size_wh, overlap=result.overlap, score=score, of=model),
                )
            )
        return done

    def figures(self, noted: Sequence[Mapping[str, Any]]) -> Sequence[Figures]:
        """Of the model that predicted last."""
        return agreement_so_far(noted)
