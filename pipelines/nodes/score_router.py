"""Score router: what the model is sure of becomes ground truth by a named rule, but for a share that people check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from datasets.services import approve
from models_registry.models import Model, Prediction
from pipelines.engine.spec import (
    Ctx,
    Execution,
    Node,
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
from pipelines.nodes._items import drawn, live, missing_item, scores_of
from pipelines.services.checks import model_problems
from pipelines.services.labelling import Held, held_by, predicted, write_annotations

ACCEPTED: Final = "accepted"
AUDIT: Final = "audit"
PEOPLE: Final = "people"


@dataclass(frozen=True)
class Accepting(Outcome):
    """An item whose prediction is to be approved in the rule's name."""

    prediction: str = ""
    rule: str = ""


@register
class ScoreRouter(Node):
    """A prediction at or above the threshold is written on the item in the model's name and approved by the rule; the
    rule's name, with its threshold, stands on every annotation it approved, and can be searched for.

    Nobody's work is overwritten: an item that has annotations goes to people, whatever the score. What was accepted is
    seen as such on a second pass, and stays. The audit share is drawn from the sure ones alone, the same items always.
    """

    spec = NodeSpec(
        type="score_router",
        title="Score router",
        category="Models",
        icon="gauge",
        doc="Accepts predictions at or above a threshold: they are written on the item and approved in the name of a "
        "rule. A sampled share of these is checked by people all the same (`audit`); what is less sure, not predicted, "
        "or annotated already leaves by `people`.",
        inputs=(
            Port("item", "Item"),
            Port("model", "Model", required=False, doc="Whose prediction counts; by default that of this cycle."),
        ),
        outputs=(Port("item", "Item"),),
        actions={"item": (ACCEPTED, AUDIT, PEOPLE)},
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "score": {
                    "type": "string",
                    "title": "Score",
                    "description": "Confidence of the first class, or the margin between the first two.",
                    "enum": ["confidence", "margin"],
                    "default": "confidence",
                },
                "threshold": {
                    "type": "number",
                    "title": "Accept from",
                    "description": "0 to 1. At or above it, the prediction is taken as the truth.",
                    "minimum": 0,
                    "maximum": 1,
                    "default": 0.95,
                },
                "audit_percent": {
                    "type": "number",
                    "title": "Audit share in %",
                    "description": "As many of the sure ones go to people: what they correct is how often it errs.",
                    "minimum": 0,
                    "maximum": 100,
                    "default": 5,
                },
                "seed": {
                    "type": "integer",
                    "title": "Seed of the audit",
                    "description": "Another number audits other items.",
                    "minimum": 0,
                    "default": 0,
                },
                "rule": {
                    "type": "string",
                    "title": "Name of the rule",
                    "description": "Stands on what it approved, with the threshold behind it.",
                    "minLength": 1,
                    "maxLength": 60,
                    "default": "auto-accept",
                },
            },
        },
        batch=128,
    )

    def validate(self, place: Place) -> Iterable[Problem]:
        node = place.node
        if not node.config.get("audit_percent", 5):
            text = f"{node.title} audits nothing: nobody will learn how often the rule errs."
            yield Problem("no_audit", text, node=node.id, field="audit_percent", level="warning")
        elif not place.graph.has_connection_for(node.id, AUDIT) and place.graph.outgoing(node.id):
            text = f"{node.title} samples an audit, but no connection takes it (action `audit`)."
            yield Problem("audit_unconnected", text, node=node.id, level="warning")

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        return model_problems(tx.project_id, place, "model")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        scores, there = scores_of(batch), live(e.inputs["item"] for e in batch)
        return [self._one(e, scores.get(e.id)) if e.inputs["item"] in there else missing_item(e) for e in batch]

    @staticmethod
    def _one(e: Execution, score: Mapping[str, Any] | None) -> Result:
        config, item = e.config, e.inputs["item"]
        outputs = {"item": item}
        if score is None or not score["label"]:
            return Outcome(e.id, outputs, PEOPLE, log="no prediction")
        kind, threshold = config.get("score", "confidence"), config.get("threshold", 0.95)
        said = f"{score['label']}, {kind} {score[kind]:.3f}"
        if score[kind] < threshold:
            return Outcome(e.id, outputs, PEOPLE, log=f"{said}: below {threshold:g}")
        if drawn(item, config.get("audit_percent", 5), config.get("seed", 0)):
            return Outcome(e.id, outputs, AUDIT, log=f"{said}: sure, and drawn for the audit")
        rule = f"{config.get('rule', 'auto-accept')}: {kind} at least {threshold:g}"
        return Accepting(e.id, outputs, ACCEPTED, log=said, prediction=score["prediction"], rule=rule)

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        accepting = [result for result in results if isinstance(result, Accepting)]
        if not accepting:
            return []
        rows = {str(row.pk): row for row in Prediction.objects.filter(pk__in=[r.prediction for r in accepting])}
        models = Model.objects.in_bulk({row.model_id for row in rows.values()})
        held = held_by(result.outputs["item"] for result in accepting)
        done: list[Result] = []
        wanted = {}
        for result in accepting:
            row, item = rows.get(result.prediction), result.outputs["item"]
            if row is None or item not in held:
                done.append(replace(result, action=PEOPLE, log="the prediction or the item is gone"))
            elif not _free(held[item], row):
                done.append(replace(result, action=PEOPLE, log=f"{result.log}: annotated already"))
            else:
                wanted[item] = predicted(row, models[row.model_id])
                done.append(replace(result, log=f"{result.log}: approved by the rule “{result.rule}”"))
        write_annotations(wanted, held)
        ids = {UUID(r.outputs["item"]): UUID(r.execution_id) for r in accepting if r.outputs["item"] in wanted}
        if ids:
            approve(item_ids=ids, rule=accepting[0].rule, refs=ids)
        return done


def _free(held: Held, row: Prediction) -> bool:
    """Whether nothing is on the item but, at most, this very prediction."""
    return all(one.source_prediction == row.pk and one.model_id == row.model_id for one in held.annotations)
