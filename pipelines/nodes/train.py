"""Train: the version learns; the node waits for the job."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from models_registry.models import Model
from models_registry.services.training import start_training
from pipelines.engine.spec import (
    Ctx,
    Execution,
    Node,
    NodeError,
    NodeSpec,
    Outcome,
    Port,
    Result,
    Tx,
    Wait,
    register,
    wait_on,
)

OVER = {Model.Status.FAILED: "training_failed", Model.Status.CANCELLED: "training_cancelled"}


@register
class Train(Node):
    """Starts the training of the model and goes on when it has its weights. A retry goes on from the checkpoint."""

    spec = NodeSpec(
        type="train",
        title="Train",
        category="Models",
        icon="train",
        doc="Trains the version in the background, with a checkpoint every epoch.",
        inputs=(Port("model", "Model"),),
        outputs=(Port("model", "Model"),),
        batch=16,
    )

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        return [
            Wait(e.id, "waiting for the training", wait_on("model", e.inputs["model"]), {"model": e.inputs["model"]})
            for e in batch
        ]

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        done: list[Result] = []
        for result in results:
            model = Model.objects.get(pk=result.outputs["model"], project_id=tx.project_id)
            if model.status == Model.Status.TRAINED:
                done.append(Outcome(result.execution_id, result.outputs, log=f"{model.name} is trained already"))
            else:
                start_training(model_id=UUID(result.outputs["model"]))
        return done

    def check(self, tx: Tx, waiting: Sequence[Execution]) -> Sequence[Result]:
        rows = {str(m.pk): m for m in Model.objects.filter(pk__in=[e.inputs["model"] for e in waiting])}
        done: list[Result] = []
        for e in waiting:
            model = rows.get(e.inputs["model"])
            if model is None:
                done.append(NodeError(e.id, "model_missing", "The model was deleted."))
            elif model.status == Model.Status.TRAINED:
                done.append(Outcome(e.id, {"model": e.inputs["model"]}))
            elif model.status in OVER:
                why = (model.error or {}).get("message") or f"The training of {model.name} was {model.status}."
                done.append(NodeError(e.id, OVER[Model.Status(model.status)], why))
        return done
