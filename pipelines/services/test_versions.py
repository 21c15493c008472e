"""Which frozen test set a cycle judges its models on: resolved once, at Create New Model, and remembered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from datasets.models import Dataset, TestSetVersion
from datasets.services.test_sets import resolve_version
from pipelines.engine.graph import Graph
from pipelines.models import Cycle
from pipelines.services.graphs import graph_of, variables_of, with_values

__all__ = ["MEMORY", "graph_of_cycle", "remembered", "resolve"]

MEMORY = "test_set_version"
"""The key in a cycle's memory."""


def graph_of_cycle(cycle_id: str) -> Graph:
    """The graph the cycle runs through, its variables as they are now."""
    cycle = Cycle.objects.only("revision_id", "pipeline_id").get(pk=cycle_id)
    return with_values(graph_of(cycle.revision_id), variables_of(cycle.pipeline_id))


def resolve(*, project_id: str, dataset_id: str, dql: Mapping[str, Any] | None) -> TestSetVersion:
    """The newest version of the test set with this filter; version 1 is published if there is none.

    Joins an open transaction. Raises Invalid for an empty one.
    """
    dataset = Dataset.objects.get(pk=dataset_id, project_id=project_id, deleted_at=None)
    return resolve_version(dataset=dataset, filter=dict(dql or {}))


def remembered(memory: Mapping[str, Any], dataset_id: str | None) -> TestSetVersion | None:
    """What this cycle remembered, if it is a test set of this dataset."""
    known = memory.get(MEMORY)
    if not known:
        return None
    row = TestSetVersion.objects.filter(pk=UUID(known)).select_related("test_set").first()
    if row is None or (dataset_id and str(row.test_set.dataset_id) != dataset_id):
        return None
    return row
