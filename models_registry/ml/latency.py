"""How long a model takes for one picture alone, whoever else uses the machine meanwhile.

A clock on the wall counts what neighbours take: a picture that takes 18 ms on a quiet machine took 790 ms beside twelve
busy processes, and a budget held against that would refuse a good model by its hour, not by its speed. So:

- a picture is asked about with **one computing thread**, several times; nothing is loaded on the clock (the first pass
  is not counted). With one thread the process either computes or waits, so that its **processor time** is what the
  picture takes when nobody is in the way; with several, threads that spin while they wait for each other would be
  counted as work. It is also what a picture takes in a house that answers several at once, a core each.
- of the passes over a picture the **least** counts: all that disturbs (a cold cache, a neighbour on the same core)
  only adds. Over the pictures it is the median.
- where the work is not this process's own (a GPU's, a model server's) processor time says nothing: the clock counts,
  again the least of the passes.

Both are kept: by the clock and by the processor they differ by how busy the machine was. What is left of neighbours is
their share of caches and of memory: of a large net some per cent, of a very small one a third, never multiples.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Literal

__all__ = ["ENOUGH", "PASSES", "Latency", "time_passes"]

PASSES = 3
ENOUGH = 20.0
"""Seconds after which no further pass over the pictures is begun."""


@dataclass(frozen=True)
class Latency:
    """Milliseconds that one picture takes. wall_ms: by the clock. by: what ``ms`` is told by. passes: of each one."""

    ms: float
    wall_ms: float
    by: Literal["processor", "clock"]
    pictures: int
    passes: int


def time_passes(ask: Callable[[int], bool], count: int, *, own: bool) -> Latency | None:
    """ask(i): has the model look at picture i, alone; whether it could be read. own: whether this process does the
    work. None where no picture can be read."""
    wall: dict[int, float] = {}
    processor: dict[int, float] = {}
    began, passes = time.perf_counter(), 0
    if count:
        ask(0)
    while passes < PASSES and (not passes or (wall and time.perf_counter() - began < ENOUGH)):
        for at in range(count):
            clock, used = time.perf_counter(), time.process_time()
            read = ask(at)
            used, clock = time.process_time() - used, time.perf_counter() - clock
            if read:
                wall[at] = min(clock, wall.get(at, clock))
                processor[at] = min(used, processor.get(at, used))
        passes += 1
    if not wall:
        return None
    clock_ms, processor_ms = (round(1000 * median(found.values()), 2) for found in (wall, processor))
    return Latency(processor_ms if own else clock_ms, clock_ms, "processor" if own else "clock", len(wall), passes)
