"""A frozen backbone's feature maps, made once of a few views of each picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models_registry.ml.nets.pyramid import Lite0Maps, Maps, SmallMaps
from models_registry.ml.nets.runtime import device, sent
from models_registry.ml.training.pictures import Augmented, AugmentedPictures, Norm

ROOM = 1 << 30  # bytes of maps kept, as float16
MOST, LEAST, TOGETHER = 12, 2, 1200  # views of one picture; of all together
BATCH = 16

Target = TypeVar("Target")


class Views(Generic[Target]):
    """``wanted(batch, height, width)``: what is to be learnt of each picture of a batch, where the nearest map has that
    many cells. Views are drawn by (seed, view, sample) and made when they are first needed."""

    def __init__(
        self,
        pictures: AugmentedPictures,
        backbone: Lite0Maps | SmallMaps,
        norm: Norm,
        wanted: Callable[[Augmented, int, int], list[Target]],
    ) -> None:
        self.pictures, self.backbone, self.norm, self.wanted = pictures, backbone, norm, wanted
        self.canvas = pictures.canvas()
        self.count = self._count(backbone.channels)
        self._maps: list[list[tuple[Tensor, ...]]] = []
        self._targets: list[list[Target]] = []

    def _count(self, channels: Sequence[int]) -> int:
        """Views of a picture: many of few pictures."""
        cells = self.canvas[0] * self.canvas[1]
        cost = 2 * sum(c * cells // (s * s) for c, s in zip(channels, (8, 16, 32), strict=True))
        room = int(ROOM / (cost * len(self.pictures)))
        return max(1, min(MOST, max(LEAST, TOGETHER // len(self.pictures)), room))

    def take(self, samples: NDArray[np.int64], step: int) -> tuple[Maps, list[Target]]:
        """A view of each picture, which one is decided by (seed, step)."""
        rng = np.random.default_rng([self.pictures.seed, step, 3])
        views = rng.integers(0, self.count, len(samples)).tolist()
        while len(self._maps) <= max(views):
            self._make(len(self._maps))
        pairs = list(zip(views, samples.tolist(), strict=True))
        near, middle, far = (
            sent(torch.stack(level), device()).float()
            for level in zip(*(self._maps[view][index] for view, index in pairs), strict=True)
        )
        return (near, middle, far), [self._targets[view][index] for view, index in pairs]

    def _make(self, view: int) -> None:
        maps: list[tuple[Tensor, ...]] = []
        targets: list[Target] = []
        for start in range(0, len(self.pictures), BATCH):
            samples = np.arange(start, min(start + BATCH, len(self.pictures)))
            batch = self._widened(self.pictures.take(samples, view))
            with torch.inference_mode():
                made = self.backbone(batch.normalised(self.norm))
            targets += self.wanted(batch, made[0].shape[2], made[0].shape[3])
            maps += [tuple(one[i].half().clone() for one in made) for i in range(len(samples))]
        self._maps.append(maps)
        self._targets.append(targets)

    def _widened(self, batch: Augmented) -> Augmented:
        """On the canvas that all pictures share."""
        below, right = self.canvas[0] - batch.size[1], self.canvas[1] - batch.size[0]
        if not (below or right):
            return batch
        return Augmented(nn.functional.pad(batch.pixels, (0, right, 0, below), value=self.norm[0][0]), batch.shapes)
