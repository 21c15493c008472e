"""Running the house by hand in one process: tests and headless loops."""

from __future__ import annotations

import time

from alp_site.lib import events, jobs
from alp_site.lib.jobs.duties import do_due
from alp_site.lib.models import Job, JobState


def settle(rounds: int = 200, *, duties: bool = True) -> int:
    """Dispatches events, runs queued jobs and duties until nothing moves. Returns the number of things done.

    Raises RuntimeError when it does not come to rest: a loop that feeds itself.
    """
    total = 0
    for _ in range(rounds):
        moved = events.dispatch_pending() + jobs.run_pending()
        total += moved
        if moved:
            continue
        if duties:
            do_due(everything=True)
            moved = events.dispatch_pending() + jobs.run_pending()
            total += moved
        if not moved and not _waited_for_readers():
            return total
    raise RuntimeError(f"did not settle in {rounds} rounds")


def _waited_for_readers(patience: float = 10.0) -> bool:
    """On PostgreSQL another transaction (the server's own analysing of tables, for one) can hide committed events for a
    moment. True when there were such and now they can be read."""
    ends = time.monotonic() + patience
    waited = False
    while events.held_back() and time.monotonic() < ends:
        waited = True
        time.sleep(0.02)
    return waited and not events.held_back()


def failed_jobs() -> list[str]:
    """Kind and error of each failed job, for assertions with a readable message."""
    return [f"{j.kind}: {j.error}\n{j.traceback}" for j in Job.objects.filter(state=JobState.FAILED)]
