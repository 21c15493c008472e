"""Semantic segmentation by a small head on EfficientNet-Lite0 with ImageNet weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models_registry.ml.adapters import _lite0 as lite0
from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._lite0_shapes import Lite0ShapeAdapter
from models_registry.ml.adapters._pixels import TAUGHT_BY, PixelAdapter, decoded
from models_registry.ml.adapters._shapes import Said, as_float16
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo
from models_registry.ml.fitted import Fitted

if TYPE_CHECKING:
    from torch import Tensor

    from models_registry.ml.nets.segment import SegmentNet
    from models_registry.ml.training.segment import SegmentLearner


@ADAPTERS.add("segment_lite0")
class SegmentLite0(Lite0ShapeAdapter["SegmentNet"], PixelAdapter["SegmentNet"]):
    """Frozen features with a small head (default), or the whole net. Says one mask a class that is there."""

    info = AdapterInfo(
        name="segment_lite0",
        title="Segmentation on EfficientNet-Lite0",
        description="Says which pixels belong to each label, on pretrained features: learns in minutes without a GPU.",
        task="semantic_segmentation",
        annotation_types=("mask",),
        learns_from=TAUGHT_BY,
        licence="Apache-2.0",
        public=lite0.PUBLIC,
        input_size=320,
        encoder=True,
        config_schema=fields.config_schema(
            {
                "mode": lite0.MODE,
                "weights": lite0.WEIGHTS,
                "input_size": fields.integer(
                    320, 64, 1280, "Pixels of the longer side the picture is scaled to.", multiple=32
                ),
                "width": fields.integer(64, 16, 256, "Channels of the head."),
                **fields.step_training(steps=500, checks=10, batch_size=8, learning_rate=3e-3),
            }
        ),
    )

    def __init__(self) -> None:
        super().__init__()
        self._running: SegmentNet | None = None

    def _new_net(self, classes: int) -> SegmentNet:
        from models_registry.ml.nets.segment import SegmentHead, SegmentNet

        backbone = self._backbone()
        return SegmentNet(backbone, SegmentHead(backbone.channels, classes, width=self.config["width"]))

    def _learner(self) -> type[SegmentLearner]:
        from models_registry.ml.training.segment import FrozenSegmentLearner, SegmentLearner

        return FrozenSegmentLearner if self._frozen else SegmentLearner

    def _ready(self) -> None:
        from models_registry.ml.nets.fuse import fuse_for_inference
        from models_registry.ml.nets.runtime import prepare

        if self._running is None:
            self._running = prepare(fuse_for_inference(self._need_net()))

    def _say(self, pixels: Tensor, pictures: Sequence[Fitted], embeddings: bool) -> list[Said]:
        assert self._running is not None
        if not embeddings:
            return decoded(self._running(pixels), pictures)
        logits, vectors = self._running.with_embedding(pixels)
        return [
            Said(said.shapes, said.uncertainty, vector)
            for said, vector in zip(decoded(logits, pictures), as_float16(vectors), strict=True)
        ]

    def _embed(self, pixels: Tensor) -> Tensor:
        assert self._running is not None
        return self._running.backbone.embed(self._running.backbone(pixels)[2])

    def _set(self, net: SegmentNet) -> None:
        super()._set(net)
        self._running = None
