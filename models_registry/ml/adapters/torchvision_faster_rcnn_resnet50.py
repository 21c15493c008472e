"""torchvision's Faster R-CNN, ResNet-50."""

from __future__ import annotations

from models_registry.ml.adapters._detector import DetectorAdapter, box_info
from models_registry.ml.adapters._torchvision import published
from models_registry.ml.adapters.base import ADAPTERS


@ADAPTERS.add("torchvision_faster_rcnn_resnet50")
class FasterRcnnResNet50(DetectorAdapter):
    """Trained as a whole, from random or COCO weights."""

    architecture = "fasterrcnn_resnet50_fpn_v2"
    info = box_info(
        "torchvision_faster_rcnn_resnet50",
        "Faster R-CNN, ResNet-50",
        "Boxes in two stages, accurate and slow: for a GPU.",
        input_size=800,
        steps=5000,
        learning_rate=1e-4,
        public=published("COCO", 167, "fasterrcnn_resnet50_fpn_v2_coco-dd69338a.pth"),
    )
