"""torchvision's RetinaNet, ResNet-50."""

from __future__ import annotations

from models_registry.ml.adapters._detector import DetectorAdapter, box_info
from models_registry.ml.adapters._torchvision import published
from models_registry.ml.adapters.base import ADAPTERS


@ADAPTERS.add("torchvision_retinanet_resnet50")
class RetinaNetResNet50(DetectorAdapter):
    """Trained as a whole, from random or COCO weights."""

    architecture = "retinanet_resnet50_fpn_v2"
    info = box_info(
        "torchvision_retinanet_resnet50",
        "RetinaNet, ResNet-50",
        "Boxes in one stage with focal loss, for many small objects: for a GPU.",
        input_size=800,
        steps=5000,
        learning_rate=1e-4,
        public=published("COCO", 146, "retinanet_resnet50_fpn_v2_coco-5905b1c5.pth"),
    )
