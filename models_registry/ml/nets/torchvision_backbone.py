"""torchvision's classification models without their classifier."""

from __future__ import annotations

import torchvision
from torch import Tensor, nn


class Backbone(nn.Module):
    """(N, 3, S, S) -> (N, width)."""

    def __init__(self, body: nn.Module, width: int) -> None:
        super().__init__()
        self.body = body
        self.width = width

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.body(x)
        return features


def make_backbone(architecture: str) -> Backbone:
    """Random start weights, drawn from torch's current generator. The classifier is cut off: its input is the
    output."""
    body = torchvision.models.get_model(architecture, weights=None)
    for name in ("fc", "classifier"):
        last = getattr(body, name, None)
        if last is not None:
            first = next(module for module in last.modules() if isinstance(module, nn.Linear))
            setattr(body, name, nn.Identity())
            return Backbone(body, first.in_features)
    raise ValueError(f"{architecture} has no classifier this code knows")
