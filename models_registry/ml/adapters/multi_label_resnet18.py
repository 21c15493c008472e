"""Several classes a picture, by torchvision's ResNet-18."""

from __future__ import annotations

from models_registry.ml.adapters._tags import tag_info
from models_registry.ml.adapters._torchvision import WEIGHTS, TorchvisionTagAdapter, published
from models_registry.ml.adapters.base import ADAPTERS


@ADAPTERS.add("multi_label_resnet18")
class MultiLabelResNet18(TorchvisionTagAdapter):
    """Trained as a whole, from random or ImageNet weights."""

    architecture = "resnet18"
    info = tag_info(
        "multi_label_resnet18",
        "Several labels, ResNet-18",
        "Says every label that a picture has, none or several; learns as a whole: robust, slower on CPUs.",
        licence="BSD-3-Clause",
        own={"weights": WEIGHTS},
        steps=1000,
        learning_rate=5e-4,
        public=published("ImageNet", 45, "resnet18-f37072fd.pth"),
    )
