"""The engine alone: 100,000 items through five pass-through nodes, two workers, the events read meanwhile.

On SQLite, or on PostgreSQL when ``DATABASE_URL`` names an empty database. ``BENCH_ITEMS`` and ``BENCH_WORKERS`` change
the sizes. An item's journey is its cycle and five executions; wanted: at most 2 SQL statements an item, those of the
workers and of everything beside them: who starts the cycles, who reads the events for all listeners. Beside it: the
same rows written one step of one item at a time, in one process, before the engine begins.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import number, own_house, report, say
from tests.bench._engine_plain import run_plainly
from tests.bench._engine_worker import NODES, count_statements, register_nodes

ITEMS, WORKERS = number("ITEMS", 100_000), number("WORKERS", 2)
PLAIN = min(ITEMS, 1000)
ROOT = Path(__file__).resolve().parents[2]
WANTED = 2.0


def main() -> None:
    with own_house():
        from alp_site.lib import db

        register_nodes()
        pipeline = make_pipeline()
        db.set_role("worker")  # as `manage.py cluster` does: what reads the events is nobody's save
        counted = count_statements()
        plain = measure_plain(counted)
        counted.statements = 0
        started = time.perf_counter()
        command = [sys.executable, "-m", "tests.bench._engine_worker"]
        workers = [
            subprocess.Popen([*command, str(n), str(pipeline.pk), str(ITEMS)], cwd=ROOT, stdout=subprocess.PIPE)
            for n in range(WORKERS)
        ]
        run_all(pipeline)
        read_events(pipeline, workers)
        spent = time.perf_counter() - started
        told = [json.loads(worker.communicate()[0].splitlines()[-1]) for worker in workers]
        tell(pipeline, spent, told, counted, plain)


@dataclass(frozen=True)
class Plain:
    """The baseline's items a second, and its SQL statements an item."""

    speed: float
    statements: float


def measure_plain(counted: Any) -> Plain:
    from datasets.models import Item

    say(f"{PLAIN} items, one step at a time")
    pipeline = make_pipeline("plain", PLAIN)
    mine = list(Item.objects.filter(dataset__project=pipeline.project_id).values_list("pk", flat=True))
    before = counted.statements
    seconds = run_plainly(pipeline, mine, NODES)
    return Plain(len(mine) / seconds, (counted.statements - before) / len(mine))


def make_pipeline(name: str = "bench", items: int = ITEMS) -> Any:
    """Items that share one picture, and a running pipeline that waits to be given them."""
    from alp_site.people.services import create_project, create_user
    from datasets.services import create_dataset
    from pipelines.services.pipelines import create_pipeline, start_pipeline

    name = f"{name}-{os.getpid()}"
    user = create_user(email=f"{name}@example.org", name="Bench", password="blue-heron-41")
    project = create_project(name=name, user=user)
    make_items(create_dataset(project=project, name="Many", user=user), items)
    nodes = [{"id": f"n{n}", "type": "bench.pass", "config": {}} for n in range(NODES)]
    ends = [(f"n{n}", f"n{n + 1}") for n in range(NODES - 1)]
    graph = {
        "nodes": nodes,
        "connections": [
            {"source": {"node": a, "port": "item"}, "target": {"node": b, "port": "item"}} for a, b in ends
        ],
        "triggers": [{"id": "hand", "node": "n0", "kind": "manual"}],
    }
    return start_pipeline(pipeline=create_pipeline(project=project, name="Five", graph=graph))


def make_items(dataset: Any, count: int) -> None:
    import numpy as np
    from django.utils import timezone

    from alp_site.lib import storage
    from alp_site.lib.db import write
    from alp_site.lib.db_rows import insert_rows
    from datasets.models import Item
    from pipelines.demo.shapes import one

    picture = storage.put_bytes(one("circle", np.random.default_rng(0)))
    say(f"writing {count} item rows")
    moment = timezone.now()
    for start in range(0, count, 5000):
        rows = [
            Item(
                dataset=dataset, filename=f"/many/{n:07d}.png", name=f"{n:07d}.png", dir="/many", mimetype="image/png",
                size=picture.size, width=32, height=32, blob_id=picture.sha256, created_at=moment, updated_at=moment,
            )
            for n in range(start, min(start + 5000, count))
        ]  # fmt: skip
        with write():
            if not start:
                storage.retain({picture.sha256: picture.size}, {picture.sha256: count})
            insert_rows(rows)


def run_all(pipeline: Any) -> None:
    from pipelines.services.firing import run_over

    run_over(pipeline=pipeline, node_id="n0", dql={}, dataset_id=None, user=None, key="bench")


def read_events(pipeline: Any, workers: list[subprocess.Popen[bytes]]) -> None:
    """What the house's dispatcher does, and a word on how far it is. Ends when the workers have."""
    from alp_site.lib import events
    from alp_site.lib.jobs.pulse import DISPATCH_LIMIT, pause_after
    from pipelines.models import CycleCounter

    last = time.monotonic()
    while any(worker.poll() is None for worker in workers):
        time.sleep(pause_after(events.dispatch_pending(DISPATCH_LIMIT)))
        if time.monotonic() - last > 10:
            last = time.monotonic()
            say(f"{CycleCounter.objects.get(pipeline=pipeline).done} of {ITEMS}")
    if any(worker.returncode for worker in workers):
        raise RuntimeError("a worker failed")
    events.dispatch_pending()


def tell(pipeline: Any, spent: float, told: list[dict[str, float]], mine: Any, plain: Plain) -> None:
    from django.db import connection

    from pipelines.models import ConnectionCounter, CycleCounter, NodeCounter

    done = CycleCounter.objects.get(pipeline=pipeline).done
    passed = set(ConnectionCounter.objects.filter(pipeline=pipeline).values_list("passed", flat=True))
    ran = set(NodeCounter.objects.filter(pipeline=pipeline).values_list("done", flat=True))
    if done != ITEMS or passed != {ITEMS} or ran != {ITEMS}:
        raise RuntimeError(f"of {ITEMS} items {done} ended; connections {passed}, nodes {ran}")
    of_workers = sum(part["statements"] for part in told) / ITEMS
    of_reader = mine.statements / ITEMS
    rows = sum(part["executions"] for part in told) / ITEMS
    where = f"{connection.vendor}, {WORKERS} workers, {ITEMS} items, {NODES} nodes"
    speed, statements = ITEMS / spent, of_workers + of_reader
    beside = f"baseline: the same rows, a step at a time, {PLAIN} items in one process"
    report(
        "engine.items_per_second", round(speed, 1), "items/s", baseline=round(plain.speed, 1),
        ratio=round(speed / plain.speed, 2), note=f"{where}; workers' start included; {beside}",
    )  # fmt: skip
    report(
        "engine.statements_per_item", round(statements, 3), "statements", baseline=round(plain.statements, 3),
        ratio=round(statements / plain.statements, 3),
        note=f"of all processes, looking in vain too; an executemany is one; wanted: at most {WANTED:g}",
    )  # fmt: skip
    report("engine.statements_per_item_workers", round(of_workers, 3), "statements", note="their part of it")
    report(
        "engine.statements_per_item_reader", round(of_reader, 3), "statements",
        note="the part of the process that starts the cycles and reads the events for all listeners",
    )  # fmt: skip
    report("engine.rows_per_item", round(rows, 2), "rows", note="of the workers, each row of an executemany as one")
    report("engine.peak_memory", round(max(part["peak"] for part in told), 1), "MiB", note="of a worker")
    mine_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report("engine.peak_memory_reader", round(mine_peak, 1), "MiB", note="of the process that reads the events")
    if statements > WANTED:
        sys.exit(1)


if __name__ == "__main__":
    main()
