"""The encoder of interactive segmentation (segment-anything, mobile), run by onnxruntime. Pure: Pillow and numpy.

The browser does the same in `static/src/studio/smart/prepare.ts`; what it decodes must come from the same preparation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["SHAPE", "SIDE", "Encoder", "prepared"]

SIDE = 1024
SHAPE = (256, 64, 64)
_MEAN = np.array([123.675, 116.28, 103.53], np.float32)
_SPREAD = np.array([58.395, 57.12, 57.375], np.float32)


def prepared(image: Image.Image) -> NDArray[np.float32]:
    """(3, 1024, 1024) float32 RGB: longest side scaled to 1024, normalised, zeros at the right and below."""
    scale = SIDE / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    rgb = image.convert("RGB").resize(size, Image.Resampling.BILINEAR)
    tensor = np.zeros((3, SIDE, SIDE), np.float32)
    pixels = (np.asarray(rgb, dtype=np.float32) - _MEAN) / _SPREAD
    tensor[:, : size[1], : size[0]] = pixels.transpose(2, 0, 1)
    return tensor


class Encoder:
    """The network, loaded once; ``threads`` 0 = as many as there are cores. Not for two threads at a time."""

    def __init__(self, path: Path, *, threads: int = 0) -> None:
        import onnxruntime  # sleeps until a picture is to be encoded

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(self, tensor: NDArray[np.float32]) -> NDArray[np.float32]:
        """(256, 64, 64) float32 of a prepared (3, 1024, 1024) picture."""
        return np.asarray(self._session.run(None, {"input": tensor[None]})[0][0], dtype=np.float32)
