"""Select: of all items that wait here, let the most informative ones go to people, a budget at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models_registry.services.acquisition import list_strategies
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
    wait_on,
)
from pipelines.services.checks import model_problems
from pipelines.services.rounds import look


def _schema() -> Mapping[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "strategy": {
                "type": "string",
                "title": "Strategy",
                "description": "How the pool is ranked; auto fits it to what is known so far.",
                "enum": [row["name"] for row in list_strategies()],
                "default": "auto",
            },
            "budget": {
                "type": "integer",
                "title": "Items a round",
                "description": "So many go to people in each round.",
                "minimum": 1,
                "maximum": 5000,
                "default": 50,
            },
            "random_share": {
                "type": "number",
                "title": "Random share of a round",
                "description": "A control arm: shows what the strategy saves, and feeds validation and test.",
                "minimum": 0,
                "maximum": 1,
                "default": 0.1,
            },
            "keep_open": {
                "type": "integer",
                "title": "Next round when fewer than this many chosen items are unfinished",
                "description": "So that people never run dry.",
                "minimum": 1,
                "maximum": 10000,
                "default": 10,
            },
            "wait_for_training": {
                "type": "boolean",
                "title": "Wait for a new model that is on its way",
                "description": "So that the newest model chooses.",
                "default": True,
            },
            "patience": {
                "type": "integer",
                "title": "Seconds to wait for the pool to fill",
                "description": "A round waits while items are on their way into the pool, but no longer than this.",
                "minimum": 0,
                "maximum": 86400,
                "default": 300,
            },
            "stop_after": {
                "type": "integer",
                "title": "Stop after so many new versions without gain",
                "description": "Nothing more is selected once the best of the last so many judged versions of this loop"
                " is no better than the best before them, on the newest test-set version. 0: never.",
                "minimum": 0,
                "maximum": 50,
                "default": 0,
            },
            "stop_tolerance": {
                "type": "number",
                "title": "Gain that does not count",
                "description": "A rise of the figure (accuracy, AP50, mean IoU) by this much or less is none.",
                "minimum": 0,
                "maximum": 1,
                "default": 0.005,
            },
            "seed": {
                "type": "integer",
                "title": "Seed",
                "description": "For what is drawn by chance.",
                "minimum": 0,
                "default": 0,
            },
        },
    }


@register
class Select(Node):
    """An execution here stays waiting: the waiting ones are the pool. A round completes those it chooses with the
    action `selected`; the rest wait on, for a later round with a better model."""

    spec = NodeSpec(
        type="select",
        title="Select",
        category="Models",
        icon="sparkles",
        doc="Keeps items in a pool and lets the most informative go to people, a budget a round. It can stop by itself"
        " once new versions no longer get better; a version that does, or another setting, lets it go on.",
        inputs=(Port("item", "Item"), Port("model", "Model", doc="Scores the pool; read anew for each round.")),
        outputs=(Port("item", "Item"),),
        actions={"item": ("selected",)},
        config_schema=_schema(),
    )

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        return model_problems(tx.project_id, place, "model")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        return [Wait(e.id, "in the pool", wait_on("pool", e.id), {"item": e.inputs["item"]}) for e in batch]

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result] | None:
        look(tx.pipeline_id, tx.node_id)
        return None

    def started(self, tx: Tx, place: Place) -> None:
        look(tx.pipeline_id, tx.node_id)
