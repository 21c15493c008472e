"""Filter: which way an item goes is asked of a query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from alp_site.lib.errors import AlpError
from datasets import query
from pipelines.engine.spec import (
    BatchFailed,
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
    register,
)
from pipelines.nodes._items import live, missing_item
from pipelines.services.conditions import passing

MATCHED: Final = "matched"
REST: Final = "not matched"


@register
class Filter(Node):
    """Asks the query of each item as it is now. Repeated after a crash, it asks again: nothing is written."""

    spec = NodeSpec(
        type="filter",
        title="Filter",
        category="Flow",
        icon="filter",
        doc="Items that match the query leave by `matched`, the others by `not matched`. The query sees the item as it "
        "is when it arrives: its labels, tags, subset, metadata, tasks and predictions.",
        inputs=(Port("item", "Item"),),
        outputs=(Port("item", "Item"),),
        actions={"item": (MATCHED, REST)},
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "filter": {
                    "type": "object",
                    "title": "Filter",
                    "description": "A query over items, as the dataset browser makes it. Empty: every item matches.",
                    "default": {},
                    "x-widget": "filter",
                }
            },
        },
    )

    def validate(self, place: Place) -> Iterable[Problem]:
        node, dql = place.node, place.node.config.get("filter") or {}
        if not dql:
            text = f"{node.title} has no filter: every item matches."
            yield Problem("empty_filter", text, node=node.id, field="filter", level="warning")
            return
        try:
            query.compile(dict(dql))
        except AlpError as error:
            yield Problem("bad_filter", f"{node.title}: {error.message}", node=node.id, field="filter")

    def at_once(self, tx: Tx, batch: Sequence[Execution]) -> Sequence[Outcome]:
        with suppress(AlpError):
            return [result for result in self._routed(batch) if isinstance(result, Outcome)]
        return ()

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        try:
            return self._routed(batch)
        except AlpError as error:
            raise BatchFailed(f"The filter cannot be asked: {error.message}") from error

    @staticmethod
    def _routed(batch: Sequence[Execution]) -> list[Result]:
        if not batch:
            return []
        ids = {e.inputs["item"] for e in batch}
        matched = passing(ids, [batch[0].config.get("filter")], project_id=UUID(batch[0].project_id))
        there = matched | live(ids - matched)
        return [
            Outcome(e.id, {"item": item}, action=MATCHED if item in matched else REST)
            if (item := e.inputs["item"]) in there
            else missing_item(e)
            for e in batch
        ]
