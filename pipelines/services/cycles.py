"""Cycles: started in bulk, cancelled, and their executions retried or run again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.timezone import now

from alp_site.lib import db
from alp_site.lib.db import write
from alp_site.lib.db_rows import new_row
from pipelines.engine import state as machine
from pipelines.engine.spec import get_node
from pipelines.engine.validate import triggered_ports
from pipelines.errors import WrongStatus
from pipelines.models import (
    OPEN_CYCLES,
    OPEN_EXECUTIONS,
    Cycle,
    NodeExecution,
    Pipeline,
    Trigger,
    TriggerFiring,
)
from pipelines.services.at_once import settle_at_once
from pipelines.services.bulk import as_uuids, chunks
from pipelines.services.graphs import graph_of
from pipelines.services.ledger import Ledger

__all__ = [
    "Begin",
    "cancel_cycles",
    "cancel_open",
    "rerun_executions",
    "retry_executions",
    "start_cycles",
]


@dataclass(frozen=True)
class Begin:
    """One cycle to start. ``key`` is unique per trigger; ``subject`` the item it is about."""

    key: str
    subject: str | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)


def start_cycles(
    *,
    pipeline: Pipeline,
    node_id: str,
    begins: Sequence[Begin],
    trigger: Trigger | None = None,
    firing: TriggerFiring | None = None,
    depth: int = 0,
) -> list[Cycle]:
    """Starts a cycle for each that its trigger has not started before (same key). Joins the open transaction; give at
    most ``db.bulk_size_now()``. Safe to repeat. Raises WrongStatus when the pipeline was never started.

    The item fills the start node's free inputs of type Item.
    """
    if pipeline.revision_id is None:
        raise WrongStatus("Start the pipeline first.", status=pipeline.status)
    graph = graph_of(pipeline.revision_id)
    spot = graph.node(node_id)
    if spot is None:
        raise WrongStatus("The published graph has no such node.", node=node_id)
    ports = triggered_ports(graph, node_id, get_node(spot.type, spot.version).inputs(spot.config))
    with write():
        fresh = _not_started(trigger, begins)
        ledger = Ledger(pipeline=pipeline)
        made, moment = [], now()
        for begin in fresh:
            cycle = new_row(
                Cycle, pipeline_id=pipeline.pk, revision_id=pipeline.revision_id, trigger_id=trigger and trigger.pk,
                firing_id=firing and firing.pk, start_node=node_id,
                subject=UUID(begin.subject) if begin.subject else None, key=begin.key, cause_depth=depth,
                created_at=moment,
            )  # fmt: skip
            ledger.add_cycle(cycle)
            given = dict.fromkeys(ports, begin.subject) if begin.subject else {}
            ledger.step(cycle.pk, machine.Start(node_id, {**given, **begin.inputs}, key=f"start:{cycle.pk}"))
            made.append(cycle)
        settle_at_once(ledger)
        ledger.flush()
    return made


def _not_started(trigger: Trigger | None, begins: Sequence[Begin]) -> list[Begin]:
    first: dict[str, Begin] = {}
    for begin in begins:
        first.setdefault(begin.key, begin)
    if trigger is None:
        return list(first.values())
    known: set[str] = set()
    for part in chunks(list(first), 500):
        known.update(Cycle.objects.filter(trigger=trigger, key__in=part).values_list("key", flat=True))
    return [begin for key, begin in first.items() if key not in known]


def cancel_cycles(*, cycle_ids: Iterable[UUID | str]) -> int:
    """Ends whatever is open in these cycles. A worker that is at one of their executions can no longer commit it. Safe
    to repeat; returns how many were cancelled. Works through them in short transactions."""
    count = 0
    for part in chunks(sorted(as_uuids(cycle_ids)), db.bulk_size()):
        with write():
            ledger = Ledger(part)
            ledger.take(NodeExecution.objects.filter(cycle_id__in=part, status__in=OPEN_EXECUTIONS))
            count += sum(ledger.step(key, machine.Cancel()) for key in list(ledger.cycles))
            ledger.flush()
    return count


def cancel_open(*, pipeline: Pipeline) -> int:
    """Cancels every open cycle of a pipeline."""
    rows = Cycle.objects.filter(pipeline=pipeline, status__in=OPEN_CYCLES)
    return cancel_cycles(cycle_ids=list(rows.values_list("pk", flat=True)))


def retry_executions(*, execution_ids: Iterable[UUID | str]) -> int:
    """Failed executions become ready again with the inputs they had. Others are left alone. Returns how many."""
    return _each(execution_ids, machine.Retry, statuses=(machine.FAILED,))


def rerun_executions(*, execution_ids: Iterable[UUID | str]) -> int:
    """Runs the nodes of these finished executions once more: a new execution each, variables read anew, and everything
    after it follows. A failed one is replaced, one on a loose end lies there no more. Returns how many."""
    return _each(execution_ids, machine.Rerun, statuses=(machine.DONE, machine.FAILED, machine.CANCELLED))


def _each(
    execution_ids: Iterable[UUID | str], event: type[machine.Retry] | type[machine.Rerun], statuses: Sequence[str]
) -> int:
    count = 0
    for part in chunks(sorted(as_uuids(execution_ids)), db.bulk_size()):
        with write():
            rows = NodeExecution.objects.filter(pk__in=part, status__in=statuses)
            ledger = Ledger(rows.values_list("cycle_id", flat=True))
            ledger.take(row for row in rows.order_by("id") if str(row.cycle_id) in ledger.cycles)
            for row in list(ledger.rows.values()):
                if ledger.step(row.cycle_id, event(str(row.pk))):
                    ledger.note(str(row.pk), loose=False)
                    count += 1
            ledger.flush()
    return count
