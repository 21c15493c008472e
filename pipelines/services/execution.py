"""Running a node: claim a batch, compute, apply.

One open job a node holds the lease. Claiming and applying are transactions of their own that begin with the job's
fencing token; between them ``compute`` runs without any. A worker that dies leaves executions ``running`` under a token
nobody holds any more: the next holder of the node's job claims them again. A worker that comes back late cannot commit,
and what it had written through ``apply`` rolls back with it.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.utils.timezone import now

from alp_site.lib import db, events, jobs
from alp_site.lib.db_rows import read_rows
from alp_site.lib.errors import AlpError
from pipelines.engine import state as machine
from pipelines.engine.graph import Graph, GraphNode
from pipelines.engine.spec import BatchFailed, Execution, Node, NodeError, Outcome, Result, Wait, get_node
from pipelines.engine.validate import config_with_defaults
from pipelines.models import NodeExecution, Pipeline, PipelineStatus
from pipelines.services.behind import Behind
from pipelines.services.bulk import as_uuids, chunks
from pipelines.services.facade import NodeTx, WorkerCtx
from pipelines.services.graphs import graph_of, variables_of
from pipelines.services.ledger import Ledger, ring_node

__all__ = ["run_node", "view_of"]

log = logging.getLogger(__name__)
SLICE_SECONDS = 20.0
ALONE_AFTER = 2
GIVE_UP_AFTER = 4
MAX_LOG = 20_000
PASS_ON = (jobs.LostLease, OperationalError, InterfaceError, MemoryError)
"""Not the fault of an item: these end the attempt, and the job is tried again."""


@dataclass
class Batch:
    """Executions of one node, one revision, held by this worker.

    ``rows`` are they as the claim wrote them. Nobody else changes an execution that runs under this worker's token
    without taking the status or the token away, so one that is still held need not be read again.
    """

    pipeline: Pipeline
    graph: Graph
    spot: GraphNode
    node: Node
    views: list[Execution]
    failed: list[NodeError]
    rows: dict[str, NodeExecution]

    def tx(self) -> NodeTx:
        return NodeTx(str(self.pipeline.project_id), str(self.pipeline.pk), self.spot.id)


def claim_rows() -> int:
    """Executions a claim takes at most. It does less for each than an apply."""
    return 2 * apply_rows()


def apply_rows() -> int:
    """Executions an apply transaction takes at most: few on SQLite, where a write holds everybody up."""
    return min(db.bulk_size(), 256)


def view_of(
    row: NodeExecution, *, project_id: UUID, memory: dict[str, Any], subject: UUID | None, config: Any
) -> Execution:
    """The stored row as a node sees it."""
    return Execution(
        id=str(row.pk),
        cycle_id=str(row.cycle_id),
        node_id=row.node_id,
        pipeline_id=str(row.pipeline_id),
        project_id=str(project_id),
        inputs={**(row.bound or {}), **row.arrived},
        config=config,
        attempt=row.attempt,
        subject=str(subject) if subject else None,
        memory=memory,
        wait_key=row.wait_key,
    )


def run_node(run: jobs.Run) -> None:
    """The job of one node: batch after batch until nothing is ready. Hands over after a while, so that the workers of
    a house with few of them go round."""
    started = time.monotonic()
    with Behind(in_place=run.inline) as behind:
        worker = _Worker(run, behind)
        while (batch := worker.claim()) is not None:
            worker.do(batch)
            if run.cancelled() or time.monotonic() - started > SLICE_SECONDS:
                worker.hand_over()
                return


class _Worker:
    def __init__(self, run: jobs.Run, behind: Behind | None = None) -> None:
        self.run = run
        self.behind = behind or Behind(in_place=True)
        self.pipeline_id, self.node_id = UUID(run.payload["pipeline"]), str(run.payload["node"])
        self.token = f"{run.job.pk}:{run.token}"
        self.orphans = True  # whoever held this node before may have left some; while we hold it nobody makes more

    # --- claim

    def claim(self) -> Batch | None:
        """Takes the next batch; None, and the job ended in the same transaction, when there is nothing to do. So
        whoever makes an execution ready sees either it taken or the job over, and rings."""
        while True:
            with self.run.commit():
                pipeline = self._pipeline()
                rows = self._next_rows() if self._runs(pipeline) else []
                if not rows and not self.behind.busy:
                    self.run.finish()
                    return None
                batch = self._take(pipeline, rows) if rows else None
            if not rows:
                self.behind.wait()  # what is being written may make more of this node ready
            elif batch is not None and (batch.views or batch.failed):
                return batch

    def _pipeline(self) -> Pipeline:
        return Pipeline.objects.select_related("project").get(pk=self.pipeline_id)

    @staticmethod
    def _runs(pipeline: Pipeline) -> bool:
        return pipeline.status == PipelineStatus.RUNNING and pipeline.project.deleted_at is None

    def _next_rows(self) -> list[NodeExecution]:
        """Executions left by a worker that died come first, then the oldest ready ones, all of one revision."""
        here = NodeExecution.objects.filter(pipeline_id=self.pipeline_id, node_id=self.node_id)
        if self.orphans:
            left = here.filter(status=machine.RUNNING).exclude(job_id=self.run.job.pk, token=self.run.token)
            if rows := self._like_first(left):
                return rows
            self.orphans = False
        return self._like_first(here.filter(status=machine.READY))

    def _like_first(self, rows: QuerySet[NodeExecution]) -> list[NodeExecution]:
        """The oldest of these, and those after it of its revision; alone, if workers died of it before."""
        first = rows.order_by("id").values_list("pk", "revision_id", "losses").first()
        if first is None:
            return []
        pk, revision_id, losses = first
        if losses >= ALONE_AFTER:
            return read_rows(rows.filter(pk=pk))
        spot = graph_of(revision_id).node(self.node_id)
        size = get_node(spot.type, spot.version).spec.batch if spot else 1
        same = rows.filter(revision_id=revision_id, losses__lt=ALONE_AFTER)
        return read_rows(same.order_by("id")[: min(size, claim_rows())])

    def _take(self, pipeline: Pipeline, rows: list[NodeExecution]) -> Batch | None:
        graph = graph_of(rows[0].revision_id)
        spot = graph.node(self.node_id)
        if spot is None:
            raise AlpError(f"The graph has no node {self.node_id!r} any more.", node=self.node_id)
        node = get_node(spot.type, spot.version)
        ledger = Ledger((row.cycle_id for row in rows), pipeline)
        rows = [row for row in self._again(rows) if str(row.cycle_id) in ledger.cycles]
        ledger.take(rows)
        bound = self._bind(spot)
        taken = [row for row in rows if self._claim_row(ledger, row, bound)]
        batch = self._batch(pipeline, graph, spot, node, taken, ledger)
        self._park_unmet(batch, ledger)
        ledger.flush()
        return batch

    def _again(self, rows: list[NodeExecution]) -> list[NodeExecution]:
        """On PostgreSQL a row may have changed (cancelled) before its cycle was locked: look once more."""
        if db.is_sqlite():
            return rows
        return read_rows(NodeExecution.objects.filter(pk__in=[row.pk for row in rows]).order_by("id"))

    def _bind(self, spot: GraphNode) -> dict[str, Any]:
        """Values of the inputs that variables and fixed values feed, as they are now. A missing variable binds None."""
        names = {source.variable for source in spot.inputs.values() if source.variable is not None}
        values = {v.name: v.value for v in variables_of(self.pipeline_id)} if names else {}
        return {
            port: source.fixed if source.variable is None else values.get(source.variable)
            for port, source in spot.inputs.items()
        }

    def _claim_row(self, ledger: Ledger, row: NodeExecution, bound: dict[str, Any]) -> bool:
        return ledger.step(
            row.cycle_id,
            machine.Claim(str(row.pk), self.token),
            job_id=self.run.job.pk,
            token=self.run.token,
            attempt=row.attempt + 1,
            bound=bound if row.bound is None else row.bound,
            started_at=now(),
        )

    def _batch(
        self, pipeline: Pipeline, graph: Graph, spot: GraphNode, node: Node, rows: list[NodeExecution], ledger: Ledger
    ) -> Batch:
        config = config_with_defaults(node.spec.config_schema, spot.config)
        views, failed = [], []
        required = [port.name for port in node.inputs(config) if port.required]
        for row in rows:
            cycle = ledger.cycles[str(row.cycle_id)]
            view = view_of(
                row, project_id=pipeline.project_id, memory=cycle.memory, subject=cycle.subject, config=config
            )
            empty = [name for name in required if view.inputs.get(name) is None]
            if row.losses >= GIVE_UP_AFTER:
                failed.append(NodeError(view.id, "worker_died", f"The worker died {row.losses} times while at it."))
            elif empty:
                failed.append(NodeError(view.id, "input_missing", f"The input {empty[0]!r} has no value."))
            else:
                views.append(view)
        return Batch(pipeline, graph, spot, node, views, failed, {str(row.pk): row for row in rows})

    def _park_unmet(self, batch: Batch, ledger: Ledger) -> None:
        """Asks the node what must be there first; what waits for it, or can never start, leaves the batch."""
        if type(batch.node).unmet is Node.unmet or not batch.views:
            return
        by_id = {view.id: view for view in batch.views}
        with events.cause(pipeline_id=self.pipeline_id, depth=ledger.depth()):
            unmet = {r.execution_id: r for r in batch.node.unmet(batch.tx(), batch.views)}
        for execution_id, result in unmet.items():
            _record(ledger, by_id[execution_id].cycle_id, result, self.token, requires=True)
        batch.views = [view for view in batch.views if view.id not in unmet]

    # --- compute and apply

    def do(self, batch: Batch) -> None:
        ctx = WorkerCtx(self.run, lambda: self._still_wanted(batch))
        results: list[Result] = [*batch.failed, *self._compute(batch, ctx, batch.views)]
        self.behind.do(lambda: self._apply_all(batch, results, ctx))

    def _apply_all(self, batch: Batch, results: list[Result], ctx: WorkerCtx) -> None:
        for part in chunks(results, apply_rows()):
            self._apply(batch, list(part), ctx)

    def _still_wanted(self, batch: Batch) -> bool:
        held = NodeExecution.objects.filter(pk__in=as_uuids(view.id for view in batch.views), status=machine.RUNNING)
        return held.filter(job_id=self.run.job.pk, token=self.run.token).exists()

    def _compute(self, batch: Batch, ctx: WorkerCtx, views: Sequence[Execution]) -> list[Result]:
        if not views:
            return []
        try:
            found = {result.execution_id: result for result in batch.node.compute(ctx, views)}
        except PASS_ON:
            raise
        except BatchFailed as error:
            return [_error(view.id, error) for view in views]
        except Exception as error:  # noqa: BLE001  one bad item must not take its batch along: find it by halving
            if len(views) == 1:
                return [_error(views[0].id, error)]
            middle = len(views) // 2
            return [*self._compute(batch, ctx, views[:middle]), *self._compute(batch, ctx, views[middle:])]
        why = ("cancelled", "Cancelled.") if ctx.cancelled() else ("no_result", "The node gave no result.")
        return [found.get(view.id) or NodeError(view.id, *why) for view in views]

    def _apply(self, batch: Batch, results: list[Result], ctx: WorkerCtx) -> None:
        """Commits these results, halving when ``Node.apply`` raises until the execution at fault stands alone."""
        try:
            self._commit(batch, results, ctx)
        except PASS_ON:
            raise
        except Exception as error:
            good = [result for result in results if not isinstance(result, NodeError)]
            if isinstance(error, BatchFailed) or len(good) <= 1:
                failed = {result.execution_id: _error(result.execution_id, error) for result in good}
                if not failed:
                    raise
                self._commit(batch, [failed.get(r.execution_id, r) for r in results], ctx)
                return
            middle = len(results) // 2
            self._apply(batch, results[:middle], ctx)
            self._apply(batch, results[middle:], ctx)

    def _commit(self, batch: Batch, results: list[Result], ctx: WorkerCtx) -> None:
        with self.run.commit():
            ledger = self._held(batch, [result.execution_id for result in results])
            results = [result for result in results if result.execution_id in ledger.rows]
            with events.cause(pipeline_id=self.pipeline_id, depth=ledger.depth()):
                results = _applied(batch, results)
            self._take_sources(ledger, results)
            ledger.look_up_conditions((r.execution_id, r.outputs) for r in results if isinstance(r, Outcome))
            for result in results:
                row = ledger.rows[result.execution_id]
                text = "\n".join(part for part in (row.log, ctx.log_of(result.execution_id), result.log) if part)
                _record(ledger, str(row.cycle_id), result, self.token, log=text[-MAX_LOG:])
            ledger.flush()

    def _held(self, batch: Batch, ids: list[str]) -> Ledger:
        """Locks the cycles of these executions, then takes what is still ours. A kept row serves one transaction: what
        one that rolls back did to it must not reach the next, which reads it anew."""
        mine = NodeExecution.objects.filter(status=machine.RUNNING, job_id=self.run.job.pk, token=self.run.token)
        mine = mine.filter(pk__in=as_uuids(ids)).order_by("id")
        kept = [batch.rows.pop(key) for key in ids if key in batch.rows]
        if len(kept) < len(ids):
            ledger = Ledger(mine.values_list("cycle_id", flat=True), batch.pipeline)
            ledger.take(read_rows(mine))
            return ledger
        ledger = Ledger((row.cycle_id for row in kept), batch.pipeline)
        still = set(mine.values_list("pk", flat=True))
        ledger.take(row for row in kept if row.pk in still)
        return ledger

    def _take_sources(self, ledger: Ledger, results: list[Result]) -> None:
        """An outcome with ``again`` runs its source once more, which must be at hand."""
        wanted = [r.execution_id for r in results if isinstance(r, Outcome) and r.again]
        sources = [source for key in wanted if (source := ledger.rows[key].source_id)]
        if sources:
            ledger.take(NodeExecution.objects.filter(pk__in=sources))

    def hand_over(self) -> None:
        """Ends this job and, in the same transaction, asks for the next one if there is more."""
        self.behind.wait()
        with self.run.commit():
            pipeline = self._pipeline()
            rows = self._next_rows() if self._runs(pipeline) else []
            self.run.finish()
            if rows:
                ring_node(pipeline, graph_of(rows[0].revision_id), self.node_id)


def _applied(batch: Batch, results: list[Result]) -> list[Result]:
    """Runs ``Node.apply`` over outcomes and waits; its replacements take their place."""
    good = [result for result in results if not isinstance(result, NodeError)]
    if not good or type(batch.node).apply is Node.apply:
        return results
    instead = {result.execution_id: result for result in batch.node.apply(batch.tx(), good) or ()}
    return [instead.get(result.execution_id, result) for result in results]


def _record(
    ledger: Ledger, cycle_id: str, result: Result, token: str, *, requires: bool = False, **fields: Any
) -> bool:
    """Turns one result into an event of the state machine."""
    key = result.execution_id
    if isinstance(result, NodeError):
        return ledger.step(
            cycle_id, machine.Fail(key, token),
            error_code=result.code[:64], error=result.message, error_data=dict(result.data), **fields,
        )  # fmt: skip
    if result.remember:
        ledger.remember(cycle_id, result.remember)
    if isinstance(result, Wait):
        return ledger.step(
            cycle_id, machine.Park(key, token, requires=requires),
            wait_key=result.on, wait_reason=result.reason[:500], outputs=dict(result.outputs), **fields,
        )  # fmt: skip
    return ledger.step(
        cycle_id, machine.Finish(key, token, result.outputs, result.action, result.again),
        outputs=dict(result.outputs), action=result.action or "", **fields,
    )  # fmt: skip


def _error(execution_id: str, error: Exception) -> NodeError:
    """What a person is told: an expected failure in its own words, anything else with its traceback in the log."""
    if isinstance(error, AlpError):
        return NodeError(execution_id, error.code, error.message, {k: _plain(v) for k, v in error.data.items()})
    log.error("a node failed", exc_info=error)
    trace = "".join(traceback.format_exception(error))
    return NodeError(execution_id, "crashed", f"{type(error).__name__}: {error}", log=trace[-MAX_LOG:])


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)
