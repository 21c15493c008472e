"""Decoded training pictures: kept in memory while they fit, decoded again each epoch when they do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from models_registry.ml.images import ImageSource, decode_all

MEMORY_LIMIT = 1 << 30  # bytes of decoded pixels one split may hold


class PixelStore:
    """``take(indices)`` -> (B, S, S, 3) uint8. Raises Invalid naming unreadable images before training begins."""

    def __init__(self, images: Sequence[ImageSource], size: int, *, limit: int = MEMORY_LIMIT) -> None:
        self._images = images
        self._size = size
        self._kept: NDArray[np.uint8] | None = None
        if len(images) * size * size * 3 <= limit:
            self._kept = _readable(images, range(len(images)), size)

    def __len__(self) -> int:
        return len(self._images)

    def take(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        if self._kept is not None:
            return self._kept[indices]
        return _readable([self._images[i] for i in indices], indices.tolist(), self._size)


def _readable(images: Sequence[ImageSource], indices: Sequence[int], size: int) -> NDArray[np.uint8]:
    pixels, errors = decode_all(images, size)
    if errors:
        first, why = next(iter(sorted(errors.items())))
        raise Invalid(
            f"{len(errors)} training images cannot be read. The first: {why}",
            field="images",
            indices=[indices[i] for i in sorted(errors)],
            first=indices[first],
        )
    return pixels
