"""Several classes a picture, by a linear head on EfficientNet-Lite0 with ImageNet weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models_registry.ml.adapters import _lite0 as lite0
from models_registry.ml.adapters._lite0_shapes import Lite0ShapeAdapter
from models_registry.ml.adapters._tags import TagAdapter, tag_info
from models_registry.ml.adapters.base import ADAPTERS

if TYPE_CHECKING:
    from models_registry.ml.nets.tagger import TagNet
    from models_registry.ml.training.tagger import TagLearner


@ADAPTERS.add("multi_label_lite0")
class MultiLabelLite0(TagAdapter, Lite0ShapeAdapter["TagNet"]):
    """Frozen features with a linear head (default), or the whole net."""

    info = tag_info(
        "multi_label_lite0",
        "Several labels on EfficientNet-Lite0",
        "Says every label that a picture has, none or several, on pretrained features: learns in seconds.",
        licence="Apache-2.0",
        own={"mode": lite0.MODE, "weights": lite0.WEIGHTS},
        steps=400,
        learning_rate=1e-2,
        encoder=True,
    )

    def _new_net(self, classes: int) -> TagNet:
        from models_registry.ml.nets.efficientnet_lite0 import EMBEDDING_SIZE
        from models_registry.ml.nets.tagger import MapsTagNet

        return MapsTagNet(self._backbone(), EMBEDDING_SIZE, classes)

    def _learner(self) -> type[TagLearner]:
        from models_registry.ml.training.tagger import FrozenTagLearner, TagLearner

        return FrozenTagLearner if self._frozen else TagLearner
