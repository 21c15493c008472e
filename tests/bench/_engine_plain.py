"""What the engine is compared with: the same rows, written one step of one item at a time, as a task queue with a task
for each step would. No triggers, counters, leases or events: less than the engine does for the same items."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

__all__ = ["run_plainly"]


def run_plainly(pipeline: Any, subjects: Sequence[Any], nodes: int) -> float:
    """Takes each item through ``nodes`` steps: a step is claimed in one transaction and finished in the next, which
    also makes the step after it. Returns the seconds."""
    started = time.perf_counter()
    for subject in subjects:
        _take_through(pipeline, subject, nodes)
    return time.perf_counter() - started


def _take_through(pipeline: Any, subject: Any, nodes: int) -> None:
    from django.utils.timezone import now

    from alp_site.lib.db import write
    from pipelines.models import Cycle, NodeExecution

    with write():
        cycle = Cycle.objects.create(
            pipeline=pipeline, revision_id=pipeline.revision_id, start_node="n0", subject=subject,
            key=f"plain:{subject}", status="running",
        )  # fmt: skip
        step = _step(cycle, 0)
    for number in range(nodes):
        with write():
            NodeExecution.objects.filter(pk=step.pk, status="ready").update(status="running", started_at=now())
        with write():
            outputs = {"item": str(subject)}
            NodeExecution.objects.filter(pk=step.pk).update(status="done", outputs=outputs, finished_at=now())
            if number + 1 < nodes:
                step = _step(cycle, number + 1)
            else:
                Cycle.objects.filter(pk=cycle.pk).update(status="done", finished_at=now())


def _step(cycle: Any, number: int) -> Any:
    from pipelines.models import NodeExecution

    return NodeExecution.objects.create(
        cycle=cycle, pipeline_id=cycle.pipeline_id, revision_id=cycle.revision_id, node_id=f"n{number}",
        key=f"{cycle.pk}:{number}", arrived={"item": str(cycle.subject)},
    )  # fmt: skip
