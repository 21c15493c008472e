"""torchvision's LR-ASPP, MobileNetV3."""

from __future__ import annotations

from models_registry.ml.adapters._segmenter import SegmenterAdapter, mask_info
from models_registry.ml.adapters._torchvision import published
from models_registry.ml.adapters.base import ADAPTERS


@ADAPTERS.add("torchvision_lraspp")
class LrAspp(SegmenterAdapter):
    """Trained as a whole, from random or COCO weights."""

    architecture = "lraspp_mobilenet_v3_large"
    info = mask_info(
        "torchvision_lraspp",
        "LR-ASPP, MobileNetV3",
        "Which pixels belong to each label, on the lightest backbone: quick to answer.",
        input_size=512,
        steps=2000,
        learning_rate=1e-3,
        public=published("COCO", 12, "lraspp_mobilenet_v3_large-d234d4ea.pth"),
    )
