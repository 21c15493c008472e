"""Teaching torchvision's detectors."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models_registry.ml.nets.detectors import Detector, targets_of
from models_registry.ml.nets.runtime import device
from models_registry.ml.rasters import covered
from models_registry.ml.shapes import Shape, Size, bounds_of
from models_registry.ml.training.options import learning
from models_registry.ml.training.pictures import AugmentedPictures, Norm
from models_registry.ml.training.quality import Quality
from models_registry.ml.training.steps import JudgedLearner

LEAST = 1.0  # pixels of a side; thinner boxes are of no use to anchors


class DetectorLearner(JudgedLearner):
    """The whole net learns from pictures that are changed in every step."""

    def __init__(self, net: Detector, pictures: AugmentedPictures, quality: Quality, *, norm: Norm) -> None:
        self.net: nn.Module = net
        self.whole = net
        self.pictures, self.quality, self.norm = pictures, quality, norm

    def loss(self, samples: NDArray[np.int64], step: int) -> dict[str, Tensor]:
        learning(self.net)
        batch = self.pictures.take(samples, step)
        targets = [self.target(shapes, batch.size) for shapes in batch.shapes]
        return self.whole.losses(batch.normalised(self.norm), targets)

    def target(self, shapes: list[Shape], size: Size) -> dict[str, Tensor]:
        """What the net is told of one picture."""
        kept = [(box, shape.label) for shape in shapes if (box := cut_box(shape, size)) is not None]
        return targets_of([box for box, _ in kept], [label for _, label in kept], device())


class MaskLearner(DetectorLearner):
    """Besides boxes the mask of each object."""

    def target(self, shapes: list[Shape], size: Size) -> dict[str, Tensor]:
        kept = [(box, shape) for shape in shapes if (box := cut_box(shape, size)) is not None]
        masks = np.zeros((len(kept), size[1], size[0]), np.uint8)
        for row, (_, shape) in zip(masks, kept, strict=True):
            row[:] = covered(shape, size)
        boxes, labels = [box for box, _ in kept], [shape.label for _, shape in kept]
        return targets_of(boxes, labels, device(), masks=torch.from_numpy(masks))


class KeypointLearner(DetectorLearner):
    """Besides boxes the keypoints of each object; one that is not labelled teaches nothing."""

    def target(self, shapes: list[Shape], size: Size) -> dict[str, Tensor]:
        kept = [(box, shape) for shape in shapes if (box := cut_box(shape, size)) is not None]
        points = torch.tensor([shape.geometry["keypoints"] for _, shape in kept], dtype=torch.float32)
        points = points if kept else torch.zeros(0, 1, 3)
        points[..., 0].clamp_(0, size[0] - 1)
        points[..., 1].clamp_(0, size[1] - 1)
        points[..., 2].clamp_(max=1)
        boxes, labels = [box for box, _ in kept], [shape.label for _, shape in kept]
        return targets_of(boxes, labels, device(), keypoints=points)


def cut_box(shape: Shape, size: Size) -> list[float] | None:
    """The upright box around a shape, cut to the canvas; None where too little is left."""
    box = bounds_of(shape)
    if box is None:
        return None
    x1, y1, x2, y2 = max(box[0], 0.0), max(box[1], 0.0), min(box[2], size[0]), min(box[3], size[1])
    return [x1, y1, x2, y2] if x2 - x1 >= LEAST and y2 - y1 >= LEAST else None
