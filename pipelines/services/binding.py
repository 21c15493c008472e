"""What an execution starts with: its configuration, and the values of its inputs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pipelines.engine.graph import GraphNode
from pipelines.engine.spec import Execution, Node, get_node
from pipelines.engine.validate import config_with_defaults
from pipelines.models import NodeExecution
from pipelines.services.graphs import variables_of

__all__ = ["bound_values", "empty_inputs", "settings_of", "view_of"]


def settings_of(spot: GraphNode) -> dict[str, Any]:
    """The node's configuration with the defaults of its type."""
    return config_with_defaults(get_node(spot.type, spot.version).spec.config_schema, spot.config)


def bound_values(pipeline_id: UUID, spot: GraphNode) -> dict[str, Any]:
    """Values of the inputs that variables and fixed values feed, as they are now. A missing variable binds None."""
    names = {source.variable for source in spot.inputs.values() if source.variable is not None}
    values = {v.name: v.value for v in variables_of(pipeline_id)} if names else {}
    return {
        port: source.fixed if source.variable is None else values.get(source.variable)
        for port, source in spot.inputs.items()
    }


def empty_inputs(node: Node, view: Execution) -> list[str]:
    """Required inputs without a value."""
    required = (port.name for port in node.inputs(view.config) if port.required)
    return [name for name in required if view.inputs.get(name) is None]


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
