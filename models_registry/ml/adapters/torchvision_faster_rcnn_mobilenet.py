"""torchvision's Faster R-CNN, MobileNetV3."""

from __future__ import annotations

from models_registry.ml.adapters._detector import DetectorAdapter, box_info
from models_registry.ml.adapters._torchvision import published
from models_registry.ml.adapters.base import ADAPTERS


@ADAPTERS.add("torchvision_faster_rcnn_mobilenet")
class FasterRcnnMobileNet(DetectorAdapter):
    """Trained as a whole, from random or COCO weights."""

    architecture = "fasterrcnn_mobilenet_v3_large_320_fpn"
    info = box_info(
        "torchvision_faster_rcnn_mobilenet",
        "Faster R-CNN, MobileNetV3",
        "Boxes in two stages on a light backbone: good where there are COCO weights.",
        input_size=320,
        steps=2000,
        learning_rate=1e-4,
        public=published("COCO", 74, "fasterrcnn_mobilenet_v3_large_320_fpn-907ea3f9.pth"),
    )
