"""The sweep of people's work."""

from __future__ import annotations

from alp_site.lib import jobs
from annotation.services import queue

SWEEP_SECONDS = 30


@jobs.periodic("annotation.leases", SWEEP_SECONDS)
def release_lapsed_leases() -> None:
    """Give pulled items back whose holder went away."""
    queue.release_lapsed()
