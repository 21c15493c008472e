"""The doorbell's table behind the gate: django-q2's ORM broker, whose small writes must not starve beside bulk work.

Its own statements would find SQLite busy and poll with growing pauses, for seconds while a long firing writes; a worker
would stand idle that long.
"""

from __future__ import annotations

import time
from typing import Any

from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf

from alp_site.lib.db import short_write

__all__ = ["GatedOrm"]


class GatedOrm(ORM):  # type: ignore[misc]  # django-q2 has no types
    """As its parent; takes and deletes messages in turn with everybody who writes."""

    def dequeue(self) -> list[tuple[int, str]] | None:
        """Messages and their keys, or None after a pause when there are none."""
        waiting = self.get_connection().filter(key=self.list_key, lock__lt=timezone.now())
        tasks = list(waiting[: Conf.BULK])  # looked at first without a write: the queue is empty most of the time
        if not tasks:
            time.sleep(Conf.POLL)
            return None
        with short_write():
            rows = self.get_connection()
            return [
                (task.pk, task.payload)
                for task in tasks
                if rows.filter(pk=task.pk, lock=task.lock).update(lock=self.timeout(task))
            ]

    def delete(self, task_id: Any) -> None:
        with short_write():
            super().delete(task_id)
