"""What nodes ask of the graph around them: which datasets their items come from, what follows them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.engine.graph import Graph, GraphNode
from pipelines.engine.spec import Place
from pipelines.engine.validate import place_of

__all__ = ["after", "before", "dataset_of", "source_datasets", "start_dataset"]


def _walk(graph: Graph, node_id: str, *, back: bool) -> Iterator[GraphNode]:
    """Nodes in breadth-first order along (or against) the connections, without the first one."""
    seen, todo = {node_id}, [node_id]
    while todo:
        here = todo.pop(0)
        steps = graph.incoming(here) if back else graph.outgoing(here)
        for connection in steps:
            other = connection.source_node if back else connection.target_node
            if other not in seen:
                seen.add(other)
                todo.append(other)
                node = graph.node(other)
                if node is not None:
                    yield node


def after(graph: Graph, node_id: str) -> Iterator[GraphNode]:
    """What the node leads to, nearest first."""
    return _walk(graph, node_id, back=False)


def before(graph: Graph, node_id: str) -> Iterator[GraphNode]:
    """What leads to the node, nearest first."""
    return _walk(graph, node_id, back=True)


def dataset_of(graph: Graph, node: GraphNode) -> str | None:
    """The dataset a node names by variable or fixed value, as it is now."""
    value = place_of(graph, node).values.get("dataset")
    return value if isinstance(value, str) else None


def source_datasets(graph: Graph, node_id: str) -> list[str]:
    """Datasets of the Dataset nodes upstream, nearest first: where the items that reach this node lie."""
    found = [dataset_of(graph, node) for node in before(graph, node_id) if node.type == "dataset"]
    return list(dict.fromkeys(name for name in found if name))


def start_dataset(place: Place) -> str | None:
    """The dataset of the items at this node: its own ``dataset`` input, else the nearest Dataset node before it."""
    own = place.values.get("dataset")
    if isinstance(own, str):
        return own
    return next(iter(source_datasets(place.graph, place.node.id)), None)
