"""Several classes of one picture: a logit each, on a backbone's embedding."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from models_registry.ml.nets.pyramid import Lite0Maps


class TagNet(nn.Module):
    """(N, 3, H, W), sides multiples of 32 -> logits (N, C), each class for itself. The backbone gives (N, width)."""

    def __init__(self, backbone: nn.Module, width: int, classes: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(width, classes)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.embed(x))
        return logits

    def embed(self, x: Tensor) -> Tensor:
        """(N, D)."""
        vectors: Tensor = self.backbone(x)
        return vectors


class MapsTagNet(TagNet):
    """On a backbone that gives maps."""

    backbone: Lite0Maps

    def embed(self, x: Tensor) -> Tensor:
        return self.pooled(self.backbone(x)[2])

    def pooled(self, maps: Tensor) -> Tensor:
        """(N, D) of the coarsest maps."""
        return self.backbone.embed(maps)


def losses(logits: Tensor, wanted: Sequence[Tensor]) -> dict[str, Tensor]:
    """wanted: (C,) of 0 and 1 a picture. The sum over classes of the mean cross-entropy over pictures."""
    truth, logits = torch.stack(list(wanted)).to(logits.device), logits.float()
    each = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    return {"tags": each.mean(0).sum()}
