"""torchvision's Mask R-CNN, ResNet-50: a mask for each object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from datasets.geometry import _rle as rle
from models_registry.ml.adapters._detector import DetectorAdapter, schema
from models_registry.ml.adapters._shapes import FLOOR
from models_registry.ml.adapters._torchvision import published
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo
from models_registry.ml.fitted import Fitted
from models_registry.ml.shapes import Shape

if TYPE_CHECKING:
    from models_registry.ml.nets.detectors import Found
    from models_registry.ml.training.detector import DetectorLearner


@ADAPTERS.add("torchvision_mask_rcnn")
class MaskRcnn(DetectorAdapter):
    """Trained as a whole, from random or COCO weights."""

    architecture = "maskrcnn_resnet50_fpn_v2"
    info = AdapterInfo(
        name="torchvision_mask_rcnn",
        title="Mask R-CNN, ResNet-50",
        description="A mask for each object, accurate and slow: for a GPU.",
        task="instance_segmentation",
        annotation_types=("mask",),
        learns_from=("polygon", "ellipse"),
        licence="BSD-3-Clause",
        input_size=800,
        config_schema=schema(input_size=800, steps=5000, learning_rate=1e-4),
        public=published("COCO", 177, "maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth"),
    )

    def _learner(self) -> type[DetectorLearner]:
        from models_registry.ml.training.detector import MaskLearner

        return MaskLearner

    def _as_said(self, shapes: Sequence[Sequence[Shape]]) -> Sequence[Sequence[Shape]]:
        """Masks of polygons are compared with masks: by their boxes, where the types differ."""
        return shapes

    def _shapes(self, found: Found, picture: Fitted) -> list[Shape]:
        place = picture.places()
        wide, high = picture.content_wh
        shapes = []
        columns = (found["masks"][:, 0].cpu().numpy(), found["labels"].tolist(), found["scores"].tolist())
        for mask, label, score in zip(*columns, strict=True):
            geometry = rle.encode(mask[:high, :wide][place] >= 0.5)
            if geometry is not None and score >= FLOOR:
                shapes.append(Shape("mask", label - 1, geometry, float(np.clip(score, 0.0, 1.0))))
        return sorted(shapes, key=lambda shape: -shape.score)
