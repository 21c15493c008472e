"""What a source of labelled pictures is."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from alp_site.lib.registry import Registry

Say = Callable[[str], None]


@dataclass(frozen=True)
class Picture:
    """A picture as a file with its truth: a label, or all that is to be drawn on it, [{"type", "label", "geometry"}].
    The name does not give it away."""

    name: str
    data: bytes
    label: str
    shapes: tuple[Mapping[str, Any], ...] | None = None


@dataclass(frozen=True)
class Source:
    """Where labelled pictures come from.

    ``load(count, rng, say)`` gives ``count`` different pictures at random; ``title`` is what people read; ``adapter``
    and ``configuration`` what learns from them best; ``defaults`` the sizes of a headless run; ``task`` what is learnt
    and ``annotation_types`` what people draw for it.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    load: Callable[[int, np.random.Generator, Say], list[Picture]]
    adapter: str
    configuration: dict[str, Any]
    defaults: dict[str, int]
    task: str = "classification"
    annotation_types: tuple[str, ...] = ("class",)


SOURCES: Final[Registry[Source]] = Registry("source of pictures")


def as_png(pixels: NDArray[np.uint8]) -> bytes:
    """(H, W, 3) or (H, W) uint8 as the bytes of a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def draw(total: int, count: int, rng: np.random.Generator) -> Sequence[int]:
    """``count`` different numbers below ``total``, in random order."""
    if count > total:
        raise ValueError(f"there are {total} pictures, not {count}")
    return [int(i) for i in rng.permutation(total)[:count]]
