"""django-q2's cluster under our rules: nothing survives its parent, and a killed worker cannot block the others.

A worker killed while it waits for work takes the lock of the shared queue to its grave: its fellows and its successor
would wait for ever. So the sentinel answers a sudden death by ending the whole pool, and the cluster ends with it;
whoever started it (`manage.py up`, systemd) starts a fresh one. The jobs come back through their rows.
"""

from __future__ import annotations

import logging
import os
import uuid
from multiprocessing import Event
from multiprocessing.process import BaseProcess

from django import db
from django_q.cluster import Cluster, Sentinel, get_mp_context

from alp_site.lib.jobs.orphans import release_orphans

log = logging.getLogger(__name__)

TIMED_OUT, RECYCLED = 0, -2  # what django-q2 leaves in a worker's timer
SUDDEN_DEATH = 70  # exit code: start me again


class GuardedSentinel(Sentinel):
    """Ends the pool when one of its processes dies unasked."""

    def reincarnate(self, process: BaseProcess) -> None:
        timer = getattr(process, "timer", None)
        if timer is not None and int(timer.value) in {TIMED_OUT, RECYCLED}:
            super().reincarnate(process)
            return
        log.error("process %s of the cluster died (exit code %s): starting afresh", process.pid, process.exitcode)
        innocent = [worker for worker in self.pool if worker is not process]
        for other in [*innocent, self.monitor, self.pusher]:
            other.kill()
            other.join()
        process.join()
        release_orphans(spare=frozenset(worker.pid for worker in innocent if worker.pid))
        os._exit(SUDDEN_DEATH)


class GuardedCluster(Cluster):
    """Starts the guarded sentinel; the rest is django-q2's."""

    def start(self) -> int:
        self.stop_event, self.start_event = Event(), Event()
        db.connections.close_all()  # a connection must not cross the fork
        self.sentinel = get_mp_context().Process(
            target=GuardedSentinel,
            name=f"sentinel-{uuid.uuid4().hex}",
            args=(self.stop_event, self.start_event, self.cluster_id, self.broker, self.timeout),
        )
        self.sentinel.start()
        return int(self.pid)

    def wait(self) -> int:
        """Until the sentinel is gone; its exit code, 0 after an orderly stop."""
        while self.sentinel.is_alive():
            self.sentinel.join(1)
        return int(self.sentinel.exitcode or 0)
