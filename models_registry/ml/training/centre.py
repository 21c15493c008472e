"""Teaching the centre-point detector: on live pictures, or on a frozen backbone's maps that are made once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models_registry.ml.nets import centre
from models_registry.ml.nets.centre import Boxes, CentreNet, Targets, make_targets
from models_registry.ml.shapes import Shape, Size, bounds_of
from models_registry.ml.training.options import learning
from models_registry.ml.training.pictures import Augmented, AugmentedPictures, Norm
from models_registry.ml.training.quality import Quality
from models_registry.ml.training.steps import JudgedLearner
from models_registry.ml.training.views import Views

POINT_SIDE = 24.0  # canvas pixels of the box by which a point is learnt: three cells


def boxes_of(shapes: Sequence[Shape], size: Size, rotated: bool) -> Boxes:
    """What the net is told of one picture: upright boxes are cut to the canvas; turned ones get their longer side as
    width and an angle within half a turn, so that one rectangle has one name."""
    rows: list[list[float]] = []
    for shape in shapes:
        turned = rotated and shape.type == "box"
        box = shape.geometry["xyxy"] if turned else bounds_of(shape)
        if box is None:
            continue
        x1, y1, x2, y2 = box
        if shape.type == "point":
            x1, y1, x2, y2 = x1 - POINT_SIDE / 2, y1 - POINT_SIDE / 2, x2 + POINT_SIDE / 2, y2 + POINT_SIDE / 2
        angle = math.radians(shape.geometry["angle"]) if turned else 0.0
        if not turned and shape.type != "point":  # a point stays the middle of its box
            x1, y1, x2, y2 = max(x1, 0.0), max(y1, 0.0), min(x2, size[0]), min(y2, size[1])
        w, h = x2 - x1, y2 - y1
        if w <= 0 or h <= 0:
            continue
        if turned and h > w:
            w, h, angle = h, w, angle + math.pi / 2
        rows.append([(x1 + x2) / 2, (y1 + y2) / 2, w, h, angle % math.pi, shape.label])
    table = torch.tensor(rows, dtype=torch.float32).reshape(-1, 6)
    return Boxes(table[:, :4], table[:, 4], table[:, 5].long())


class CentreLearner(JudgedLearner):
    """On pictures as they are changed in every step: the whole net learns."""

    def __init__(
        self, net: CentreNet, pictures: AugmentedPictures, quality: Quality, *, norm: Norm, rotated: bool, classes: int
    ) -> None:
        self.net: nn.Module = net
        self.whole = net
        self.pictures, self.quality, self.norm = pictures, quality, norm
        self.rotated, self.classes = rotated, classes

    def loss(self, samples: NDArray[np.int64], step: int) -> dict[str, Tensor]:
        learning(self.net)
        batch = self.pictures.take(samples, step)
        heat, geometry = self.whole(batch.normalised(self.norm))
        wanted = self.targets(batch, heat.shape[2], heat.shape[3])
        return centre.losses(heat, geometry, centre.join_targets(wanted, heat.device))

    def targets(self, batch: Augmented, height: int, width: int) -> list[Targets]:
        """What a heat map of that size should say of each picture."""
        objects = [boxes_of(shapes, batch.size, self.rotated) for shapes in batch.shapes]
        return [make_targets(one, self.classes, height, width) for one in objects]


class FrozenCentreLearner(CentreLearner):
    """The backbone stays as it is: the head learns from its maps, which are made once."""

    def __init__(
        self, net: CentreNet, pictures: AugmentedPictures, quality: Quality, *, norm: Norm, rotated: bool, classes: int
    ) -> None:
        super().__init__(net, pictures, quality, norm=norm, rotated=rotated, classes=classes)
        self.net = net.head
        self.views = Views(pictures, net.backbone, norm, self.targets)

    def loss(self, samples: NDArray[np.int64], step: int) -> dict[str, Tensor]:
        learning(self.net)
        maps, wanted = self.views.take(samples, step)
        heat, geometry = self.whole.head(maps)
        return centre.losses(heat, geometry, centre.join_targets(wanted, heat.device))
