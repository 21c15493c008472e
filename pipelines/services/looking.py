"""Having a node's waits looked at now: which of them are over? (``Node.check``; the sweep asks the same from time to
time.) A node asks for it in ``apply`` (``tx.look_again()``), or names the events after which it wants to be asked
(``Node.wakes_on``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from alp_site.lib import events, jobs
from alp_site.lib.db import write
from pipelines.engine.spec import get_node, node_key, node_types
from pipelines.models import NodeCounter, PipelineStatus
from pipelines.services.graphs import graph_of

__all__ = ["LOOK_JOB", "WAKING", "look_again", "wake"]

LOOK_JOB: Final = "pipelines.look"
WAKING: Final = ("cycle.status", "dataset.updated", "variable.updated")
"""Events that may wake a node."""
OVER: Final = frozenset({"done", "failed", "cancelled"})


def look_again(
    *, pipeline_id: UUID | str, node_id: str, project_id: UUID | str | None = None, delay: float = 0
) -> None:
    """Has a job ask the node which of its waits are over. One open job a node; joins the transaction."""
    jobs.enqueue(
        LOOK_JOB,
        key=f"look:{pipeline_id}:{node_id}",
        payload={"pipeline": str(pipeline_id), "node": node_id},
        project_id=UUID(str(project_id)) if project_id else None,
        title="Looking at what waits",
        delay=delay,
    )


def wake(batch: Iterable[events.Event]) -> int:
    """Rings the nodes that have waits and wake on one of these events. Returns how many. Safe to repeat."""
    told: dict[UUID, set[str]] = defaultdict(set)
    for event in batch:
        moved_on = event.type != "cycle.status" or event.data["status"] in OVER
        if event.project_id is not None and moved_on:
            told[event.project_id].add(event.type)
    rung = 0
    for project_id, types in told.items():
        rung += sum(_wake_node(counter, types) for counter in _waiting_in(project_id))
    return rung


def _waiting_in(project_id: UUID) -> Iterable[NodeCounter]:
    rows = NodeCounter.objects.filter(waiting__gt=0, pipeline__project_id=project_id)
    return rows.filter(pipeline__status=PipelineStatus.RUNNING, pipeline__deleted_at=None).select_related("pipeline")


def _wake_node(counter: NodeCounter, types: set[str]) -> bool:
    revision_id = counter.pipeline.revision_id
    spot = graph_of(revision_id).node(counter.node_id) if revision_id else None
    if spot is None or node_key(spot.type, spot.version) not in node_types:
        return False
    if types.isdisjoint(get_node(spot.type, spot.version).wakes_on):
        return False
    with write():
        look_again(pipeline_id=counter.pipeline_id, node_id=counter.node_id, project_id=counter.pipeline.project_id)
    return True
