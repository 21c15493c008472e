"""The pulse: a thread in every cluster and web process. One of them, by a lease on a row, dispatches events and does
the duties; when it dies another takes over. If every queued message were lost, the sweep would ring again."""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timedelta

from django.db import close_old_connections, connection
from django.db.models import Q
from django.utils import timezone

from alp_site.lib import db, events
from alp_site.lib.events.dispatch import forget_positions
from alp_site.lib.jobs.duties import do_due
from alp_site.lib.jobs.run import worker_name
from alp_site.lib.models import Duty, Heartbeat

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=12)
RENEW_SECONDS = 4.0
IDLE_SECONDS = 0.15
BUSY_SECONDS = 0.05  # a look costs as much for one event as for many: let some gather
DISPATCH_LIMIT = 2000
WAIT_SECONDS = 2.0
BEAT_SECONDS = 10.0


def pause_after(handled: int) -> float:
    """Seconds until the next look at the outbox, after one that handled so many events."""
    return 0.0 if handled >= DISPATCH_LIMIT else BUSY_SECONDS if handled else IDLE_SECONDS


class Pulse(threading.Thread):
    """Start one a process with ``start()``. ``patience``: seconds a web process leaves the duty to the clusters."""

    def __init__(self, role: str, queue: str = "", patience: float = 0.0) -> None:
        super().__init__(name="pulse", daemon=True)
        self.role, self.queue, self.patience = role, queue, patience
        self.holder = f"{worker_name()}:{role}"
        self._halt = threading.Event()
        self._held_until = 0.0
        self._renew_at = 0.0
        self._beat_at = 0.0
        self._since = timezone.now()

    def run(self) -> None:
        if self._halt.wait(self.patience):
            return
        while not self._halt.is_set():
            wait = WAIT_SECONDS
            try:
                close_old_connections()
                self._beat()
                if self._hold():
                    wait = pause_after(events.dispatch_pending(DISPATCH_LIMIT))
                    do_due()
            except Exception:  # the pulse must outlive a database that is away for a moment
                log.exception("pulse")
                connection.close()
            self._halt.wait(wait)
        self._let_go()
        connection.close()

    def stop(self) -> None:
        self._halt.set()

    def _hold(self) -> bool:
        now = time.monotonic()
        if now < self._renew_at and now < self._held_until:
            return True
        had = now < self._held_until
        until = db.clock() + LEASE
        free = Q(holder=self.holder) | Q(until__lt=db.clock())
        if not Duty.objects.filter(free, name="pulse").exists():
            if Duty.objects.filter(name="pulse").exists():
                _cut(until)
                return False
            Duty.objects.bulk_create([Duty(name="pulse")], ignore_conflicts=True)
        with db.write():
            took = Duty.objects.filter(free, name="pulse").update(holder=self.holder, until=until)
        if took:
            if not had:
                forget_positions()
            self._held_until = now + LEASE.total_seconds() - 2
            self._renew_at = now + RENEW_SECONDS
        return bool(took)

    def _beat(self) -> None:
        now = time.monotonic()
        if now < self._beat_at:
            return
        self._beat_at = now + BEAT_SECONDS
        with db.write():
            Heartbeat.objects.update_or_create(
                name=self.holder,
                defaults={
                    "role": self.role,
                    "queue": self.queue,
                    "started_at": self._since,
                    "seen_at": timezone.now(),
                },
            )

    def _let_go(self) -> None:
        try:
            with db.write():
                Duty.objects.filter(name="pulse", holder=self.holder).update(until=timezone.now())
                Heartbeat.objects.filter(name=self.holder).delete()
        except Exception:
            log.warning("could not give the pulse back", exc_info=True)


def _cut(until: datetime) -> None:
    """A hold that reaches further than any may was written by a clock that ran ahead: a dead process would have the
    pulse until then. A live one renews it sooner than it lapses."""
    held = Duty.objects.filter(name="pulse", until__gt=until + LEASE)
    if held.exists():
        with db.write():
            held.update(until=until)


def start(role: str, queue: str = "") -> Pulse:
    """Starts the thread; a web process waits a while so that a cluster, which has no one to keep waiting, gets it."""
    pulse = Pulse(role, queue, patience=6.0 if role == "web" else 0.0)
    pulse.start()
    return pulse
