"""The sweep of people's work, and what takes too long for a request."""

from __future__ import annotations

from alp_site.lib import jobs
from annotation.services import adding, queue

SWEEP_SECONDS = 30


@jobs.handler(adding.ADD_JOB)
def add_many_items(run: jobs.Run) -> None:
    adding.run_add(run)


@jobs.handler(adding.CATCH_UP_JOB)
def catch_up_review(run: jobs.Run) -> None:
    adding.run_catch_up(run)


@jobs.periodic("annotation.leases", SWEEP_SECONDS)
def release_lapsed_leases() -> None:
    """Give pulled items back whose holder went away."""
    queue.release_lapsed()
