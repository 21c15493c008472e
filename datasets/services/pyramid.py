"""A huge picture as a pyramid: its halves, quarters, …, each cut into tiles, in one archive (an uncompressed zip).

Made in one pass, some rows at a time: a picture of 100 megapixels takes about 120 MB of memory whatever its size on
disk. Read by byte ranges: neither making nor serving a tile decodes the picture again.
"""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from datasets.services import images

if TYPE_CHECKING:
    import pyvips

__all__ = ["TILE", "Level", "build", "levels", "read_tile"]

TILE = 512
FEW_COLOURS = 256
_COLOURS = 3  # bands of a picture in colour
FEW_GREYS = 32  # any photograph in black and white has 256
STALE_SECONDS = 3600.0
_STRIP = 64
_LOADERS = {"image/jpeg": "jpegload", "image/png": "pngload", "image/webp": "webpload", "image/tiff": "tiffload"}
_LOSSY, _LOSSLESS = ".jpg[Q=90,keep=none]", ".webp[lossless=true,effort=0,keep=none]"
_MIMETYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}
_LOCAL_HEADER = 30  # bytes of a zip entry's own header before its name; [PKWARE APPNOTE 4.3.7]


@dataclass(frozen=True)
class Level:
    """A level's size: `scale` 1 is the picture itself, 0.5 its half; columns and rows of tiles."""

    scale: float
    columns: int
    rows: int


def levels(size_wh: tuple[int, int]) -> list[Level]:
    """Coarsest first: the first level is one tile, the last the picture itself. A half is rounded up."""
    width, height = size_wh
    found = [Level(1.0, -(-width // TILE), -(-height // TILE))]
    while max(width, height) > TILE:
        width, height = (width + 1) // 2, (height + 1) // 2
        found.append(Level(found[-1].scale / 2, -(-width // TILE), -(-height // TILE)))
    return found[::-1]


# ---- making


def build(source: Path, target: Path, *, mimetype: str, tell: Callable[[float], None] = lambda share: None) -> None:
    """Writes the archive of `source` to `target`, replacing what is there. `tell`: the share that is done, often.

    Slow; not in a transaction. Killed half-way it leaves a temporary file, which a later call for `target` removes.
    Raises whatever the decoders raise on bytes that changed since they were checked."""
    import pyvips  # here, not above: it starts threads, and a worker's parent forks

    pyvips.cache_set_max(0)
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_stale(target)
    temp = target.with_name(f".{target.stem}.{os.getpid()}.{os.urandom(4).hex()}.zip")
    try:
        try:
            _cut(lambda: _streamed(source, mimetype), temp, tell)
        except (pyvips.Error, KeyError):  # a kind that only Pillow reads
            _cut(lambda: _whole(source), temp, tell)
        temp.replace(target)
    finally:
        temp.unlink(missing_ok=True)


def _cut(opened: Callable[[], pyvips.Image], target: Path, tell: Callable[[float], None]) -> None:
    suffix = _suffix(opened)
    picture = opened()
    picture.set_progress(True)
    picture.signal_connect("eval", lambda _image, progress: tell(progress.percent / 100))
    picture.dzsave(
        str(target), container="zip", layout="dz", imagename="p", suffix=suffix, tile_size=TILE, overlap=0,
        depth="onetile",
    )  # fmt: skip


def _remove_stale(target: Path) -> None:
    for left in target.parent.glob(f".{target.stem}.*"):
        if left.stat().st_mtime < time.time() - STALE_SECONDS:
            left.unlink(missing_ok=True)


def _streamed(source: Path, mimetype: str) -> pyvips.Image:
    """Upright in eight bits, read some rows at a time."""
    return _eight_bit(_opened(source, mimetype), lambda: _opened(source, mimetype))


def _whole(source: Path) -> pyvips.Image:
    import pyvips

    with Image.open(source) as image:
        return pyvips.Image.new_from_array(np.asarray(images.eight_bit(ImageOps.exif_transpose(image))))


def _opened(source: Path, mimetype: str) -> pyvips.Image:
    """Upright. A turned one cannot be read as a stream: libvips unpacks it into a temporary file."""
    import pyvips

    load = getattr(pyvips.Image, _LOADERS[mimetype])
    picture = load(str(source), access="sequential")
    turned = picture.get_typeof("orientation") != 0 and picture.get("orientation") > 1
    return load(str(source), access="random").autorot() if turned else picture


def _eight_bit(picture: pyvips.Image, again: Callable[[], pyvips.Image]) -> pyvips.Image:
    """As `images.eight_bit`: in the screen's colours, deep greyscale stretched over its own range, other deep colours
    cut to the upper byte."""
    profiled = picture.bands >= _COLOURS and picture.get_typeof("icc-profile-data") != 0
    if profiled and picture.interpretation != "cmyk" and images.is_other_than_srgb(picture.get("icc-profile-data")):
        return picture.icc_transform("srgb", embedded=True, depth=8)
    if picture.interpretation == "cmyk":
        return picture.icc_transform("srgb", embedded=True, input_profile="cmyk")
    if picture.format != "uchar" and picture.bands == 1:
        low, high = again().min(), again().max()
        scale = 255.0 / (high - low) if high > low else 0.0
        return ((picture - low) * scale).cast("uchar").copy(interpretation="b-w")
    if picture.format == "ushort":
        grey = picture.bands == 2  # and how opaque
        picture = (picture >> 8).cast("uchar").copy(interpretation="b-w" if grey else "srgb")
    return picture if picture.interpretation in ("srgb", "b-w") else picture.colourspace("srgb")


def _suffix(opened: Callable[[], pyvips.Image]) -> str:
    """Without loss where it shows: see-through pictures, and drawn ones of few colours."""
    import pyvips

    picture = opened()
    if picture.hasalpha():
        return _LOSSLESS
    colours = _Colours(picture.bands, FEW_COLOURS if picture.bands > 1 else FEW_GREYS)
    colours.take(picture.crop(0, 0, picture.width, min(_STRIP, picture.height)).numpy().tobytes())
    if not colours.many:  # a photograph has shown itself by now
        target = pyvips.TargetCustom()
        target.on_write(colours.take)
        opened().rawsave_target(target)
    return _LOSSY if colours.many else _LOSSLESS


class _Colours:
    """Counts the colours of pixels that come as bytes, up to a number."""

    def __init__(self, bands: int, few: int) -> None:
        self.bands, self.few = bands, few
        self.seen: set[int] = set()
        self.rest = b""

    @property
    def many(self) -> bool:
        return len(self.seen) > self.few

    def take(self, data: bytes) -> int:
        """The next pixels; they may be parted within one. Returns how many bytes were taken: all."""
        if not self.many:
            held = self.rest + bytes(data)
            whole = len(held) - len(held) % self.bands
            self.rest = held[whole:]
            pixels = np.frombuffer(held[:whole], np.uint8).reshape(-1, self.bands).astype(np.uint32)
            packed = sum(pixels[:, band] << (8 * band) for band in range(self.bands))
            self.seen.update(np.unique(packed).tolist())
        return len(data)


# ---- reading


def read_tile(archive: Path, level: int, column: int, row: int) -> tuple[bytes, str] | None:
    """A tile's bytes and mimetype; None when the archive has no such tile. Raises FileNotFoundError without archive."""
    made = archive.stat()
    entry = _index(archive, made.st_mtime_ns, made.st_size).get((level, column, row))
    if entry is None:
        return None
    with archive.open("rb") as handle:
        handle.seek(entry.at)
        header = handle.read(_LOCAL_HEADER)
        handle.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), os.SEEK_CUR)
        return handle.read(entry.size), entry.mimetype


@dataclass(frozen=True)
class _Entry:
    at: int
    size: int
    mimetype: str


@lru_cache(maxsize=64)
def _index(archive: Path, _mtime: int, _size: int) -> dict[tuple[int, int, int], _Entry]:
    found: dict[tuple[int, int, int], _Entry] = {}
    with zipfile.ZipFile(archive) as entries:
        for one in entries.infolist():
            folder, _, name = one.filename.rpartition("/")
            place, _, extension = name.rpartition(".")
            level, (column, _, row) = folder.rpartition("/")[2], place.partition("_")
            if extension in _MIMETYPES and level.isdigit():
                key = (int(level), int(column), int(row))
                found[key] = _Entry(one.header_offset, one.file_size, _MIMETYPES[extension])
    return found
