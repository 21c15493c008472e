"""Every read of pipelines worth a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from alp_site.lib.models import Job
from alp_site.people.models import User
from annotation.models import TaskItem
from annotation.permissions import TaskItemPolicy
from datasets.models import Dataset, Item
from models_registry.models import Model
from pipelines.engine import state as machine
from pipelines.engine.graph import Graph
from pipelines.engine.spec import Node, get_node, node_key, node_types
from pipelines.models import (
    OPEN_CYCLES,
    Cycle,
    CycleCounter,
    CycleStatus,
    NodeCounter,
    NodeExecution,
    Pipeline,
    PipelineRevision,
    VariableChange,
)

__all__ = [
    "count_cycles",
    "count_failed",
    "count_nodes",
    "count_open_cycles",
    "get_job_of",
    "list_changes",
    "list_cycles",
    "list_executions",
    "list_gates",
    "list_node_types",
    "list_revisions",
    "names_of",
    "people_waits",
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


def list_revisions(pipeline: Pipeline) -> QuerySet[PipelineRevision]:
    """Without their graphs, which may be large."""
    rows = PipelineRevision.objects.filter(pipeline=pipeline).select_related("published_by")
    return rows.defer("graph", "variables")


def count_open_cycles(revision: PipelineRevision) -> int:
    """Cycles that still run through this revision."""
    rows = Cycle.objects.filter(pipeline_id=revision.pipeline_id, status__in=OPEN_CYCLES)
    return rows.filter(revision=revision).count()


def list_executions(
    pipeline: Pipeline, *, node_id: str = "", status: str = "", action: str = "", code: str = "", loose: bool = False
) -> QuerySet[NodeExecution]:
    """``code``: of the error; ``loose``: only those that left by no connection though there was one to leave by."""
    rows = NodeExecution.objects.filter(pipeline=pipeline).select_related("cycle")
    wanted: dict[str, Any] = {"node_id": node_id, "status": status, "action": action, "error_code": code}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return rows.filter(loose=True) if loose else rows


def list_gates(project_id: UUID, pipeline_id: UUID | None = None) -> QuerySet[NodeExecution]:
    """Executions of a project (or one pipeline) that wait at an approval gate."""
    rows = NodeExecution.objects.filter(
        status=machine.WAITING, wait_key__startswith="approval:", pipeline__project_id=project_id,
        pipeline__deleted_at=None,
    ).select_related("pipeline")  # fmt: skip
    return rows if pipeline_id is None else rows.filter(pipeline_id=pipeline_id)


def people_waits(cycle_ids: Iterable[UUID], user: User) -> dict[UUID, list[dict[str, Any]]]:
    """Cycle → the people's work it waits for: where, in which task, who has it. Two queries. Tasks that the person may
    not see are told by the node's reason alone."""
    rows = NodeExecution.objects.filter(cycle_id__in=list(cycle_ids), status=machine.WAITING).order_by("id")
    waiting = list(rows.values_list("cycle_id", "node_id", "wait_key", "wait_reason"))
    named = {key: _task_item_of(key) for _, _, key, _ in waiting}
    ids = [pk for pk in named.values() if pk]
    seen = TaskItemPolicy().visible_to(user).filter(pk__in=ids).select_related("task", "assignee") if ids else []
    items = {ti.pk: ti for ti in seen}
    found: dict[UUID, list[dict[str, Any]]] = {}
    for cycle_id, node_id, key, reason in waiting:
        pk = named[key]
        work = _work(items[pk]) if pk in items else None
        found.setdefault(cycle_id, []).append({"node_id": node_id, "reason": reason, "work": work})
    return found


def _task_item_of(wait_key: str) -> UUID | None:
    kind, _, rest = wait_key.partition(":")
    return UUID(rest) if kind == "task_item" else None


def _work(ti: TaskItem) -> dict[str, Any]:
    person = {"id": str(ti.assignee.pk), "name": ti.assignee.name} if ti.assignee else None
    return {
        "task": str(ti.task_id),
        "task_item": str(ti.pk),
        "name": ti.task.name,
        "kind": ti.task.kind,
        "person": person,
        "with_annotator": ti.held_back_at is not None,
        "since": ti.created_at,
    }


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
