"""Which pipelines hold a model: in a variable, which nodes read, or written into a node itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from pipelines.models import Pipeline, Variable

__all__ = ["uses_of_model"]


def uses_of_model(pipelines: QuerySet[Pipeline], model_id: UUID) -> list[dict[str, Any]]:
    """``[{"pipeline": {"id", "name"}, "status", "variables": [names], "nodes": [titles]}]`` of those pipelines that
    hold the model, by name. Two queries."""
    wanted = str(model_id)
    rows = list(pipelines.order_by("name", "id"))
    held: dict[UUID, list[str]] = {}
    for variable in Variable.objects.filter(pipeline__in=rows).order_by("order", "id"):
        if variable.value == wanted:
            held.setdefault(variable.pipeline_id, []).append(variable.name)
    found = []
    for row in rows:
        nodes = [
            str(node.get("title") or node["id"])
            for node in row.draft.get("nodes", [])
            if _holds(node.get("config"), wanted)
        ]
        variables = held.get(row.pk, [])
        if variables or nodes:
            named = {"id": str(row.pk), "name": row.name}
            found.append({"pipeline": named, "status": row.status, "variables": variables, "nodes": nodes})
    return found


def _holds(value: Any, wanted: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(one, wanted) for one in value.values())
    if isinstance(value, list):
        return any(_holds(one, wanted) for one in value)
    return bool(value == wanted)
