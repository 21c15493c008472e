"""Where nets run and how their numbers are made repeatable."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models_registry.ml.images import Batch, ImageSource, decode_batches

Net = TypeVar("Net", bound=nn.Module)
MOST_STREAMS = 4
"""Each holds the activations of a batch."""


# Read when cuBLAS starts: without it the order of its sums, and so their last bits, change from run to run.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


def device() -> torch.device:
    """A CUDA device if there is one, otherwise the CPU."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    _same_every_time()
    return torch.device("cuda")


@cache
def _same_every_time() -> None:
    """A GPU answers and learns as repeatably as it can: a comparison of two versions rests on it, and a training that
    was killed and goes on. float32 is float32, not rounded to TF32; whoever wants speed asks for 16 bits
    (``training.options``)."""
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.allow_tf32 = False
    torch.use_deterministic_algorithms(True, warn_only=True)  # the few operations without such a form stay as they are
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # missing in its stubs
    warnings.filterwarnings("ignore", message=".*does not have a deterministic implementation.*", category=UserWarning)


@contextlib.contextmanager
def seeded(*key: int) -> Iterator[None]:
    """Runs a block with torch's generator seeded from ``key`` and puts the old state back."""
    with torch.random.fork_rng():
        torch.manual_seed(int(np.random.SeedSequence([abs(k) for k in key]).generate_state(1, np.uint64)[0] >> 1))
        yield


def layout() -> torch.memory_format:
    """What convolutions like: channels last on a CPU; on a GPU the plain one, as cuDNN has no quick depthwise
    convolution in float32 with channels last (a step of SSDLite took twice the time on an H100)."""
    return torch.channels_last if device().type == "cpu" else torch.contiguous_format


def to_input(pixels: NDArray[np.uint8], mean: Sequence[float], std: Sequence[float], where: torch.device) -> Tensor:
    """(N, S, S, 3) uint8 -> (N, 3, S, S) float32, (x - mean) / std, in the device's layout; on a CPU without a copy to
    reorder."""
    x = sent(torch.from_numpy(pixels), where).to(torch.float32)
    x.sub_(torch.tensor(mean, device=where)).div_(torch.tensor(std, device=where))
    return x.permute(0, 3, 1, 2).contiguous(memory_format=layout())


def sent(batch: Tensor, where: torch.device) -> Tensor:
    """The batch on the device. A GPU fetches it from pinned memory while this thread goes on; work on it waits in the
    GPU's queue, so nothing else need know."""
    return batch.pin_memory().to(where, non_blocking=True) if where.type == "cuda" else batch.to(where)


def run_batches(
    net: Callable[[Tensor], tuple[Tensor, ...]],
    images: Sequence[ImageSource],
    size: int,
    batch_size: int,
    norm: tuple[Sequence[float], Sequence[float]],
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[NDArray[Any]], dict[int, str]]:
    """Decodes ahead, runs ``net`` on each batch and joins its outputs along the first axis.

    A row whose image could not be read is NaN in every output. An empty sequence gives empty lists.
    """
    where = device()

    @torch.inference_mode()
    def run(batch: Batch) -> tuple[NDArray[Any], ...]:
        outputs = tuple(out.float().cpu().numpy() for out in net(to_input(batch.pixels, *norm, where)))
        for index in batch.errors:
            for output in outputs:
                output[index - batch.start] = np.nan
        return outputs

    parts: list[tuple[NDArray[Any], ...]] = []
    errors: dict[int, str] = {}
    streams = streams_for(-(-len(images) // batch_size))
    decoded = decode_batches(images, size, batch_size, streams=streams)
    for batch, outputs in in_streams(run, decoded, streams):
        parts.append(outputs)
        errors.update(batch.errors)
        if progress is not None:
            progress(batch.start + len(batch.pixels), len(images))
    return [np.concatenate(column) for column in zip(*parts, strict=True)], errors


@contextlib.contextmanager
def one_thread() -> Iterator[bool]:
    """Torch computes with one thread while it lasts; gives whether that is where the nets are, not on a GPU."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield device().type == "cpu"
    finally:
        torch.set_num_threads(threads)


T = TypeVar("T")
R = TypeVar("R")


def streams_for(count: int) -> int:
    """How many of ``count`` pieces are worked on at once: several on a CPU with threads to share among them."""
    return 1 if device().type != "cpu" else min(torch.get_num_threads(), MOST_STREAMS, max(count, 1))


def in_streams(run: Callable[[T], R], work: Iterable[T], streams: int) -> Iterator[tuple[T, R]]:
    """Each piece of ``work`` with what ``run`` makes of it, in order, ``streams`` at a time.

    Threads inside one operation wait for each other at its end, so where other processes take part of a core all cores
    idle. Pieces beside each other, each with its share of the threads, do not wait. Results are those of one piece
    after the other, but for the last bits, which depend on the number of threads.
    """
    threads = torch.get_num_threads()
    if streams == 1:
        for piece in work:
            yield piece, run(piece)
        return
    waiting: deque[tuple[T, Future[R]]] = deque()
    try:
        with ThreadPoolExecutor(streams, "net", torch.set_num_threads, (threads // streams,)) as pool:
            for piece in work:
                waiting.append((piece, pool.submit(run, piece)))
                if len(waiting) > streams:
                    first, done = waiting.popleft()
                    yield first, done.result()
            while waiting:
                first, done = waiting.popleft()
                yield first, done.result()
    finally:
        torch.set_num_threads(threads)


def prepare(net: Net) -> Net:
    """Moves a net to the device, in its layout."""
    return net.to(device()).to(memory_format=layout())
