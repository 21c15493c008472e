"""Duties one process of the house does for all, now and then: sweeps, due crons, rounds."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

log = logging.getLogger(__name__)
F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class _Duty:
    name: str
    seconds: float
    fn: Callable[[], object]
    last: float = 0.0


_duties: dict[str, _Duty] = {}


def periodic(name: str, seconds: float) -> Callable[[F], F]:
    """Declares a function to be called about every ``seconds`` in one process of the house. It must converge."""

    def register(fn: F) -> F:
        _duties[name] = _Duty(name, seconds, fn)
        return fn

    return register


def do_due(now: float | None = None, *, everything: bool = False) -> int:
    """Calls what is due (or everything, in tests); a failing duty is logged and tried again next time."""
    moment = time.monotonic() if now is None else now
    count = 0
    for duty in list(_duties.values()):
        if not everything and moment - duty.last < duty.seconds:
            continue
        duty.last = moment
        count += 1
        try:
            duty.fn()
        except Exception:
            if everything:
                raise
            log.exception("duty %s failed", duty.name)
    return count
