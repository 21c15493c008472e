"""Several classes a picture, by torchvision's MobileNetV3-small."""

from __future__ import annotations

from models_registry.ml.adapters._tags import tag_info
from models_registry.ml.adapters._torchvision import WEIGHTS, TorchvisionTagAdapter, published
from models_registry.ml.adapters.base import ADAPTERS


@ADAPTERS.add("multi_label_mobilenet_v3_small")
class MultiLabelMobileNetV3Small(TorchvisionTagAdapter):
    """Trained as a whole, from random or ImageNet weights."""

    architecture = "mobilenet_v3_small"
    info = tag_info(
        "multi_label_mobilenet_v3_small",
        "Several labels, MobileNetV3-small",
        "Says every label that a picture has, none or several; learns as a whole: quick to answer on CPUs.",
        licence="BSD-3-Clause",
        own={"weights": WEIGHTS},
        steps=1000,
        learning_rate=5e-4,
        public=published("ImageNet", 10, "mobilenet_v3_small-047dcff4.pth"),
    )
