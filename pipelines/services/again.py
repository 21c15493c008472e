"""Ways back in: nodes run again for many cycles, and what ended on a loose end sent on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from alp_site.lib import db, jobs
from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from alp_site.lib.ids import uuid7
from alp_site.lib.models import Job
from alp_site.people.models import User
from pipelines.engine import state as machine
from pipelines.engine.graph import Graph
from pipelines.engine.ports import accepts
from pipelines.engine.spec import get_node
from pipelines.models import Cycle, NodeExecution, Pipeline
from pipelines.services.at_once import settle_at_once
from pipelines.services.bulk import as_uuids, chunks, newest
from pipelines.services.graphs import graph_of
from pipelines.services.ledger import Ledger
from pipelines.services.many import AT_ONCE, rerun_many

__all__ = ["SEND_JOB", "Target", "rerun_cycle", "send_all_on", "send_chosen", "send_loose", "send_on"]

SEND_JOB: Final = "pipelines.send_on"


def rerun_cycle(*, cycle: Cycle, node_id: str = "") -> int:
    """Runs a cycle again from a node, or from its beginning."""
    return rerun_many(pipeline=cycle.pipeline, node_id=node_id or cycle.start_node, cycle_ids=[cycle.pk])[0]


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
            ledger, rows = _taken(pipeline, part)
            count += sum(_send(ledger, row, target) for row in rows)
            settle_at_once(ledger)
            ledger.flush()
    return count


def send_chosen(
    *, pipeline: Pipeline, execution_ids: Iterable[UUID | str], target: Target, user: User | None = None
) -> tuple[int, Job | None]:
    """``send_on`` for a few; more are sent by a job as that of ``send_all_on``. Returns how many, and the job."""
    ids = sorted(set(as_uuids(execution_ids)))
    if len(ids) <= AT_ONCE:
        return send_on(pipeline=pipeline, execution_ids=ids, target=target), None
    return _send_later(pipeline, _loose(pipeline).filter(pk__in=ids), target, user, ids=ids)


def send_all_on(
    *, pipeline: Pipeline, node_id: str, action: str | None, target: Target, user: User | None = None
) -> tuple[int, Job | None]:
    """Has a job send on whatever lies on a loose end of the node by now, however much: with this action; "" is what
    chose none, None is any. Returns how many there are and the job, which goes on where a killed one stopped.

    Safe to repeat: what was sent lies on no loose end any more. Raises Invalid as ``send_on``, before anything is sent.
    """
    rows = _with_action(_loose(pipeline).filter(node_id=node_id), action)
    return _send_later(pipeline, rows, target, user, node=node_id, action=action)


def _send_later(
    pipeline: Pipeline, rows: QuerySet[NodeExecution], target: Target, user: User | None, **which: Any
) -> tuple[int, Job | None]:
    for revision_id in rows.order_by().values_list("revision_id", flat=True).distinct():
        row = rows.filter(revision_id=revision_id).first()
        if row is not None:
            _aim(graph_of(revision_id), row, target)
    count = rows.count()
    if not count:
        return 0, None
    which = {**which, "ids": [str(pk) for pk in which["ids"]]} if "ids" in which else which
    payload = {"pipeline": str(pipeline.pk), "target": asdict(target), **which}
    payload["asked"] = newest(rows, "finished_at").isoformat()
    job = jobs.enqueue(
        SEND_JOB, key=f"send:{pipeline.pk}:{uuid7()}", payload=payload, project_id=pipeline.project_id,
        title=f"{pipeline.name}: sending on what ended"[:200], created_by=user.pk if user else None,
    )  # fmt: skip
    return count, job


def send_loose(run: jobs.Run) -> None:
    """The job of ``send_all_on`` and ``send_chosen``: in short transactions, in the order of ids. What comes to a loose
    end after the request is not sent, so a way that leads back to the same end does not go round for ever. May run
    twice."""
    pipeline = Pipeline.objects.get(pk=run.payload["pipeline"])
    target = Target(**run.payload["target"])
    rows = _loose(pipeline).filter(finished_at__lte=datetime.fromisoformat(run.payload["asked"]))
    if "ids" in run.payload:
        rows = rows.filter(pk__in=run.payload["ids"])
    else:
        rows = _with_action(rows.filter(node_id=run.payload["node"]), run.payload["action"])
    total, seen, sent, last = rows.count(), 0, 0, None
    while not run.finished:
        run.stop_if_cancelled()
        with run.commit():
            after = rows.filter(pk__gt=last) if last else rows
            ids = list(after.order_by("pk").values_list("pk", flat=True)[: db.bulk_step()])
            if ids:
                sent += _send_part(run, pipeline, ids, target)
            else:
                run.log(f"{sent} of {seen} went on")
                run.finish()
        seen, last = seen + len(ids), ids[-1] if ids else last
        run.progress(seen, max(seen, total), "executions")


def _send_part(run: jobs.Run, pipeline: Pipeline, ids: Sequence[UUID], target: Target) -> int:
    """How many of these went on, in the open transaction. One that cannot is told in the log and stays where it is."""
    ledger, rows = _taken(pipeline, ids)
    sent = 0
    for row in rows:
        try:
            sent += _send(ledger, row, target)
        except Invalid as error:
            run.log(f"{row.pk} stays: {error.message}")
    settle_at_once(ledger)
    ledger.flush()
    return sent


def _loose(pipeline: Pipeline) -> QuerySet[NodeExecution]:
    """What ended on a loose end."""
    return NodeExecution.objects.filter(pipeline=pipeline, loose=True, status=machine.DONE)


def _with_action(rows: QuerySet[NodeExecution], action: str | None) -> QuerySet[NodeExecution]:
    return rows if action is None else rows.filter(action=action)


def _taken(pipeline: Pipeline, ids: Sequence[UUID]) -> tuple[Ledger, list[NodeExecution]]:
    """Those that lie on a loose end, their cycles locked: who comes second finds them gone. In a transaction."""
    rows = NodeExecution.objects.filter(pipeline=pipeline, pk__in=ids, loose=True, status=machine.DONE)
    ledger = Ledger(rows.values_list("cycle_id", flat=True), pipeline)
    ledger.take(row for row in rows.order_by("id") if str(row.cycle_id) in ledger.cycles)
    return ledger, list(ledger.rows.values())


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
