"""Choices that every training has: layers that stay, gradients gathered over batches, numbers of 16 bits, a learning
rate that is looked for."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models_registry.ml.nets.runtime import device, seeded

TRIES = 60  # batches of a search for a learning rate
LOWEST, HIGHEST = 1e-6, 1.0
_SMOOTH = 0.8  # weight of the past in the smoothed loss of a search
_BLOWN_UP = 4.0  # a loss so many times the lowest ends the search
_BELOW = 10.0  # the rate that is taken: so many times below that of the lowest loss


@dataclass(frozen=True)
class Options:
    """The fields of ``adapters._schema.how_it_starts`` that a trainer reads."""

    accumulate: int = 1
    find_learning_rate: bool = False
    mixed_precision: bool = False

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Options:
        return cls(config["accumulate"], config["find_learning_rate"], config["mixed_precision"])

    def precision(self) -> contextlib.AbstractContextManager[Any]:
        """Forward passes and losses go inside. bfloat16 has float32's range, so no gradient needs scaling."""
        if self.mixed_precision and device().type == "cuda":
            return torch.autocast("cuda", dtype=torch.bfloat16)
        return contextlib.nullcontext()


def freeze(backbone: nn.Module, share: float) -> int:
    """Takes the first ``share`` of the layers that have weights, in the order they were made, out of learning; returns
    how many."""
    layers = [module for module in backbone.modules() if any(True for _ in module.parameters(recurse=False))]
    count = round(share * len(layers))
    for layer in layers[:count]:
        for parameter in layer.parameters(recurse=False):
            parameter.requires_grad_(False)
    return count


def learning(net: nn.Module) -> None:
    """Training mode, but for norms whose weights stay as they are: their statistics stay, too."""
    net.train()
    for module in net.modules():
        own = list(module.parameters(recurse=False))
        if own and not any(parameter.requires_grad for parameter in own):
            module.eval()


def adamw(parameters: Sequence[nn.Parameter], rate: float, weight_decay: float) -> torch.optim.AdamW:
    """Decoupled weight decay [Loshchilov & Hutter, ICLR 2019]; all of a step in one pass over the weights (`fused`):
    on a core it takes a sixth of the time that one operation after the other takes."""
    return torch.optim.AdamW(parameters, lr=rate, weight_decay=weight_decay, fused=True)


def find_rate(
    net: nn.Module, loss_of: Callable[[int], Tensor], *, weight_decay: float, seed: int, tries: int = TRIES
) -> float:
    """The highest learning rate for this net and these batches, by a range test [Smith 2017]: the rate grows from batch
    to batch; a tenth of where the smoothed loss was lowest is taken. loss_of(i): of the i-th batch, with gradients. The
    net is left as it was. The same seed gives the same rate."""
    before = {name: value.detach().clone() for name, value in net.state_dict().items()}
    parameters = [p for p in net.parameters() if p.requires_grad]
    optimiser = adamw(parameters, LOWEST, weight_decay)
    rates, losses = np.geomspace(LOWEST, HIGHEST, tries).tolist(), list[float]()
    for at, rate in enumerate(rates):
        for group in optimiser.param_groups:
            group["lr"] = rate
        with seeded(seed, at, 4):
            loss = loss_of(at)
        losses.append(float(loss.detach()))
        if not math.isfinite(losses[-1]) or losses[-1] > _BLOWN_UP * min(losses):
            break
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    net.load_state_dict(before)
    return rate_from(rates, losses)


def rate_from(rates: Sequence[float], losses: Sequence[float]) -> float:
    """A tenth of the rate at which the smoothed loss was lowest. losses: of the first len(losses) rates, the last of
    which may be no number."""
    smooth, past, best = 0.0, 0.0, (math.inf, rates[0])
    for rate, loss in zip(rates, losses, strict=False):
        if not math.isfinite(loss):
            break
        smooth, past = _SMOOTH * smooth + (1 - _SMOOTH) * loss, _SMOOTH * past + (1 - _SMOOTH)
        best = min(best, (smooth / past, rate))
    return max(best[1] / _BELOW, LOWEST)
