"""Executions that need no worker: their outcome is known from a look at the database.

A worker costs an execution a claim, an apply and three rewrites of its row; a node that only lets items pass is worth
none of that. So whoever makes executions ready asks their nodes first, in the same transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.utils.timezone import now

from pipelines.engine import state as machine
from pipelines.engine.spec import Execution, Node, Outcome, get_node
from pipelines.models import NodeExecution, Pipeline, PipelineStatus
from pipelines.services.binding import bound_values, empty_inputs, settings_of, view_of
from pipelines.services.facade import NodeTx
from pipelines.services.graphs import graph_of
from pipelines.services.ledger import Ledger

__all__ = ["settle_at_once"]

TOKEN = "at once"  # noqa: S105  nobody else can name it: these rows are not stored yet
MOST_ROUNDS = 8
"""Nodes in a row. What comes after them, in a loop say, is left to workers."""


def settle_at_once(ledger: Ledger) -> None:
    """Ends what the ledger made ready and nodes answer at once. Call it before ``flush``. The rest stays ready."""
    asked: set[str] = set()
    for _ in range(MOST_ROUNDS):
        groups = _groups(ledger, asked)
        if not groups:
            break
        for (pipeline_id, revision_id, node_id), rows in groups.items():
            asked.update(str(row.pk) for row in rows)
            _settle(ledger, pipeline_id, revision_id, node_id, rows)


def _groups(ledger: Ledger, asked: set[str]) -> dict[tuple[UUID, UUID, str], list[NodeExecution]]:
    """New ready executions of nodes that answer at once and were not asked yet, by node."""
    found: dict[tuple[UUID, UUID, str], list[NodeExecution]] = defaultdict(list)
    for row in ledger.new_rows:
        if row.status == machine.READY and str(row.pk) not in asked:
            found[row.pipeline_id, row.revision_id, row.node_id].append(row)
    return {place: rows for place, rows in found.items() if _answers(*place[1:])}


def _answers(revision_id: UUID, node_id: str) -> bool:
    spot = graph_of(revision_id).node(node_id)
    return spot is not None and type(get_node(spot.type, spot.version)).at_once is not Node.at_once


def _settle(ledger: Ledger, pipeline_id: UUID, revision_id: UUID, node_id: str, rows: list[NodeExecution]) -> None:
    pipeline = ledger.pipeline(pipeline_id)
    spot = graph_of(revision_id).node(node_id)
    # The ledger's pipeline may have been read before somebody paused it.
    if spot is None or not Pipeline.objects.filter(pk=pipeline_id, status=PipelineStatus.RUNNING).exists():
        return
    node, settings, bound = get_node(spot.type, spot.version), settings_of(spot), bound_values(pipeline_id, spot)
    views: dict[str, Execution] = {}
    for row in rows:
        cycle = ledger.cycles[str(row.cycle_id)]
        view = view_of(row, project_id=pipeline.project_id, memory=cycle.memory, subject=cycle.subject, config=settings)
        view = replace(view, inputs={**bound, **row.arrived}, attempt=1)
        if not empty_inputs(node, view):
            views[view.id] = view
    tx = NodeTx(str(pipeline.project_id), str(pipeline_id), node_id)
    found = {outcome.execution_id: outcome for outcome in node.at_once(tx, list(views.values()))}
    ledger.look_up_conditions((key, outcome.outputs) for key, outcome in found.items())
    moment = now()
    for row in rows:
        outcome = found.get(str(row.pk))
        if outcome is not None:
            _finish(ledger, row, outcome, {"bound": bound, "attempt": 1, "started_at": moment})
    ledger.unring(pipeline_id, node_id)


def _finish(ledger: Ledger, row: NodeExecution, outcome: Outcome, claimed: Mapping[str, object]) -> None:
    key = str(row.pk)
    if outcome.remember:
        ledger.remember(row.cycle_id, outcome.remember)
    ledger.step(row.cycle_id, machine.Claim(key, TOKEN), **claimed)
    ledger.step(
        row.cycle_id, machine.Finish(key, TOKEN, outcome.outputs, outcome.action),
        outputs=dict(outcome.outputs), action=outcome.action or "", log=outcome.log, noted=dict(outcome.noted) or None,
    )  # fmt: skip
