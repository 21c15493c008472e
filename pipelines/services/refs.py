"""Tells the datasets app which cycles an item is in."""

from __future__ import annotations

from collections.abc import Iterable

from datasets.services.refs import RefChange, project_refs
from pipelines.models import OPEN_CYCLES, Cycle

__all__ = ["project_cycles"]


def project_cycles(cycles: Iterable[Cycle]) -> None:
    """Writes the reference of each cycle that has an item: an empty status while it is open. Joins the transaction."""
    changes = [
        RefChange(
            item_id=cycle.subject,
            kind="cycle",
            ref_id=cycle.pk,
            status="" if cycle.status in OPEN_CYCLES else cycle.status,
            pipeline_id=cycle.pipeline_id,
        )
        for cycle in cycles
        if cycle.subject is not None
    ]
    if changes:
        project_refs(changes)
