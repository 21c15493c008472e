"""The centre-point detector on EfficientNet-Lite0 with ImageNet weights: few labels go far, minutes on two cores."""

from __future__ import annotations

from models_registry.ml.adapters import _lite0 as lite0
from models_registry.ml.adapters._centre import LEARNS_FROM
from models_registry.ml.adapters._centre_lite0 import CentreLite0Adapter, lite0_schema
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo


@ADAPTERS.add("centre_lite0")
class CentreLite0(CentreLite0Adapter):
    """Frozen features with a small head (default), or the whole net."""

    info = AdapterInfo(
        name="centre_lite0",
        title="Centre points on EfficientNet-Lite0",
        description="Finds boxes, upright or turned, on pretrained features: learns in minutes without a GPU.",
        task="detection",
        annotation_types=("box",),
        learns_from=LEARNS_FROM,
        licence="Apache-2.0",
        public=lite0.PUBLIC,
        input_size=320,
        encoder=True,
        config_schema=lite0_schema(),
    )
