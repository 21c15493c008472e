"""torchvision's MobileNetV3 small."""

from __future__ import annotations

from models_registry.ml.adapters._torchvision import TorchvisionAdapter, published, schema
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo


@ADAPTERS.add("torchvision_mobilenet_v3_small")
class MobileNetV3Small(TorchvisionAdapter):
    """Trained as a whole, from random or ImageNet weights."""

    architecture = "mobilenet_v3_small"
    info = AdapterInfo(
        name="torchvision_mobilenet_v3_small",
        title="MobileNetV3 small",
        description="A net for phones (2.5 million weights): fast on CPUs.",
        annotation_types=("class",),
        licence="BSD-3-Clause",
        input_size=96,
        config_schema=schema(input_size=96, learning_rate=1e-3),
        public=published("ImageNet", 10, "mobilenet_v3_small-047dcff4.pth"),
    )
