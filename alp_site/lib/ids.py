"""One source of ids: UUIDv7 (RFC 9562 §5.7), monotonic within a process.

The 12 bits of ``rand_a`` count within a millisecond (method 1 of §6.2), so ids made one after another in a process sort
in the order they were made. Between processes and machines the order is only to the millisecond: good for paging, never
a change cursor.
"""

from __future__ import annotations

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last_ms = 0
_counter = 0
MAX_AHEAD_MS = 5 * 60 * 1000


def uuid7() -> uuid.UUID:
    """A new UUIDv7; greater than every one this process made before."""
    global _last_ms, _counter  # noqa: PLW0603  one clock a process
    with _lock:
        now = time.time_ns() // 1_000_000
        if now > _last_ms:
            _last_ms, _counter = now, int.from_bytes(os.urandom(2)) & 0x3FF
        else:
            _counter += 1
            if _counter > 0xFFF:  # more than 3,000 in a millisecond: borrow from the next one
                _last_ms, _counter = _last_ms + 1, 0
        ms, count = _last_ms, _counter
    value = (ms & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | count << 64 | 0b10 << 62
    return uuid.UUID(int=value | int.from_bytes(os.urandom(8)) & 0x3FFFFFFFFFFFFFFF)


def milliseconds(value: uuid.UUID) -> int:
    """The Unix time in milliseconds that a UUIDv7 carries."""
    return value.int >> 80


def is_acceptable(value: uuid.UUID) -> bool:
    """Whether a client-made id is a UUIDv7 no more than five minutes ahead of our clock."""
    return value.version == 7 and milliseconds(value) <= time.time_ns() // 1_000_000 + MAX_AHEAD_MS
