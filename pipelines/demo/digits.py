"""The 1,797 handwritten digits of scikit-learn, 8 × 8 pixels: the small benchmark of strategies."""

from __future__ import annotations

import numpy as np

from alp_site.lib.errors import Invalid
from pipelines.demo.pictures import SOURCES, Picture, Say, Source, as_png, draw

LABELS = tuple(str(digit) for digit in range(10))


def load(count: int, rng: np.random.Generator, say: Say) -> list[Picture]:
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise Invalid("The digits come with scikit-learn: pip install scikit-learn.", field="data") from None
    say(f"taking {count} of scikit-learn's digits")
    found = load_digits()
    grey = np.clip(found.images * 255 / 16, 0, 255).astype(np.uint8)
    return [
        Picture(f"/digits/{at:05d}.png", as_png(grey[at]), LABELS[int(found.target[at])])
        for at in draw(len(grey), count, rng)
    ]


SOURCES.register(
    "digits",
    Source(
        name="digits",
        title="Handwritten digits",
        labels=LABELS,
        load=load,
        adapter="small_cnn",
        configuration={"input_size": 8, "width": 16, "epochs": 30, "flip": False, "crop": 0.1, "colour_jitter": 0.0},
        defaults={"pool": 1000, "validation": 100, "test": 600, "seed_labels": 20, "budget": 20, "rounds": 8},
    ),
)
