"""What the node types of a graph say about its connections (``plan.Wiring``). Pure."""

from __future__ import annotations

from pipelines.engine.graph import Connection, Graph
from pipelines.engine.plan import Wiring
from pipelines.engine.ports import spreads
from pipelines.engine.spec import get_node, node_key, node_types

__all__ = ["read_wiring"]


def read_wiring(graph: Graph) -> Wiring:
    """Of a graph that was validated; a node of a type that is gone spreads and holds back nothing."""
    known = {n.id: get_node(n.type, n.version) for n in graph.nodes if node_key(n.type, n.version) in node_types}
    inputs = {key: {p.name: p.type for p in node.inputs(graph.by_id[key].config)} for key, node in known.items()}
    outputs = {key: {p.name: p.type for p in node.outputs(graph.by_id[key].config)} for key, node in known.items()}

    def sends_one_by_one(c: Connection) -> bool:
        given, taken = outputs.get(c.source_node, {}), inputs.get(c.target_node, {})
        ends = given.get(c.source_port), taken.get(c.target_port)
        return ends[0] is not None and ends[1] is not None and spreads(ends[1], ends[0])

    return Wiring(
        spreading=frozenset(c for c in graph.connections if sends_one_by_one(c)),
        barriers=frozenset(key for key, node in known.items() if node.spec.barrier),
    )
