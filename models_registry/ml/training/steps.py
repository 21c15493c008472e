"""Training that counts steps, for whatever can say a loss of a batch and judge itself: detectors, segmenters, points.

With few labels an epoch is a handful of steps, so the length is given in steps; ``checks`` times on the way the net is
judged on the validation pictures and a checkpoint is written. Like ``training.loop``: everything random is derived from
(seed, step), so a training that resumes ends as the uninterrupted one does, and the best check's weights are kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models_registry.ml.adapters.base import TrainCancelled, TrainHooks, TrainResult
from models_registry.ml.nets.runtime import seeded
from models_registry.ml.shapes import Shape
from models_registry.ml.training import checkpoint
from models_registry.ml.training.loop import warm_cosine
from models_registry.ml.training.options import Options, adamw, find_rate
from models_registry.ml.training.pace import Pace
from models_registry.ml.training.team import ALONE, Team
from models_registry.ml.training.weights import drawn_by_weight, example_weights


class Learner(Protocol):
    """net: what is trained; only its parameters that require a gradient are stepped, its whole state is kept."""

    net: nn.Module

    def loss(self, samples: NDArray[np.int64], step: int) -> dict[str, Tensor]:
        """Parts to be summed, of training pictures by index; may contain one twice. ``step`` decides augmentation."""

    def judge(self) -> dict[str, float]:
        """Figures on the validation pictures, e.g. {"map_50/validation": 0.4}; {} without any. The first decides which
        weights are kept: higher is better."""

    def said(self) -> Sequence[Sequence[Shape]] | None:
        """What it was last judged by: its shapes on each validation picture; None where it was not."""


class Answers(Protocol):
    """What a net says of the validation pictures, and how good that is; ``said`` as ``Learner`` has it."""

    said: Sequence[Sequence[Shape]] | None

    def figures(self) -> dict[str, float]: ...


class JudgedLearner:
    """What learners share that are judged by what their net says."""

    net: nn.Module
    quality: Answers

    def judge(self) -> dict[str, float]:
        self.net.eval()
        return self.quality.figures()

    def said(self) -> Sequence[Sequence[Shape]] | None:
        return self.quality.said


@dataclass(frozen=True)
class StepRecipe:
    """The fields of ``adapters._schema.step_training``."""

    steps: int
    checks: int
    patience: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    options: Options = field(default_factory=Options)

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> StepRecipe:
        names = ("steps", "checks", "patience", "batch_size", "learning_rate", "weight_decay")
        return cls(**{name: config[name] for name in names}, options=Options.of(config))

    def ends(self) -> list[int]:
        """After how many steps each check comes; different numbers, the last is ``steps``."""
        checks = min(self.checks, self.steps)
        return [round(self.steps * (i + 1) / checks) for i in range(checks)]


@dataclass
class _Progress:
    done: int = 0  # checks
    rate: float = 0.0  # the highest learning rate, once it is known
    best_check: int = -1
    best_value: float = -math.inf
    best: dict[str, Tensor] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)
    stopped: bool = False


class StepTrainer:
    """Trains ``learner.net`` in place and leaves the best check's weights in it.

    weights: how much each of the ``count`` pictures counts, as of ``Split``. A picture is drawn as often as its weight
    says, rather than its loss multiplied: detectors of torchvision say one loss of a whole batch. The expected gradient
    is that of weighted losses.
    """

    def __init__(
        self,
        learner: Learner,
        recipe: StepRecipe,
        hooks: TrainHooks,
        *,
        count: int,
        seed: int,
        key: str,
        weights: Sequence[float] | None = None,
        team: Team = ALONE,
    ) -> None:
        self.team = team
        self.learner, self.recipe, self.hooks = learner, recipe, hooks
        self.count, self.seed, self.key = count, seed, key
        self.weights = example_weights(weights, count)
        self.ends = recipe.ends()
        self.parameters = [p for p in learner.net.parameters() if p.requires_grad]
        self.optimiser = adamw(self.parameters, recipe.learning_rate, recipe.weight_decay)
        self.progress = _Progress()

    def run(self) -> TrainResult:
        """Raises TrainCancelled (the last checkpoint is kept), ArithmeticError where the loss is no number."""
        self.team.begin(self._start, self._state, self._take)
        while not self.progress.stopped and self.progress.done < len(self.ends):
            self._round()
        self.team.part()
        self.learner.net.load_state_dict(self.progress.best)
        progress = self.progress
        best = progress.history[progress.best_check]
        metrics = {name.replace("/", "_"): value for name, value in best.items()}
        return TrainResult(progress.best_check, progress.done, metrics, progress.history, None, progress.stopped)

    def _rate(self) -> float:
        if not self.recipe.options.find_learning_rate:
            return self.recipe.learning_rate

        def loss_of(at: int) -> Tensor:
            with self.recipe.options.precision():
                return torch.stack(list(self.learner.loss(self._samples(at), at).values())).sum()

        return find_rate(self.learner.net, loss_of, weight_decay=self.recipe.weight_decay, seed=self.seed)

    def _round(self) -> None:
        check = self.progress.done
        first = self.ends[check - 1] if check else 0
        pictures = (self.ends[check] - first) * self.recipe.options.accumulate * self.recipe.batch_size
        with Pace(self.hooks, check, pictures, self.optimiser):
            row = self._learn(first, self.ends[check])
        self.team.average_norms(self.learner.net)
        if self.team.leads:
            self._look(check, row)
        self.progress.done = check + 1
        self.progress.stopped = self.team.says(self.progress.stopped)

    def _look(self, check: int, row: dict[str, float]) -> None:
        with seeded(self.seed, check, 2):
            row |= self.learner.judge()
        said = self.learner.said()
        if said is not None:
            self.hooks.on_said(check, said)
        self._keep(check, row)
        checkpoint.save(self.hooks.checkpoint_dir, self.key, self._state())
        self._tell(check, row)

    def _learn(self, first: int, end: int) -> dict[str, float]:
        sums: dict[str, float] = {}
        for step in range(first, end):
            if self.team.says(self.hooks.cancelled()):
                raise TrainCancelled(f"Training was cancelled in step {step}.", epoch=self.progress.done)
            factor = max(warm_cosine(step / self.recipe.steps), 0.01)
            for group in self.optimiser.param_groups:
                group["lr"] = self.progress.rate * factor
            self.optimiser.zero_grad(set_to_none=True)
            for name, value in self._summed(step).items():
                sums[name] = sums.get(name, 0.0) + value
            nn.utils.clip_grad_norm_(self.parameters, 10.0)
            self.optimiser.step()
        return {f"loss/{name}": value / (end - first) for name, value in sums.items()}

    def _summed(self, step: int) -> dict[str, float]:
        """The gradient of all processes; returns the parts of the loss that all together have."""
        said = self._gradients(step)
        said = dict(zip(said, self.team.together(self.parameters, list(said.values())), strict=True))
        if not math.isfinite(said["train"]):
            raise ArithmeticError(f"The loss is {said['train']} in step {step}: try a smaller learning rate.")
        return said

    def _gradients(self, step: int) -> dict[str, float]:
        """Gathers the mean gradient of this process's share of the step's batches; returns what it adds to the mean
        parts of their loss."""
        together = self.recipe.options.accumulate
        said: dict[str, float] = {}
        for batch in range(step * together, (step + 1) * together):
            samples = self._samples(batch)
            own = self.team.share(samples)
            part = len(own) / len(samples) / together
            with seeded(self.seed, batch, 1, *self.team.salt), self.recipe.options.precision():
                parts = self.learner.loss(own, batch)
                total = torch.stack(list(parts.values())).sum()
            (total * part).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            for name, value in {"train": total, **(parts if len(parts) > 1 else {})}.items():
                said[name] = said.get(name, 0.0) + float(value.detach()) * part
        return said

    def _samples(self, batch: int) -> NDArray[np.int64]:
        """Every picture once before any comes twice, in a new order each time round; with weights, as often in a round
        as they say."""
        at = np.arange(batch * self.recipe.batch_size, (batch + 1) * self.recipe.batch_size)
        rounds = at // self.count
        orders = {r: self._order(int(r)) for r in np.unique(rounds)}
        return np.array([orders[r][i % self.count] for r, i in zip(rounds, at, strict=True)], dtype=np.int64)

    def _order(self, time_round: int) -> NDArray[np.int64]:
        rng = np.random.default_rng([self.seed, time_round])
        order = rng.permutation(self.count)
        return order if self.weights is None else drawn_by_weight(self.weights, order, rng)

    def _keep(self, check: int, row: dict[str, float]) -> None:
        """The weights with the best first figure so far; without validation the last ones."""
        progress = self.progress
        judged = [value for name, value in row.items() if not name.startswith("loss/")]
        value = judged[0] if judged else float(check)
        if value > progress.best_value or progress.best_check < 0:
            progress.best_value, progress.best_check = value, check
            progress.best = {name: v.detach().cpu().clone() for name, v in self.learner.net.state_dict().items()}
        progress.history.append(row)
        progress.done = check + 1
        progress.stopped = 0 < self.recipe.patience <= check - progress.best_check

    def _state(self) -> dict[str, Any]:
        progress = vars(self.progress).copy()
        if self.progress.best_check == self.progress.done - 1:
            progress["best"] = {}  # the newest, which are in the file already
        return {"net": self.learner.net.state_dict(), "optimiser": self.optimiser.state_dict(), "progress": progress}

    def _start(self) -> None:
        self._resume()
        self.progress.rate = self.progress.rate or self._rate()

    def _resume(self) -> None:
        state = checkpoint.load(self.hooks.checkpoint_dir, self.key)
        if state is None:
            return
        self._take(state)
        for check, row in enumerate(self.progress.history):
            self._tell(check, row)

    def _take(self, state: dict[str, Any]) -> None:
        self.learner.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.progress = _Progress(**state["progress"])
        self.progress.best = self.progress.best or state["net"]

    def _tell(self, check: int, row: dict[str, float]) -> None:
        """A check is what people know as an epoch."""
        for name, value in row.items():
            figure, legend = name.split("/")
            self.hooks.on_metric(figure, legend, float(check), value)
        self.hooks.on_epoch(check + 1, len(self.ends))
