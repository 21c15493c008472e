"""Random graphs whose outcome is known, and a house in memory that runs them while everything goes wrong.

Each value that travels is the path it took ("item/n0/n1"), so what must have happened can be computed without an engine
(``expected``) and compared with the effects that were committed. A node of the kind ``list`` also gives a list, which
goes on whole to a node that takes any value, and element by element ("item/n0/n1#0") to one of the kind ``each``.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from pipelines.engine.graph import Connection, Graph, from_json
from pipelines.engine.plan import Wiring
from pipelines.engine.state import (
    OPEN,
    READY,
    RUNNING,
    WAITING,
    Answer,
    Change,
    Claim,
    Create,
    CycleState,
    Env,
    Event,
    Fail,
    Finish,
    Park,
    Refused,
    Retry,
    Ring,
    Start,
    step,
)

KINDS = ("pass", "branch", "loop", "person", "fails", "needs", "list", "each")
TYPES = {"list": "sim.list", "each": "sim.each"}
LONGEST = (0, 2, 3)
"""Elements of a list, by a node's ``times``; 0: nothing goes on element by element."""
MOST_LISTS = 2
"""A graph has no more: each multiplies what follows it."""


@dataclass
class Builder:
    """Grows a graph block by block; ``single`` says whether the last node runs exactly once a cycle."""

    rng: random.Random
    nodes: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)

    def node(self, kind: str, ports: tuple[str, ...] = ("value",)) -> str:
        name = f"n{len(self.nodes)}"
        times = self.rng.randint(1, 3)
        kind_of = "sim.join" if len(ports) > 1 else TYPES.get(kind, "sim.step")
        self.nodes.append({"id": name, "type": kind_of, "config": {"kind": kind, "times": times}})
        return name

    def link(
        self, source: str, target: str, port: str = "value", action: str | None = None, *, output: str = "value"
    ) -> None:
        ends = {"source": {"node": source, "port": output}, "target": {"node": target, "port": port}}
        self.links.append({**ends, "action": action})

    def grow(self, last: str, single: bool) -> tuple[str, bool]:
        few = sum(node["type"] == "sim.list" for node in self.nodes) < MOST_LISTS
        block = self.rng.choice(
            [
                *("pass", "branch", "fan", "join" if single else "pass", "loop", "person", "fails", "needs"),
                "list" if few else "pass",
            ]
        )
        if block == "list":
            return self.spread(last), False
        if block == "branch":
            split, left, right, end = self.node("branch"), self.node("pass"), self.node("pass"), self.node("pass")
            self.link(last, split)
            self.link(split, left, action="left")
            self.link(split, right, action="right")
            self.link(left, end)
            self.link(right, end)
            return end, single
        if block in ("fan", "join"):
            left, right = self.node("pass"), self.node("fails")
            end = self.node("pass") if block == "fan" else self.node("pass", ("a", "b"))
            self.link(last, left)
            self.link(last, right)
            self.link(left, end, "value" if block == "fan" else "a")
            self.link(right, end, "value" if block == "fan" else "b")
            return end, single and block == "join"
        new = self.node(block)
        self.link(last, new, action=None)
        if block == "loop":
            self.link(new, new, action="again")
            end = self.node("pass")
            self.link(new, end, action="go")
            return end, single
        return new, single

    def spread(self, last: str) -> str:
        """A list, each of its elements, and now and then the whole of it beside them."""
        source, each, end = self.node("list"), self.node("each"), self.node(self.rng.choice(["pass", "fails"]))
        self.link(last, source)
        self.link(source, each, output="values")
        self.link(each, end)
        if self.rng.random() < 0.5:
            whole = self.node("pass")
            self.link(source, whole, output="values")
            self.link(whole, end)
        return end


def random_graph(rng: random.Random, blocks: int) -> dict[str, Any]:
    """A graph as JSON, valid, started at ``n0``."""
    builder = Builder(rng)
    last, single = builder.node("pass"), True
    builder.nodes[0]["type"] = "sim.start"
    for _ in range(blocks):
        last, single = builder.grow(last, single)
    trigger = {"id": "t", "node": "n0", "kind": "event", "spec": {"resource": "Item"}}
    return {"nodes": builder.nodes, "connections": builder.links, "triggers": [trigger]}


def behave(node_id: str, config: Mapping[str, Any], inputs: Mapping[str, Any]) -> tuple[str, str | None]:
    """What a node does with its inputs: (value sent on, action). The same always."""
    value = "+".join(str(inputs[port]) for port in sorted(inputs)) + f"/{node_id}"
    if config["kind"] == "branch":
        return value, "left" if sum(map(ord, value)) % 2 else "right"
    if config["kind"] == "loop":
        return value, "again" if value.count(f"/{node_id}") <= config["times"] else "go"
    return value, "completed" if config["kind"] == "person" else None


def outputs_of(node_id: str, config: Mapping[str, Any], value: str) -> dict[str, Any]:
    """What a node puts out on its ports."""
    if config["kind"] != "list":
        return {"value": value}
    return {"value": value, "values": [f"{value}#{number}" for number in range(LONGEST[config["times"] - 1])]}


def spreads(graph: Graph, connection: Connection) -> bool:
    """Whether the elements of a list go on one by one there."""
    return connection.source_port == "values" and graph.by_id[connection.target_node].config["kind"] == "each"


def wiring_of(graph: Graph) -> Wiring:
    """What the node types say, where there are none (``test_chaos`` has them)."""
    return Wiring(spreading=frozenset(c for c in graph.connections if spreads(graph, c)))


def expected(graph: Graph, start: str) -> Counter[str]:
    """Every value that some node must send on, in a world where nothing fails."""
    made: Counter[str] = Counter()
    ports: dict[str, dict[str, Any]] = {}
    todo: list[tuple[str, dict[str, Any]]] = [("n0", {"item": start})]
    while todo:
        node_id, inputs = todo.pop()
        value, action = behave(node_id, graph.by_id[node_id].config, inputs)
        made[value] += 1
        outputs = outputs_of(node_id, graph.by_id[node_id].config, value)
        for c in graph.outgoing(node_id):
            if c.action not in (None, action):
                continue
            sent = outputs[c.source_port]
            for one in sent if spreads(graph, c) else [sent]:
                held = {c.target_port: one}
                if len(graph.connected_ports(c.target_node)) > 1:
                    held = ports.setdefault(c.target_node, {})
                    held[c.target_port] = one
                    if set(held) != graph.connected_ports(c.target_node):
                        continue
                todo.append((c.target_node, dict(held)))
    return made


@dataclass
class Work:
    """A batch in a worker's hands: computed, not yet committed. It may be late, or the worker dead."""

    node_id: str
    token: str
    batch: list[tuple[str, str]]


class House:
    """Cycles, leases and bells in memory. Every random choice is the caller's generator's."""

    def __init__(self, graph: dict[str, Any], cycles: int, rng: random.Random, *, fenced: bool = True) -> None:
        """``fenced`` False: the store forgets to check the lease, and the state machine's own tokens must do."""
        self.graph, self.rng, self.fenced = from_json(graph), rng, fenced
        ids = count(1)
        self.env = Env(self.graph, new_id=lambda: f"e{next(ids)}", wiring=wiring_of(self.graph))
        self.cycles = {f"c{i}": CycleState(f"c{i}") for i in range(cycles)}
        self.where: dict[str, str] = {}
        self.effects: Counter[str] = Counter()
        self.committed: Counter[str] = Counter()
        self.attempts: Counter[str] = Counter()
        self.met: set[str] = set()
        self.bells: list[str] = []
        self.lease: dict[str, str] = {}
        self.hands: list[Work] = []
        self.answers: list[tuple[str, Event]] = []
        self.refused = 0
        for key in self.cycles:
            self.feed(key, Start("n0", {"item": key}, f"start:{key}"))

    def feed(self, cycle: str, event: Event) -> bool:
        """One event, committed with its commands. A model of the database's transaction."""
        self.cycles[cycle], commands = step(self.cycles[cycle], event, self.env)
        for command in commands:
            if isinstance(command, Create):
                assert command.execution.id not in self.where, "an arrival made two executions"
                self.where[command.execution.id] = cycle
            elif isinstance(command, Ring):
                self.bells.append(command.node_id)
            elif isinstance(command, Change) and command.new == "done":
                self.committed[command.execution_id] += 1
        refused = any(isinstance(command, Refused) for command in commands)
        self.refused += refused
        return not refused

    def execution(self, key: str) -> Any:
        return self.cycles[self.where[key]].executions[key]

    def open_at(self, node_id: str, *statuses: str) -> list[str]:
        rows = (e for c in self.cycles.values() for e in c.executions.values())
        return [e.id for e in rows if e.node_id == node_id and e.status in statuses]

    # --- what may happen

    def take(self, node_id: str) -> None:
        """A worker gets the node's lease (the former holder lost it) and claims what is ready or was left running."""
        token = f"{node_id}#{self.rng.random()}"
        self.lease[node_id] = token
        found = self.open_at(node_id, RUNNING) or self.open_at(node_id, READY)
        batch = [key for key in found[: self.rng.randint(1, 4)] if self.feed(self.where[key], Claim(key, token))]
        if batch:
            self.hands.append(Work(node_id, token, [(self.where[key], key) for key in batch]))

    def commit(self, work: Work) -> None:
        """``apply`` with its fencing token: nothing at all when the lease is someone else's."""
        if self.fenced and self.lease.get(work.node_id) != work.token:
            return
        for cycle, key in work.batch:
            self._result(cycle, key, work.token)

    def _result(self, cycle: str, key: str, token: str) -> None:
        e = self.execution(key)
        config = self.graph.by_id[e.node_id].config
        value, action = behave(e.node_id, config, e.arrived)
        self.attempts[key] += e.status == RUNNING and e.token == token
        kind = config["kind"]
        if kind == "fails" and self.attempts[key] < config["times"]:
            self.feed(cycle, Fail(key, token))
        elif kind == "needs" and key not in self.met:
            if self.feed(cycle, Park(key, token, requires=True)):
                self.met.add(key)
                self.answers.append((cycle, Answer(key, {})))
        elif kind == "person":
            if self.feed(cycle, Park(key, token)):
                self.answers.append((cycle, Answer(key, {"value": value}, action)))
        elif self.feed(cycle, Finish(key, token, outputs_of(e.node_id, config, value), action)):
            self.effects[value] += 1

    def answer(self, at: int, *, twice: bool) -> None:
        """An event reaches its listener, sometimes twice."""
        cycle, event = self.answers[at] if twice else self.answers.pop(at)
        assert isinstance(event, Answer)
        if self.feed(cycle, event) and event.outputs:
            self.effects[str(event.outputs["value"])] += 1

    def sweep(self) -> None:
        """Rings what has work, and retries what failed."""
        for cycle, state in self.cycles.items():
            for e in list(state.executions.values()):
                if e.status == "failed":
                    self.feed(cycle, Retry(e.id))
                elif e.status in (READY, RUNNING):
                    self.bells.append(e.node_id)

    def moves(self) -> list[Callable[[], None]]:
        """Everything that could happen now."""
        rng = self.rng
        found: list[Callable[[], None]] = [self.sweep]
        if self.bells:
            found += [lambda: self.take(self.bells.pop(rng.randrange(len(self.bells))))] * 4
            found.append(self.bells.clear)  # every message lost
            found.append(lambda: self.take(rng.choice(self.bells)))  # delivered twice
        if self.hands:
            found += [lambda: self.commit(self.hands.pop(rng.randrange(len(self.hands))))] * 4
            found.append(lambda: self.commit(rng.choice(self.hands)))  # commits twice
            found.append(lambda: self.hands.pop(rng.randrange(len(self.hands))) and None)  # kill -9
        if self.answers:
            found += [lambda: self.answer(rng.randrange(len(self.answers)), twice=False)] * 3
            found.append(lambda: self.answer(rng.randrange(len(self.answers)), twice=True))
        return found

    def run(self, chaos: int) -> None:
        """``chaos`` random moves, then calm: everything is swept, taken, committed and answered until it rests."""
        for _ in range(chaos):
            self.rng.choice(self.moves())()
        for _ in range(10_000):
            if not any(state.counts.open or state.counts.failed for state in self.cycles.values()):
                return
            self.sweep()
            for node_id in {*self.bells}:
                self.take(node_id)
            self.bells.clear()
            while self.hands:
                self.commit(self.hands.pop())
            while self.answers:
                self.answer(0, twice=False)
        stuck = [e for c in self.cycles.values() for e in c.executions.values() if e.status in OPEN]
        raise AssertionError(f"stuck: {stuck}")


def recount(state: CycleState) -> Counter[str]:
    return Counter(e.status for e in state.executions.values())


__all__ = ["KINDS", "WAITING", "House", "behave", "expected", "outputs_of", "random_graph", "recount", "wiring_of"]
