"""Instance segmentation by a small head on EfficientNet-Lite0 with ImageNet weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from models_registry.ml.adapters import _lite0 as lite0
from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._lite0_shapes import Lite0ShapeAdapter
from models_registry.ml.adapters._portable import Portable
from models_registry.ml.adapters._shapes import FLOOR, Said, as_float16, check_shapes
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo, ShapeData, TrainHooks, TrainResult
from models_registry.ml.fitted import Fitted, FittedStore, stacked
from models_registry.ml.shapes import Shape, crowd_uncertainty

if TYPE_CHECKING:
    from torch import Tensor

    from models_registry.ml.nets import instance
    from models_registry.ml.nets.instance import InstanceNet
    from models_registry.ml.nets.pyramid import Maps


@ADAPTERS.add("instance_lite0")
class InstanceLite0(Lite0ShapeAdapter["InstanceNet"]):
    """Frozen features with a small head (default), or the whole net. Says a mask for each object."""

    info = AdapterInfo(
        name="instance_lite0",
        title="Object masks on EfficientNet-Lite0",
        description="Finds each object and its outline on pretrained features: learns in minutes without a GPU.",
        task="instance_segmentation",
        annotation_types=("mask",),
        learns_from=("polygon", "ellipse"),
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
                **fields.step_training(steps=600, checks=10, batch_size=8, learning_rate=3e-3),
            }
        ),
    )

    def __init__(self) -> None:
        super().__init__()
        self._running: InstanceNet | None = None

    def _new_net(self, classes: int) -> InstanceNet:
        from models_registry.ml.nets.instance import InstanceHead, InstanceNet

        backbone = self._backbone()
        return InstanceNet(backbone, InstanceHead(backbone.channels, classes, width=self.config["width"]))

    def train(self, data: ShapeData, hooks: TrainHooks) -> TrainResult:
        from models_registry.ml.nets.runtime import prepare
        from models_registry.ml.training.instance import FrozenInstanceLearner, InstanceLearner
        from models_registry.ml.training.pictures import AugmentedPictures, Look
        from models_registry.ml.training.quality import Quality

        check_shapes(data, len(self.labels))
        net, classes = self._need_net(), len(self.labels)
        shown = FittedStore(data.validation.images, self.input_size)
        quality = Quality(data.validation.shapes, shown.sizes_wh, classes, self._sayer(shown), self.info.task)
        kind: type[InstanceLearner] = FrozenInstanceLearner if self._frozen else InstanceLearner
        pictures = AugmentedPictures(data.train, self.input_size, Look.of(self.config), self.seed)
        learner = kind(prepare(net), pictures, quality, norm=self.norm, classes=classes)
        result = self._learn(learner, data, hooks)
        self.threshold = quality.threshold()
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
                said = net(to_input(stacked([picture]), *self.norm, device()))
                found += [one.shapes for one in self._decoded(said, [picture])]
            return found

        return say

    def _ready(self) -> None:
        from models_registry.ml.nets.fuse import fuse_for_inference
        from models_registry.ml.nets.runtime import prepare

        if self._running is None:
            self._running = prepare(fuse_for_inference(self._need_net()))

    def _say(self, pixels: Tensor, pictures: Sequence[Fitted], embeddings: bool) -> list[Said]:
        assert self._running is not None
        maps: Maps = self._running.backbone(pixels)
        found = self._decoded(self._running.head(maps), pictures)
        if not embeddings:
            return found
        vectors = as_float16(self._running.backbone.embed(maps[2]))
        return [Said(one.shapes, one.uncertainty, vector) for one, vector in zip(found, vectors, strict=True)]

    def portable(self) -> Portable:
        from models_registry.ml.nets.fuse import fuse_for_inference
        from models_registry.ml.nets.portable import InstanceMaps

        return Portable(
            InstanceMaps(fuse_for_inference(self._need_net())).cpu().eval(),
            {
                "heat": "(N, C, S / 8, S / 8), scores of centres",
                "geometry": "(N, 4, S / 8, S / 8), offset x, y and log of width, height, in cells",
                "mixtures": "(N, P, S / 8, S / 8), at a centre how much of each prototype its mask takes",
                "prototypes": "(N, P, S / 4, S / 4); a mask is where their mixture is above 0, inside the box",
            },
            notes={"threshold": self.threshold, "overlap": 0.6},
        )

    def _embed(self, pixels: Tensor) -> Tensor:
        assert self._running is not None
        return self._running.backbone.embed(self._running.backbone(pixels)[2])

    def _decoded(self, said: instance.Said, pictures: Sequence[Fitted]) -> list[Said]:
        from models_registry.ml.nets.centre import peaks
        from models_registry.ml.nets.instance import mask_shapes_of

        answers = []
        for at, (found, picture) in enumerate(zip(peaks(said.heat, said.geometry), pictures, strict=True)):
            shapes = mask_shapes_of(found, said.mixtures[at], said.prototypes[at], picture, floor=FLOOR)
            answers.append(Said(shapes, crowd_uncertainty(found.score.numpy(), FLOOR)))
        return answers

    def _set(self, net: Any) -> None:
        super()._set(net)
        self._running = None
