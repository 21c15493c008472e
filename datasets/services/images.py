"""Whether a file is the image it says it is, and how large. Decoding happens here, never inside a transaction."""

from __future__ import annotations

import io
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from PIL import (
    BmpImagePlugin,
    Image,
    ImageCms,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from datasets.errors import FileRefused

__all__ = ["EXTENSIONS", "ImageFacts", "eight_bit", "inspect", "is_other_than_srgb", "mimetype_for"]

# Our own limit is checked on the header before anything is decoded; Pillow's is lower than what we allow.
Image.MAX_IMAGE_PIXELS = None

EXTENSIONS = {
    "jpg": "JPEG", "jpeg": "JPEG", "jpe": "JPEG", "jfif": "JPEG", "png": "PNG", "webp": "WEBP", "bmp": "BMP",
    "dib": "BMP", "tif": "TIFF", "tiff": "TIFF",
}  # fmt: skip
_MIMETYPES = {
    "JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "BMP": "image/bmp", "TIFF": "image/tiff",
}  # fmt: skip
_SAME = {"MPO": "JPEG", "DIB": "BMP"}  # what phones call a JPEG with a second picture; a bitmap without file header
# Imported by name: Pillow loads decoders lazily, and only these may see what people send.
_PLUGINS = (BmpImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
_FORMATS = ["JPEG", "PNG", "WEBP", "BMP", "DIB", "TIFF"]
_ORIENTATION = 0x0112
_LARGE_PIXELS = 40_000_000
_PROFILED = frozenset({"L", "RGB", "RGBA", "CMYK"})
_one_large = threading.Semaphore(1)  # a decoded 250-megapixel picture takes a gigabyte: one at a time


@dataclass(frozen=True)
class ImageFacts:
    """What a decoded image is; width and height after EXIF orientation."""

    mimetype: str
    width: int
    height: int


def mimetype_for(filename: str) -> str:
    """The mimetype its extension promises. Raises FileRefused for what is no image we take."""
    extension = filename.rsplit(".", 1)[-1].lower() if "." in filename.rsplit("/", 1)[-1] else ""
    if extension not in EXTENSIONS:
        raise FileRefused(filename, "unsupported_type", "Not a JPEG, PNG, WebP, BMP or TIFF by its name.")
    return _MIMETYPES[EXTENSIONS[extension]]


def inspect(source: bytes | Path, filename: str) -> ImageFacts:
    """Decodes the image once to the end. Raises FileRefused: unsupported_type, not_an_image, mislabelled, too_large,
    corrupt."""
    promised = mimetype_for(filename)
    try:
        with _open(source) as image:
            kind = _SAME.get(image.format or "", image.format or "")
            if _MIMETYPES[kind] != promised:
                raise FileRefused(
                    filename, "mislabelled", f"The name says {promised}, the content is {_MIMETYPES[kind]}."
                )
            width, height = image.size
            if width * height > settings.MAX_IMAGE_PIXELS:
                limit = settings.MAX_IMAGE_PIXELS // 1_000_000
                raise FileRefused(filename, "too_large", f"{width}×{height} pixels; the limit is {limit} megapixels.")
            if min(width, height) < 1:
                raise FileRefused(filename, "corrupt", "The image has no pixels.")
            # Pillow turns TIFFs itself
            turned = kind != "TIFF" and image.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
            _decode(image)
        if kind == "PNG":  # load() stops at the last pixel; verify() also checks the checksum of every chunk
            with _open(source) as image:
                image.verify()
    except FileRefused:
        raise
    except UnidentifiedImageError:
        raise FileRefused(filename, "not_an_image", "The content is not an image we can read.") from None
    except Exception as error:  # noqa: BLE001  Pillow's decoders raise whatever they like on hostile bytes
        raise FileRefused(filename, "corrupt", f"The image is damaged: {_reason(error)}.") from None
    return ImageFacts(promised, *((height, width) if turned else (width, height)))


def _open(source: bytes | Path) -> Image.Image:
    handle: IO[bytes] | Path = io.BytesIO(source) if isinstance(source, bytes) else source
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Image.open(handle, formats=_FORMATS)


def _decode(image: Image.Image) -> None:
    pixels = image.size[0] * image.size[1]
    if pixels <= _LARGE_PIXELS:
        image.load()
        return
    if image.format in ("JPEG", "MPO"):  # a truncated stream shows at any scale; an eighth takes a 64th of the memory
        image.draft(image.mode, (image.size[0] // 8, image.size[1] // 8))
    with _one_large:
        image.load()


def _reason(error: Exception) -> str:
    text = str(error).split("\n")[0].strip().rstrip(".")
    return (text or type(error).__name__)[:160]


def is_other_than_srgb(profile: bytes) -> bool:
    """Whether a picture with this ICC profile looks wrong when its numbers are shown as sRGB. False for what is no
    profile."""
    try:
        known = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return "srgb" not in ImageCms.getProfileDescription(known).lower()
    except (OSError, ImageCms.PyCMSError):
        return False


def _in_srgb(image: Image.Image) -> Image.Image:
    """In the screen's colours if it brings an ICC profile of others that fits it; as it is otherwise."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in _PROFILED or not is_other_than_srgb(profile):
        return image
    opaque = image.getchannel("A") if image.mode == "RGBA" else None
    try:
        shown = ImageCms.profileToProfile(
            image.convert("RGB") if opaque else image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB",
        )  # fmt: skip
    except ImageCms.PyCMSError:  # a profile of greys in a picture of colours, and the like
        return image
    assert shown is not None
    if opaque:
        shown.putalpha(opaque)
    return shown


def eight_bit(image: Image.Image) -> Image.Image:
    """RGB or RGBA in the screen's colours, without a profile; deep greyscale is stretched over its own range: nothing
    of it would show otherwise."""
    shown = _shown(_in_srgb(image))
    shown.info.pop("icc_profile", None)
    return shown


def _shown(image: Image.Image) -> Image.Image:
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
