"""The centre-point detectors: one head, one way of learning, on whatever backbone a subclass has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._portable import Portable
from models_registry.ml.adapters._shapes import FLOOR, Said, ShapeNetAdapter, as_float16, check_shapes
from models_registry.ml.adapters.base import ShapeData, TrainHooks, TrainResult
from models_registry.ml.fitted import Fitted, FittedStore, stacked
from models_registry.ml.shapes import Shape, as_boxes, crowd_uncertainty

if TYPE_CHECKING:
    from torch import Tensor

    from models_registry.ml.nets.centre import CentreNet

LEARNS_FROM = ("polygon", "mask", "ellipse")


def centre_fields(*, input_size: int, steps: int, learning_rate: float) -> dict[str, Any]:
    """The configuration of a centre-point detector."""
    return {
        "input_size": fields.integer(
            input_size, 64, 1280, "Pixels of the longer side the picture is scaled to.", multiple=32
        ),
        "width": fields.integer(64, 16, 256, "Channels of the head."),
        "rotated": fields.boolean(False, "Learn and say turned boxes; otherwise the upright box around each object."),
        **fields.step_training(steps=steps, checks=10, batch_size=8, learning_rate=learning_rate),
    }


class CentreAdapter(ShapeNetAdapter["CentreNet"]):
    """A subclass gives ``_new_net`` and whether the backbone is ``_frozen``."""

    _points: ClassVar[bool] = False  # whether centres are all there is to say

    def __init__(self) -> None:
        super().__init__()
        self._running: CentreNet | None = None

    @property
    def _frozen(self) -> bool:
        """Whether the backbone stays as it is."""
        return False

    def train(self, data: ShapeData, hooks: TrainHooks) -> TrainResult:
        from models_registry.ml.training.centre import CentreLearner, FrozenCentreLearner
        from models_registry.ml.training.pictures import AugmentedPictures, Look
        from models_registry.ml.training.quality import Quality

        check_shapes(data, len(self.labels))
        net = self._need_net()
        rotated, classes = self.config["rotated"], len(self.labels)
        shown = FittedStore(data.validation.images, self.input_size)
        quality = Quality(
            self._as_said(data.validation.shapes), shown.sizes_wh, classes, self._sayer(shown), self.info.task
        )
        kind: type[CentreLearner] = FrozenCentreLearner if self._frozen else CentreLearner
        pictures = AugmentedPictures(data.train, self.input_size, Look.of(self.config), self.seed)
        learner = kind(self._prepared(net), pictures, quality, norm=self.norm, rotated=rotated, classes=classes)
        result = self._learn(learner, data, hooks)
        self.threshold = quality.threshold()
        return result

    def _prepared(self, net: CentreNet) -> CentreNet:
        from models_registry.ml.nets.runtime import prepare

        return prepare(net)

    def _as_said(self, shapes: Sequence[Sequence[Shape]]) -> Sequence[Sequence[Shape]]:
        """Truth in the form in which this net answers."""
        return as_boxes(shapes, turned=self.config["rotated"])

    def _sayer(self, store: FittedStore) -> Callable[[], list[list[Shape]]]:
        """What the net in training says of the validation pictures; a frozen backbone's maps are made once."""
        import torch

        from models_registry.ml.nets.runtime import device, to_input

        kept: dict[int, Any] = {}

        @torch.inference_mode()
        def say() -> list[list[Shape]]:
            net = self._need_net()
            found: list[list[Shape]] = []
            for at in range(len(store)):
                picture = store.take([at])[0]
                maps = kept.get(at)
                if maps is None:
                    maps = net.backbone(to_input(stacked([picture]), *self.norm, device()))
                    if self._frozen:
                        kept[at] = tuple(one.half() for one in maps)
                heat, geometry = net.head(tuple(one.float() for one in maps))
                found += [said.shapes for said in self._decoded(heat, geometry, [picture])]
            return found

        return say

    def _ready(self) -> None:
        from models_registry.ml.nets.fuse import fuse_for_inference

        if self._running is None:
            self._running = self._prepared(fuse_for_inference(self._need_net()))

    def _say(self, pixels: Tensor, pictures: Sequence[Fitted], embeddings: bool) -> list[Said]:
        assert self._running is not None
        if not embeddings:
            heat, geometry = self._running(pixels)
            return self._decoded(heat, geometry, pictures)
        heat, geometry, vectors = self._running.with_embedding(pixels)
        return [
            Said(said.shapes, said.uncertainty, vector)
            for said, vector in zip(self._decoded(heat, geometry, pictures), as_float16(vectors), strict=True)
        ]

    def _embed(self, pixels: Tensor) -> Tensor:
        assert self._running is not None
        return self._running.backbone.embed(self._running.backbone(pixels)[2])

    def _decoded(self, heat: Tensor, geometry: Tensor, pictures: Sequence[Fitted]) -> list[Said]:
        from models_registry.ml.nets.centre import peaks, shapes_of

        said = []
        for found, picture in zip(peaks(heat, geometry), pictures, strict=True):
            shapes = shapes_of(found, picture, floor=FLOOR, points=self._points)
            said.append(Said(shapes, crowd_uncertainty(found.score.numpy(), FLOOR)))
        return said

    def portable(self) -> Portable:
        """Every cell of the map as a row; who reads it takes away what a better one of the same label overlaps."""
        from models_registry.ml.nets.fuse import fuse_for_inference
        from models_registry.ml.nets.portable import CentreRows, CentreTurned

        net = fuse_for_inference(self._need_net()).cpu()
        notes = {"threshold": self.threshold, "overlap": 0.6}
        mean, std = (list(values) for values in self.norm)
        asked = {"input_size": self.input_size, "mean": mean, "std": std, "threshold": self.threshold}
        asked["each_label"] = True
        if self.config["rotated"]:
            meaning = "(N, K, 5 + C): centre x, y, width, height, angle clockwise in radians, then a score a label"
            reads_as = ("onnx_detection", {**asked, "outputs": "turned_rows"})
            return Portable(CentreTurned(net).eval(), {"rows": meaning}, reads_as=reads_as, notes=notes)
        return Portable(
            CentreRows(net).eval(),
            {"rows": "(N, K, 4 + C): centre x, y, width, height in pixels of the input, then a score a label"},
            reads_as=None if self._points else ("onnx_detection", {**asked, "outputs": "rows"}),
            notes=notes,
        )

    def _set(self, net: CentreNet) -> None:
        super()._set(net)
        self._running = None

    def _encoder_state(self) -> dict[str, Tensor]:
        return dict(self._need_net().backbone.state_dict())
