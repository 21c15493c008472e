"""Sample: a share of the items by chance, the same ones whenever they come."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.engine.spec import Ctx, Execution, Node, NodeSpec, Outcome, Port, Result, Tx, register
from pipelines.nodes._items import drawn


@register
class Sample(Node):
    """Draws each item by itself, from the seed and its id alone: no counter, so a retry or a second pass answers alike.

    A larger share takes the same items and more; two nodes with different seeds draw independently.
    """

    spec = NodeSpec(
        type="sample",
        title="Sample",
        category="Flow",
        icon="dices",
        doc="Sends a share of the items, drawn by chance, out by `sampled`, the rest by `rest`: for quality checks, "
        "say. An item gets the same answer every time.",
        inputs=(Port("item", "Item"),),
        outputs=(Port("item", "Item"),),
        actions={"item": ("sampled", "rest")},
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "percent": {
                    "type": "number",
                    "title": "Share in %",
                    "description": "How many of a hundred items are sampled, on average.",
                    "minimum": 0,
                    "maximum": 100,
                    "default": 10,
                },
                "seed": {
                    "type": "integer",
                    "title": "Seed",
                    "description": "Another number draws other items. Keep it: the draw stays the same.",
                    "minimum": 0,
                    "default": 0,
                },
            },
        },
    )

    def at_once(self, tx: Tx, batch: Sequence[Execution]) -> Sequence[Outcome]:
        return self._drawn(batch)

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        return self._drawn(batch)

    @staticmethod
    def _drawn(batch: Sequence[Execution]) -> list[Outcome]:
        return [
            Outcome(e.id, {"item": item}, action="sampled" if drawn(item, percent, seed) else "rest")
            for e in batch
            for item, percent, seed in [(e.inputs["item"], e.config.get("percent", 10), e.config.get("seed", 0))]
        ]
