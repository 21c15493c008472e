"""How fast a training goes: told of each epoch beside its figures."""

from __future__ import annotations

import time
from types import TracebackType

from torch.optim import Optimizer

from models_registry.ml.adapters.base import TrainHooks


class Pace:
    """Around the learning of one epoch: tells ``on_pace`` the last step's learning rate and the pictures a second, once
    it is through. Judging and checkpoints stay outside."""

    def __init__(self, hooks: TrainHooks, epoch: int, pictures: int, optimiser: Optimizer) -> None:
        self.hooks, self.epoch, self.pictures, self.optimiser = hooks, epoch, pictures, optimiser

    def __enter__(self) -> None:
        self.began = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            seconds = max(time.perf_counter() - self.began, 1e-9)
            self.hooks.on_pace(self.epoch, float(self.optimiser.param_groups[0]["lr"]), self.pictures / seconds)
