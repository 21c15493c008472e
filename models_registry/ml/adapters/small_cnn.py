"""A small convolutional net, trained from nothing: for small, plain pictures and for machines without pretrained
weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._network import NetworkAdapter
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo

if TYPE_CHECKING:
    from models_registry.ml.nets.classifier import Classifier


@ADAPTERS.add("small_cnn")
class SmallCnn(NetworkAdapter):
    """Three stages of two convolutions; 0.07 to 4.6 million weights."""

    info = AdapterInfo(
        name="small_cnn",
        title="Small CNN",
        description="Six convolutions trained from scratch: quick on small pictures, hungrier for labels than others.",
        annotation_types=("class",),
        licence="MIT",
        input_size=32,
        config_schema=fields.config_schema(
            {
                "input_size": fields.integer(32, 8, 256, "Pixels of a side the picture is scaled to.", multiple=4),
                "width": fields.integer(32, 4, 128, "Channels of the first stage; each next one has twice as many."),
                "dropout": fields.number(0.1, 0.0, 0.9, "Share of the embedding dropped before the head in training."),
                **fields.network_training(epochs=30, batch_size=64, learning_rate=3e-3, patience=8),
            }
        ),
    )

    def _new_net(self, classes: int) -> Classifier:
        from models_registry.ml.nets.classifier import Classifier
        from models_registry.ml.nets.small_cnn import SmallBackbone

        backbone = SmallBackbone(self.config["width"])
        return Classifier(backbone, backbone.width, classes, self.config["dropout"])
