"""What every training keeps to: options, warm starts, threads that change nothing, and a death in the middle."""

from __future__ import annotations

import math
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from alp_site.lib.errors import Invalid
from models_registry.ml import fitted, images, load_all
from models_registry.ml.adapters import ShapeData, ShapeSplit, Split, TrainData, TrainHooks, new_adapter
from models_registry.ml.adapters._stored import rows_of_classes
from models_registry.ml.nets.runtime import prepare
from models_registry.ml.training.loop import warm_cosine
from models_registry.ml.training.options import Options, find_rate, freeze, learning, rate_from
from models_registry.ml.training.steps import StepRecipe, StepTrainer
from tests.pure.ml.drawn import LABELS, pictures
from tests.pure.ml.scenes import LABELS as SCENE_LABELS
from tests.pure.ml.scenes import scenes

load_all()

ROOT = Path(__file__).resolve().parents[3]
SMALL: dict[str, dict[str, Any]] = {
    "small_cnn": {"input_size": 32, "width": 8, "epochs": 3, "batch_size": 4, "patience": 0},
    "centre_small": {"input_size": 64, "channels": 8, "width": 16, "steps": 3, "checks": 3, "batch_size": 2},
}


def data_of(name: str) -> Any:
    if name == "small_cnn":
        drawn, labels = pictures(8)
        return TrainData(Split(drawn, labels), Split(drawn[:4], labels[:4]))
    found, shapes = scenes(4)
    return ShapeData(ShapeSplit(found, shapes), ShapeSplit(found[:2], shapes[:2]))


def labels_of(name: str) -> list[str]:
    return LABELS if name == "small_cnn" else SCENE_LABELS


def trained(name: str, folder: Path, changes: Mapping[str, Any] | None = None, **hooks: Any) -> Any:
    """On one thread: sums in another number of threads differ in their last bits, from process to process too."""
    adapter: Any = new_adapter(name, {**SMALL[name], **(changes or {})}, labels_of(name), 3)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        adapter.train(data_of(name), TrainHooks(folder, **hooks))
    finally:
        torch.set_num_threads(threads)
    return adapter


class Line(nn.Module):
    """y = w x, to be fitted to y = 3 x."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.zeros(1))


class LineLearner:
    def __init__(self) -> None:
        self.net: nn.Module = Line()

    def loss(self, samples: np.ndarray[Any, Any], step: int) -> dict[str, Tensor]:
        x = torch.as_tensor(samples, dtype=torch.float32) / 8
        assert isinstance(self.net, Line)
        return {"square": ((self.net.w * x - 3 * x) ** 2).mean()}

    def judge(self) -> dict[str, float]:
        return {}

    def said(self) -> None:
        return None


def line(folder: Path, **changes: Any) -> LineLearner:
    options = Options(**{name: changes.pop(name) for name in ("accumulate", "find_learning_rate") if name in changes})
    values = {"steps": 20, "checks": 1, "patience": 0, "batch_size": 8, "learning_rate": 0.1, "weight_decay": 0.0}
    learner = LineLearner()
    recipe = StepRecipe(**{**values, **changes}, options=options)
    StepTrainer(learner, recipe, TrainHooks(folder), count=8, seed=1, key="k").run()
    return learner


def test_gradients_gathered_over_batches_are_those_of_one_large_batch(tmp_path: Path) -> None:
    whole = line(tmp_path / "whole").net.state_dict()["w"]
    parts = line(tmp_path / "parts", batch_size=4, accumulate=2).net.state_dict()["w"]
    torch.testing.assert_close(parts, whole, rtol=1e-5, atol=1e-6)
    assert abs(float(line(tmp_path / "half", batch_size=4).net.state_dict()["w"]) - float(whole)) > 1e-4


@pytest.mark.parametrize(
    ("name", "shares"), [("small_cnn", (1 / 6, 3 / 6, 5 / 6)), ("centre_small", (0, 1 / 3, 2 / 3))]
)
def test_each_epoch_tells_its_pace_once(name: str, shares: tuple[float, ...], tmp_path: Path) -> None:
    """shares: of the training, where the last step of each epoch begins."""
    told: list[tuple[int, float, float]] = []
    adapter = trained(name, tmp_path, on_pace=lambda *pace: told.append(pace))
    top = adapter.config["learning_rate"]
    assert [epoch for epoch, _, _ in told] == [0, 1, 2]
    assert [rate for _, rate, _ in told] == pytest.approx([top * max(warm_cosine(share), 0.01) for share in shares])
    assert all(speed > 0 for _, _, speed in told)
    told.clear()
    trained(name, tmp_path, on_pace=lambda *pace: told.append(pace))
    assert told == []  # all was trained before: what this process did not do has no pace


@pytest.mark.parametrize("name", ["small_cnn", "centre_small"])
def test_what_is_said_of_each_epoch_is_told_before_its_checkpoint_and_changes_nothing(
    name: str, tmp_path: Path
) -> None:
    told: dict[int, Any] = {}
    order: list[tuple[str, int]] = []

    def said(epoch: int, answers: Any) -> None:
        told[epoch] = answers
        order.append(("said", epoch))
        if order == [("said", 0), ("done", 0), ("said", 1)]:
            raise KeyboardInterrupt  # dies between what it says and its checkpoint

    def done(epochs: int, _total: int) -> None:
        order.append(("done", epochs - 1))

    quiet = trained(name, tmp_path / "quiet")
    with pytest.raises(KeyboardInterrupt):
        trained(name, tmp_path / "told", on_said=said, on_epoch=done)
    order.append(("again", 0))
    adapter = trained(name, tmp_path / "told", on_said=said, on_epoch=done)
    assert adapter.weights_digest() == quiet.weights_digest()
    again = order.index(("again", 0))
    assert order[:again] == [("said", 0), ("done", 0), ("said", 1)]
    assert order[again + 1 :] == [("done", 0), ("said", 1), ("done", 1), ("said", 2), ("done", 2)]
    pictures = data_of(name).validation
    assert [len(answers) for answers in told.values()] == [len(pictures)] * 3
    if name == "small_cnn":
        last = adapter.predict(pictures.images).probs
        best = min(told, key=lambda epoch: float(np.abs(told[epoch] - last).max()))
        np.testing.assert_allclose(told[best], last, atol=1e-5)


def test_epochs_gather_gradients_too(tmp_path: Path) -> None:
    """Eight pictures in batches of four, two together: one step an epoch."""
    adapter = trained("small_cnn", tmp_path, {"accumulate": 2})
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)["state"]["optimiser"]["state"]
    assert {int(one["step"]) for one in state.values()} == {SMALL["small_cnn"]["epochs"]}
    assert adapter.predict(data_of("small_cnn").train.images[:1]).probs.shape == (1, len(LABELS))


def test_the_rate_lies_a_tenth_below_the_lowest_loss() -> None:
    rates = np.geomspace(1e-6, 1.0, 61).tolist()
    losses = [1.0 - 0.9 / (1 + abs(math.log10(rate / 1e-2))) if rate < 0.5 else math.inf for rate in rates]
    found = rate_from(rates, losses)
    assert 5e-4 < found < 4e-3
    assert rate_from(rates, [math.nan]) == 1e-6


def test_a_search_for_the_rate_leaves_the_net_and_says_the_same_again(tmp_path: Path) -> None:
    learner = LineLearner()

    def loss_of(at: int) -> Tensor:
        return learner.loss(np.arange(8), at)["square"]

    first = find_rate(learner.net, loss_of, weight_decay=0.0, seed=1, tries=30)
    assert float(learner.net.state_dict()["w"]) == 0.0
    assert first == find_rate(learner.net, loss_of, weight_decay=0.0, seed=1, tries=30)
    assert 1e-4 < first <= 0.1
    learnt = line(tmp_path, find_learning_rate=True, learning_rate=1e-7, steps=30)
    assert abs(float(learnt.net.state_dict()["w"]) - 3) < 2.9  # with the rate that was given it would not move


@pytest.mark.parametrize("name", SMALL)
def test_frozen_layers_stay_and_the_rest_learns(name: str, tmp_path: Path) -> None:
    before: Any = new_adapter(name, SMALL[name], labels_of(name), 3)
    after = trained(name, tmp_path, {"freeze": 1.0})
    start, end = prepare(before._need_net()).state_dict(), after._need_net().state_dict()
    assert all(torch.equal(start[key], end[key]) for key in start if key.startswith("backbone."))
    assert not all(torch.equal(start[key], end[key]) for key in start if not key.startswith("backbone."))


def test_a_share_of_the_layers_is_frozen_from_the_picture_on() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4))
    assert freeze(net, 0.5) == 2
    assert [p.requires_grad for p in net.parameters()] == [False] * 4 + [True] * 4
    learning(net)
    assert [module.training for module in net] == [False, False, True, True, True]


def test_sixteen_bits_are_for_a_gpu(tmp_path: Path) -> None:
    if torch.cuda.is_available():
        with Options(mixed_precision=True).precision():
            assert (torch.ones(2, 2, device="cuda") @ torch.ones(2, 2, device="cuda")).dtype == torch.bfloat16
        return
    plain, asked = trained("small_cnn", tmp_path / "a"), trained("small_cnn", tmp_path / "b", {"mixed_precision": True})
    assert asked.weights_digest() == plain.weights_digest()


@pytest.mark.parametrize("name", SMALL)
def test_a_warm_start_keeps_what_was_learnt_of_each_label(name: str, tmp_path: Path) -> None:
    base = trained(name, tmp_path)
    labels = [*reversed(base.labels), "new"]
    fresh: Any = new_adapter(name, SMALL[name], labels, 5)
    own = {key: value.clone() for key, value in prepare(fresh._need_net()).state_dict().items()}
    assert fresh.begin_from(base) == len(base.labels)
    got, had = fresh._need_net().state_dict(), base._need_net().state_dict()
    head = "head.weight" if name == "small_cnn" else "head.heat_out.weight"
    assert torch.equal(got[head][:-1], had[head].flip(0))
    assert torch.equal(got[head][-1], own[head][-1])
    assert all(torch.equal(got[key], had[key]) for key in had if had[key].shape == got[key].shape)
    same: Any = new_adapter(name, SMALL[name], base.labels, 5)
    same.begin_from(base)
    prepare(same._need_net())
    assert all(torch.equal(value, had[key]) for key, value in same._need_net().state_dict().items())


def test_a_warm_start_from_another_net_is_refused(tmp_path: Path) -> None:
    base: Any = new_adapter("small_cnn", SMALL["small_cnn"], LABELS, 3)
    wider: Any = new_adapter("small_cnn", {**SMALL["small_cnn"], "width": 16}, LABELS, 3)
    with pytest.raises(Invalid, match="net is another"):
        wider.begin_from(base)
    other: Any = new_adapter("centre_small", SMALL["centre_small"], SCENE_LABELS, 3)
    with pytest.raises(Invalid, match="base model is"):
        other.begin_from(base)


def test_rows_of_classes_are_found_in_every_layout() -> None:
    """Two labels, then three: class scores with a background, boxes class by class, and anchors with classes inside."""
    old, new = ["a", "b"], ["b", "c", "a"]
    values = {
        "cls_score": (torch.tensor([0.0, 1, 2]), torch.tensor([0.0, 2, -1, 1])),
        "bbox_pred": (torch.arange(3).repeat_interleave(4), torch.tensor([0, 2, -1, 1]).repeat_interleave(4)),
        "cls_logits": (torch.tensor([1.0, 2, 1, 2]), torch.tensor([2.0, -1, 1, 2, -1, 1])),
    }
    more = {"cls_score": (5,), "bbox_pred": (20,), "cls_logits": (8,)}
    own = {name: torch.full_like(wanted, -1) for name, (_, wanted) in values.items()}
    for name, rows in rows_of_classes(own, more, len(new)).items():
        given, wanted = values.pop(name)
        assert torch.equal(rows.taken_over(own[name], given, new, old), wanted), name
    assert not values


@pytest.mark.parametrize("name", SMALL)
def test_the_number_of_decoding_threads_changes_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = set()
    for threads in (1, 2, 7):
        monkeypatch.setattr(images, "cpu_count", lambda threads=threads: threads)
        monkeypatch.setattr(fitted, "cpu_count", lambda threads=threads: threads)
        digests.add(trained(name, tmp_path / str(threads)).weights_digest())
    assert len(digests) == 1


CHILD = """
import os, signal, sys
from pathlib import Path
from tests.pure.ml.test_training import trained

def die(done, total):
    os.kill(os.getpid(), signal.SIGKILL)

trained(sys.argv[1], Path(sys.argv[2]), on_epoch=die)
"""


@pytest.mark.thorough
@pytest.mark.parametrize("name", SMALL)
def test_a_training_killed_on_the_way_ends_as_an_undisturbed_one(name: str, tmp_path: Path) -> None:
    """The process dies by SIGKILL after its first checkpoint; the next one goes on from there."""
    whole = trained(name, tmp_path / "whole")
    died = subprocess.run([sys.executable, "-c", CHILD, name, str(tmp_path / "killed")], cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    told: list[int] = []
    resumed = trained(name, tmp_path / "killed", on_epoch=lambda done, total: told.append(done))
    assert told == [1, 2, 3]
    assert resumed.weights_digest() == whole.weights_digest()
