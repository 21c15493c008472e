"""Why an event happened: the cycle and pipeline it came from, and how many triggers deep."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    cycle_id: uuid.UUID | None = None
    pipeline_id: uuid.UUID | None = None
    depth: int = 0


NO_CAUSE = Cause()
_current: ContextVar[Cause] = ContextVar("cause", default=NO_CAUSE)


def current_cause() -> Cause:
    return _current.get()


@contextmanager
def cause(*, cycle_id: uuid.UUID | None = None, pipeline_id: uuid.UUID | None = None, depth: int = 0) -> Iterator[None]:
    """Events published inside carry this cause."""
    token = _current.set(Cause(cycle_id, pipeline_id, depth))
    try:
        yield
    finally:
        _current.reset(token)
