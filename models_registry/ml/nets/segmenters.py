"""torchvision's nets for semantic segmentation."""

from __future__ import annotations

import torchvision
from torch import Tensor, nn
from torch.nn import functional

from models_registry.ml.nets.segment import STRIDE


class Segmenter(nn.Module):
    """(B, 3, H, W), sides multiples of 32 -> logits (B, 1 + C, H/4, W/4), 0 for none of the classes."""

    def __init__(self, architecture: str, classes: int) -> None:
        super().__init__()
        self.body = torchvision.models.get_model(
            architecture, weights=None, weights_backbone=None, num_classes=classes + 1
        )

    def forward(self, x: Tensor) -> Tensor:
        """The head's own answer, enlarged to a quarter of the canvas and no further."""
        maps = self.body.backbone(x)
        logits: Tensor = self.body.classifier(maps.get("out", maps))
        size = (x.shape[2] // STRIDE, x.shape[3] // STRIDE)
        return functional.interpolate(logits, size=size, mode="bilinear", align_corners=False)

    def embed(self, x: Tensor) -> Tensor:
        """(B, D): the mean over places of the deepest feature map."""
        maps = self.body.backbone(x)
        last: Tensor = list(maps.values())[-1]
        return last.mean((2, 3))
