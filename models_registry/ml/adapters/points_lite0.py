"""Points by a heat map on EfficientNet-Lite0 with ImageNet weights."""

from __future__ import annotations

from collections.abc import Sequence

from models_registry.ml.adapters import _lite0 as lite0
from models_registry.ml.adapters._centre_lite0 import CentreLite0Adapter, lite0_schema
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo
from models_registry.ml.shapes import Shape


@ADAPTERS.add("points_lite0")
class PointsLite0(CentreLite0Adapter):
    """The centre-point net where the centre is all there is: a point is learnt as the middle of a small box."""

    _points = True
    info = AdapterInfo(
        name="points_lite0",
        title="Points on EfficientNet-Lite0",
        description="Finds single points of each label on pretrained features: learns in minutes without a GPU.",
        task="keypoints",
        annotation_types=("point",),
        licence="Apache-2.0",
        public=lite0.PUBLIC,
        input_size=320,
        encoder=True,
        config_schema=lite0_schema(),
    )

    def _as_said(self, shapes: Sequence[Sequence[Shape]]) -> Sequence[Sequence[Shape]]:
        return shapes
