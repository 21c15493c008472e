"""What a finished execution sends on, and which starts that makes. Pure.

A node starts when every connected input port has a value in its cycle. What one execution sends to one node arrives
together; where two of its connections enter the same port they are alternatives, each an arrival of its own. So are
the elements of a list that enters a port for one of them (``Wiring.spreading``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pipelines.engine.graph import Connection, Graph

Passes: TypeAlias = Callable[[Connection, Any], bool]
"""Whether a value satisfies a connection's condition (asked only of connections that have one)."""


@dataclass(frozen=True)
class Wiring:
    """What the node types say about a graph's connections: which of them send the elements of a list one by one, and
    which nodes use up what arrived when they start."""

    spreading: frozenset[Connection] = frozenset()
    barriers: frozenset[str] = frozenset()


NO_WIRING: Final = Wiring()


@dataclass(frozen=True)
class Arrival:
    """Values that reach ``node`` together. ``index`` tells apart what one execution sends to one node;
    ``connections`` are the ids of those they came by."""

    node: str
    values: Mapping[str, Any]
    index: int = 0
    connections: tuple[str, ...] = ()


def taken(graph: Graph, node_id: str, outputs: Mapping[str, Any], action: str | None) -> list[Connection]:
    """Connections that leave the node with these outputs and this action, in the graph's order."""
    return [c for c in graph.outgoing(node_id) if c.source_port in outputs and c.action in (None, action)]


def arrivals(
    graph: Graph,
    node_id: str,
    outputs: Mapping[str, Any],
    action: str | None,
    passes: Passes,
    wiring: Wiring = NO_WIRING,
) -> tuple[Arrival, ...]:
    """What the nodes after this one receive, one or more arrivals each."""
    by_target: dict[str, dict[str, list[tuple[str, Any]]]] = {}
    for c in taken(graph, node_id, outputs, action):
        value = outputs[c.source_port]
        sent = value if c in wiring.spreading and isinstance(value, list) else [value]
        passed = [(c.id, part) for part in sent if not c.conditional or passes(c, part)]
        if passed:
            by_target.setdefault(c.target_node, {}).setdefault(c.target_port, []).extend(passed)
    return tuple(
        _arrival(target, {port: ways[index] for port, ways in ports.items() if index < len(ways)}, index)
        for target, ports in by_target.items()
        for index in range(max(map(len, ports.values())))
    )


def _arrival(target: str, together: Mapping[str, tuple[str, Any]], index: int) -> Arrival:
    values = {port: value for port, (_, value) in together.items()}
    return Arrival(target, values, index, tuple(connection for connection, _ in together.values()))


def joins(graph: Graph, node_id: str) -> bool:
    """Whether the node waits for more than one port, so that its cycle must keep values until all are there."""
    return len(graph.connected_ports(node_id)) > 1


def missing_ports(graph: Graph, node_id: str, values: Mapping[str, Any]) -> frozenset[str]:
    """Connected ports of the node that have no value yet."""
    return graph.connected_ports(node_id) - set(values)
