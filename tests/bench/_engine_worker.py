"""A worker of the engine's bench, in a process of its own: runs jobs until every cycle ended, counts its statements.

Run as ``python -m tests.bench._engine_worker <number> <pipeline id> <cycles>``; its last line is what it counted.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["Counted", "count_statements", "register_nodes"]

NODES = 5


class Counted:
    """SQL of this process. ``statements``: sent; ``executions``: those of an executemany one by one."""

    def __init__(self) -> None:
        self.statements = self.executions = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        self.executions += len(params) if many and isinstance(params, Sequence) else 1
        return execute(sql, params, many, context)


def count_statements() -> Counted:
    """Counts on every connection this process opens from now on, whatever its thread."""
    from django.db import connection
    from django.db.backends.signals import connection_created

    counted = Counted()

    def watch(sender: Any, connection: Any, **kwargs: Any) -> None:
        if counted not in connection.execute_wrappers:
            connection.execute_wrappers.append(counted)

    connection_created.connect(watch, weak=False)
    if connection.connection is not None:
        watch(None, connection)
    return counted


def register_nodes() -> None:
    """The pass-through node: it sends its item on, and costs nothing itself."""
    from pipelines.engine.spec import Execution, Node, NodeSpec, Outcome, Port, Result, register

    item = (Port("item", "Item"),)

    @register
    class Pass(Node):
        spec = NodeSpec(type="bench.pass", title="Pass", category="Bench", inputs=item, outputs=item, hidden=True)

        def compute(self, ctx: Any, batch: Sequence[Execution]) -> Sequence[Result]:
            return [Outcome(e.id, {"item": e.inputs["item"]}) for e in batch]


def main(number: int, pipeline_id: str, cycles: int) -> None:
    import django

    django.setup()
    register_nodes()
    from alp_site.lib import db, jobs
    from alp_site.lib.models import Job, JobState
    from pipelines.models import CycleCounter

    db.set_role("worker")
    counted = count_statements()
    open_jobs = Job.objects.filter(state=JobState.QUEUED).order_by("id")
    while True:
        ids = list(open_jobs.values_list("pk", flat=True)[:20])
        if ids:
            jobs.run_job(str(ids[number % len(ids)]))
        elif CycleCounter.objects.get(pipeline_id=pipeline_id).done >= cycles:
            break
        else:
            time.sleep(0.02)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"statements": counted.statements, "executions": counted.executions, "peak": peak}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
