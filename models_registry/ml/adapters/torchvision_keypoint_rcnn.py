"""torchvision's Keypoint R-CNN, ResNet-50: a skeleton for each object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from alp_site.lib.errors import Invalid
from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._detector import DetectorAdapter, schema
from models_registry.ml.adapters._shapes import FLOOR
from models_registry.ml.adapters._torchvision import published
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo, ShapeData, TrainHooks, TrainResult
from models_registry.ml.fitted import Fitted
from models_registry.ml.shapes import Shape

if TYPE_CHECKING:
    from models_registry.ml.nets.detectors import Found
    from models_registry.ml.training.detector import DetectorLearner


@ADAPTERS.add("torchvision_keypoint_rcnn")
class KeypointRcnn(DetectorAdapter):
    """Trained as a whole, from random or COCO weights. All labels have skeletons of as many keypoints."""

    architecture = "keypointrcnn_resnet50_fpn"
    info = AdapterInfo(
        name="torchvision_keypoint_rcnn",
        title="Keypoint R-CNN, ResNet-50",
        description="A skeleton for each object, accurate and slow: for a GPU.",
        task="keypoints",
        annotation_types=("skeleton",),
        licence="BSD-3-Clause",
        public=published("COCO", 226, "keypointrcnn_resnet50_fpn_coco-fc266e95.pth"),
        input_size=800,
        config_schema=schema(
            input_size=800,
            steps=5000,
            learning_rate=1e-4,
            keypoints=fields.integer(17, 1, 200, "Keypoints of a skeleton, as in the label's template."),
            flip=fields.boolean(False, "Augmentation: mirror half of the images; left hands become right ones."),
        ),
    )

    def train(self, data: ShapeData, hooks: TrainHooks) -> TrainResult:
        wanted = self.config["keypoints"]
        for split in (data.train, data.validation):
            for shape in (shape for shapes in split.shapes for shape in shapes):
                given = len(shape.geometry["keypoints"]) if shape.type == "skeleton" else 0
                if given != wanted:
                    text = f"'keypoints' is {wanted}, but there is a {shape.type} of {given} keypoints in the data."
                    raise Invalid(text, field="keypoints")
        return super().train(data, hooks)

    def _size_of_answers(self) -> dict[str, int]:
        return {"num_keypoints": self.config["keypoints"]}

    def _learner(self) -> type[DetectorLearner]:
        from models_registry.ml.training.detector import KeypointLearner

        return KeypointLearner

    def _as_said(self, shapes: Sequence[Sequence[Shape]]) -> Sequence[Sequence[Shape]]:
        return shapes

    def _shapes(self, found: Found, picture: Fitted) -> list[Shape]:
        """Every keypoint counts as seen: the net says where each would be, not whether it is hidden."""
        shapes = []
        columns = (found["keypoints"].cpu().numpy(), found["labels"].tolist(), found["scores"].tolist())
        for points, label, score in zip(*columns, strict=True):
            if score >= FLOOR:
                places = np.clip(points[:, :2] / picture.scale_xy, 0, picture.size_wh).round(2)
                keypoints = [[float(x), float(y), 2] for x, y in places]
                shapes.append(Shape("skeleton", label - 1, {"keypoints": keypoints}, float(np.clip(score, 0, 1))))
        return sorted(shapes, key=lambda shape: -shape.score)
