"""Small pictures for grids, made when first asked for and kept on disk. They may be deleted at any time."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from alp_site.lib import storage
from alp_site.lib.errors import NotFound

__all__ = ["SIZES", "Thumbnail", "thumbnail"]

SIZES = (64, 256, 1024, 2048)
_SHOWN_BY_BROWSERS = frozenset({"image/jpeg", "image/png", "image/webp", "image/bmp"})
_SMALL_FILE = 200_000
_at_work = threading.Semaphore(max(2, (os.cpu_count() or 2)))  # decoding must not take every core from the requests


@dataclass(frozen=True)
class Thumbnail:
    path: Path
    mimetype: str
    size: int


def thumbnail(sha256: str, size: int, *, mimetype: str, size_wh: tuple[int, int]) -> Thumbnail:
    """The picture of a blob within `size` pixels (rounded up to one of SIZES). Raises NotFound without its bytes.

    A small original that browsers show is its own thumbnail. Not on an event loop: it may decode."""
    edge = next((s for s in SIZES if s >= size), SIZES[-1])
    original = storage.path(sha256)
    if mimetype in _SHOWN_BY_BROWSERS and max(size_wh) <= edge and _bytes_of(original) <= _SMALL_FILE:
        return Thumbnail(original, mimetype, 0)
    cached = storage.derived_path(f"thumb/{edge}", sha256, ".webp")
    if not cached.is_file():
        with _at_work:
            if not cached.is_file():
                _make(original, cached, edge)
    return Thumbnail(cached, "image/webp", edge)


def _bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        raise NotFound("The bytes of this file are missing from storage.") from None


def _make(original: Path, cached: Path, edge: int) -> None:
    if not original.is_file():
        raise NotFound("The bytes of this file are missing from storage.")
    with Image.open(original) as image:
        image.draft("RGB", (edge * 2, edge * 2))  # JPEG only: decodes at a fraction, leaving room to resample well
        upright = ImageOps.exif_transpose(image)
        shown = _eight_bit(upright)
        shown.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
        cached.parent.mkdir(parents=True, exist_ok=True)
        temp = cached.with_name(f".{cached.name}.{os.getpid()}.{threading.get_ident()}")
        shown.save(temp, "WEBP", quality=82, method=2)
        temp.replace(cached)


def _eight_bit(image: Image.Image) -> Image.Image:
    """RGB or RGBA; deep greyscale is stretched over its own range, as nothing of it would show otherwise."""
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        deep = image.convert("F")
        low, high = deep.getextrema()
        assert isinstance(low, float)
        assert isinstance(high, float)
        scale = 255.0 / (high - low) if high > low else 0.0
        return deep.point(lambda value: value * scale - low * scale).convert("L").convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB")
