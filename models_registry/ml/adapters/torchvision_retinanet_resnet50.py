"""torchvision's RetinaNet, ResNet-50."""

from __future__ import annotations

from models_registry.ml.adapters._detector import LEARNS_FROM, DetectorAdapter, schema
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo


@ADAPTERS.add("torchvision_retinanet_resnet50")
class RetinaNetResNet50(DetectorAdapter):
    """Trained as a whole, from random or COCO weights."""

    architecture = "retinanet_resnet50_fpn_v2"
    info = AdapterInfo(
        name="torchvision_retinanet_resnet50",
        title="RetinaNet, ResNet-50",
        description="Boxes in one stage with focal loss, for many small objects: for a GPU.",
        task="detection",
        annotation_types=("box",),
        learns_from=LEARNS_FROM,
        licence="BSD-3-Clause",
        input_size=800,
        config_schema=schema(input_size=800, steps=5000, learning_rate=1e-4),
    )
