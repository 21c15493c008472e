"""Embed: the encoder's vector of each picture, kept for selection and search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from models_registry.models import Model
from models_registry.selectors.embeddings import finite_rows
from models_registry.selectors.predictions import embeddings_of_items
from models_registry.services.prediction import ensure_embeddings
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
    register,
)
from pipelines.nodes._items import live, missing_item
from pipelines.services.checks import model_problems


@register
class Embed(Node):
    """Embeddings belong to the encoder and lie by content: a picture is embedded once, whoever asks. What was embedded
    before a crash is kept; run twice, the second time finds everything there."""

    spec = NodeSpec(
        type="embed",
        title="Embed",
        category="Models",
        icon="scatter",
        doc="Computes what the model's encoder sees in each picture and keeps it. An untrained base embeds with its "
        "backbone as it comes. The output names the encoder; the vectors are found by it and the picture's content.",
        inputs=(Port("item", "Item"), Port("model", "Model", doc="Whose encoder is used.")),
        outputs=(
            Port("item", "Item"),
            Port("embedding", "Json", doc='{"encoder": key, "dimension": n}: where the vector is found.'),
        ),
        queue="ml",
        batch=512,
    )

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        return model_problems(tx.project_id, place, "model")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        by_model: dict[str, list[Execution]] = {}
        for e in batch:
            by_model.setdefault(e.inputs["model"], []).append(e)
        return [result for model, part in by_model.items() for result in self._embedded(ctx, model, part)]

    @staticmethod
    def _embedded(ctx: Ctx, model: str, batch: Sequence[Execution]) -> list[Result]:
        items = [e.inputs["item"] for e in batch]
        there = live(items)
        try:
            key = ensure_embeddings(
                UUID(model), sorted(there), lambda done, total: ctx.progress(done, total, "embedding")
            )
        except Model.DoesNotExist:
            raise BatchFailed("The model was deleted.", model=model) from None
        vectors = embeddings_of_items(key, items)
        told = {"encoder": key, "dimension": int(vectors.shape[1])}
        results: list[Result] = []
        for e, good in zip(batch, finite_rows(vectors), strict=True):
            item = e.inputs["item"]
            if item not in there:
                results.append(missing_item(e))
            elif not good:
                text = "The picture cannot be read."
                results.append(NodeError(e.id, "unreadable_image", text, {"item": item}))
            else:
                results.append(Outcome(e.id, {"item": item, "embedding": told}, remember={"encoder": key}))
        return results
