"""Jobs whose worker is known to be dead need not wait for their lease to lapse.

Only processes of this machine can be looked up. Should the look-up be wrong (two machines of one name), the fencing
token still keeps the one that was robbed from committing.
"""

from __future__ import annotations

import socket

from django.db.models import F

from alp_site.lib import db
from alp_site.lib.jobs.duties import periodic
from alp_site.lib.models import Job, JobState
from alp_site.lib.procs import is_alive


@periodic("jobs.orphans", 2)
def release_orphans(*, spare: frozenset[int] = frozenset()) -> int:
    """Lapse the leases of this machine's dead workers; returns how many.

    A worker that died with the process that started it fell to an outage, not to its job, which gets its attempt
    back; so do the jobs of `spare`, pids that were killed for another's fault. What kills worker after worker is
    still given up.
    """
    here = f"{socket.gethostname()}:"
    held = Job.objects.filter(state=JobState.RUNNING, worker__startswith=here, lease_until__gt=db.clock())
    count = 0
    for pk, token, worker in held.values_list("pk", "token", "worker"):
        pid, parent = (int(part) for part in worker.removeprefix(here).split(":"))
        if is_alive(pid):
            continue
        back = 1 if pid in spare or not is_alive(parent) else 0
        with db.write():
            count += Job.objects.filter(pk=pk, token=token, state=JobState.RUNNING).update(
                lease_until=db.clock(), rung_at=None, attempts=F("attempts") - back
            )
    return count
