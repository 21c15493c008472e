"""What adapters share that say a class for every pixel: learning, and answers as masks."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from models_registry.ml.adapters._portable import Portable
from models_registry.ml.adapters._shapes import Said, ShapeNetAdapter, check_shapes
from models_registry.ml.adapters.base import ShapeData, TrainHooks, TrainResult
from models_registry.ml.fitted import Fitted, FittedStore, stacked
from models_registry.ml.rasters import mask_shapes
from models_registry.ml.shapes import Shape

if TYPE_CHECKING:
    from torch import Tensor, nn

    from models_registry.ml.training.segment import SegmentLearner

Net = TypeVar("Net", bound="nn.Module")
TAUGHT_BY = ("polygon", "ellipse")


class PixelAdapter(ShapeNetAdapter[Net]):
    """A subclass gives ``_new_net``, a net that says logits (B, 1 + C, h, w) with 0 for none of the classes, and
    ``_learner``."""

    def __init__(self) -> None:
        super().__init__()
        self.threshold = 0.0  # every class said has pixels

    def _learner(self) -> type[SegmentLearner]:
        raise NotImplementedError

    def train(self, data: ShapeData, hooks: TrainHooks) -> TrainResult:
        from models_registry.ml.nets.runtime import prepare
        from models_registry.ml.training.pictures import AugmentedPictures, Look
        from models_registry.ml.training.segment import PixelQuality

        check_shapes(data, len(self.labels))
        net = self._need_net()
        shown = FittedStore(data.validation.images, self.input_size)
        quality = PixelQuality(data.validation.shapes, len(self.labels), self._sayer(shown), shown.sizes_wh)
        pictures = AugmentedPictures(data.train, self.input_size, Look.of(self.config), self.seed)
        learner = self._learner()(prepare(net), pictures, quality, norm=self.norm)
        return self._learn(learner, data, hooks)

    def portable(self) -> Portable:
        mean, std = (list(values) for values in self.norm)
        asked = {"input_size": self.input_size, "mean": mean, "std": std, "output": "logits", "background": True}
        return Portable(
            copy.deepcopy(self._need_net()).cpu().eval(),
            {"logits": "(N, 1 + C, S / 4, S / 4), class 0 is none of the labels"},
            reads_as=("onnx_segmentation", asked),
        )

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
                pixels = to_input(stacked([picture]), *self.norm, device())
                found += [said.shapes for said in decoded(net(pixels), [picture])]
            return found

        return say


def decoded(logits: Tensor, pictures: Sequence[Fitted]) -> list[Said]:
    """Classes enlarged smoothly to the canvas, then to the picture. How unsure: the mean over places of one minus the
    margin of the two likeliest classes."""
    from torch.nn import functional

    said = []
    for one, picture in zip(logits, pictures, strict=True):
        wide, high = picture.content_wh
        canvas = picture.pixels.shape[:2]
        whole = functional.interpolate(one[None], size=canvas, mode="bilinear", align_corners=False)[0]
        probs = whole[:, :high, :wide].softmax(0)
        best, label = probs.max(0)
        two = probs.topk(2, dim=0).values
        unsure = float((1 - (two[0] - two[1])).mean())
        place = picture.places()
        classes, sure = label.cpu().numpy()[place], best.cpu().numpy()[place]
        said.append(Said(mask_shapes(classes, sure), min(max(unsure, 0.0), 1.0)))
    return said
