"""Several processes that teach one net: each learns from its share of every batch, their gradients are summed.

The process that was asked to train is the first of them. It starts the others (``peer``), and it alone judges, keeps
checkpoints and talks to the house; the others build the same adapter of the same data and follow it step by step. All
of them take the same steps, so their weights stay the same to the last bit, and what comes out is what one process
makes of the whole batches, up to the order of sums. Two things are otherwise, as with data-parallel training anywhere:
a batch norm sees the pictures of its own process only (its running figures are averaged before the net is judged), and
a loss that is divided by the number of objects rather than of pictures is divided by those of each share.

NCCL carries what lies on GPUs, Gloo everything else [Li et al., VLDB 2020: data-parallel training].
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import distributed, nn
from torch.nn.modules.batchnorm import _BatchNorm

from alp_site.lib.errors import AlpError
from models_registry.ml.adapters.base import (
    ShapeData,
    ShapeSplit,
    Split,
    TrainCancelled,
    TrainData,
    TrainHooks,
)

CALL, MEETING, READY = "call", "meeting", "ready"  # files of the folder that a team shares
PEER = "models_registry.ml.training.peer"
PATIENCE = timedelta(minutes=30)  # with one that says nothing; the dead are noticed at once, but on GPUs
LOOK_SECONDS = 0.05
DEATH_SECONDS = 2.0  # a connection breaks before the process is seen to be dead
LEAST_SHARE = 2  # pictures: batch norm needs two
TOLD = 2000  # characters of what a peer said last


class PeerLost(AlpError):
    """One of the processes that trained together ended before its time; the last checkpoint is kept."""

    code = "training_peer_lost"
    status = 500


class Followed(Exception):
    """Ends the training of a peer: there is nothing left to follow."""


@dataclass(frozen=True)
class Call:
    """What a peer is started with: what makes the same adapter, and what it learns from."""

    adapter: str
    config: Mapping[str, Any]
    labels: Sequence[str]
    seed: int
    data: TrainData | ShapeData
    size: int
    threads: int
    backend: str


@dataclass(frozen=True)
class PeerHooks(TrainHooks):
    """How a peer trains: it tells nobody anything. folder: that of the team."""

    rank: int = 0
    size: int = 1
    folder: Path = Path()
    backend: str = "gloo"


@dataclass(frozen=True)
class Team:
    """A process's place among ``size``; alone, nothing here does anything."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        return self.rank == 0

    @property
    def salt(self) -> tuple[int, ...]:
        """What keeps a peer's dropout from being that of the first."""
        return () if self.leads else (1000 + self.rank,)

    def share(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """This process's part of a batch; empty where the batch is too small to be shared by all."""
        parts = max(1, min(self.size, len(indices) // LEAST_SHARE))
        return np.array_split(indices, parts)[self.rank] if self.rank < parts else indices[:0]

    def together(self, parameters: Sequence[nn.Parameter], figures: Sequence[float] = ()) -> list[float]:
        """Sums the gradients of all processes in place, in one message, and returns the sums of the figures. What no
        process has a gradient of keeps none."""
        if self.size == 1:
            return list(figures)
        where = parameters[0].device
        has = [parameter.grad is not None for parameter in parameters]
        rest = torch.tensor([*map(float, has), *figures], dtype=torch.float32, device=where)
        grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        flat = torch.cat([*(grad.reshape(-1).float() for grad in grads), rest])
        distributed.all_reduce(flat)
        *sums, counts, said = torch.split(flat, [*(grad.numel() for grad in grads), len(has), len(figures)])
        for parameter, total, count in zip(parameters, sums, counts.tolist(), strict=True):
            if count:
                # In the layout of the parameter: a fused optimiser goes through memory as it lies.
                parameter.grad = torch.empty_like(parameter).copy_(total.view_as(parameter)).detach()
        return [float(value) for value in said.tolist()]

    def total(self, figures: Sequence[float]) -> list[float]:
        """The sums over all processes, float64."""
        if self.size == 1:
            return list(figures)
        sums = torch.tensor(figures, dtype=torch.float64)
        distributed.all_reduce(sums)
        return [float(value) for value in sums.tolist()]

    def says(self, flag: bool) -> bool:
        """What the first process says; the others' flags do not matter."""
        if self.size == 1:
            return flag
        said = torch.tensor([float(flag)])
        distributed.broadcast(said, 0)
        return bool(said.item())

    def told(self, state: dict[str, Any]) -> dict[str, Any]:
        """The first process's tensors and plain values, on the CPU; its own where it is alone."""
        if self.size == 1:
            return state
        buffer = io.BytesIO()
        if self.leads:
            torch.save(state, buffer)
        length = torch.tensor([buffer.tell()])
        distributed.broadcast(length, 0)
        content = torch.zeros(int(length.item()), dtype=torch.uint8)
        if self.leads:
            content = torch.frombuffer(bytearray(buffer.getvalue()), dtype=torch.uint8)
        distributed.broadcast(content, 0)
        if self.leads:
            return state
        found: dict[str, Any] = torch.load(io.BytesIO(content.numpy().tobytes()), map_location="cpu", weights_only=True)
        return found

    def begin(
        self, start: Callable[[], None], state: Callable[[], dict[str, Any]], take: Callable[[dict[str, Any]], None]
    ) -> None:
        """The first process starts, or goes on where it was; the others take the state that it has then."""
        if self.leads:
            start()
        if self.size > 1:
            told = self.told(state())
            if not self.leads:
                take(told)

    def average_norms(self, net: nn.Module) -> None:
        """The running figures of batch norms that learn: the mean over all processes."""
        if self.size == 1:
            return
        for module in net.modules():
            if isinstance(module, _BatchNorm) and module.training:
                for buffer in module.buffers():
                    if buffer.is_floating_point():
                        distributed.all_reduce(buffer)
                        buffer.div_(self.size)

    def part(self) -> None:
        """At the end. Raises Followed in a peer, whose net nobody needs any more."""
        if not self.leads:
            raise Followed


ALONE = Team()


@contextlib.contextmanager
def gathered(adapter: Any, net: nn.Module, data: TrainData | ShapeData, hooks: TrainHooks) -> Iterator[Team]:
    """The team that trains ``net`` as the adapter's configuration says; afterwards its other processes are gone. In a
    peer: the one it belongs to. All begin with the first one's net.

    As many processes as ``hooks.processes`` asks for, fewer where a batch has not two pictures for each. Raises
    PeerLost, TrainCancelled.
    """
    if isinstance(hooks, PeerHooks):
        (hooks.folder / f"{READY}-{hooks.rank}").touch()
        with _joined(hooks.folder, hooks.rank, hooks.size, hooks.backend) as team:
            _same_start(team, net)
            yield team
        return
    size = min(hooks.processes or max(torch.cuda.device_count(), 1), adapter.config["batch_size"] // LEAST_SHARE)
    if size <= 1:
        yield ALONE
        return
    threads = torch.get_num_threads()
    call = Call(
        adapter.info.name,
        adapter.config,
        adapter.labels,
        adapter.seed,
        _taught(data),
        size,
        threads=max(threads // size, 1),
        backend="cpu:gloo,cuda:nccl" if size <= torch.cuda.device_count() else "gloo",
    )
    with tempfile.TemporaryDirectory(prefix="alp-team-") as name, _started(Path(name), call, hooks) as peers:
        torch.set_num_threads(call.threads)
        try:
            with _joined(Path(name), 0, size, call.backend) as team:
                _same_start(team, net)
                yield team
        except RuntimeError as error:  # what torch raises when the other end of a connection is gone
            why = _lost(Path(name), peers, DEATH_SECONDS)
            if why is None:
                raise
            raise PeerLost(f"A process that trained along ended: {why}") from error
        finally:
            torch.set_num_threads(threads)


def _taught(data: TrainData | ShapeData) -> TrainData | ShapeData:
    """What a peer needs: it is never judged, so it reads no validation picture."""
    if isinstance(data, ShapeData):
        return ShapeData(replace(data.train, images=list(data.train.images)), ShapeSplit([], []))
    return TrainData(replace(data.train, images=list(data.train.images)), Split([], np.zeros(0, np.int64)))


def _same_start(team: Team, net: nn.Module) -> None:
    state = team.told({"net": net.state_dict()} if team.leads else {})
    if not team.leads:
        net.load_state_dict(state["net"])


@contextlib.contextmanager
def _started(folder: Path, call: Call, hooks: TrainHooks) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The peers, ready to meet; killed at the end, whatever happens. (They have nothing to lose.) When this process is
    killed, the kernel kills them."""
    (folder / CALL).write_bytes(pickle.dumps(call))
    peers: list[subprocess.Popen[bytes]] = []
    try:
        for rank in range(1, call.size):
            with (folder / f"said-{rank}").open("wb") as said:
                command = [sys.executable, "-m", PEER, str(folder), str(rank), str(os.getpid())]
                peers.append(subprocess.Popen(command, stdout=said, stderr=said, env=_surroundings(rank)))  # noqa: S603
        while not all((folder / f"{READY}-{rank}").exists() for rank in range(1, call.size)):
            if hooks.cancelled():
                raise TrainCancelled("Training was cancelled before it began.", epoch=0)
            why = _lost(folder, peers)
            if why is not None:
                raise PeerLost(f"A process that was to train along ended: {why}")
            time.sleep(LOOK_SECONDS)
        yield peers
    finally:
        for peer in peers:
            peer.kill()
        for peer in peers:
            peer.wait()


def _surroundings(rank: int) -> dict[str, str]:
    """The environment of a peer: our imports, and of several GPUs its own."""
    more = {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}
    if torch.cuda.is_available():
        known = os.environ.get("CUDA_VISIBLE_DEVICES")
        names = known.split(",") if known else [str(at) for at in range(torch.cuda.device_count())]
        more["CUDA_VISIBLE_DEVICES"] = names[rank % len(names)]
    return {**os.environ, **more}


def _lost(folder: Path, peers: Sequence[subprocess.Popen[bytes]], within: float = 0.0) -> str | None:
    """What the first peer that ended said last; None where all are at work, and stay so for ``within`` seconds."""
    until = time.monotonic() + within
    while True:
        for rank, peer in enumerate(peers, 1):
            if peer.poll() is not None:
                said = (folder / f"said-{rank}").read_text(encoding="utf-8", errors="replace").strip()
                return said[-TOLD:] or f"exit status {peer.returncode}"
        if time.monotonic() >= until:
            return None
        time.sleep(LOOK_SECONDS)


@contextlib.contextmanager
def _joined(folder: Path, rank: int, size: int, backend: str) -> Iterator[Team]:
    """The connection with the others, on this machine only."""
    if sys.platform == "linux":
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    distributed.init_process_group(
        backend,
        init_method=(folder / MEETING).as_uri(),
        rank=rank,
        world_size=size,
        timeout=PATIENCE,
    )
    try:
        yield Team(rank, size)
    finally:
        distributed.destroy_process_group()
