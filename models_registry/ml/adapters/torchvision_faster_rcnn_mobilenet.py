"""torchvision's Faster R-CNN, MobileNetV3."""

from __future__ import annotations

from models_registry.ml.adapters._detector import LEARNS_FROM, DetectorAdapter, schema
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo


@ADAPTERS.add("torchvision_faster_rcnn_mobilenet")
class FasterRcnnMobileNet(DetectorAdapter):
    """Trained as a whole, from random or COCO weights."""

    architecture = "fasterrcnn_mobilenet_v3_large_320_fpn"
    info = AdapterInfo(
        name="torchvision_faster_rcnn_mobilenet",
        title="Faster R-CNN, MobileNetV3",
        description="Boxes in two stages on a light backbone: good where there are COCO weights.",
        task="detection",
        annotation_types=("box",),
        learns_from=LEARNS_FROM,
        licence="BSD-3-Clause",
        input_size=320,
        config_schema=schema(input_size=320, steps=2000, learning_rate=1e-4),
    )
