"""Ways back in: nodes run again for many cycles, and what ended on a loose end sent on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from alp_site.lib import db
from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from alp_site.lib.ids import uuid7
from pipelines.engine import state as machine
from pipelines.engine.graph import Graph
from pipelines.engine.ports import accepts
from pipelines.engine.spec import get_node
from pipelines.models import Cycle, NodeExecution, Pipeline
from pipelines.selectors.runs import list_again
from pipelines.services.at_once import settle_at_once
from pipelines.services.bulk import as_uuids, chunks
from pipelines.services.cycles import rerun_executions
from pipelines.services.graphs import graph_of
from pipelines.services.ledger import Ledger

__all__ = ["Target", "rerun_cycle", "rerun_from", "send_on"]


def rerun_from(
    *,
    pipeline: Pipeline,
    node_id: str,
    cycle_ids: Iterable[UUID | str] | None = None,
    status: str = "",
    action: str = "",
    code: str = "",
    dry_run: bool = False,
) -> int:
    """Runs a node once more for every cycle that has been there: its last finished execution in each cycle. Narrowed by
    cycles, status, action or error code. Returns how many; with ``dry_run`` only that."""
    wanted: dict[str, Any] = {"status": status, "action": action, "error_code": code}
    wanted = {name: value for name, value in wanted.items() if value}
    if cycle_ids is not None:
        wanted["cycle_id__in"] = as_uuids(cycle_ids)
    rows = list_again(pipeline, node_id, **wanted)
    if dry_run:
        return rows.count()
    return rerun_executions(execution_ids=list(rows.values_list("pk", flat=True)))


def rerun_cycle(*, cycle: Cycle, node_id: str = "") -> int:
    """Runs a cycle again from a node, or from its beginning."""
    return rerun_from(pipeline=cycle.pipeline, node_id=node_id or cycle.start_node, cycle_ids=[cycle.pk])


@dataclass(frozen=True)
class Target:
    """Where something goes on: by a ``connection`` (its id in the cycle's graph), or into ``port`` of ``node``; without
    a port the first that takes what comes."""

    connection: str = ""
    node: str = ""
    port: str = ""


def send_on(*, pipeline: Pipeline, execution_ids: Iterable[UUID | str], target: Target) -> int:
    """Lets what these finished executions put out go on to a node, whatever their action was: the way back in for what
    was discarded. Each goes through its own revision. Returns how many went; those that do not lie on a loose end are
    left alone, so a repeated request sends nothing twice. Works through them in short transactions.

    Raises Invalid when a graph has no such connection or node, or the node has no port for what comes.
    """
    count = 0
    for part in chunks(sorted(as_uuids(execution_ids)), db.bulk_size()):
        with write():
            rows = NodeExecution.objects.filter(pipeline=pipeline, pk__in=part, loose=True, status=machine.DONE)
            ledger = Ledger(rows.values_list("cycle_id", flat=True), pipeline)
            ledger.take(row for row in rows.order_by("id") if str(row.cycle_id) in ledger.cycles)
            count += sum(_send(ledger, row, target) for row in list(ledger.rows.values()))
            settle_at_once(ledger)
            ledger.flush()
    return count


def _send(ledger: Ledger, row: NodeExecution, target: Target) -> bool:
    node_id, values, ways = _aim(graph_of(row.revision_id), row, target)
    sent = ledger.step(row.cycle_id, machine.Send(str(row.pk), node_id, values, f"sent:{uuid7()}", ways))
    if sent:
        ledger.note(str(row.pk), loose=False)
    return sent


def _aim(graph: Graph, row: NodeExecution, target: Target) -> tuple[str, Mapping[str, Any], tuple[str, ...]]:
    """The node, what arrives there by port, and the connection."""
    if target.connection:
        c = graph.connection_by_id.get(target.connection)
        if c is None or c.source_node != row.node_id or c.source_port not in row.outputs:
            raise Invalid(f"No connection {target.connection} leaves this node.", field="connection")
        return c.target_node, {c.target_port: row.outputs[c.source_port]}, (c.id,)
    here, there = graph.node(row.node_id), graph.node(target.node)
    if here is None or there is None:
        raise Invalid(f"The graph of this cycle has no node {target.node!r}.", field="node")
    given = {p.name: p.type for p in get_node(here.type, here.version).outputs(here.config) if p.name in row.outputs}
    ports = [p for p in get_node(there.type, there.version).inputs(there.config) if target.port in ("", p.name)]
    for port in ports:
        if port.name in there.inputs:
            continue
        for name, kind in given.items():
            if accepts(port.type, kind):
                return there.id, {port.name: row.outputs[name]}, ()
    raise Invalid(f"{there.title} has no input for what {here.title} gives.", field="port")
