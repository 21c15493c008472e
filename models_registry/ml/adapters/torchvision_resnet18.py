"""torchvision's ResNet-18."""

from __future__ import annotations

from models_registry.ml.adapters._torchvision import TorchvisionAdapter, published, schema
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo


@ADAPTERS.add("torchvision_resnet18")
class ResNet18(TorchvisionAdapter):
    """Trained as a whole, from random or ImageNet weights."""

    architecture = "resnet18"
    info = AdapterInfo(
        name="torchvision_resnet18",
        title="ResNet-18",
        description="The classic residual net (11 million weights): robust, slower on CPUs.",
        annotation_types=("class",),
        licence="BSD-3-Clause",
        input_size=96,
        config_schema=schema(input_size=96, learning_rate=5e-4),
        public=published("ImageNet", 45, "resnet18-f37072fd.pth"),
    )
