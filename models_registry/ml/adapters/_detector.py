"""Base of the adapters whose detector comes from torchvision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._shapes import FLOOR, Said, ShapeNetAdapter, as_float16, check_shapes
from models_registry.ml.adapters._stored import Norm
from models_registry.ml.adapters._torchvision import WEIGHTS, downloaded
from models_registry.ml.adapters._weights import fill_matching, load_weights_file, weights_path
from models_registry.ml.adapters.base import AdapterInfo, PublicWeights, ShapeData, TrainHooks, TrainResult
from models_registry.ml.fitted import Fitted, FittedStore
from models_registry.ml.images import ImageSource
from models_registry.ml.shapes import Shape, as_boxes, box_shapes, crowd_uncertainty

if TYPE_CHECKING:
    from torch import Tensor, nn

    from models_registry.ml.nets.detectors import Detector, Found
    from models_registry.ml.training.detector import DetectorLearner

UNIT: Norm = ((0.0, 0.0, 0.0), (255.0, 255.0, 255.0))  # the models normalise themselves
LEARNS_FROM = ("polygon", "mask", "ellipse")


def schema(*, input_size: int, steps: int, learning_rate: float, **more: Any) -> dict[str, Any]:
    """Fields of a torchvision detector. more: fields of its own, or others in place of these."""
    return fields.config_schema(
        {
            "input_size": fields.integer(
                input_size, 64, 1344, "Pixels of the longer side the picture is scaled to.", multiple=32
            ),
            "weights": WEIGHTS,
            **fields.step_training(steps=steps, checks=5, batch_size=4, learning_rate=learning_rate),
            **more,
        }
    )


def box_info(
    name: str,
    title: str,
    description: str,
    *,
    input_size: int,
    steps: int,
    learning_rate: float,
    public: tuple[PublicWeights, ...],
) -> AdapterInfo:
    """The declaration of one that says upright boxes."""
    return AdapterInfo(
        name=name,
        title=title,
        description=description,
        task="detection",
        annotation_types=("box",),
        learns_from=LEARNS_FROM,
        licence="BSD-3-Clause",
        input_size=input_size,
        public=public,
        config_schema=schema(input_size=input_size, steps=steps, learning_rate=learning_rate),
    )


class DetectorAdapter(ShapeNetAdapter["Detector"]):
    """``architecture`` is torchvision's name of the model; it says upright boxes."""

    architecture: ClassVar[str]
    norm = UNIT

    def _new_net(self, classes: int) -> Detector:
        from models_registry.ml.nets.detectors import Detector

        return Detector(self.architecture, classes, self.input_size, **self._size_of_answers())

    def _size_of_answers(self) -> dict[str, int]:
        """What torchvision must be told besides of what the net says."""
        return {}

    def _layers(self, net: Detector) -> nn.Module:
        backbone: nn.Module = net.body.backbone
        return backbone

    def _load_base(self, net: Detector) -> None:
        choice = self.config["weights"]
        if choice == "none":
            return
        known = choice == "torchvision"
        state = downloaded(self.architecture) if known else load_weights_file(weights_path(choice))
        fill_matching(net.body, state, "torchvision's file" if known else Path(choice).name, needed="backbone.")

    def train(self, data: ShapeData, hooks: TrainHooks) -> TrainResult:
        from models_registry.ml.nets.runtime import prepare
        from models_registry.ml.training.pictures import AugmentedPictures, Look
        from models_registry.ml.training.quality import Quality

        check_shapes(data, len(self.labels))
        net = self._need_net()
        truth, shown = self._as_said(data.validation.shapes), data.validation.images
        sizes = FittedStore(shown, self.input_size).sizes_wh
        quality = Quality(truth, sizes, len(self.labels), self._sayer(shown), self.info.task)
        pictures = AugmentedPictures(data.train, self.input_size, Look.of(self.config), self.seed)
        learner = self._learner()(prepare(net), pictures, quality, norm=self.norm)
        result = self._learn(learner, data, hooks)
        self.threshold = quality.threshold()
        return result

    def _learner(self) -> type[DetectorLearner]:
        from models_registry.ml.training.detector import DetectorLearner

        return DetectorLearner

    def _as_said(self, shapes: Sequence[Sequence[Shape]]) -> Sequence[Sequence[Shape]]:
        """Truth in the form in which this net answers."""
        return as_boxes(shapes, turned=False)

    def _sayer(self, images: Sequence[ImageSource]) -> Callable[[], list[list[Shape]]]:
        """What the net in training says of the validation pictures."""
        return lambda: self.detect(images).shapes

    def _ready(self) -> None:
        from models_registry.ml.nets.runtime import prepare

        prepare(self._need_net()).eval()

    def _say(self, pixels: Tensor, pictures: Sequence[Fitted], embeddings: bool) -> list[Said]:
        net = self._need_net()
        vectors = as_float16(net.embed(pixels)) if embeddings else [None] * len(pictures)
        said = []
        for found, picture, vector in zip(net(pixels), pictures, vectors, strict=True):
            scores = found["scores"].cpu().numpy()
            said.append(Said(self._shapes(found, picture), crowd_uncertainty(scores, FLOOR), vector))
        return said

    def _shapes(self, found: Found, picture: Fitted) -> list[Shape]:
        """What was found, on the picture, best first."""
        sx, sy = picture.scale_xy
        scores = found["scores"].cpu().numpy()
        order = np.argsort(-scores, kind="stable")[: int((scores >= FLOOR).sum())]
        boxes = found["boxes"].cpu().double().numpy()[order] / (sx, sy, sx, sy)
        return box_shapes(found["labels"].cpu().numpy()[order] - 1, boxes, scores[order], picture.size_wh)

    def _embed(self, pixels: Tensor) -> Tensor:
        return self._need_net().embed(pixels)
