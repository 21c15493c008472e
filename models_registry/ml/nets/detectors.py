"""torchvision's detectors as they are used here: pictures come on canvases of their own, so nothing is resized inside.

All of them count classes from 1, with 0 for the background.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torchvision
from torch import Tensor, nn

Found = dict[str, Tensor]
"""boxes (k, 4) xyxy in pixels of the canvas, labels (k,) from 1, scores (k,); masks (k, 1, H, W) or keypoints
(k, P, 3), keypoints_scores (k, P), where the architecture says them."""


FLOOR = 0.05  # scores below it are background


class Detector(nn.Module):
    """``body``: the torchvision model. Pictures are (B, 3, H, W) in 0..1."""

    def __init__(self, architecture: str, classes: int, size: int, **more: Any) -> None:
        super().__init__()
        fixed = architecture.startswith("ssd")  # their transform has one size, which is part of their anchors
        sizes = {} if fixed else {"min_size": size, "max_size": size}
        self.body = torchvision.models.get_model(
            architecture, weights=None, weights_backbone=None, num_classes=classes + 1, **sizes, **more
        )
        getattr(self.body, "roi_heads", self.body).score_thresh = FLOOR
        predictor = getattr(getattr(self.body, "roi_heads", None), "keypoint_predictor", None)
        if predictor is not None:  # its loss takes a view that the layout of a CPU's pictures does not allow
            predictor.register_forward_hook(lambda module, given, said: said.contiguous())

    def losses(self, pixels: Tensor, targets: list[dict[str, Tensor]]) -> dict[str, Tensor]:
        """In training mode."""
        found: dict[str, Tensor] = self.body(list(pixels), targets)
        return found

    def forward(self, pixels: Tensor) -> list[Found]:
        """In eval mode: what is on each picture, best first."""
        found: list[Found] = self.body(list(pixels))
        return found

    def embed(self, pixels: Tensor) -> Tensor:
        """(B, D): the mean over places of the deepest feature map."""
        images, _ = self.body.transform(list(pixels))
        maps = self.body.backbone(images.tensors)
        last: Tensor = list(maps.values())[-1] if isinstance(maps, dict) else maps
        return last.mean((2, 3))


def targets_of(
    boxes: Sequence[Sequence[float]], labels: Sequence[int], where: torch.device, **more: Tensor
) -> dict[str, Tensor]:
    """One picture's truth. labels from 0. Further entries: masks (n, H, W) uint8, keypoints (n, P, 3)."""
    return {
        "boxes": torch.tensor(boxes, dtype=torch.float32, device=where).reshape(-1, 4),
        "labels": torch.tensor(labels, dtype=torch.int64, device=where) + 1,
        **{name: value.to(where) for name, value in more.items()},
    }
