"""Semantic segmentation by a small head on EfficientNet-Lite0 with ImageNet weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from models_registry.ml.adapters import _lite0 as lite0
from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._lite0_shapes import Lite0ShapeAdapter
from models_registry.ml.adapters._shapes import Said, as_float16, check_shapes
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo, ShapeData, TrainHooks, TrainResult
from models_registry.ml.fitted import Fitted, FittedStore, stacked
from models_registry.ml.rasters import mask_shapes
from models_registry.ml.shapes import Shape

if TYPE_CHECKING:
    from torch import Tensor

    from models_registry.ml.nets.segment import SegmentNet


@ADAPTERS.add("segment_lite0")
class SegmentLite0(Lite0ShapeAdapter["SegmentNet"]):
    """Frozen features with a small head (default), or the whole net. Says one mask a class that is there."""

    info = AdapterInfo(
        name="segment_lite0",
        title="Segmentation on EfficientNet-Lite0",
        description="Says which pixels belong to each label, on pretrained features: learns in minutes without a GPU.",
        task="semantic_segmentation",
        annotation_types=("mask",),
        learns_from=("polygon", "ellipse"),
        licence="Apache-2.0",
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
        self.threshold = 0.0  # every class said has pixels

    def _new_net(self, classes: int) -> SegmentNet:
        from models_registry.ml.nets.segment import SegmentHead, SegmentNet

        backbone = self._backbone()
        return SegmentNet(backbone, SegmentHead(backbone.channels, classes, width=self.config["width"]))

    def train(self, data: ShapeData, hooks: TrainHooks) -> TrainResult:
        from models_registry.ml.nets.runtime import prepare
        from models_registry.ml.training.checkpoint import fingerprint
        from models_registry.ml.training.pictures import AugmentedPictures, Look
        from models_registry.ml.training.segment import FrozenSegmentLearner, PixelQuality, SegmentLearner
        from models_registry.ml.training.steps import StepRecipe, StepTrainer

        check_shapes(data, len(self.labels))
        net = self._need_net()
        shown = FittedStore(data.validation.images, self.input_size)
        quality = PixelQuality(data.validation.shapes, len(self.labels), self._sayer(shown), shown.sizes_wh)
        kind: type[SegmentLearner] = FrozenSegmentLearner if self._frozen else SegmentLearner
        pictures = AugmentedPictures(data.train, self.input_size, Look.of(self.config), self.seed)
        learner = kind(prepare(net), pictures, quality, norm=self.norm)
        key = fingerprint(self.config, self.labels, self.seed, data.train, data.validation)
        recipe = StepRecipe.of(self.config)
        result = StepTrainer(learner, recipe, hooks, count=len(data.train), seed=self.seed, key=key).run()
        net.eval()
        self._set(net)
        return result

    def _sayer(self, store: FittedStore) -> Callable[[], list[list[Shape]]]:
        """What the net in training says of the validation pictures."""
        import torch

        from models_registry.ml.nets.runtime import device, to_input

        @torch.inference_mode()
        def say() -> list[list[Shape]]:
            net = self._need_net()
            found: list[list[Shape]] = []
            for at in range(len(store)):
                picture = store.take([at])[0]
                found += [
                    said.shapes
                    for said in self._decoded(net(to_input(stacked([picture]), *self.norm, device())), [picture])
                ]
            return found

        return say

    def _ready(self) -> None:
        from models_registry.ml.nets.fuse import fuse_for_inference
        from models_registry.ml.nets.runtime import prepare

        if self._running is None:
            self._running = prepare(fuse_for_inference(self._need_net()))

    def _say(self, pixels: Tensor, pictures: Sequence[Fitted], embeddings: bool) -> list[Said]:
        assert self._running is not None
        if not embeddings:
            return self._decoded(self._running(pixels), pictures)
        logits, vectors = self._running.with_embedding(pixels)
        return [
            Said(said.shapes, said.uncertainty, vector)
            for said, vector in zip(self._decoded(logits, pictures), as_float16(vectors), strict=True)
        ]

    def _embed(self, pixels: Tensor) -> Tensor:
        assert self._running is not None
        return self._running.backbone.embed(self._running.backbone(pixels)[2])

    def _decoded(self, logits: Tensor, pictures: Sequence[Fitted]) -> list[Said]:
        """Classes at a quarter of the canvas, enlarged smoothly to the canvas, then to the picture. How unsure: the
        mean over places of one minus the margin of the two likeliest classes."""
        from torch.nn import functional

        said = []
        for one, picture in zip(logits, pictures, strict=True):
            wide, high = picture.content_wh
            whole = functional.interpolate(one[None], scale_factor=4.0, mode="bilinear", align_corners=False)[0]
            probs = whole[:, :high, :wide].softmax(0)
            best, label = probs.max(0)
            two = probs.topk(2, dim=0).values
            unsure = float((1 - (two[0] - two[1])).mean())
            place = picture.places()
            classes, sure = label.cpu().numpy()[place], best.cpu().numpy()[place]
            said.append(Said(mask_shapes(classes, sure), min(max(unsure, 0.0), 1.0)))
        return said

    def _set(self, net: SegmentNet) -> None:
        super()._set(net)
        self._running = None
