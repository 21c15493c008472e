"""The life of a cycle and its executions: ``step(state, event, env) -> (state, commands)``. Pure.

    ready → running → done | failed            retry: failed → ready (inputs kept)
               ↓  ↑                            rerun: a new execution, its variables read anew
             waiting → done | failed | ready   cancel: whatever is open → cancelled
                       revise: done on a loose end → done with another action
                       send: something done goes on by a way that was not taken

There is no status for "some inputs have arrived": such values lie in ``CycleState.ports``, and an execution exists from
the moment it may start. An event that does not fit (a duplicate delivery, a commit that comes after the lease was lost
or the cycle was cancelled) changes nothing and is answered with Refused. That, and the store's promise that a step and
its commands commit together, is why every effect happens exactly once.

A state may be partial: ``executions`` need only hold those that the event names; ``counts`` is always of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from pipelines.engine.graph import Graph
from pipelines.engine.plan import NO_WIRING, Arrival, Passes, Wiring, arrivals, joins, missing_ports

READY: Final = "ready"
RUNNING: Final = "running"
WAITING: Final = "waiting"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
PENDING: Final = "pending"

EXECUTION_STATUSES: Final = (READY, RUNNING, WAITING, DONE, FAILED, CANCELLED)
CYCLE_STATUSES: Final = (PENDING, RUNNING, WAITING, DONE, FAILED, CANCELLED)
OPEN: Final = frozenset({READY, RUNNING, WAITING})
MAX_HOPS: Final = 1000
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

# Three states are tuples, not dataclasses: a step makes several new ones, and a changed copy of a frozen dataclass
# costs over three times as much.


class Counts(NamedTuple):
    """How many executions of a cycle (or of a node) have each status."""

    ready: int = 0
    running: int = 0
    waiting: int = 0
    done: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def open(self) -> int:
        return self.ready + self.running + self.waiting

    @property
    def total(self) -> int:
        return self.open + self.done + self.failed + self.cancelled

    def moved(self, old: str | None, new: str) -> Counts:
        if old == new:
            return self
        changes = {new: getattr(self, new) + 1}
        if old is not None:
            changes[old] = getattr(self, old) - 1
        return self._replace(**changes)


class ExecState(NamedTuple):
    """One execution. ``arrived`` are the values its connections (or the trigger) brought; ``source`` the execution they
    came from; ``key`` is unique per arrival; ``hop`` counts the executions before it on its way."""

    id: str
    node_id: str
    status: str = READY
    token: str | None = None
    arrived: Mapping[str, Any] = NOTHING
    source: str | None = None
    key: str = ""
    hop: int = 0
    losses: int = 0
    requires: bool = False


class CycleState(NamedTuple):
    """``ports`` keeps what arrived at nodes with several connected ports; ``stopped`` that the cycle was cancelled."""

    id: str
    counts: Counts = Counts()
    ports: Mapping[str, Mapping[str, Any]] = NOTHING
    executions: Mapping[str, ExecState] = NOTHING
    stopped: bool = False

    @property
    def status(self) -> str:
        return cycle_status(self.counts, stopped=self.stopped)


def cycle_status(counts: Counts, *, stopped: bool = False) -> str:
    """A cycle's status, from its counters alone."""
    if stopped:
        return CANCELLED
    if counts.running or (counts.ready and counts.total > counts.ready):
        return RUNNING
    if counts.waiting:
        return WAITING
    if counts.ready or not counts.total:
        return PENDING
    return FAILED if counts.failed else DONE


@dataclass(frozen=True)
class Start:
    """The trigger's first execution at a start node."""

    node_id: str
    arrived: Mapping[str, Any]
    key: str


@dataclass(frozen=True)
class Claim:
    """A worker that holds the node's lease takes the execution, also one whose former holder lost the lease."""

    execution_id: str
    token: str


@dataclass(frozen=True)
class Finish:
    execution_id: str
    token: str
    outputs: Mapping[str, Any]
    action: str | None = None
    again: bool = False


@dataclass(frozen=True)
class Park:
    """To waiting. ``requires``: it waits for what must be there before its start, and starts over then."""

    execution_id: str
    token: str
    requires: bool = False


@dataclass(frozen=True)
class Fail:
    execution_id: str
    token: str


@dataclass(frozen=True)
class Answer:
    """What a waiting execution waited for has happened."""

    execution_id: str
    outputs: Mapping[str, Any]
    action: str | None = None


@dataclass(frozen=True)
class AnswerFailed:
    execution_id: str


@dataclass(frozen=True)
class Revise:
    """Someone took back an answer that led nowhere (``before``: its action) and gave another instead."""

    execution_id: str
    outputs: Mapping[str, Any]
    action: str | None
    before: str | None


@dataclass(frozen=True)
class Retry:
    execution_id: str


@dataclass(frozen=True)
class Rerun:
    execution_id: str


@dataclass(frozen=True)
class Send:
    """Someone lets what a finished execution put out go on to ``node``, whatever its action was. ``connections``: ids
    of the connection that was chosen, if one was; ``key`` is unique per act."""

    execution_id: str
    node: str
    values: Mapping[str, Any]
    key: str
    connections: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cancel:
    """Everything open ends. The state must hold all open executions."""


Event: TypeAlias = Start | Claim | Finish | Park | Fail | Answer | AnswerFailed | Revise | Retry | Rerun | Send | Cancel


@dataclass(frozen=True)
class Create:
    execution: ExecState


@dataclass(frozen=True)
class Change:
    execution_id: str
    node_id: str
    old: str
    new: str


@dataclass(frozen=True)
class Ring:
    """There is work for a node."""

    node_id: str


@dataclass(frozen=True)
class Took:
    """Which connections a finished execution's outputs left by, once for each value that passed; none: it ended here,
    unless its source runs ``again``."""

    execution_id: str
    connections: tuple[str, ...]
    again: bool = False


@dataclass(frozen=True)
class CycleChanged:
    old: str
    new: str


@dataclass(frozen=True)
class Refused:
    """The event did not fit and nothing happened."""

    reason: str


@dataclass(frozen=True)
class LoopLimit:
    """An arrival was dropped because the way to it is longer than MAX_HOPS; the execution that sent it fails."""

    node_id: str


Command: TypeAlias = Create | Change | Ring | Took | CycleChanged | Refused | LoopLimit


@dataclass(frozen=True)
class Env:
    """What a step needs besides the state. ``new_id`` makes ids; ``passes`` answers conditions; ``wiring`` is what the
    node types say of the graph."""

    graph: Graph
    new_id: Callable[[], str]
    passes: Passes = lambda connection, value: True
    max_hops: int = MAX_HOPS
    wiring: Wiring = NO_WIRING


def step(state: CycleState, event: Event, env: Env) -> tuple[CycleState, list[Command]]:
    """One event. Never raises for an event that comes late or twice."""
    run = _Step(state, env)
    run.handle(event)
    before, after = state.status, run.state.status
    if before != after:
        run.commands.append(CycleChanged(before, after))
    return run.state, run.commands


class _Step:
    """One step in the making."""

    def __init__(self, state: CycleState, env: Env) -> None:
        self.state, self.env = state, env
        self.commands: list[Command] = []

    def handle(self, event: Event) -> None:
        if isinstance(event, Start):
            self._create(ExecState("", event.node_id, arrived=event.arrived, key=event.key))
        elif isinstance(event, Cancel):
            self._cancel()
        else:
            execution = self.state.executions.get(event.execution_id)
            if execution is None:
                self._refuse("unknown execution")
            else:
                self._one(execution, event)

    def _one(self, e: ExecState, event: Event) -> None:
        if isinstance(event, Claim):
            self._claim(e, event)
        elif isinstance(event, (Finish, Park, Fail)):
            if e.status != RUNNING or e.token != event.token:
                self._refuse("not held by this worker")
            elif isinstance(event, Finish):
                self._finish(e, event.outputs, event.action, again=event.again)
            elif isinstance(event, Park):
                self._move(e, WAITING, token=None, requires=event.requires)
            else:
                self._move(e, FAILED, token=None)
        elif isinstance(event, (Answer, AnswerFailed)):
            self._answer(e, event)
        elif isinstance(event, Revise):
            self._revise(e, event)
        elif isinstance(event, (Retry, Rerun, Send)):
            self._by_hand(e, event)

    def _by_hand(self, e: ExecState, event: Retry | Rerun | Send) -> None:
        if isinstance(event, Retry):
            self._retry(e)
        elif isinstance(event, Rerun):
            self._rerun(e)
        else:
            self._send(e, event)

    def _claim(self, e: ExecState, event: Claim) -> None:
        if e.status == READY:
            self._move(e, RUNNING, token=event.token)
        elif e.status == RUNNING and e.token != event.token:
            self._move(e, RUNNING, token=event.token, losses=e.losses + 1)
        else:
            self._refuse("not ready")

    def _answer(self, e: ExecState, event: Answer | AnswerFailed) -> None:
        if e.status != WAITING:
            self._refuse("not waiting")
        elif e.requires:
            self._move(e, READY, requires=False)
            self.commands.append(Ring(e.node_id))
        elif isinstance(event, Answer):
            self._finish(e, event.outputs, event.action)
        else:
            self._move(e, FAILED)

    def _revise(self, e: ExecState, event: Revise) -> None:
        if e.status != DONE or self.state.stopped or event.action == event.before:
            self._refuse("nothing to revise")
        elif self._arrivals(e, event.outputs, event.before):
            self._refuse("something flowed on already")
        else:
            self._finish(e, event.outputs, event.action)

    def _retry(self, e: ExecState) -> None:
        if e.status != FAILED or self.state.stopped:
            self._refuse("not failed")
            return
        self._move(e, READY, losses=0)
        self.commands.append(Ring(e.node_id))

    def _rerun(self, e: ExecState) -> None:
        if e.status in OPEN:
            self._refuse("still open")
            return
        if e.status == FAILED:
            self._move(e, CANCELLED)
        self.state = self.state._replace(stopped=False)
        self._again(e)

    def _send(self, e: ExecState, event: Send) -> None:
        """A cancelled cycle goes on with it, as with a rerun. Its way starts anew: a person stands behind each act."""
        if e.status != DONE:
            self._refuse("not done")
            return
        self.state = self.state._replace(stopped=False)
        self.commands.append(Took(e.id, event.connections))
        self._arrive(Arrival(event.node, event.values), e._replace(hop=0), key=event.key)

    def _cancel(self) -> None:
        if self.state.stopped or not self.state.counts.open:
            self._refuse("not open")
            return
        for e in self.state.executions.values():
            if e.status in OPEN:
                self._move(e, CANCELLED, token=None)
        self.state = self.state._replace(stopped=True)

    def _finish(self, e: ExecState, outputs: Mapping[str, Any], action: str | None, *, again: bool = False) -> None:
        graph = self.env.graph
        found = self._arrivals(e, outputs, action)
        if found and e.hop + 1 > self.env.max_hops:
            self._move(e, FAILED, token=None)
            self.commands.append(LoopLimit(found[0].node))
            return
        source = self.state.executions.get(e.source or "")
        again = again and not graph.has_connection_for(e.node_id, action) and source is not None
        self._move(e, DONE, token=None)
        self.commands.append(Took(e.id, tuple(name for arrival in found for name in arrival.connections), again))
        for arrival in found:
            self._arrive(arrival, e)
        if again and source is not None:
            self._again(source, hop=e.hop + 1)

    def _arrivals(self, e: ExecState, outputs: Mapping[str, Any], action: str | None) -> tuple[Arrival, ...]:
        return arrivals(self.env.graph, e.node_id, outputs, action, self.env.passes, self.env.wiring)

    def _arrive(self, arrival: Arrival, source: ExecState, key: str = "") -> None:
        values = dict(arrival.values)
        if joins(self.env.graph, arrival.node):
            values = {**self.state.ports.get(arrival.node, {}), **values}
            self.state = self.state._replace(ports={**self.state.ports, arrival.node: values})
        if not missing_ports(self.env.graph, arrival.node, values):
            key = key or f"{source.id}:{arrival.node}:{arrival.index}"
            new = ExecState("", arrival.node, arrived=values, source=source.id, key=key, hop=source.hop + 1)
            self._create(new)
            if arrival.node in self.env.wiring.barriers and arrival.node in self.state.ports:
                self.state = self.state._replace(ports={**self.state.ports, arrival.node: {}})

    def _again(self, e: ExecState, hop: int | None = None) -> None:
        """A new execution with the latest values of the same connections; its variables will be read anew."""
        arrived = {**e.arrived, **self.state.ports.get(e.node_id, {})}
        new_id = self.env.new_id()
        copy = ExecState(new_id, e.node_id, arrived=arrived, source=e.source, key=f"again:{new_id}", hop=hop or e.hop)
        self._create(copy)

    def _create(self, e: ExecState) -> None:
        new = e if e.id else e._replace(id=self.env.new_id())
        self._put(new, self.state.counts.moved(None, new.status))
        self.commands += [Create(new), Ring(new.node_id)]

    def _move(self, e: ExecState, status: str, **changes: Any) -> None:
        self._put(e._replace(status=status, **changes), self.state.counts.moved(e.status, status))
        self.commands.append(Change(e.id, e.node_id, e.status, status))

    def _put(self, e: ExecState, counts: Counts) -> None:
        self.state = self.state._replace(counts=counts, executions={**self.state.executions, e.id: e})

    def _refuse(self, reason: str) -> None:
        self.commands.append(Refused(reason))
