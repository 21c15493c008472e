"""From stored bytes to square RGB arrays, decoded ahead of the net by threads. Pure: Pillow and numpy.

Pillow releases the interpreter lock while it decodes and resizes, so threads are enough and no child process is needed
(workers of the queue are not allowed to have any).
"""

from __future__ import annotations

import io
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

ImageSource = Path | str | bytes
"""Where an image's bytes are: a local path, or the bytes themselves."""

RESIZE = "squash-bilinear"  # part of every preprocessing key: change it and cached embeddings are no longer reused
CHUNK = 16  # images one decoding job handles: enough to hide its overhead, few enough to start the net early
_PIXEL_LIMIT = 200_000_000
_ORIENTATION = 0x0112  # the EXIF tag


class UnreadableImage(ValueError):
    """The bytes are not an image that can be decoded in full."""


def cpu_count() -> int:
    """Cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        return os.cpu_count() or 1


def decode_square(source: ImageSource, size: int) -> NDArray[np.uint8]:
    """The image as (size, size, 3) uint8 RGB, EXIF orientation applied, both sides scaled to ``size``.

    The whole picture is kept (no crop): in labelling work the object may be anywhere. Raises UnreadableImage.
    """
    with open_upright(source, (size, size)) as (rgb, _):
        square = rgb if rgb.size == (size, size) else rgb.resize((size, size), Image.Resampling.BILINEAR)
        return np.asarray(square, dtype=np.uint8)


@contextmanager
def open_upright(source: ImageSource, at_least: tuple[int, int]) -> Iterator[tuple[Image.Image, tuple[int, int]]]:
    """The picture as RGB, EXIF orientation applied, with its full width and height as it is shown.

    A JPEG may come decoded at a reduced scale whose sides are still ``at_least`` so long. Raises UnreadableImage, also
    for what goes wrong while the caller works with it.
    """
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
            if image.width * image.height > _PIXEL_LIMIT:
                raise UnreadableImage(f"{image.width}x{image.height} pixels are more than {_PIXEL_LIMIT}")
            full = image.size
            reduced = image.draft("RGB", at_least) is not None
            turned = image.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
            upright = ImageOps.exif_transpose(image)
            shown = full[::-1] if turned else full
            yield _to_rgb(upright), (shown if reduced else upright.size)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        name = "image bytes" if isinstance(source, bytes) else str(source)
        raise UnreadableImage(f"{name} cannot be decoded: {error}") from error


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":  # 16 and 32 bit greys: convert() would clip, not scale
        grey = np.asarray(image, dtype=np.float64)
        top = 65535.0 if grey.size and grey.max() > 255 else 255.0
        image = Image.fromarray(np.clip(grey / top * 255.0, 0, 255).astype(np.uint8))
    return image if image.mode == "RGB" else image.convert("RGB")


@dataclass
class Batch:
    """Images ``start .. start + len(pixels)`` of a sequence. A row of zeros stands for an image listed in
    ``errors``."""

    start: int
    pixels: NDArray[np.uint8]  # (B, size, size, 3) RGB
    errors: dict[int, str] = field(default_factory=dict)  # index in the whole sequence -> why


def spans(count: int, batch_size: int, streams: int = 1) -> list[range]:
    """The rows of each batch. Where several run beside each other the last round is cut in halves, so that no stream is
    done long before the others."""
    whole = count if streams < 2 else max(0, (count // batch_size - streams) * batch_size)
    short = max(1, batch_size // 2)
    starts = [(at, min(at + batch_size, whole)) for at in range(0, whole, batch_size)]
    starts += [(at, min(at + short, count)) for at in range(whole, count, short)]
    return [range(*span) for span in starts]


def decode_batches(
    images: Sequence[ImageSource],
    size: int,
    batch_size: int,
    *,
    workers: int | None = None,
    ahead: int = 3,
    streams: int = 1,
) -> Iterator[Batch]:
    """Decodes in threads, at most ``ahead`` batches before the consumer, and yields batches in order.

    ``streams``: how many batches the consumer works on at once (see ``spans``). An unreadable image never ends the run:
    its row is zero and its index is in ``Batch.errors``.
    """
    rows = iter(spans(len(images), batch_size, streams))
    waiting: deque[tuple[Batch, list[Future[dict[int, str]]]]] = deque()
    with ThreadPoolExecutor(workers or max(2, cpu_count()), thread_name_prefix="decode") as pool:

        def submit() -> None:
            span = next(rows, None)
            if span is None:
                return
            count = len(span)
            batch = Batch(span.start, np.zeros((count, size, size, 3), np.uint8))
            jobs = [
                pool.submit(_decode_into, batch, images, range(at, min(at + CHUNK, count)), size)
                for at in range(0, count, CHUNK)
            ]
            waiting.append((batch, jobs))

        try:
            for _ in range(max(1, ahead)):
                submit()
            while waiting:
                batch, jobs = waiting.popleft()
                for job in jobs:
                    batch.errors.update(job.result())
                submit()
                yield batch
        finally:
            for _, jobs in waiting:
                for job in jobs:
                    job.cancel()


def _decode_into(batch: Batch, images: Sequence[ImageSource], rows: range, size: int) -> dict[int, str]:
    errors = {}
    for row in rows:
        try:
            batch.pixels[row] = decode_square(images[batch.start + row], size)
        except UnreadableImage as error:
            errors[batch.start + row] = str(error)
    return errors


def decode_all(images: Sequence[ImageSource], size: int) -> tuple[NDArray[np.uint8], dict[int, str]]:
    """All images as one (N, size, size, 3) array, and what could not be read by index."""
    pixels = np.zeros((len(images), size, size, 3), np.uint8)
    errors: dict[int, str] = {}
    for batch in decode_batches(images, size, 64):
        pixels[batch.start : batch.start + len(batch.pixels)] = batch.pixels
        errors.update(batch.errors)
    return pixels, errors
