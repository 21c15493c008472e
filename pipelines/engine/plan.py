"""What a finished execution sends on, and which starts that makes. Pure.

A node starts when every connected input port has a value in its cycle. What one execution sends to one node arrives
together; where two of its connections enter the same port they are alternatives, each an arrival of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pipelines.engine.graph import Connection, Graph

Passes: TypeAlias = Callable[[Connection, Any], bool]
"""Whether a value satisfies a connection's condition (asked only of connections that have one)."""


@dataclass(frozen=True)
class Arrival:
    """Values that reach ``node`` together. ``index`` tells apart what one execution sends to one node."""

    node: str
    values: Mapping[str, Any]
    index: int = 0


def taken(
    graph: Graph, node_id: str, outputs: Mapping[str, Any], action: str | None, passes: Passes
) -> list[Connection]:
    """Connections that leave the node with these outputs and this action, in the graph's order."""
    return [
        c
        for c in graph.outgoing(node_id)
        if c.source_port in outputs
        and c.action in (None, action)
        and (not c.conditional or passes(c, outputs[c.source_port]))
    ]


def arrivals(
    graph: Graph, node_id: str, outputs: Mapping[str, Any], action: str | None, passes: Passes
) -> tuple[Arrival, ...]:
    """What the nodes after this one receive, one or more arrivals each."""
    by_target: dict[str, dict[str, list[Any]]] = {}
    for c in taken(graph, node_id, outputs, action, passes):
        by_target.setdefault(c.target_node, {}).setdefault(c.target_port, []).append(outputs[c.source_port])
    return tuple(
        Arrival(target, {port: values[index] for port, values in ports.items() if index < len(values)}, index)
        for target, ports in by_target.items()
        for index in range(max(map(len, ports.values())))
    )


def joins(graph: Graph, node_id: str) -> bool:
    """Whether the node waits for more than one port, so that its cycle must keep values until all are there."""
    return len(graph.connected_ports(node_id)) > 1


def missing_ports(graph: Graph, node_id: str, values: Mapping[str, Any]) -> frozenset[str]:
    """Connected ports of the node that have no value yet."""
    return graph.connected_ports(node_id) - set(values)
