"""What adapters share that say every label a picture has: none or several, each for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._portable import Portable
from models_registry.ml.adapters._shapes import FLOOR, Said, ShapeNetAdapter, as_float16, check_shapes
from models_registry.ml.adapters.base import AdapterInfo, PublicWeights, ShapeData, TrainHooks, TrainResult
from models_registry.ml.fitted import Fitted, FittedStore
from models_registry.ml.shapes import Shape, crowd_uncertainty

if TYPE_CHECKING:
    from torch import Tensor

    from models_registry.ml.nets.tagger import TagNet
    from models_registry.ml.training.tagger import TagLearner


def tag_info(
    name: str,
    title: str,
    description: str,
    *,
    licence: str,
    own: Mapping[str, Any],
    steps: int,
    learning_rate: float,
    encoder: bool = False,
    public: tuple[PublicWeights, ...] = (),
) -> AdapterInfo:
    """The declaration of one. own: its fields beside those of training."""
    return AdapterInfo(
        name=name,
        title=title,
        description=description,
        task="multi_label_classification",
        annotation_types=("class",),
        licence=licence,
        input_size=224,
        encoder=encoder,
        public=public,
        config_schema=fields.config_schema(
            {
                **own,
                "input_size": fields.integer(
                    224, 64, 640, "Pixels of the longer side the picture is scaled to.", multiple=32
                ),
                **fields.step_training(steps=steps, checks=10, batch_size=16, learning_rate=learning_rate),
            }
        ),
    )


class TagAdapter(ShapeNetAdapter["TagNet"]):
    """A subclass gives ``info`` and ``_new_net``. Of the contract for shapes, because what it answers is a list of
    annotations; a class has no place."""

    def __init__(self) -> None:
        super().__init__()
        self._running: TagNet | None = None

    def _learner(self) -> type[TagLearner]:
        from models_registry.ml.training.tagger import TagLearner

        return TagLearner

    def train(self, data: ShapeData, hooks: TrainHooks) -> TrainResult:
        from models_registry.ml.nets.runtime import prepare
        from models_registry.ml.training.pictures import AugmentedPictures, Look
        from models_registry.ml.training.quality import Quality

        check_shapes(data, len(self.labels))
        net, classes, shown = self._need_net(), len(self.labels), data.validation.images
        sizes = FittedStore(shown, self.input_size).sizes_wh
        quality = Quality(data.validation.shapes, sizes, classes, lambda: self._asked(shown), self.info.task)
        pictures = AugmentedPictures(data.train, self.input_size, Look.of(self.config), self.seed)
        learner = self._learner()(prepare(net), pictures, quality, norm=self.norm, classes=classes)
        result = self._learn(learner, data, hooks)
        self.threshold = quality.threshold()
        return result

    def _asked(self, images: Sequence[Any]) -> list[list[Shape]]:
        """What the net in training says now."""
        self._running = None
        said = self.detect(images).shapes
        self._running = None
        return said

    def _ready(self) -> None:
        from models_registry.ml.nets.fuse import fuse_for_inference
        from models_registry.ml.nets.runtime import prepare

        if self._running is None:
            self._running = prepare(fuse_for_inference(self._need_net()))

    def _say(self, pixels: Tensor, pictures: Sequence[Fitted], embeddings: bool) -> list[Said]:
        import torch

        assert self._running is not None
        vectors = self._running.embed(pixels)
        scores = torch.sigmoid(self._running.head(vectors)).double().cpu().numpy()
        kept = as_float16(vectors) if embeddings else [None] * len(pictures)
        said = []
        for row, vector in zip(scores, kept, strict=True):
            order = sorted(range(len(row)), key=lambda label: -row[label])
            shapes = [Shape("class", label, None, float(row[label])) for label in order if row[label] >= FLOOR]
            said.append(Said(shapes, crowd_uncertainty(row, FLOOR), vector))
        return said

    def portable(self) -> Portable:
        from models_registry.ml.nets.fuse import fuse_for_inference
        from models_registry.ml.nets.portable import Tags

        return Portable(
            Tags(fuse_for_inference(self._need_net())).cpu().eval(),
            {"probabilities": "(N, C), each label for itself"},
            notes={"threshold": self.threshold},
        )

    def _embed(self, pixels: Tensor) -> Tensor:
        assert self._running is not None
        return self._running.embed(pixels)

    def _set(self, net: TagNet) -> None:
        super()._set(net)
        self._running = None
