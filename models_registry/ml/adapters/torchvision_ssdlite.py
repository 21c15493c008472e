"""torchvision's SSDLite, MobileNetV3."""

from __future__ import annotations

from models_registry.ml.adapters._detector import LEARNS_FROM, DetectorAdapter, schema
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo


@ADAPTERS.add("torchvision_ssdlite")
class SsdLite(DetectorAdapter):
    """Trained as a whole, from random or COCO weights."""

    architecture = "ssdlite320_mobilenet_v3_large"
    info = AdapterInfo(
        name="torchvision_ssdlite",
        title="SSDLite, MobileNetV3",
        description="Boxes in one stage on the lightest backbone: quick to answer, hungry for labels.",
        task="detection",
        annotation_types=("box",),
        learns_from=LEARNS_FROM,
        licence="BSD-3-Clause",
        input_size=320,
        config_schema=schema(input_size=320, steps=3000, learning_rate=5e-4),
    )
