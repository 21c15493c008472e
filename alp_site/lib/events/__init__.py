"""The outbox: every change that anyone may react to is a row, written in the transaction that made the change.

``publish`` is the only sender. Readers (``subscribe``) get events in commit order, each once: their cursor moves in the
transaction that does their work. Websockets ``tail`` the same table.
"""

from alp_site.lib.events.cause import Cause, cause, current_cause
from alp_site.lib.events.dispatch import dispatch_pending, subscribe
from alp_site.lib.events.outbox import Event, gathered, held_back, newest, oldest, publish, read, tail
from alp_site.lib.events.types import define, known_types

__all__ = [
    "Cause",
    "Event",
    "cause",
    "current_cause",
    "define",
    "dispatch_pending",
    "gathered",
    "held_back",
    "known_types",
    "newest",
    "oldest",
    "publish",
    "read",
    "subscribe",
    "tail",
]
