"""`manage.py cluster --name default|ml`: one cluster of workers, with the pulse that keeps the house going."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from alp_site.env import ENV
from alp_site.lib import db
from alp_site.lib.procs import collect_seldom, die_with_starter, guard_forks

QUEUE_VARIABLE = "Q_CLUSTER_NAME"  # django-q2 reads it while it is imported
KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(4 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(8 << 30),
    "MALLOC_ARENA_MAX": "1",  # the heaps of other threads hold nothing so large
}
SWITCH_SECONDS = 0.0001
"""Each operation of a net ends by asking for the interpreter. A thread that writes rows meanwhile would keep it 5 ms
each time, and the cores would stand still so long."""
NICENESS = {"default": 5, "ml": 10}  # people's requests come before background work


class Command(BaseCommand):
    help = "Runs the workers of one queue until it is told to stop (SIGTERM, Ctrl-C)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", default="default", help="the queue: default or ml")

    def handle(self, *args: Any, **options: Any) -> None:
        name: str = options["name"]
        queues: dict[str, Any] = settings.Q_CLUSTER
        if name not in {queues["name"], *queues["ALT_CLUSTERS"]}:
            raise CommandError(f"There is no queue {name!r}.")
        if os.environ.get(QUEUE_VARIABLE) != name:
            environment = {**os.environ, QUEUE_VARIABLE: name, **numeric_environment(name)}
            os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606  ourselves again
        die_with_starter()
        guard_forks()
        db.set_role("worker")
        os.nice(NICENESS.get(name, 0))
        if name == "ml":
            sys.setswitchinterval(SWITCH_SECONDS)
        raise SystemExit(run(name))


def numeric_environment(name: str) -> dict[str, str]:
    """What numeric libraries go by. Threads: all cores for `ml` unless told, one for the others.

    Nets allocate the same large arrays batch after batch. glibc gives arrays of such a size back to the kernel at once
    and has every page of the next zeroed again, a third of a small net's time; `ml` keeps them.
    """
    count = (ENV.ml_threads or os.cpu_count() or 1) if name == "ml" else 1
    threads = {"OMP_NUM_THREADS": str(count), "MKL_NUM_THREADS": str(count)}
    return threads | KEEP_MEMORY if name == "ml" else threads


def run(name: str) -> int:
    """Workers first, threads after: a fork must not copy a running thread's locks."""
    from alp_site.lib.cluster import GuardedCluster
    from alp_site.lib.jobs import pulse

    collect_seldom()
    cluster = GuardedCluster()
    cluster.start()
    beat = pulse.start("cluster", name)
    code = cluster.wait()
    beat.stop()
    beat.join(5)
    return code
