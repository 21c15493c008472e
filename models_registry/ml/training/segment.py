"""Teaching semantic segmentation: on live pictures, or on a frozen backbone's maps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models_registry.ml.nets import segment
from models_registry.ml.nets.segment import STRIDE, SegmentNet
from models_registry.ml.pixel_table import make_pixel_table
from models_registry.ml.rasters import class_map
from models_registry.ml.shapes import Shape, Size
from models_registry.ml.training.options import learning
from models_registry.ml.training.pictures import Augmented, AugmentedPictures, Norm
from models_registry.ml.training.steps import JudgedLearner
from models_registry.ml.training.views import Views


@dataclass
class PixelQuality:
    """Mean intersection over union on the validation pictures; ``say`` as in ``Quality``."""

    truth: Sequence[Sequence[Shape]]
    classes: int
    say: Callable[[], Sequence[Sequence[Shape]]]
    sizes: Sequence[Size]
    said: Sequence[Sequence[Shape]] | None = None

    def figures(self) -> dict[str, float]:
        if not any(len(shapes) for shapes in self.truth):
            return {}
        self.said = self.say()
        return {"miou/validation": make_pixel_table(self.truth, self.said, self.classes, self.sizes).mean_iou()}


class SegmentLearner(JudgedLearner):
    """On pictures as they are changed in every step: the whole net learns."""

    def __init__(self, net: nn.Module, pictures: AugmentedPictures, quality: PixelQuality, *, norm: Norm) -> None:
        self.net = net
        self.whole = net
        self.pictures, self.quality, self.norm = pictures, quality, norm

    def loss(self, samples: NDArray[np.int64], step: int) -> dict[str, Tensor]:
        learning(self.net)
        batch = self.pictures.take(samples, step)
        return segment.losses(self.whole(batch.normalised(self.norm)), self.targets(batch, 0, 0))

    def targets(self, batch: Augmented, height: int, width: int) -> list[Tensor]:
        """The class of each cell of a quarter of the canvas."""
        return [torch.from_numpy(class_map(shapes, batch.size, STRIDE)) for shapes in batch.shapes]


class FrozenSegmentLearner(SegmentLearner):
    """The backbone stays as it is."""

    def __init__(self, net: nn.Module, pictures: AugmentedPictures, quality: PixelQuality, *, norm: Norm) -> None:
        assert isinstance(net, SegmentNet)
        super().__init__(net, pictures, quality, norm=norm)
        self.net = self.head = net.head
        self.views = Views(pictures, net.backbone, norm, self.targets)

    def loss(self, samples: NDArray[np.int64], step: int) -> dict[str, Tensor]:
        learning(self.net)
        maps, wanted = self.views.take(samples, step)
        return segment.losses(self.head(maps), wanted)
