"""The state machine over stored rows: many cycles, one transaction, few statements.

Open a ledger inside ``write()``, feed it events, flush it once. It locks the cycles (in the order of their ids), asks
``engine.state.step`` what each event does, and writes executions, cycles, counters, events and bells together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.timezone import now

from alp_site.lib import events, jobs
from alp_site.lib.db_rows import add_all, add_to, insert_rows, new_row, read_rows, write_rows
from alp_site.lib.ids import uuid7
from pipelines.engine import state as machine
from pipelines.engine.graph import Connection, Graph
from pipelines.engine.spec import get_node
from pipelines.models import (
    ConnectionCounter,
    Cycle,
    CycleCounter,
    NodeCounter,
    NodeExecution,
    NodeMinute,
    Pipeline,
    PipelineStatus,
)
from pipelines.services.bulk import as_uuids
from pipelines.services.conditions import matching
from pipelines.services.graphs import graph_of, wiring_of
from pipelines.services.refs import project_cycles

__all__ = ["NODE_JOB", "Ledger", "ring_node", "state_of", "token_of"]

NODE_JOB = "pipelines.node"
TERMINAL = (machine.DONE, machine.FAILED, machine.CANCELLED)


def token_of(row: NodeExecution) -> str | None:
    return None if row.job_id is None else f"{row.job_id}:{row.token}"


def state_of(row: NodeExecution) -> machine.ExecState:
    return machine.ExecState(
        id=str(row.pk),
        node_id=row.node_id,
        status=row.status,
        token=token_of(row),
        arrived=row.arrived,
        source=str(row.source_id) if row.source_id else None,
        key=row.key,
        hop=row.hop,
        losses=row.losses,
        requires=row.wait_requires,
    )


def ring_node(pipeline: Pipeline, graph: Graph, node_id: str) -> None:
    """Asks a worker to run what is ready at a node. One open job a node; joins the transaction; safe to repeat."""
    node = graph.node(node_id)
    if node is None:
        return
    jobs.enqueue(
        NODE_JOB,
        key=f"node:{pipeline.pk}:{node_id}",
        payload={"pipeline": str(pipeline.pk), "node": node_id},
        project_id=pipeline.project_id,
        queue=get_node(node.type, node.version).spec.queue,
        title=f"{pipeline.name}: {node.title}",
    )


def _assign(row: Cycle | NodeExecution, values: Mapping[str, Any], changed: set[str]) -> None:
    """Sets what differs, and notes which columns that were."""
    for name, value in values.items():
        old = getattr(row, name)
        if old is not value and (old != value or type(old) is not type(value)):
            setattr(row, name, value)
            changed.add(name)


def _move_counter(model: type[Model], place: Mapping[str, Any], moves: Mapping[str, float]) -> None:
    """Adds to the counters of a place; makes their row the first time."""
    changes = {status: delta for status, delta in moves.items() if delta}
    if changes and not add_to(model, place, changes):
        model._default_manager.bulk_create([model(**place)], ignore_conflicts=True)
        add_to(model, place, changes)


class Ledger:
    """Events in, rows out. Everything it holds was locked when it was opened."""

    def __init__(self, cycle_ids: Iterable[str | UUID] = (), pipeline: Pipeline | None = None) -> None:
        """Locks these cycles. Needs an open ``write()``. ``pipeline``: theirs, if it was read a moment ago; one that
        was paused meanwhile is rung for nothing, and its job ends at once."""
        ids = sorted(set(as_uuids(cycle_ids)))
        rows = Cycle.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
        self.cycles: dict[str, Cycle] = {str(row.pk): row for row in (read_rows(rows) if ids else ())}
        self.rows: dict[str, NodeExecution] = {}
        self.pipelines: dict[UUID, Pipeline] = {} if pipeline is None else {pipeline.pk: pipeline}
        self._states = {key: self._cycle_state(row) for key, row in self.cycles.items()}
        self._new_cycles: list[Cycle] = []
        self.new_rows: list[NodeExecution] = []
        self._changed: dict[str, NodeExecution] = {}
        self._touched: set[str] = set()
        self._old_status: dict[str, str | None] = {}
        self._first: dict[str, str | None] = {}
        self._rings: dict[tuple[UUID, str], UUID] = {}
        self._passed: Counter[tuple[UUID, str]] = Counter()
        self._taken: dict[tuple[str, ...], list[str]] = {}
        self._seconds: dict[tuple[UUID, str], float] = defaultdict(float)
        self._matched: dict[str, set[str]] = {}
        self._envs: dict[UUID, machine.Env] = {}
        self._row_fields: set[str] = set()
        self._cycle_fields: set[str] = set()
        self._now = now()

    @staticmethod
    def _cycle_state(row: Cycle) -> machine.CycleState:
        counts = machine.Counts(**{status: getattr(row, status) for status in machine.EXECUTION_STATUSES})
        return machine.CycleState(id=str(row.pk), counts=counts, ports=row.ports, stopped=row.stopped)

    def add_cycle(self, cycle: Cycle) -> None:
        """A cycle not stored yet; it is inserted at the flush."""
        key = str(cycle.pk)
        self.cycles[key] = cycle
        self._states[key] = self._cycle_state(cycle)
        self._new_cycles.append(cycle)
        self._old_status[key] = None

    def take(self, rows: Iterable[NodeExecution]) -> None:
        """Executions that events will name, read after the cycles were locked."""
        by_cycle: dict[str, dict[str, machine.ExecState]] = defaultdict(dict)
        for row in rows:
            self.rows[str(row.pk)] = row
            by_cycle[str(row.cycle_id)][str(row.pk)] = state_of(row)
        for key, found in by_cycle.items():
            state = self._states[key]
            self._states[key] = state._replace(executions={**state.executions, **found})

    def look_up_conditions(self, finishing: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Asks the database once per condition which items pass. ``finishing``: (execution id, outputs)."""
        wanted: dict[tuple[UUID, str], set[str]] = defaultdict(set)
        for execution_id, outputs in finishing:
            row = self.rows[execution_id]
            for c in graph_of(row.revision_id).outgoing(row.node_id):
                if c.conditional:
                    value = outputs.get(c.source_port)
                    found = value if isinstance(value, list) else [value]
                    wanted[row.pipeline_id, c.condition].update(part for part in found if isinstance(part, str))
        for (pipeline_id, condition), item_ids in wanted.items():
            project_id = self.pipeline(pipeline_id).project_id
            self._matched.setdefault(condition, set()).update(matching(condition, item_ids, project_id=project_id))

    def step(self, cycle_id: str | UUID, event: machine.Event, **fields: Any) -> bool:
        """One event; ``fields`` are columns of the execution it names. False when the state machine refused it."""
        key = str(cycle_id)
        cycle, before = self.cycles[key], self._states[key]
        after, commands = machine.step(before, event, self._env(cycle.revision_id))
        if any(isinstance(command, machine.Refused) for command in commands):
            return False
        self._states[key] = after
        self._touched.add(key)
        self._old_status.setdefault(key, cycle.status)
        for command in commands:
            if isinstance(command, machine.Create):
                self._create(cycle, command.execution)
            elif isinstance(command, machine.Took):
                self._took(command)
            elif isinstance(command, machine.Change):
                named = getattr(event, "execution_id", None) == command.execution_id
                self._change(cycle, command, after.executions[command.execution_id], fields if named else {})
            elif isinstance(command, machine.Ring):
                self._rings[cycle.pipeline_id, command.node_id] = cycle.revision_id
            elif isinstance(command, machine.LoopLimit):
                row = self.rows[getattr(event, "execution_id", "")]
                text = f"More than {machine.MAX_HOPS} executions in a row."
                _assign(row, {"error_code": "loop_limit", "error": text}, self._row_fields)
        return True

    def _took(self, command: machine.Took) -> None:
        """Rows that left by the same ways share one list, which is then converted once."""
        row = self.rows[command.execution_id]
        graph = graph_of(row.revision_id)
        ways = self._taken.setdefault(command.connections, list(dict.fromkeys(command.connections)))
        loose = not ways and not command.again and bool(row.action or graph.outgoing(row.node_id))
        self.note(command.execution_id, taken=ways, loose=loose)
        for way in command.connections:
            self._passed[row.pipeline_id, graph.connection_by_id[way].name] += 1

    def note(self, execution_id: str, **columns: Any) -> None:
        """Columns of an execution that say nothing of its state."""
        row = self.rows[execution_id]
        _assign(row, columns, self._row_fields)
        self._changed[execution_id] = row

    def spent(self, execution_id: str, seconds: float) -> None:
        """What it took to compute, on top of what its attempts before took."""
        row = self.rows[execution_id]
        self.note(execution_id, seconds=row.seconds + seconds)
        self._seconds[row.pipeline_id, row.node_id] += seconds

    def remember(self, cycle_id: str | UUID, values: Mapping[str, Any]) -> None:
        """Merges into the cycle's memory."""
        cycle = self.cycles[str(cycle_id)]
        _assign(cycle, {"memory": {**cycle.memory, **values}}, self._cycle_fields)
        self._touched.add(str(cycle_id))

    def pipeline(self, pipeline_id: UUID) -> Pipeline:
        if pipeline_id not in self.pipelines:
            self.pipelines.update(
                Pipeline.objects.in_bulk({pipeline_id, *(c.pipeline_id for c in self.cycles.values())})
            )
        return self.pipelines[pipeline_id]

    def depth(self) -> int:
        """How many triggers deep the events of this transaction are."""
        return 1 + max((cycle.cause_depth for cycle in self.cycles.values()), default=0)

    def _env(self, revision_id: UUID) -> machine.Env:
        if revision_id not in self._envs:
            self._envs[revision_id] = machine.Env(
                graph_of(revision_id), lambda: str(uuid7()), self._passes, wiring=wiring_of(revision_id)
            )
        return self._envs[revision_id]

    def _passes(self, connection: Connection, value: Any) -> bool:
        return value in self._matched.get(connection.condition, ())

    def _create(self, cycle: Cycle, e: machine.ExecState) -> None:
        row = new_row(
            NodeExecution, id=UUID(e.id), cycle_id=cycle.pk, pipeline_id=cycle.pipeline_id,
            revision_id=cycle.revision_id, node_id=e.node_id, status=e.status, key=e.key,
            source_id=UUID(e.source) if e.source else None, hop=e.hop, arrived=dict(e.arrived), created_at=self._now,
        )  # fmt: skip
        self.rows[e.id] = row
        self.new_rows.append(row)
        self._first[e.id] = None

    def _change(self, cycle: Cycle, change: machine.Change, e: machine.ExecState, fields: Mapping[str, Any]) -> None:
        row = self.rows[change.execution_id]
        new = {"status": e.status, "losses": e.losses, "wait_requires": e.requires, **fields}
        if e.status != machine.RUNNING:
            new |= {"job_id": None, "token": None}
        if e.status != machine.WAITING:
            new |= {"wait_key": "", "wait_reason": ""}
        if e.status == machine.READY:
            new |= {"error_code": "", "error": "", "error_data": {}}
        new["finished_at"] = self._now if e.status in TERMINAL else None
        _assign(row, new, self._row_fields)
        self._changed[change.execution_id] = row
        self._first.setdefault(change.execution_id, change.old)

    def unring(self, pipeline_id: UUID, node_id: str) -> None:
        """Takes the bell of a node back if nothing this ledger holds is ready there."""
        here = (row for row in self.rows.values() if row.pipeline_id == pipeline_id and row.node_id == node_id)
        if all(row.status != machine.READY for row in here):
            self._rings.pop((pipeline_id, node_id), None)

    def flush(self) -> None:
        """Writes everything. Call it once, last."""
        new = {str(row.pk) for row in self.new_rows}
        for key in self._touched:
            self._settle(self.cycles[key], self._states[key])
        insert_rows(self._new_cycles)
        insert_rows(self.new_rows)
        write_rows([row for key, row in self._changed.items() if key not in new], self._row_fields)
        made = {str(cycle.pk) for cycle in self._new_cycles}
        write_rows([self.cycles[key] for key in sorted(self._touched - made)], self._cycle_fields)
        moved = self._moved_cycles()
        self._flush_counters(moved, executions := self._moved_executions())
        with events.gathered():
            self._flush_events(moved, executions)
        self._ring()

    def _settle(self, cycle: Cycle, state: machine.CycleState) -> None:
        new: dict[str, Any] = {status: getattr(state.counts, status) for status in machine.EXECUTION_STATUSES}
        new |= {"status": state.status, "stopped": state.stopped}
        if state.ports is not cycle.ports:
            new["ports"] = {node: dict(values) for node, values in state.ports.items()}
        new["finished_at"] = (cycle.finished_at or self._now) if state.status in TERMINAL else None
        _assign(cycle, new, self._cycle_fields)

    def _moved_executions(self) -> list[tuple[str | None, NodeExecution]]:
        """Executions whose status is another than the one stored before (None: there was none)."""
        touched = ((old, self.rows[key]) for key, old in self._first.items())
        return [(old, row) for old, row in touched if old != row.status]

    def _flush_counters(
        self, moved: Sequence[tuple[str | None, Cycle]], executions: Sequence[tuple[str | None, NodeExecution]]
    ) -> None:
        by_node: dict[tuple[UUID, str], dict[str, float]] = defaultdict(lambda: defaultdict(int))
        ended: dict[tuple[UUID, str], Counter[str]] = defaultdict(Counter)
        for old, row in executions:
            by_node[row.pipeline_id, row.node_id][row.status] += 1
            if old is not None:
                by_node[row.pipeline_id, row.node_id][old] -= 1
            if row.status in (machine.DONE, machine.FAILED):
                ended[row.pipeline_id, row.node_id][row.status] += 1
        for place, seconds in self._seconds.items():
            by_node[place]["seconds"] = seconds
        counters = [
            new_row(NodeCounter, pipeline_id=pipeline_id, node_id=node_id, **node_moves)
            for (pipeline_id, node_id), node_moves in sorted(by_node.items())
        ]
        add_all(counters, unique=("pipeline", "node_id"), add=(*machine.EXECUTION_STATUSES, "seconds"))
        self._flush_flow(ended)
        cycle_moves: dict[UUID, Counter[str]] = defaultdict(Counter)
        for old, cycle in moved:
            cycle_moves[cycle.pipeline_id][cycle.status] += 1
            if old is not None:
                cycle_moves[cycle.pipeline_id][old] -= 1
        for pipeline_id, moves in sorted(cycle_moves.items()):
            _move_counter(CycleCounter, {"pipeline_id": pipeline_id}, moves)

    def _flush_flow(self, ended: Mapping[tuple[UUID, str], Mapping[str, int]]) -> None:
        """What passed each connection, and what each node finished this minute: a statement each."""
        passed = [
            new_row(ConnectionCounter, pipeline_id=p, name=n, passed=k) for (p, n), k in sorted(self._passed.items())
        ]
        add_all(passed, unique=("pipeline", "name"), add=("passed",))
        minute = int(self._now.timestamp() // 60)
        minutes = [
            new_row(NodeMinute, pipeline_id=pipeline_id, node_id=node_id, minute=minute, **moves)
            for (pipeline_id, node_id), moves in sorted(ended.items())
        ]
        add_all(minutes, unique=("pipeline", "minute", "node_id"), add=("done", "failed"))

    def _moved_cycles(self) -> list[tuple[str | None, Cycle]]:
        """Cycles whose status is another, with the one before; None: there was none."""
        touched = ((self._old_status[key], self.cycles[key]) for key in self._touched)
        return [(old, cycle) for old, cycle in touched if old != cycle.status]

    def _flush_events(
        self, moved: Sequence[tuple[str | None, Cycle]], executions: Sequence[tuple[str | None, NodeExecution]]
    ) -> None:
        ended: dict[tuple[UUID, str, str], list[str]] = defaultdict(list)
        for _, row in executions:
            ended[row.pipeline_id, row.node_id, row.status].append(str(row.pk))
        told: dict[tuple[UUID, str], list[UUID]] = defaultdict(list)
        for _, cycle in moved:
            told[cycle.pipeline_id, cycle.status].append(cycle.pk)
        for (pipeline_id, node_id, status), ids in ended.items():
            self._publish("execution.status", pipeline_id, ids, {"node": node_id, "status": status})
        for (pipeline_id, status), cycle_ids in told.items():
            self._publish("cycle.status", pipeline_id, cycle_ids, {"status": status})
        project_cycles(
            cycle for old, cycle in moved if old is None or (old in TERMINAL) != (cycle.status in TERMINAL)
        )  # began or ended

    def _publish(self, kind: str, pipeline_id: UUID, ids: Iterable[Any], data: dict[str, Any]) -> None:
        only = next(iter(self.cycles.values())).pk if len(self.cycles) == 1 else None
        with events.cause(cycle_id=only, pipeline_id=pipeline_id, depth=self.depth()):
            events.publish(
                kind,
                project_id=self.pipeline(pipeline_id).project_id,
                ids=ids,
                data={"pipeline": str(pipeline_id), **data},
            )

    def _ring(self) -> None:
        for (pipeline_id, node_id), revision_id in sorted(self._rings.items()):
            pipeline = self.pipeline(pipeline_id)
            if pipeline.status == PipelineStatus.RUNNING:
                ring_node(pipeline, graph_of(revision_id), node_id)
