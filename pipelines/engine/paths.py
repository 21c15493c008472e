"""Which connections an execution's inputs came by, from what its cycle's executions left by. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.engine.graph import Graph


@dataclass(frozen=True)
class Step:
    """One execution of a cycle: what made it and by which connections it left. ``index`` tells apart what its source
    sent to its node; ``made`` and ``ended`` are moments (``ended`` None: it is open)."""

    id: str
    node_id: str
    source: str | None
    taken: Sequence[str] = ()
    index: int = 0
    made: float = 0.0
    ended: float | None = None


@dataclass(frozen=True)
class Way:
    """A value came from the execution ``source`` by ``connection``."""

    connection: str
    source: str


def index_of(key: str) -> int:
    """The index in an arrival's key (``source:node:index``); 0 in other keys."""
    last = key.rpartition(":")[2]
    return int(last) if last.isascii() and last.isdigit() else 0


def came_by(graph: Graph, steps: Sequence[Step]) -> dict[str, tuple[Way, ...]]:
    """Execution id → the ways its values came, one a port, in the order of the ports' names.

    A value that waited at a join came from the last execution that sent one to its port before the join started.
    """
    by_id = {step.id: step for step in steps}
    found: dict[str, tuple[Way, ...]] = {}
    for step in steps:
        source = by_id.get(step.source or "")
        ways: dict[str, Way] = {} if source is None else _from_source(graph, step, source)
        if source is not None and len(graph.connected_ports(step.node_id)) > 1:
            ways = {**_waited(graph, step, steps), **ways}
        found[step.id] = tuple(ways[port] for port in sorted(ways))
    return found


def _waited(graph: Graph, step: Step, steps: Sequence[Step]) -> dict[str, Way]:
    ended = ((other.ended, other) for other in steps if other.ended is not None and other.ended <= step.made)
    last: dict[str, Way] = {}
    for _, other in sorted(ended, key=lambda pair: (pair[0], pair[1].id)):
        for name in other.taken:
            c = graph.connection_by_id.get(name)
            if c is not None and c.target_node == step.node_id:
                last[c.target_port] = Way(name, other.id)
    return last


def _from_source(graph: Graph, step: Step, source: Step) -> dict[str, Way]:
    """Where several connections enter one port they are alternatives, told apart by the arrival's index."""
    by_port: dict[str, list[str]] = {}
    for name in source.taken:
        c = graph.connection_by_id.get(name)
        if c is not None and c.target_node == step.node_id:
            by_port.setdefault(c.target_port, []).append(name)
    return {
        port: Way(names[step.index] if step.index < len(names) else names[0], source.id)
        for port, names in by_port.items()
    }


__all__ = ["Step", "Way", "came_by", "index_of"]
