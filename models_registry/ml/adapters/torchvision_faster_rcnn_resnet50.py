"""torchvision's Faster R-CNN, ResNet-50."""

from __future__ import annotations

from models_registry.ml.adapters._detector import LEARNS_FROM, DetectorAdapter, schema
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo


@ADAPTERS.add("torchvision_faster_rcnn_resnet50")
class FasterRcnnResNet50(DetectorAdapter):
    """Trained as a whole, from random or COCO weights."""

    architecture = "fasterrcnn_resnet50_fpn_v2"
    info = AdapterInfo(
        name="torchvision_faster_rcnn_resnet50",
        title="Faster R-CNN, ResNet-50",
        description="Boxes in two stages, accurate and slow: for a GPU.",
        task="detection",
        annotation_types=("box",),
        learns_from=LEARNS_FROM,
        licence="BSD-3-Clause",
        input_size=800,
        config_schema=schema(input_size=800, steps=5000, learning_rate=1e-4),
    )
