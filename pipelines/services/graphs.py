"""Graphs in and out of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from pipelines.engine.graph import Graph, Variable, from_json, to_json
from pipelines.engine.plan import Wiring
from pipelines.engine.spec import Place
from pipelines.engine.validate import place_of
from pipelines.engine.wiring import read_wiring
from pipelines.models import Pipeline, PipelineRevision
from pipelines.models import Variable as VariableRow

__all__ = [
    "current_graph",
    "draft_differs",
    "graph_of",
    "place_now",
    "revision_graph",
    "variables_of",
    "wiring_of",
    "with_values",
]


@lru_cache(maxsize=512)
def graph_of(revision_id: UUID) -> Graph:
    """The graph of a published revision. Revisions never change, so it is read once a process."""
    return from_json(PipelineRevision.objects.values_list("graph", flat=True).get(pk=revision_id))


@lru_cache(maxsize=512)
def wiring_of(revision_id: UUID) -> Wiring:
    """What the node types say about the connections of a published revision."""
    return read_wiring(graph_of(revision_id))


def variables_of(pipeline_id: UUID) -> tuple[Variable, ...]:
    rows = VariableRow.objects.filter(pipeline_id=pipeline_id).order_by("order", "id")
    return tuple(Variable(row.name, row.type, row.value, row.description) for row in rows)


def with_values(graph: Graph, variables: tuple[Variable, ...]) -> Graph:
    """The graph with the variables as they are now."""
    return replace(graph, variables=variables)


def current_graph(pipeline: Pipeline) -> Graph:
    """The draft with the variables' present values. Raises GraphFormatError."""
    return with_values(from_json(pipeline.draft or {}), variables_of(pipeline.pk))


def revision_graph(revision: PipelineRevision) -> Graph:
    """A revision's graph with the variables it was published with."""
    return from_json({**revision.graph, "variables": revision.variables or []})


def draft_differs(pipeline: Pipeline, draft: Graph, revision: PipelineRevision | None) -> bool:
    """Whether publishing the draft would make a new revision: another graph, or other variables than were declared.
    Values are no part of that, they take effect at once. ``draft``: from ``current_graph``."""
    if revision is None or revision.graph != pipeline.draft:
        return True
    if revision.variables is None:
        return False
    return _declared(revision.variables) != _declared(to_json(draft)["variables"])


def _declared(variables: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return sorted((part["name"], part["type"], part["description"]) for part in variables)


def place_now(pipeline: Pipeline, graph: Graph, node_id: str, values: Mapping[str, Any] | None = None) -> Place | None:
    """Where a node stands, its variables as they are now. None when the graph has no such node."""
    node = graph.node(node_id)
    if node is None:
        return None
    place = place_of(graph, node, project_id=str(pipeline.project_id), pipeline_id=str(pipeline.pk))
    return place if values is None else Place(graph, node, values, place.project_id, place.pipeline_id)
