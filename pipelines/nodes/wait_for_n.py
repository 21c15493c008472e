"""Wait for N: items gather here and go on together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from alp_site.lib.ids import uuid7
from pipelines.engine import state as machine
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
    wait_on,
)
from pipelines.models import NodeExecution
from pipelines.services.bulk import as_uuids


@register
class WaitForN(Node):
    """Executions wait under one key. When N do, the oldest N get another key, in one statement: that is the decision,
    and whoever was decided on goes on, however often the process that lets them pass dies in between."""

    spec = NodeSpec(
        type="wait_for_n",
        title="Wait for N",
        category="Flow",
        icon="boxes",
        doc="Collects items of all cycles until there are N, then lets these N go on together. With a patience, fewer "
        "go on when the oldest has waited that long.",
        inputs=(Port("item", "Item"),),
        outputs=(Port("item", "Item"),),
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "n": {
                    "type": "integer",
                    "title": "How many",
                    "description": "As many items go on together.",
                    "minimum": 2,
                    "maximum": 10000,
                    "default": 50,
                },
                "patience": {
                    "type": "integer",
                    "title": "Patience in minutes",
                    "description": "Fewer go on when the oldest has waited this long. 0: wait for all, however long.",
                    "minimum": 0,
                    "maximum": 525600,
                    "default": 0,
                },
            },
        },
    )

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        return [
            Wait(e.id, f"waiting until {e.config.get('n', 50)} are here", gathering(e), {"item": e.inputs["item"]})
            for e in batch
        ]

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result] | None:
        tx.look_again()
        return None

    def check(self, tx: Tx, waiting: Sequence[Execution]) -> Sequence[Result]:
        if not waiting:
            return ()
        config = waiting[0].config
        key = gathering(waiting[0])
        _decide(tx, key, config.get("n", 50), timedelta(minutes=config.get("patience", 0)))
        rows = NodeExecution.objects.filter(pk__in=as_uuids(e.id for e in waiting), wait_key__startswith=f"{key}:")
        chosen = {str(pk) for pk in rows.values_list("pk", flat=True)}
        return [Outcome(e.id, {"item": e.inputs["item"]}) for e in waiting if e.id in chosen]


def gathering(e: Execution) -> str:
    """The key they wait under while they gather; those that go on together have it with their group's id behind."""
    return wait_on("gather", e.pipeline_id, e.node_id)


def _decide(tx: Tx, key: str, n: int, patience: timedelta) -> None:
    """Gives the oldest N (again and again, as long as there are N) the key of a group."""
    rows = NodeExecution.objects.filter(wait_key=key, status=machine.WAITING).order_by("id")
    if patience:  # who came while the clock ran ahead waits from now on
        rows.filter(started_at__gt=tx.now).update(started_at=tx.now)
    while True:
        group = list(rows.values_list("pk", "started_at")[:n])
        too_long = patience and group and group[0][1] is not None and tx.now - group[0][1] >= patience
        if not group or (len(group) < n and not too_long):
            return
        NodeExecution.objects.filter(pk__in=[pk for pk, _ in group], wait_key=key).update(wait_key=f"{key}:{uuid7()}")
