"""Weights of examples: what each counts in the gradient of every learner, and that weights of 1 change nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from alp_site.lib.errors import Invalid
from models_registry.ml import load_all
from models_registry.ml.adapters import Split, TrainData, TrainHooks, new_adapter
from models_registry.ml.annotator_weights import annotator_weight, picture_weight
from models_registry.ml.training.augment import Augmentation
from models_registry.ml.training.head import HeadData, HeadRecipe, fit_head
from models_registry.ml.training.loop import Recipe, Trainer
from models_registry.ml.training.steps import StepRecipe, StepTrainer
from models_registry.ml.training.weights import drawn_by_weight, example_weights
from tests.pure.ml.drawn import pictures
from tests.pure.ml.test_training import SMALL, data_of, labels_of

load_all()


def test_a_score_counts_more_the_more_pictures_it_is_of() -> None:
    assert annotator_weight(None, 0, 0.1) == 1.0
    assert annotator_weight(0.0, 1, 0.1) == pytest.approx(5 / 6)
    assert annotator_weight(0.5, 95, 0.1) == pytest.approx(52.5 / 100)
    assert annotator_weight(0.0, 10_000, 0.1) == 0.1
    assert annotator_weight(1.0, 7, 0.1) == 1.0
    assert picture_weight(["ann", "bob", None], {"ann": 0.2, "bob": 0.3}) == pytest.approx(0.5)
    assert picture_weight([], {"ann": 0.2}) == 1.0


def test_weights_have_mean_1_and_equal_ones_are_none() -> None:
    assert example_weights(None, 3) is None
    assert example_weights([0.3, 0.3, 0.3], 3) is None
    weights = example_weights([1.0, 2.0, 3.0], 3)
    assert weights is not None
    np.testing.assert_allclose(weights, [0.5, 1.0, 1.5])
    for wrong in ([1.0, 2.0], [1.0, 0.0, 1.0], [1.0, float("nan"), 1.0]):
        with pytest.raises(Invalid):
            example_weights(wrong, 3)


def test_pictures_are_drawn_as_often_as_their_weights_say() -> None:
    rng = np.random.default_rng(3)
    weights = example_weights(rng.uniform(0.1, 1.0, 37).tolist(), 37)
    assert weights is not None
    counts = np.array(
        [np.bincount(drawn_by_weight(weights, rng.permutation(37), rng), minlength=37) for _ in range(4000)]
    )
    assert (counts.sum(1) == 37).all()
    assert (counts >= np.floor(weights - 1e-4)).all()
    assert (counts <= np.ceil(weights + 1e-4)).all()
    np.testing.assert_allclose(counts.mean(0), weights, atol=0.04)  # five standard errors of a coin


def trainer(folder: Path, weights: list[float] | None) -> Trainer:
    drawn, labels = pictures(6)
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 3))
    recipe = Recipe(1, 0, 6, 1e-3, 0.0, 0.1, "balanced", Augmentation(False, 0.0, 0.0))
    data = TrainData(Split(drawn, labels, None, weights), Split([], labels[:0]))
    size = {"size": 16, "norm": ((0.0,) * 3, (1.0,) * 3), "classes": 3, "seed": 1, "key": "k"}
    return Trainer(net, recipe, data, TrainHooks(folder), **size)  # type: ignore[arg-type]  # a dict of several types


def gradient(one: Trainer, logits: Tensor, indices: Any) -> Tensor:
    logits = logits.clone().requires_grad_(True)
    one._cross_entropy(logits, torch.as_tensor(one.train_labels[indices]), indices).backward()
    assert logits.grad is not None
    return logits.grad


def test_each_example_has_its_part_in_the_gradient_of_a_classifier(tmp_path: Path) -> None:
    given = [1.0, 0.5, 0.25, 1.0, 0.75, 0.1]
    plain, weighed = trainer(tmp_path, None), trainer(tmp_path, given)
    indices = np.array([3, 5, 1, 2])
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    part = torch.tensor(given)[indices] / (sum(given) / 6)
    torch.testing.assert_close(gradient(weighed, logits, indices), gradient(plain, logits, indices) * part[:, None])


def test_each_row_has_its_part_in_a_head(tmp_path: Path) -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=120)
    rows = (np.eye(3)[labels] @ rng.normal(size=(3, 8)) + rng.normal(size=(120, 8))).astype(np.float32)
    weights, penalty = rng.uniform(0.1, 1.0, 120), 1e-2
    data = HeadData(rows, labels, rows[:0], labels[:0], weights.tolist())
    head, _ = fit_head(data, HeadRecipe((penalty,), 0, "none"), 3, TrainHooks(tmp_path / "a"), "k")
    plain, _ = fit_head(
        replace(data, weights=None), HeadRecipe((penalty,), 0, "none"), 3, TrainHooks(tmp_path / "b"), "k"
    )
    centre = rows.mean(0, dtype=np.float64)
    scale = np.sqrt(((rows - centre) ** 2).sum(1).mean())
    known = LogisticRegression(C=1 / (penalty * 120), tol=1e-8, max_iter=5000).fit(
        (rows - centre) / scale, labels, sample_weight=weights / weights.mean()
    )
    test = rng.normal(size=(50, 8)).astype(np.float32)
    said, other = (torch.softmax(torch.from_numpy(test) @ one.weight.T + one.bias, 1).numpy() for one in (head, plain))
    np.testing.assert_allclose(said, known.predict_proba((test - centre) / scale), atol=3e-3)
    assert np.abs(other - said).max() > 1e-2


class Voter(nn.Module):
    """One number, pulled to what each sample says: it comes to rest at their weighted mean."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.zeros(1))


class VoteLearner:
    def __init__(self) -> None:
        self.net: nn.Module = Voter()

    def loss(self, samples: np.ndarray[Any, Any], step: int) -> dict[str, Tensor]:
        assert isinstance(self.net, Voter)
        return {"square": ((self.net.w - torch.as_tensor(samples, dtype=torch.float32)) ** 2).mean()}

    def judge(self) -> dict[str, float]:
        return {}

    def said(self) -> None:
        return None


def rest(folder: Path, weights: list[float] | None) -> float:
    learner = VoteLearner()
    recipe = StepRecipe(steps=400, checks=1, patience=0, batch_size=4, learning_rate=0.05, weight_decay=0.0)
    StepTrainer(learner, recipe, TrainHooks(folder), count=4, seed=2, key="k", weights=weights).run()
    return float(learner.net.state_dict()["w"])


def test_each_picture_has_its_part_in_what_a_detector_learns(tmp_path: Path) -> None:
    """0, 1, 2 and 3 with the weights 1, 1, 1 and 0.2 have the mean 1.125; without weights it is 1.5."""
    assert rest(tmp_path / "plain", None) == pytest.approx(1.5, abs=0.01)
    assert rest(tmp_path / "weighed", [1.0, 1.0, 1.0, 0.2]) == pytest.approx(3.6 / 3.2, abs=0.08)
    assert rest(tmp_path / "alike", [0.2] * 4) == rest(tmp_path / "none", None)


@pytest.mark.parametrize("name", ["small_cnn", "centre_small"])
def test_weights_that_are_all_alike_change_no_bit_and_others_do(name: str, tmp_path: Path) -> None:
    digests = []
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for at, weight in enumerate((None, 1.0, 0.2)):
            data = data_of(name)
            n = len(data.train)
            weights = None if weight is None else [weight if at < 2 else 1.0] + [weight] * (n - 1)
            adapter: Any = new_adapter(name, SMALL[name], labels_of(name), 3)
            adapter.train(replace(data, train=replace(data.train, weights=weights)), TrainHooks(tmp_path / str(at)))
            digests.append(adapter.weights_digest())
    finally:
        torch.set_num_threads(threads)
    assert digests[0] == digests[1]
    assert digests[2] != digests[0]
