"""Background work. The ``Job`` row is the truth, django-q only rings a worker; this package is its only door.

A handler may run twice (a dead worker's job is claimed again) and must converge. Everything it writes goes through
``run.commit()``, which checks the fencing token first: a worker that lost its lease can no longer commit.
"""

from alp_site.lib.jobs.core import enqueue, handler, request_cancel
from alp_site.lib.jobs.duties import periodic
from alp_site.lib.jobs.run import LostLease, Run, run_job, run_pending

__all__ = [
    "LostLease",
    "Run",
    "enqueue",
    "handler",
    "periodic",
    "request_cancel",
    "run_job",
    "run_pending",
]
