"""Teaching several classes a picture: on live pictures, or on a frozen backbone's maps."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models_registry.ml.nets import tagger
from models_registry.ml.nets.tagger import MapsTagNet, TagNet
from models_registry.ml.training.options import learning
from models_registry.ml.training.pictures import Augmented, AugmentedPictures, Norm
from models_registry.ml.training.quality import Quality
from models_registry.ml.training.steps import JudgedLearner
from models_registry.ml.training.views import Views


class TagLearner(JudgedLearner):
    """On pictures as they are changed in every step: the whole net learns."""

    def __init__(self, net: TagNet, pictures: AugmentedPictures, quality: Quality, *, norm: Norm, classes: int) -> None:
        self.net: nn.Module = net
        self.whole = net
        self.pictures, self.quality, self.norm, self.classes = pictures, quality, norm, classes

    def loss(self, samples: NDArray[np.int64], step: int) -> dict[str, Tensor]:
        learning(self.net)
        batch = self.pictures.take(samples, step)
        return tagger.losses(self.whole(batch.normalised(self.norm)), self.targets(batch, 0, 0))

    def targets(self, batch: Augmented, height: int, width: int) -> list[Tensor]:
        """(C,) of 0 and 1 a picture: which classes it has, wherever it was moved."""
        found = []
        for shapes in batch.shapes:
            one = torch.zeros(self.classes)
            one[[shape.label for shape in shapes]] = 1.0
            found.append(one)
        return found


class FrozenTagLearner(TagLearner):
    """The backbone stays as it is."""

    def __init__(self, net: TagNet, pictures: AugmentedPictures, quality: Quality, *, norm: Norm, classes: int) -> None:
        super().__init__(net, pictures, quality, norm=norm, classes=classes)
        assert isinstance(net, MapsTagNet)
        self.net, self.frozen = net.head, net
        self.views = Views(pictures, net.backbone, norm, self.targets)

    def loss(self, samples: NDArray[np.int64], step: int) -> dict[str, Tensor]:
        learning(self.net)
        maps, wanted = self.views.take(samples, step)
        with torch.no_grad():
            vectors = self.frozen.pooled(maps[2])
        return tagger.losses(self.frozen.head(vectors), wanted)
