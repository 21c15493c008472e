"""Batches beside each other: in order, once each, and the threads are given back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from models_registry.ml.nets import runtime
from models_registry.ml.nets.runtime import MOST_STREAMS, in_streams, sent, streams_for


@pytest.fixture(params=[1, 2, 3, 8])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """So many, on a CPU: a GPU is given one batch after the other."""
    monkeypatch.setattr(runtime, "device", lambda: torch.device("cpu"))
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_in_streams_gives_each_piece_with_its_result_in_order(threads: int, count: int) -> None:
    seen: list[int] = []

    def run(piece: int) -> int:
        seen.append(piece)
        return piece * piece

    assert list(in_streams(run, range(count), streams_for(count))) == [(n, n * n) for n in range(count)]
    assert sorted(seen) == list(range(count))
    assert torch.get_num_threads() == threads


def test_in_streams_runs_pieces_beside_each_other_and_shares_the_threads(threads: int) -> None:
    streams = min(threads, MOST_STREAMS)
    together = threading.Barrier(streams)

    def run(piece: int) -> int:
        together.wait(20)  # breaks unless so many are at work at the same time
        return torch.get_num_threads()

    inside = {found for _, found in in_streams(run, range(2 * streams), streams_for(2 * streams))}
    assert inside == {threads // streams}


def test_in_streams_when_one_fails_raises_and_gives_the_threads_back(threads: int) -> None:
    def run(piece: int) -> int:
        if piece == 2:
            raise ValueError("the third")
        return piece

    got = []
    with pytest.raises(ValueError, match="third"):
        for piece, _ in in_streams(run, range(6), streams_for(6)):
            got.append(piece)
    assert got == [0, 1]
    assert torch.get_num_threads() == threads


class Batch:
    """Notes what is asked of a tensor."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def pin_memory(self) -> Batch:
        self.asked.append("pinned")
        return self

    def to(self, where: torch.device, **how: bool) -> Batch:
        self.asked.append((where.type, how))
        return self


def test_a_gpu_fetches_from_pinned_memory_and_a_cpu_has_no_use_for_it() -> None:
    gpu: Any = Batch()
    sent(gpu, torch.device("cuda"))
    assert gpu.asked == ["pinned", ("cuda", {"non_blocking": True})]
    batch = torch.arange(6)
    assert sent(batch, torch.device("cpu")) is batch
