"""Executions of one node that are computed together, and how many of them one transaction takes."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from alp_site.lib import db
from pipelines.engine.graph import GraphNode
from pipelines.engine.spec import Execution, Node, NodeError, Result
from pipelines.models import NodeExecution, Pipeline
from pipelines.services.facade import NodeTx, WorkerCtx

__all__ = ["Batch", "Computed", "apply_rows", "claim_rows"]


@dataclass
class Batch:
    """Executions of one node, one revision, held by this worker.

    ``rows`` are they as the claim wrote them. Nobody else changes an execution that runs under this worker's token
    without taking the status or the token away, so one that is still held need not be read again.
    """

    pipeline: Pipeline
    revision_id: UUID
    spot: GraphNode
    node: Node
    views: list[Execution]
    failed: list[NodeError]
    rows: dict[str, NodeExecution]

    @property
    def size(self) -> int:
        return len(self.views) + len(self.failed)

    @property
    def full(self) -> bool:
        """Whether no more may join."""
        return self.was_lost or self.size >= self.node.spec.batch

    def joined(self, more: Batch) -> Batch:
        self.views += more.views
        self.failed += more.failed
        self.rows |= more.rows
        return self

    @property
    def was_lost(self) -> bool:
        """Whether a worker died while it held one of these."""
        return any(row.losses for row in self.rows.values())

    def tx(self) -> NodeTx:
        return NodeTx(str(self.pipeline.project_id), str(self.pipeline.pk), self.spot.id)


@dataclass(frozen=True)
class Computed:
    """What ``compute`` said of a batch, and what it logged meanwhile."""

    results: list[Result]
    ctx: WorkerCtx


def claim_rows() -> int:
    """Executions a claim takes at most. It does less for each than an apply."""
    return 2 * apply_rows()


def apply_rows() -> int:
    """Executions an apply transaction takes at most: few on SQLite, where a write holds everybody up."""
    return min(db.bulk_size_now(), 256)
