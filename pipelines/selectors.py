"""Every read of pipelines worth a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from alp_site.lib.models import Job
from datasets.models import Dataset, Item
from models_registry.models import Model
from pipelines.engine import state as machine
from pipelines.engine.graph import Graph
from pipelines.engine.spec import Node, get_node, node_key, node_types
from pipelines.models import Cycle, CycleCounter, CycleStatus, NodeCounter, NodeExecution, Pipeline, VariableChange

__all__ = [
    "count_cycles",
    "count_failed",
    "count_nodes",
    "get_job_of",
    "list_changes",
    "list_cycles",
    "list_executions",
    "list_node_types",
    "names_of",
    "ports_of",
]


def list_node_types(*, hidden: bool = False) -> list[Node]:
    """Every node type and version, by category and title; the newest version of a type first."""
    nodes = [node for _, node in node_types.items() if hidden or not node.spec.hidden]
    return sorted(nodes, key=lambda n: (n.spec.category, n.spec.title, n.spec.type, -n.spec.version))


def ports_of(graph: Graph) -> dict[str, dict[str, Any]]:
    """Node id → its ports and actions as its configuration makes them; nodes of unknown type or broken
    configuration are left out."""
    found: dict[str, dict[str, Any]] = {}
    for spot in graph.nodes:
        if node_key(spot.type, spot.version) not in node_types:
            continue
        node = get_node(spot.type, spot.version)
        try:
            found[spot.id] = {
                "inputs": [vars(port) for port in node.inputs(spot.config)],
                "outputs": [vars(port) for port in node.outputs(spot.config)],
                "actions": {port: list(names) for port, names in node.actions(spot.config).items()},
            }
        except (KeyError, TypeError, ValueError):  # a draft's configuration may be half done
            continue
    return found


def count_nodes(pipeline_id: UUID) -> dict[str, dict[str, int]]:
    """Node id → executions by status, live."""
    rows = NodeCounter.objects.filter(pipeline_id=pipeline_id).values("node_id", *machine.EXECUTION_STATUSES)
    return {row.pop("node_id"): row for row in rows}


def count_cycles(pipeline_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """Pipeline → cycles by status, live."""
    rows = CycleCounter.objects.filter(pipeline_id__in=list(pipeline_ids)).values("pipeline_id", *CycleStatus.values)
    return {row.pop("pipeline_id"): row for row in rows}


def count_failed(pipeline_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Pipeline → executions that failed and wait for a retry."""
    rows = NodeCounter.objects.filter(pipeline_id__in=list(pipeline_ids)).values("pipeline_id")
    return {row["pipeline_id"]: row["n"] for row in rows.annotate(n=Sum("failed"))}


def list_cycles(pipeline: Pipeline, *, status: str = "", subject: UUID | None = None) -> QuerySet[Cycle]:
    rows = Cycle.objects.filter(pipeline=pipeline)
    if status:
        rows = rows.filter(status=status)
    return rows if subject is None else rows.filter(subject=subject)


def list_executions(pipeline: Pipeline, *, node_id: str = "", status: str = "") -> QuerySet[NodeExecution]:
    rows = NodeExecution.objects.filter(pipeline=pipeline).select_related("cycle")
    if node_id:
        rows = rows.filter(node_id=node_id)
    return rows.filter(status=status) if status else rows


def list_changes(variable_id: UUID) -> QuerySet[VariableChange]:
    return VariableChange.objects.filter(variable_id=variable_id).select_related("user")


def get_job_of(execution: NodeExecution) -> Job | None:
    """The job that holds an execution while it runs: its progress is the execution's."""
    return None if execution.job_id is None else Job.objects.filter(pk=execution.job_id).first()


def names_of(project_id: UUID, values: Iterable[Any]) -> dict[str, str]:
    """What people call the items, datasets and models whose ids occur anywhere in these values. Three queries."""
    ids = set(_ids_in(list(values)))
    if not ids:
        return {}
    items = Item.objects.filter(pk__in=ids, dataset__project_id=project_id).values_list("pk", "filename")
    datasets = Dataset.objects.filter(pk__in=ids, project_id=project_id).values_list("pk", "name")
    models = Model.objects.filter(pk__in=ids, project_id=project_id).values_list("pk", "name")
    return {str(pk): name for rows in (items, datasets, models) for pk, name in rows}


def _ids_in(value: Any) -> Iterable[UUID]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _ids_in(part)
    elif isinstance(value, UUID):
        yield value
    elif isinstance(value, str) and len(value) == 36:
        try:
            yield UUID(value)
        except ValueError:
            return
