"""What a picture takes, told apart from what neighbours take."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from models_registry.ml.latency import PASSES, time_passes

SPIN = "print(flush=True)\nwhile True: pass"


def compute(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def work() -> None:
    """The same work each time, some milliseconds of it."""
    sum(i * i for i in range(60_000))


def test_waiting_is_not_the_models_own_time_but_by_the_clock_it_is() -> None:
    def ask(at: int) -> bool:
        compute(0.004)
        time.sleep(0.03)
        return True

    found = time_passes(ask, 3, own=True)
    assert found is not None
    assert (found.by, found.pictures, found.passes) == ("processor", 3, PASSES)
    assert 4 <= found.ms < 15
    assert found.wall_ms >= 34
    served = time_passes(ask, 3, own=False)
    assert served is not None
    assert served.by == "clock"
    assert served.ms == served.wall_ms >= 34


def test_loading_and_one_disturbed_pass_count_nothing_and_the_median_picture_decides() -> None:
    asked: list[int] = []

    def ask(at: int) -> bool:
        slow = not asked or len(asked) == 2  # loading, then a disturbance
        asked.append(at)
        compute(0.2 if slow else (0.002, 0.002, 0.03)[at])
        return True

    found = time_passes(ask, 3, own=True)
    assert found is not None
    assert found.ms < 15
    assert len(asked) == 1 + 3 * PASSES


def test_pictures_that_cannot_be_read_are_left_out() -> None:
    assert time_passes(lambda at: False, 4, own=True) is None
    assert time_passes(lambda at: True, 0, own=True) is None
    found = time_passes(lambda at: at > 1, 4, own=True)
    assert found is not None
    assert found.pictures == 2


@pytest.fixture
def neighbours() -> Iterator[None]:
    """Four busy processes for each core."""
    command = [sys.executable, "-c", SPIN]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4 * (os.cpu_count() or 1))]
    for one in running:
        assert one.stdout is not None
        one.stdout.readline()  # from here on it is busy
    yield
    for one in running:
        one.kill()
        one.communicate()


@pytest.fixture
def alone() -> float:
    found = time_passes(lambda at: work() is None, 9, own=True)
    assert found is not None
    return found.ms


@pytest.mark.serial
def test_neighbours_slow_the_clock_and_hardly_the_processor(alone: float, neighbours: None) -> None:
    found = time_passes(lambda at: work() is None, 9, own=True)
    assert found is not None
    assert found.ms < 2.5 * alone  # by the clock it may be five times as long, or more
    assert found.ms <= found.wall_ms + 0.05
