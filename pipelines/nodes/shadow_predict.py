"""Shadow predict: a candidate runs beside the model in service, and where they differ is written down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from datasets.geometry._agreement import agreement
from datasets.models import Item
from models_registry.models import Model, Prediction
from models_registry.services import prediction
from models_registry.services.metrics import tally
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
from pipelines.services.checks import model_problems
from pipelines.services.labelling import shapes_of

FIGURE: Final = "Shadow: share that differs"
OVERLAP: Final = 0.5


@dataclass(frozen=True)
class Shadowed(Outcome):
    """What both said, on its way to the table."""

    best: PredictionDraft | None = None
    candidate: PredictionDraft | None = None


@register
class ShadowPredict(Node):
    """Both predictions are kept; nobody is shown the candidate's. How many items the two differ on is a figure of the
    candidate (one point a batch: x items so far, y the share that differs), written with the outcomes, once."""

    spec = NodeSpec(
        type="shadow_predict",
        title="Shadow predict",
        category="Models",
        icon="ghost",
        doc="Runs a candidate beside the model in service. The item goes on as before, by `agree` or `differ`; how "
        "often the two differ is a chart of the candidate, and the score of each item is kept with its cycle as "
        "`shadow_agreement`; the run view tells its mean so far and the agreement beyond chance.",
        inputs=(
            Port("item", "Item"),
            Port("model", "Model", title="In service"),
            Port("candidate", "Model", title="Candidate"),
        ),
        outputs=(Port("item", "Item"), Port("score", "Float")),
        actions={"item": ("agree", "differ")},
        queue="ml",
        batch=256,
    )

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        yield from model_problems(tx.project_id, place, "model")
        yield from model_problems(tx.project_id, place, "candidate")
        best, candidate = place.values.get("model"), place.values.get("candidate")
        if best and best == candidate:
            text = f"{place.node.title}: the candidate is the model in service: they will never differ."
            yield Problem("same_model", text, node=place.node.id, port="candidate", level="warning")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        pairs: dict[tuple[str, str], list[Execution]] = defaultdict(list)
        for e in batch:
            pairs[e.inputs["model"], e.inputs["candidate"]].append(e)
        results: list[Result] = []
        for (best, candidate), part in pairs.items():
            items = [e.inputs["item"] for e in part]
            try:
                both = [prediction.compute(UUID(model), items) for model in (best, candidate)]
            except Model.DoesNotExist:
                raise BatchFailed("One of the two models was deleted.", models=[best, candidate]) from None
            results += [self._one(e, first, second) for e, first, second in zip(part, *both, strict=True)]
        return results

    @staticmethod
    def _one(e: Execution, best: PredictionDraft, candidate: PredictionDraft) -> Result:
        if best.error or candidate.error:
            text = best.error or candidate.error
            return NodeError(e.id, "unreadable_image", text, {"item": e.inputs["item"]})
        return Shadowed(
            e.id, {"item": e.inputs["item"]}, remember={"predicted_by": e.inputs["model"]}, best=best,
            candidate=candidate,
        )  # fmt: skip

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        shadowed = [result for result in results if isinstance(result, Shadowed)]
        drafts = [draft for r in shadowed for draft in (r.best, r.candidate) if draft is not None]
        prediction.save(drafts)
        items = Item.objects.in_bulk([UUID(r.outputs["item"]) for r in shadowed])
        models = {draft.model_id for draft in drafts}
        rows = {
            (row.model_id, row.item_id): shapes_of(row.annotations)
            for row in Prediction.objects.filter(model_id__in=models, item_id__in=list(items))
        }
        done: list[Result] = []
        differs: dict[tuple[UUID, UUID], list[bool]] = defaultdict(list)
        for result in shadowed:
            if result.best is None or result.candidate is None:
                continue
            pair, item = (result.best.model_id, result.candidate.model_id), items[UUID(result.outputs["item"])]
            said, size_wh = (rows[pair[0], item.pk], rows[pair[1], item.pk]), (item.width, item.height)
            score = agreement(*said, size_wh, OVERLAP)
            differs[pair].append(score < 1)
            done.append(
                replace(
                    result,
                    outputs={**result.outputs, "score": score},
                    action="agree" if score == 1 else "differ",
                    remember={**result.remember, "shadow_agreement": score},
                    log=f"agreement {score:.3f}",
                    noted=agreed(said, size_wh, overlap=OVERLAP, score=score, of=" ".join(map(str, pair))),
                )
            )
        names = dict(Model.objects.filter(pk__in=models).values_list("pk", "name"))
        for (best, candidate), found in differs.items():
            tally(model_id=candidate, figure=FIGURE, legend=f"against {names[best]}", hits=sum(found), total=len(found))
        return done

    def figures(self, noted: Sequence[Mapping[str, Any]]) -> Sequence[Figures]:
        """Of the two models that were compared last."""
        return agreement_so_far(noted)
