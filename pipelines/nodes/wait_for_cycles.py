"""Wait for cycles: an item waits until what began before it is through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

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
from pipelines.models import OPEN_CYCLES, Cycle, CycleStatus, Pipeline


@register
class WaitForCycles(Node):
    """Waits only for cycles that began before its own: ids give a total order, so no two ever wait for each other.

    Asked when a cycle of the project ends, and by the sweep. Whoever is retried after it went on is not waited for.
    """

    wakes_on = ("cycle.status",)
    spec = NodeSpec(
        type="wait_for_cycles",
        title="Wait for cycles",
        category="Flow",
        icon="hourglass",
        doc="Waits until the cycles that began before this one have ended: of this pipeline, of another, or of one "
        "trigger alone. Leaves by `some failed` when one of those that ended while it waited had failed, else by "
        "`continue`.",
        inputs=(Port("item", "Item"),),
        outputs=(Port("item", "Item"),),
        actions={"item": ("continue", "some failed")},
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "pipeline": {
                    "type": "string",
                    "title": "Of which pipeline",
                    "description": "A pipeline of this project. Empty: this one.",
                    "maxLength": 36,
                    "default": "",
                    "x-entity": "pipeline",
                },
                "trigger": {
                    "type": "string",
                    "title": "Of which trigger",
                    "description": "The id of a trigger in that pipeline's graph. Empty: all of them.",
                    "maxLength": 100,
                    "default": "",
                },
            },
        },
    )

    def validate(self, place: Place) -> Iterable[Problem]:
        node, config = place.node, place.node.config
        own = not config.get("pipeline")
        if own and config.get("trigger") and config["trigger"] not in {t.id for t in place.graph.triggers}:
            text = f"{node.title} waits for cycles of the trigger {config['trigger']!r}, which does not exist."
            yield Problem("unknown_trigger", text, node=node.id, field="trigger")

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        named = place.node.config.get("pipeline")
        if named and _pipeline(named, tx.project_id) is None:
            text = f"{place.node.title} waits for cycles of a pipeline that is not in this project."
            yield Problem("pipeline_not_in_project", text, node=place.node.id, field="pipeline")

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        return [
            Wait(e.id, "waiting for earlier cycles", wait_on("cycles", e.id), {"item": e.inputs["item"]}) for e in batch
        ]

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result] | None:
        tx.look_again()
        return None

    def check(self, tx: Tx, waiting: Sequence[Execution]) -> Sequence[Result]:
        if not waiting:
            return ()
        config = waiting[0].config
        cycles = Cycle.objects.filter(pipeline_id=config.get("pipeline") or tx.pipeline_id)
        if config.get("trigger"):
            cycles = cycles.filter(trigger__key=config["trigger"])
        mine = [UUID(e.cycle_id) for e in waiting]
        still = cycles.filter(status__in=OPEN_CYCLES, pk__lt=max(mine)).order_by("pk")
        oldest = still.values_list("pk", flat=True).first()
        free = [e for e in waiting if oldest is None or UUID(e.cycle_id) <= oldest]
        return [Outcome(e.id, {"item": e.inputs["item"]}, action=_action(cycles, e, tx)) for e in free]


def _pipeline(named: str, project_id: str) -> Pipeline | None:
    try:
        return Pipeline.objects.filter(pk=UUID(named), project_id=project_id, deleted_at=None).first()
    except ValueError:
        return None


def _action(cycles: Any, e: Execution, tx: Tx) -> str:
    """``some failed``: a cycle that began before this one failed after this one had begun."""
    began = Cycle.objects.filter(pk=e.cycle_id).values_list("created_at", flat=True).first()
    where: Mapping[str, Any] = {"status": CycleStatus.FAILED, "pk__lt": UUID(e.cycle_id), "finished_at__gte": began}
    return "some failed" if cycles.filter(**where).exists() else "continue"
