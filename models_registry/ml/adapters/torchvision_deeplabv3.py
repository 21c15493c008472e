"""torchvision's DeepLabV3, MobileNetV3."""

from __future__ import annotations

from models_registry.ml.adapters._segmenter import SegmenterAdapter, mask_info
from models_registry.ml.adapters._torchvision import published
from models_registry.ml.adapters.base import ADAPTERS


@ADAPTERS.add("torchvision_deeplabv3")
class DeepLabV3(SegmenterAdapter):
    """Trained as a whole, from random or COCO weights."""

    architecture = "deeplabv3_mobilenet_v3_large"
    info = mask_info(
        "torchvision_deeplabv3",
        "DeepLabV3, MobileNetV3",
        "Which pixels belong to each label, with a wide view around each: more exact, slower.",
        input_size=512,
        steps=2000,
        learning_rate=5e-4,
        public=published("COCO", 42, "deeplabv3_mobilenet_v3_large-fc3c493d.pth"),
    )
