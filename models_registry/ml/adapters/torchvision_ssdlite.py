"""torchvision's SSDLite, MobileNetV3."""

from __future__ import annotations

from models_registry.ml.adapters._detector import DetectorAdapter, box_info
from models_registry.ml.adapters._torchvision import published
from models_registry.ml.adapters.base import ADAPTERS


@ADAPTERS.add("torchvision_ssdlite")
class SsdLite(DetectorAdapter):
    """Trained as a whole, from random or COCO weights."""

    architecture = "ssdlite320_mobilenet_v3_large"
    info = box_info(
        "torchvision_ssdlite",
        "SSDLite, MobileNetV3",
        "Boxes in one stage on the lightest backbone: quick to answer, hungry for labels.",
        input_size=320,
        steps=3000,
        learning_rate=5e-4,
        public=published("COCO", 13, "ssdlite320_mobilenet_v3_large_coco-a79551df.pth"),
    )
