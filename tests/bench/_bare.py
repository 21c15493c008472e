"""The bare net: what somebody writes who only wants a model's answers for a folder of files.

Each file is decoded, scaled and normalised, batches go through the net without gradients, nothing is kept. Decoding
runs ahead in threads; an operation of the net has all of torch's threads. No database, no storage, no errors caught.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

CORES = os.cpu_count() or 1


def bare(run: Bare, files: list[Path], batch: int, threads: int = CORES) -> float:
    """Seconds of decoding and of the net."""
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        waiting = [pool.submit(run.decode, path) for path in files]
        for start in range(0, len(files), batch):
            run(np.stack([one.result() for one in waiting[start : start + batch]]))
    run.finish()
    return time.perf_counter() - started


class Bare:
    """A net with its decoding."""

    def __init__(self, adapter: Any) -> None:
        import torch

        from models_registry.ml.nets.runtime import device

        self.device = device()
        self.net, self.size = adapter._need_net().eval().to(self.device), adapter.input_size
        self.mean, self.std = (torch.tensor(v, device=self.device).view(1, 3, 1, 1) for v in adapter.norm)

    def __call__(self, pixels: Any) -> None:
        import torch

        with torch.inference_mode():
            x = torch.from_numpy(pixels).to(self.device).permute(0, 3, 1, 2).float()
            self.net((x - self.mean) / self.std)

    def finish(self) -> None:
        """Waits for a GPU to have done what it was given."""
        import torch

        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def decode(self, path: Path) -> Any:
        from PIL import Image

        with Image.open(path) as image:
            return np.asarray(self.scaled(image.convert("RGB")))

    def scaled(self, image: Any) -> Any:
        from PIL import Image

        return image.resize((self.size, self.size), Image.Resampling.BILINEAR)


class BareWhole(Bare):
    """Proportions kept; all pictures of this bench have the same."""

    def scaled(self, image: Any) -> Any:
        from PIL import Image

        scale = self.size / max(image.size)
        wide, high = (round(side * scale) for side in image.size)
        canvas = Image.new("RGB", (-(-wide // 32) * 32, -(-high // 32) * 32), (127, 127, 127))
        canvas.paste(image.resize((wide, high), Image.Resampling.BILINEAR))
        return canvas
