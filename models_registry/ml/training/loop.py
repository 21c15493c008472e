"""Training of a whole net: early stopping, best epoch's weights, one checkpoint an epoch, the same result by seed.

Everything random in an epoch (order, augmentation, dropout) is derived from (seed, epoch), so a training that resumes
after epoch k does what the uninterrupted one does from there on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models_registry.ml.adapters.base import TrainCancelled, TrainData, TrainHooks, TrainResult
from models_registry.ml.nets.runtime import device, layout, prepare, seeded, to_input
from models_registry.ml.training import checkpoint
from models_registry.ml.training.augment import Augmentation, augment
from models_registry.ml.training.options import Options, adamw, find_rate, learning
from models_registry.ml.training.pace import Pace
from models_registry.ml.training.pixels import PixelStore
from models_registry.ml.training.team import ALONE, Team
from models_registry.ml.training.weights import class_weights, example_weights

Norm = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True)
class Recipe:
    """How a net is trained; the fields of ``adapters._schema.network_training``."""

    epochs: int
    patience: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    label_smoothing: float
    class_weights: str
    augmentation: Augmentation
    options: Options = field(default_factory=Options)

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Recipe:
        names = (
            "epochs",
            "patience",
            "batch_size",
            "learning_rate",
            "weight_decay",
            "label_smoothing",
            "class_weights",
        )
        pictures = Augmentation(config["flip"], config["crop"], config["colour_jitter"])
        return cls(**{name: config[name] for name in names}, augmentation=pictures, options=Options.of(config))


@dataclass
class Progress:
    """What the next epoch needs to know; the checkpoint holds it."""

    done: int = 0  # epochs finished
    rate: float = 0.0  # the highest learning rate, once it is known
    best_epoch: int = -1
    best_loss: float = math.inf
    best: dict[str, Tensor] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)
    stopped: bool = False


class Trainer:
    """Trains ``net`` in place and leaves the best epoch's weights in it."""

    def __init__(
        self,
        net: nn.Module,
        recipe: Recipe,
        data: TrainData,
        hooks: TrainHooks,
        *,
        size: int,
        norm: Norm,
        classes: int,
        seed: int,
        key: str,
        team: Team = ALONE,
    ) -> None:
        self.net = prepare(net)
        self.team = team
        self.recipe = recipe
        self.hooks = hooks
        self.norm = norm
        self.seed = seed
        self.key = key
        self.train_pixels = PixelStore(data.train.images, size)
        self.validation_pixels = PixelStore(data.validation.images, size)
        self.train_labels = data.train.labels
        self.validation_labels = data.validation.labels
        self.weights = torch.as_tensor(class_weights(data.train.labels, classes, recipe.class_weights), device=device())
        given = example_weights(data.train.weights, len(data.train))
        self.example_weights = None if given is None else torch.as_tensor(given, device=device())
        self.moved = [parameter for parameter in self.net.parameters() if parameter.requires_grad]
        self.optimiser = adamw(self.moved, recipe.learning_rate, recipe.weight_decay)
        self.progress = Progress()
        _set_norm_momentum(self.net, math.ceil(len(self.train_labels) / recipe.batch_size))

    def run(self) -> TrainResult:
        """Trains to the end or to early stopping. Raises TrainCancelled (the last checkpoint is kept)."""
        self.team.begin(self._start, self._state, self._take)
        while not self.progress.stopped and self.progress.done < self.recipe.epochs:
            self._epoch()
        self.team.part()
        self.net.load_state_dict(self.progress.best)
        probs = self._validate()[0] if len(self.validation_labels) else None
        progress = self.progress
        best = progress.history[progress.best_epoch]
        metrics = {name.replace("/", "_"): value for name, value in best.items() if "/" in name}
        return TrainResult(progress.best_epoch, progress.done, metrics, progress.history, probs, progress.stopped)

    def _epoch(self) -> None:
        epoch = self.progress.done
        salt = self.team.salt
        with Pace(self.hooks, epoch, len(self.train_labels), self.optimiser), seeded(self.seed, epoch, *salt):
            row = self._learn(epoch)
        self.team.average_norms(self.net)
        if self.team.leads:
            self._look(epoch, row)
        self.progress.done = epoch + 1
        self.progress.stopped = self.team.says(self.progress.stopped)

    def _look(self, epoch: int, row: dict[str, float]) -> None:
        if len(self.validation_labels):
            probs, loss, accuracy = self._validate()
            row |= {"loss/validation": loss, "accuracy/validation": accuracy}
            self.hooks.on_said(epoch, probs)
        self._judge(epoch, row)
        checkpoint.save(self.hooks.checkpoint_dir, self.key, self._state())
        self._tell(epoch, row)

    def _judge(self, epoch: int, row: dict[str, float]) -> None:
        """Keeps the weights if the validation loss is the lowest so far; without validation the last epoch is kept."""
        progress = self.progress
        loss = row.get("loss/validation", -float(epoch))
        if not math.isfinite(row["loss/train"]):
            raise ArithmeticError(f"The loss is {row['loss/train']} in epoch {epoch}: try a smaller learning rate.")
        if loss < progress.best_loss or progress.best_epoch < 0:
            progress.best_loss, progress.best_epoch = loss, epoch
            progress.best = {name: value.detach().cpu().clone() for name, value in self.net.state_dict().items()}
        progress.history.append(row)
        progress.done = epoch + 1
        progress.stopped = 0 < self.recipe.patience <= epoch - progress.best_epoch

    def _rate(self) -> float:
        if not self.recipe.options.find_learning_rate:
            return self.recipe.learning_rate
        learning(self.net)
        batches = list(self._batches(0))

        def loss_of(at: int) -> Tensor:
            return self._loss(batches[at % len(batches)], at // len(batches))[0]

        return find_rate(self.net, loss_of, weight_decay=self.recipe.weight_decay, seed=self.seed)

    def _learn(self, epoch: int) -> dict[str, float]:
        learning(self.net)
        total, right, seen = 0.0, 0, 0
        batches = list(self._batches(epoch))
        together = self.recipe.options.accumulate
        for step, indices in enumerate(batches):
            if self.team.says(self.hooks.cancelled()):
                raise TrainCancelled(f"Training was cancelled in epoch {epoch}.", epoch=epoch)
            self._set_rate((epoch + step / len(batches)) / self.recipe.epochs)
            first = step - step % together
            if step == first:
                self.optimiser.zero_grad(set_to_none=True)
            gathered = min(together, len(batches) - first)  # the last step of an epoch may have fewer
            own = self.team.share(indices)
            if len(own):
                loss, logits = self._loss(own, epoch)
                loss = loss * self._counted(own, indices)
                (loss / gathered).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
                total += float(loss.detach()) * len(indices)
                right += int((logits.detach().argmax(1).cpu().numpy() == self.train_labels[own]).sum())
            if step == first + gathered - 1:
                self.team.together(self.moved)
                self.optimiser.step()
            seen += len(indices)
        total, hits = self.team.total([total, float(right)])
        return {"loss/train": total / seen, "accuracy/train": hits / seen}

    def _counted(self, own: NDArray[np.int64], batch: NDArray[np.int64]) -> float:
        """By how much the mean loss of a share counts in that of its batch: as its classes weigh."""
        if len(own) == len(batch):
            return 1.0
        mine, whole = (float(self.weights[self.train_labels[rows]].sum()) for rows in (own, batch))
        return mine / whole

    def _loss(self, indices: NDArray[np.int64], epoch: int) -> tuple[Tensor, Tensor]:
        """Of one batch, and its logits."""
        labels = torch.as_tensor(self.train_labels[indices], device=device())
        raw = to_input(self.train_pixels.take(indices), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), device())
        pictures = augment(raw, self.recipe.augmentation, self.seed, epoch, indices)
        with self.recipe.options.precision():
            logits = self.net(self._normalise(pictures))
            return self._cross_entropy(logits, labels, indices), logits

    def _cross_entropy(self, logits: Tensor, labels: Tensor, indices: NDArray[np.int64]) -> Tensor:
        """The mean over a batch, each class and each example with its weight."""
        smoothing = self.recipe.label_smoothing
        if self.example_weights is None:
            return functional.cross_entropy(logits, labels, self.weights, label_smoothing=smoothing)
        each = functional.cross_entropy(logits, labels, self.weights, reduction="none", label_smoothing=smoothing)
        return (each * self.example_weights[indices]).sum() / self.weights[labels].sum()

    def _batches(self, epoch: int) -> Iterator[NDArray[np.int64]]:
        """A new order each epoch. A last batch of one joins the one before: batch norm needs two images."""
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.train_labels))
        size = self.recipe.batch_size
        cuts = list(range(size, len(order), size))
        if cuts and len(order) - cuts[-1] == 1:
            cuts.pop()
        for part in np.split(order, cuts):
            yield part if len(part) > 1 else np.repeat(part, 2)

    def _set_rate(self, share: float) -> None:
        factor = warm_cosine(share)
        for group in self.optimiser.param_groups:
            group["lr"] = self.progress.rate * max(factor, 0.01)

    def _normalise(self, pictures: Tensor) -> Tensor:
        mean, std = (torch.tensor(values, device=pictures.device).view(1, 3, 1, 1) for values in self.norm)
        return ((pictures - mean) / std).contiguous(memory_format=layout())

    @torch.inference_mode()
    def _validate(self) -> tuple[NDArray[np.float32], float, float]:
        """Probabilities, log-loss and accuracy on the validation split."""
        self.net.eval()
        parts = []
        for start in range(0, len(self.validation_labels), 128):
            rows = np.arange(start, min(start + 128, len(self.validation_labels)))
            logits = self.net(to_input(self.validation_pixels.take(rows), *self.norm, device()))
            parts.append(torch.log_softmax(logits.double(), 1).cpu())
        log_probs = torch.cat(parts)
        labels = torch.as_tensor(self.validation_labels)
        loss = float(functional.nll_loss(log_probs, labels))
        accuracy = float((log_probs.argmax(1) == labels).double().mean())
        return log_probs.exp().float().numpy(), loss, accuracy

    def _state(self) -> dict[str, Any]:
        """The best weights are left out when they are the newest: they are in the file already."""
        progress = vars(self.progress).copy()
        if self.progress.best_epoch == self.progress.done - 1:
            progress["best"] = {}
        return {"net": self.net.state_dict(), "optimiser": self.optimiser.state_dict(), "progress": progress}

    def _start(self) -> None:
        self._resume()
        self.progress.rate = self.progress.rate or self._rate()

    def _resume(self) -> None:
        """Goes on from the checkpoint; tells its samples again, as the process may have died before they were
        stored."""
        state = checkpoint.load(self.hooks.checkpoint_dir, self.key)
        if state is None:
            return
        self._take(state)
        for epoch, row in enumerate(self.progress.history):
            self._tell(epoch, row)

    def _take(self, state: dict[str, Any]) -> None:
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.progress = Progress(**state["progress"])
        self.progress.best = self.progress.best or state["net"]

    def _tell(self, epoch: int, row: dict[str, float]) -> None:
        for name, value in row.items():
            figure, legend = name.split("/")
            self.hooks.on_metric(figure, legend, float(epoch), value)
        self.hooks.on_epoch(epoch + 1, self.recipe.epochs)


def warm_cosine(share: float) -> float:
    """Factor of the learning rate after a share of the training: linear warm-up over the first 5 %, then a cosine to
    zero. A function of time alone."""
    warm = 0.05
    return share / warm if share < warm else 0.5 * (1 + math.cos(math.pi * (share - warm) / (1 - warm)))


def _set_norm_momentum(net: nn.Module, steps: int) -> None:
    """Lets batch norms follow the weights within an epoch of few steps; published nets expect thousands (0.01)."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = min(0.5, max(0.1, 3 / steps))
