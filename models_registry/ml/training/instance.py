"""Teaching the centre-point net that says masks: on live pictures, or on a frozen backbone's maps."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models_registry.ml.nets import centre, instance
from models_registry.ml.nets.centre import make_targets
from models_registry.ml.nets.instance import STRIDE, InstanceNet, Masks
from models_registry.ml.rasters import covered
from models_registry.ml.training.centre import boxes_of
from models_registry.ml.training.detector import cut_box
from models_registry.ml.training.options import learning
from models_registry.ml.training.pictures import Augmented, AugmentedPictures, Norm
from models_registry.ml.training.quality import Quality
from models_registry.ml.training.steps import JudgedLearner
from models_registry.ml.training.views import Views


class InstanceLearner(JudgedLearner):
    """On pictures as they are changed in every step: the whole net learns."""

    def __init__(
        self, net: InstanceNet, pictures: AugmentedPictures, quality: Quality, *, norm: Norm, classes: int
    ) -> None:
        self.net: nn.Module = net
        self.whole = net
        self.pictures, self.quality, self.norm, self.classes = pictures, quality, norm, classes

    def loss(self, samples: NDArray[np.int64], step: int) -> dict[str, Tensor]:
        learning(self.net)
        batch = self.pictures.take(samples, step)
        said = self.whole(batch.normalised(self.norm))
        return instance.losses(said, self.targets(batch, said.heat.shape[2], said.heat.shape[3]))

    def targets(self, batch: Augmented, height: int, width: int) -> list[Masks]:
        """What a heat map of that size, and masks of twice its sides, should say of each picture."""
        found = []
        for shapes in batch.shapes:
            kept = [(box, shape) for shape in shapes if (box := cut_box(shape, batch.size)) is not None]
            objects = boxes_of([shape for _, shape in kept], batch.size, rotated=False)
            masks = [covered(shape, batch.size, STRIDE) for _, shape in kept]
            none = np.zeros((0, batch.size[1] // STRIDE, batch.size[0] // STRIDE), bool)
            boxes = torch.tensor([box for box, _ in kept], dtype=torch.float32).reshape(-1, 4)
            found.append(
                Masks(
                    make_targets(objects, self.classes, height, width),
                    (objects.centre_size[:, :2] / centre.STRIDE).long(),
                    torch.from_numpy(np.stack(masks) if masks else none),
                    boxes / STRIDE,
                )
            )
        return found


class FrozenInstanceLearner(InstanceLearner):
    """The backbone stays as it is."""

    def __init__(
        self, net: InstanceNet, pictures: AugmentedPictures, quality: Quality, *, norm: Norm, classes: int
    ) -> None:
        super().__init__(net, pictures, quality, norm=norm, classes=classes)
        self.net = net.head
        self.views = Views(pictures, net.backbone, norm, self.targets)

    def loss(self, samples: NDArray[np.int64], step: int) -> dict[str, Tensor]:
        learning(self.net)
        maps, wanted = self.views.take(samples, step)
        return instance.losses(self.whole.head(maps), wanted)
