"""Base of the adapters whose semantic segmentation comes from torchvision."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._pixels import TAUGHT_BY, PixelAdapter, decoded
from models_registry.ml.adapters._shapes import Said, as_float16
from models_registry.ml.adapters._torchvision import WEIGHTS, downloaded
from models_registry.ml.adapters._weights import fill_matching, load_weights_file, weights_path
from models_registry.ml.adapters.base import AdapterInfo, PublicWeights
from models_registry.ml.fitted import Fitted

if TYPE_CHECKING:
    from torch import Tensor, nn

    from models_registry.ml.nets.segmenters import Segmenter
    from models_registry.ml.training.segment import SegmentLearner


def mask_info(
    name: str,
    title: str,
    description: str,
    *,
    input_size: int,
    steps: int,
    learning_rate: float,
    public: tuple[PublicWeights, ...],
) -> AdapterInfo:
    """The declaration of a torchvision segmenter."""
    return AdapterInfo(
        name=name,
        title=title,
        description=description,
        task="semantic_segmentation",
        annotation_types=("mask",),
        learns_from=TAUGHT_BY,
        licence="BSD-3-Clause",
        input_size=input_size,
        public=public,
        config_schema=fields.config_schema(
            {
                "input_size": fields.integer(
                    input_size, 64, 1280, "Pixels of the longer side the picture is scaled to.", multiple=32
                ),
                "weights": WEIGHTS,
                **fields.step_training(steps=steps, checks=5, batch_size=4, learning_rate=learning_rate),
            }
        ),
    )


class SegmenterAdapter(PixelAdapter["Segmenter"]):
    """``architecture`` is torchvision's name of the model."""

    architecture: ClassVar[str]

    def _new_net(self, classes: int) -> Segmenter:
        from models_registry.ml.nets.segmenters import Segmenter

        return Segmenter(self.architecture, classes)

    def _layers(self, net: Segmenter) -> nn.Module:
        backbone: nn.Module = net.body.backbone
        return backbone

    def _load_base(self, net: Segmenter) -> None:
        choice = self.config["weights"]
        if choice == "none":
            return
        known = choice == "torchvision"
        state = downloaded(self.architecture) if known else load_weights_file(weights_path(choice))
        fill_matching(net.body, state, "torchvision's file" if known else Path(choice).name, needed="backbone.")

    def _learner(self) -> type[SegmentLearner]:
        from models_registry.ml.training.segment import SegmentLearner

        return SegmentLearner

    def _ready(self) -> None:
        from models_registry.ml.nets.runtime import prepare

        prepare(self._need_net()).eval()

    def _say(self, pixels: Tensor, pictures: Sequence[Fitted], embeddings: bool) -> list[Said]:
        net = self._need_net()
        said = decoded(net(pixels), pictures)
        if not embeddings:
            return said
        vectors = as_float16(net.embed(pixels))
        return [Said(one.shapes, one.uncertainty, vector) for one, vector in zip(said, vectors, strict=True)]

    def _embed(self, pixels: Tensor) -> Tensor:
        return self._need_net().embed(pixels)
