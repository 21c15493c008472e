"""Semantic segmentation with a small head on a backbone's maps: a class for every place, 0 for none of them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from models_registry.ml.nets.pyramid import Lite0Maps, Maps, Neck

STRIDE = 4


class SegmentHead(nn.Module):
    """Maps -> logits (N, 1 + C, H/4, W/4)."""

    def __init__(self, channels: tuple[int, int, int], classes: int, *, width: int = 64) -> None:
        super().__init__()
        self.neck = Neck(channels, width)
        self.tower = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)
        )
        self.out = nn.Conv2d(width, classes + 1, 1)

    def forward(self, maps: Maps) -> Tensor:
        logits: Tensor = self.out(self.tower(self.neck(maps)))
        return functional.interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=False)


class SegmentNet(nn.Module):
    """(N, 3, H, W), sides multiples of 32 -> what ``SegmentHead`` says."""

    def __init__(self, backbone: Lite0Maps, head: SegmentHead) -> None:
        super().__init__()
        self.backbone, self.head = backbone, head

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.backbone(x))
        return logits

    def with_embedding(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and (N, D) embeddings from one pass."""
        maps = self.backbone(x)
        return self.head(maps), self.backbone.embed(maps[2])


def losses(logits: Tensor, wanted: Sequence[Tensor]) -> dict[str, Tensor]:
    """wanted: (H/4, W/4) int64 a picture. Cross-entropy, and 1 - Dice over the batch [Milletari et al. 2016], without
    which small things drown in the background."""
    truth, logits = torch.stack(list(wanted)).to(logits.device), logits.float()
    probs = torch.softmax(logits, 1)
    hot = functional.one_hot(truth, logits.shape[1]).permute(0, 3, 1, 2).to(probs.dtype)
    shared, sums = (probs * hot).sum((0, 2, 3)), (probs + hot).sum((0, 2, 3))
    present = hot.sum((0, 2, 3)) > 0
    dice = 2 * shared / sums.clamp(min=1e-6)
    return {"pixels": functional.cross_entropy(logits, truth), "dice": 1 - dice[present].mean()}
