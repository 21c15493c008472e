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
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.utils.timezone import now

from alp_site.lib import db, events, jobs
from alp_site.lib.db_rows import read_rows
from alp_site.lib.errors import AlpError
from pipelines.engine import state as machine
from pipelines.engine.graph import GraphNode
from pipelines.engine.spec import BatchFailed, Execution, Node, NodeError, Outcome, Result, Wait, get_node
from pipelines.models import NodeExecution, Pipeline, PipelineStatus
from pipelines.services.at_once import settle_at_once
from pipelines.services.batches import Batch, Computed, apply_rows, claim_rows
from pipelines.services.behind import Behind
from pipelines.services.binding import bound_values, empty_inputs, settings_of, view_of
from pipelines.services.bulk import as_uuids, chunks
from pipelines.services.facade import WorkerCtx
from pipelines.services.graphs import graph_of
from pipelines.services.ledger import Ledger, ring_node

__all__ = ["run_node"]

log = logging.getLogger(__name__)
SLICE_SECONDS = 20.0
ALONE_AFTER = 2
GIVE_UP_AFTER = 4
MAX_LOG = 20_000
PASS_ON = (jobs.LostLease, OperationalError, InterfaceError, MemoryError)
"""Not the fault of an item: these end the attempt, and the job is tried again."""


def run_node(run: jobs.Run) -> None:
    """The job of one node: batch after batch until nothing is ready. Hands over after a while, so that the workers of
    a house with few of them go round.

    While a batch is computed, the one before it is written and the one after it is claimed: the model never waits for
    the database.
    """
    started = time.monotonic()
    with Behind(in_place=run.inline) as behind:
        worker = _Worker(run)
        written: Callable[[], None] = worker.nothing
        batch = worker.claim()
        while batch is not None:
            over = run.cancelled() or time.monotonic() - started > SLICE_SECONDS
            look_ahead = not over and not behind.in_place and not batch.was_lost
            meanwhile = behind.do(partial(worker.between, written, look_ahead=look_ahead))
            results = worker.compute(batch)
            following = meanwhile()
            written = partial(worker.apply, batch, results)
            if following is None:
                written()
                written = worker.nothing
                if over:
                    worker.hand_over()
                    return
                following = worker.claim()
            batch = following


class _Worker:
    def __init__(self, run: jobs.Run) -> None:
        self.run = run
        self.pipeline_id, self.node_id = UUID(run.payload["pipeline"]), str(run.payload["node"])
        self.token = f"{run.job.pk}:{run.token}"
        self.orphans = True  # whoever held this node before may have left some; while we hold it nobody makes more

    def nothing(self) -> None:
        """There is no batch before the first."""

    def between(self, write: Callable[[], None], *, look_ahead: bool) -> Batch | None:
        """What is done while a batch is computed: writes the one before it, claims the one after it."""
        write()
        return self.claim(last=False) if look_ahead else None

    # --- claim

    def claim(self, *, last: bool = True) -> Batch | None:
        """Takes the next batch. When there is nothing to do: None, and, if this is the ``last`` look, the job ended in
        the same transaction. So whoever makes an execution ready sees either it taken or the job over, and rings.

        A large batch is taken in several transactions while another is computed; with nothing to compute, what one
        gives is begun with. It is looked for ahead of time only behind a batch that no worker died of: of what a worker
        held when it died, all counts a loss.
        """
        batch: Batch | None = None
        while batch is None or not batch.full:
            with self.run.commit():
                pipeline = self._pipeline()
                rows = self._next_rows(batch) if self._runs(pipeline) else []
                if not rows and last and batch is None:
                    self.run.finish()
                part = self._take(pipeline, rows) if rows else None
            if part is None:
                break
            batch = part if batch is None else batch.joined(part)
            if last:
                break
        return batch

    def _pipeline(self) -> Pipeline:
        return Pipeline.objects.select_related("project").get(pk=self.pipeline_id)

    @staticmethod
    def _runs(pipeline: Pipeline) -> bool:
        return pipeline.status == PipelineStatus.RUNNING and pipeline.project.deleted_at is None

    def _next_rows(self, batch: Batch | None = None) -> list[NodeExecution]:
        """Executions left by a worker that died come first, then the oldest ready ones, all of one revision; those that
        may join ``batch``, if there is one."""
        here = NodeExecution.objects.filter(pipeline_id=self.pipeline_id, node_id=self.node_id)
        if self.orphans:
            left = here.filter(status=machine.RUNNING).exclude(job_id=self.run.job.pk, token=self.run.token)
            if rows := self._like_first(left, batch):
                return rows
            self.orphans = batch is not None
        return self._like_first(here.filter(status=machine.READY), batch)

    def _like_first(self, rows: QuerySet[NodeExecution], batch: Batch | None) -> list[NodeExecution]:
        """The oldest of these, and those after it of its revision; alone, if workers died of it before."""
        first = rows.order_by("id").values_list("pk", "revision_id", "losses").first()
        if first is None:
            return []
        pk, revision_id, losses = first
        if batch is not None and (losses or revision_id != batch.revision_id):
            return []
        if losses >= ALONE_AFTER:
            return read_rows(rows.filter(pk=pk))
        spot = graph_of(revision_id).node(self.node_id)
        size = get_node(spot.type, spot.version).spec.batch if spot else 1
        same = rows.filter(revision_id=revision_id, losses__lt=ALONE_AFTER if batch is None else 1)
        return read_rows(same.order_by("id")[: min(size - (batch.size if batch else 0), claim_rows())])

    def _take(self, pipeline: Pipeline, rows: list[NodeExecution]) -> Batch:
        revision_id = rows[0].revision_id
        spot = graph_of(revision_id).node(self.node_id)
        if spot is None:
            raise AlpError(f"The graph has no node {self.node_id!r} any more.", node=self.node_id)
        ledger = Ledger((row.cycle_id for row in rows), pipeline)
        rows = [row for row in self._again(rows) if str(row.cycle_id) in ledger.cycles]
        ledger.take(rows)
        bound = bound_values(self.pipeline_id, spot)
        taken = [row for row in rows if self._claim_row(ledger, row, bound)]
        batch = self._batch(pipeline, revision_id, spot, taken, ledger)
        self._park_unmet(batch, ledger)
        ledger.flush()
        return batch

    def _again(self, rows: list[NodeExecution]) -> list[NodeExecution]:
        """On PostgreSQL a row may have changed (cancelled) before its cycle was locked: look once more."""
        if db.is_sqlite():
            return rows
        return read_rows(NodeExecution.objects.filter(pk__in=[row.pk for row in rows]).order_by("id"))

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
        self, pipeline: Pipeline, revision_id: UUID, spot: GraphNode, rows: list[NodeExecution], ledger: Ledger
    ) -> Batch:
        node = get_node(spot.type, spot.version)
        config = settings_of(spot)
        views, failed = [], []
        for row in rows:
            cycle = ledger.cycles[str(row.cycle_id)]
            view = view_of(
                row, project_id=pipeline.project_id, memory=cycle.memory, subject=cycle.subject, config=config
            )
            empty = empty_inputs(node, view)
            if row.losses >= GIVE_UP_AFTER:
                failed.append(NodeError(view.id, "worker_died", f"The worker died {row.losses} times while at it."))
            elif empty:
                failed.append(NodeError(view.id, "input_missing", f"The input {empty[0]!r} has no value."))
            else:
                views.append(view)
        return Batch(pipeline, revision_id, spot, node, views, failed, {str(row.pk): row for row in rows})

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

    def compute(self, batch: Batch) -> Computed:
        ctx = WorkerCtx(self.run, lambda: self._still_wanted(batch))
        started = time.monotonic()
        results = [*batch.failed, *self._compute(batch, ctx, batch.views)]
        ctx.seconds_each = (time.monotonic() - started) / max(batch.size, 1)
        return Computed(results, ctx)

    def apply(self, batch: Batch, computed: Computed) -> None:
        computed.ctx.do_what_is_left()
        for part in chunks(computed.results, apply_rows()):
            self._apply(batch, list(part), computed.ctx)

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
                ledger.spent(result.execution_id, ctx.seconds_each)
            settle_at_once(ledger)
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
        outputs=dict(result.outputs), action=result.action or "", noted=dict(result.noted) or None, **fields,
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
