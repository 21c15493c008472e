"""Feature maps at strides 8, 16 and 32, and the small feature pyramid that joins them at stride 8 [Lin et al. 2017]."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models_registry.ml.nets.efficientnet_lite0 import EfficientNetLite0

Maps = tuple[Tensor, Tensor, Tensor]
"""(N, C, H/8, W/8), (N, C, H/16, W/16), (N, C, H/32, W/32)."""

_LITE0_ENDS = (4, 10, 15)  # the last block of strides 8, 16 and 32


class Lite0Maps(nn.Module):
    """EfficientNet-Lite0 up to its last feature map. (N, 3, H, W), H and W multiples of 32 -> Maps."""

    channels = (40, 112, 320)

    def __init__(self, body: EfficientNetLite0) -> None:
        super().__init__()
        self.body = body

    def forward(self, x: Tensor) -> Maps:
        x = self.body.stem(x)
        found = []
        for at, block in enumerate(self.body.blocks):
            x = block(x)
            if at in _LITE0_ENDS:
                found.append(x if torch.is_grad_enabled() else x.clone())  # the next block may add in place
        return found[0], found[1], found[2]

    def embed(self, deepest: Tensor) -> Tensor:
        """(N, 320, h, w) -> (N, 1280): the embedding the classifier's head would see."""
        features: Tensor = self.body.head(deepest)
        return features.mean((2, 3))


class SmallMaps(nn.Module):
    """Ten 3x3 convolutions in five halvings: for training from nothing. -> Maps."""

    def __init__(self, width: int) -> None:
        super().__init__()
        sides = (width, width * 2, width * 4, width * 6, width * 8)
        self.channels = sides[2:]
        stages: list[nn.Module] = []
        channels = 3
        for out in sides:
            stages.append(nn.Sequential(_conv(channels, out, stride=2), _conv(out, out)))
            channels = out
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> Maps:
        found = []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found[2], found[3], found[4]

    def embed(self, deepest: Tensor) -> Tensor:
        """(N, C, h, w) -> (N, C)."""
        return deepest.mean((2, 3))


def _conv(inp: int, out: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inp, out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True)
    )


class Neck(nn.Module):
    """Maps -> (N, width, H/8, W/8): the deeper maps are enlarged and added on the way up."""

    def __init__(self, channels: tuple[int, int, int], width: int) -> None:
        super().__init__()
        self.laterals = nn.ModuleList(
            nn.Sequential(nn.Conv2d(c, width, 1, bias=False), nn.BatchNorm2d(width)) for c in channels
        )
        self.middle = _conv(width, width)

    def forward(self, maps: Maps) -> Tensor:
        near, middle, far = (lateral(one) for lateral, one in zip(self.laterals, maps, strict=True))
        middle = self.middle(functional.relu(middle + functional.interpolate(far, scale_factor=2.0)))
        return functional.relu(near + functional.interpolate(middle, scale_factor=2.0))
