"""Several processes that teach one net: what comes out is what one makes, and none outlives the first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from alp_site.lib.procs import is_alive
from models_registry.ml import load_all
from models_registry.ml.adapters import TrainCancelled, TrainHooks, new_adapter
from models_registry.ml.training import team as room
from models_registry.ml.training.team import ALONE, CALL, PeerLost, Team, gathered
from tests.pure.ml.test_training import SMALL, data_of, labels_of, trained

load_all()
ROOT = Path(__file__).resolve().parents[3]
PAIRS = {"small_cnn": {"batch_size": 4}, "centre_small": {"batch_size": 4}}


def state_of(adapter: Any) -> dict[str, torch.Tensor]:
    return {name: value.float() for name, value in adapter._net.state_dict().items()}


def team_processes(parent: int) -> list[int]:
    """Peers of a process, by the parent they were started with."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if room.PEER.encode() in words and str(parent).encode() in words:
            found.append(int(folder.name))
    return [pid for pid in found if is_alive(pid)]


def gone_within(parent: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while team_processes(parent) and time.monotonic() < until:
        time.sleep(0.05)
    return not team_processes(parent)


# ---- shares


@pytest.mark.parametrize(("count", "sizes"), [(7, [3, 2, 2]), (5, [3, 2, 0]), (3, [3, 0, 0]), (2, [2, 0, 0])])
def test_a_batch_is_shared_so_that_nobody_has_a_single_picture(count: int, sizes: list[int]) -> None:
    batch = np.arange(count)
    shares = [Team(rank, 3).share(batch) for rank in range(3)]
    assert [len(share) for share in shares] == sizes
    np.testing.assert_array_equal(np.concatenate(shares), batch)


def test_alone_a_batch_stays_whole_and_nothing_is_sent() -> None:
    np.testing.assert_array_equal(ALONE.share(np.arange(1)), [0])
    assert ALONE.together([], [0.5]) == ALONE.total([0.5]) == [0.5]
    assert ALONE.told({"a": 1}) == {"a": 1}


# ---- the same result


def without_norms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batch norms stay as they are, as where layers are frozen: their figures do not depend on the batch."""

    def learning(net: torch.nn.Module) -> None:
        net.train()
        for module in net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.eval()

    monkeypatch.setattr("models_registry.ml.training.loop.learning", learning)


FIXED = """
import sys, torch
from pathlib import Path
from models_registry.ml.training import loop, peer
from models_registry.ml.training.loop import learning as usual
def learning(net):
    usual(net)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()
loop.learning = learning
from alp_site.lib.procs import die_with_parent
die_with_parent(int(sys.argv[3]))
peer.follow(Path(sys.argv[1]), int(sys.argv[2]))
"""


@pytest.mark.thorough
@pytest.mark.parametrize("changes", [{}, {"class_weights": "balanced", "accumulate": 2, "label_smoothing": 0.1}])
def test_two_processes_make_of_whole_batches_what_one_makes_where_norms_stay(
    changes: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "still_peer.py").write_text(FIXED)
    monkeypatch.syspath_prepend(str(tmp_path))
    without_norms(monkeypatch)
    monkeypatch.setattr(room, "PEER", "still_peer")
    told: dict[int, list[tuple[str, str, float, float]]] = {1: [], 2: []}
    made = {
        count: trained(
            "small_cnn", tmp_path / str(count), {**changes, "batch_size": 5, "dropout": 0.0}, processes=count,
            on_metric=lambda *sample, count=count: told[count].append(sample),
        )
        for count in (1, 2)
    }  # fmt: skip
    for name, value in state_of(made[1]).items():
        torch.testing.assert_close(state_of(made[2])[name], value, rtol=1e-3, atol=1e-5, msg=name)
    assert [sample[:3] for sample in told[2]] == [sample[:3] for sample in told[1]]
    assert [sample[3] for sample in told[2]] == pytest.approx([sample[3] for sample in told[1]], abs=1e-4)
    start = new_adapter("small_cnn", {**SMALL["small_cnn"], **changes}, labels_of("small_cnn"), 3)
    assert any((value - state_of(made[2])[name]).abs().max() > 1e-3 for name, value in state_of(start).items()), (
        "it has learnt"
    )


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["small_cnn", "centre_small"])
def test_a_team_makes_the_same_twice_and_tells_each_epoch_once(name: str, tmp_path: Path) -> None:
    epochs: dict[str, list[int]] = {"a": [], "b": []}
    made = [
        trained(name, tmp_path / one, PAIRS[name], processes=2, on_epoch=lambda at, _, one=one: epochs[one].append(at))
        for one in epochs
    ]
    first, second = (state_of(adapter) for adapter in made)
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert epochs == {"a": [1, 2, 3], "b": [1, 2, 3]}
    assert team_processes(os.getpid()) == []


# ---- ends


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["small_cnn", "centre_small"])
def test_a_cancelled_team_goes_on_from_its_checkpoint_to_the_same_end(name: str, tmp_path: Path) -> None:
    done: list[int] = []
    with pytest.raises(TrainCancelled):
        trained(
            name, tmp_path / "parts", PAIRS[name], processes=2, on_epoch=lambda at, _: done.append(at),
            cancelled=lambda: bool(done),
        )  # fmt: skip
    assert done == [1]
    assert team_processes(os.getpid()) == []
    parts = state_of(trained(name, tmp_path / "parts", PAIRS[name], processes=2))
    whole = state_of(trained(name, tmp_path / "whole", PAIRS[name], processes=2))
    assert all(torch.equal(parts[key], whole[key]) for key in whole)


@pytest.mark.thorough
def test_no_peer_outlives_a_first_process_that_is_killed_and_its_training_goes_on(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from tests.pure.ml.test_training import trained\n"
        "trained('small_cnn', Path(sys.argv[1]), processes=2,"
        " on_epoch=lambda at, _: (print(at, flush=True), time.sleep(600)))"
    )
    first = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "parts")], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert first.stdout is not None
        assert first.stdout.readline().strip() == b"1"
        assert len(team_processes(first.pid)) == 1
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert gone_within(first.pid, 10)
    paces: list[int] = []
    parts = state_of(trained("small_cnn", tmp_path / "parts", processes=2, on_pace=lambda at, *_: paces.append(at)))
    whole = state_of(trained("small_cnn", tmp_path / "whole", processes=2))
    assert all(torch.equal(parts[key], whole[key]) for key in whole)
    assert paces == [1, 2]  # the first epoch was not learnt again


@pytest.mark.thorough
def test_a_peer_that_dies_ends_the_training_with_a_reason(tmp_path: Path) -> None:
    def kill_it(at: int, _: int) -> None:
        for pid in team_processes(os.getpid()):
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(PeerLost, match="exit status -9"):
        trained("small_cnn", tmp_path, processes=2, on_epoch=kill_it)
    assert not torch.distributed.is_initialized()


def test_a_peer_that_cannot_begin_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PEER", "no_such_module")
    with pytest.raises(PeerLost, match="no_such_module"):
        trained("small_cnn", tmp_path, processes=2)


def test_a_batch_too_small_to_share_is_taught_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PEER", "no_such_module")  # starting one would fail
    adapter = new_adapter("small_cnn", {**SMALL["small_cnn"], "batch_size": 3}, labels_of("small_cnn"), 3)
    hooks = TrainHooks(tmp_path, processes=2)
    with gathered(adapter, adapter._net, data_of("small_cnn"), hooks) as team:  # type: ignore[union-attr]
        assert team == ALONE
    assert not (tmp_path / CALL).exists()
