"""Pictures scaled to fit, their proportions kept: what nets see that must say where something is.

Scaled so that the longer side has ``size`` pixels, laid into the left top of a canvas whose sides are multiples of
``STEP``; the rest of the canvas is grey. Squashing to a square would turn rotated boxes into what no box can say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from alp_site.lib.errors import Invalid
from models_registry.ml.images import ImageSource, UnreadableImage, cpu_count, open_upright

STEP = 32  # what the deepest feature map of every net here divides by
GREY = 127
FIT = "fit-bilinear-32"  # part of every preprocessing key
MEMORY_LIMIT = 1 << 30  # bytes of decoded pixels a store may keep


@dataclass(frozen=True)
class Fitted:
    """pixels: (H, W, 3) uint8 RGB. size_wh: of the picture as it is shown. content_wh: the part of the canvas it
    covers. Picture to canvas: multiply by ``scale_xy``."""

    pixels: NDArray[np.uint8]
    size_wh: tuple[int, int]
    content_wh: tuple[int, int]

    @property
    def scale_xy(self) -> tuple[float, float]:
        """Canvas pixels per picture pixel, almost the same both ways (the content has whole pixels)."""
        return self.content_wh[0] / self.size_wh[0], self.content_wh[1] / self.size_wh[1]

    def places(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each pixel of the picture the nearest one of its content, as rows (H, 1) and columns (1, W)."""
        (width, height), (wide, high) = self.size_wh, self.content_wh
        rows = np.minimum(((np.arange(height) + 0.5) * high / height).astype(np.int64), high - 1)
        columns = np.minimum(((np.arange(width) + 0.5) * wide / width).astype(np.int64), wide - 1)
        return rows[:, None], columns[None, :]


def fit(source: ImageSource, size: int) -> Fitted:
    """Decodes one picture. Raises UnreadableImage."""
    with open_upright(source, (size, size)) as (image, size_wh):
        width, height = size_wh
        scale = size / max(width, height)
        content = max(1, round(width * scale)), max(1, round(height * scale))
        scaled = image if image.size == content else image.resize(content, Image.Resampling.BILINEAR)
        canvas = np.full((_up(content[1]), _up(content[0]), 3), GREY, np.uint8)
        canvas[: content[1], : content[0]] = np.asarray(scaled, np.uint8)
        return Fitted(canvas, size_wh, content)


def _up(side: int) -> int:
    return -(-side // STEP) * STEP


def fit_all(images: Sequence[ImageSource], size: int) -> Iterator[Fitted | str]:
    """Each picture in its order, decoded ahead in threads; the reason for one that cannot be read."""

    def one(image: ImageSource) -> Fitted | str:
        try:
            return fit(image, size)
        except UnreadableImage as error:
            return str(error)

    with ThreadPoolExecutor(max(2, cpu_count()), thread_name_prefix="decode") as pool:
        for start in range(0, len(images), 64):
            yield from pool.map(one, [images[i] for i in range(start, min(start + 64, len(images)))])


def stacked(pictures: Sequence[Fitted]) -> NDArray[np.uint8]:
    """(B, H, W, 3) on the smallest canvas that holds them all."""
    height = max(p.pixels.shape[0] for p in pictures)
    width = max(p.pixels.shape[1] for p in pictures)
    if all(p.pixels.shape[:2] == (height, width) for p in pictures):
        return np.stack([p.pixels for p in pictures])
    out = np.full((len(pictures), height, width, 3), GREY, np.uint8)
    for row, picture in zip(out, pictures, strict=True):
        row[: picture.pixels.shape[0], : picture.pixels.shape[1]] = picture.pixels
    return out


def on_square(picture: Fitted, side: int) -> NDArray[np.uint8]:
    """(1, side, side, 3): its canvas in the left top of a grey square, for nets that take no other."""
    canvas = np.full((1, side, side, 3), GREY, np.uint8)
    height, width = min(side, picture.pixels.shape[0]), min(side, picture.pixels.shape[1])
    canvas[0, :height, :width] = picture.pixels[:height, :width]
    return canvas


class FittedStore:
    """The pictures of a split, decoded once while they fit into memory. Raises Invalid naming unreadable ones."""

    def __init__(self, images: Sequence[ImageSource], size: int, *, limit: int = MEMORY_LIMIT) -> None:
        self._images, self._size = images, size
        self._kept: list[Fitted] | None = []
        self.sizes_wh: list[tuple[int, int]] = []
        bad: dict[int, str] = {}
        used = 0
        for at, found in enumerate(fit_all(images, size)):
            if isinstance(found, str):
                bad[at] = found
                continue
            self.sizes_wh.append(found.size_wh)
            used += found.pixels.nbytes
            if used > limit:
                self._kept = None
            if self._kept is not None:
                self._kept.append(found)
        if bad:
            text = f"{len(bad)} training images cannot be read. The first: {next(iter(bad.values()))}"
            raise Invalid(text, field="images", indices=sorted(bad))

    def __len__(self) -> int:
        return len(self._images)

    def take(self, indices: Sequence[int] | NDArray[Any]) -> list[Fitted]:
        if self._kept is not None:
            return [self._kept[int(i)] for i in indices]
        return [fit(self._images[int(i)], self._size) for i in indices]
