"""A training's answers for a few validation pictures, kept of each epoch, for people who look on.

Beside the checkpoint lies one file, replaced whole with every epoch and before the checkpoint: a training that goes on
after being killed lacks none. It is as long as ``MOST_EPOCHS`` epochs of ``PICTURES`` answers, whatever the training.
"""

from __future__ import annotations

import json
import math
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib import storage
from models_registry.ml.adapters import AnyAdapter, ShapeData, TrainData, says_shapes
from models_registry.ml.images import UnreadableImage, open_upright
from models_registry.ml.shapes import Shape
from models_registry.models import Model
from models_registry.selectors.samples import FILE, read_live
from models_registry.services import artifacts
from models_registry.services.drawing import DECIMALS, drawn
from models_registry.services.embeddings import BlobImages
from models_registry.services.versions import LINEAGE

__all__ = ["SampleWriter", "chosen", "kept_epochs"]

FORMAT = "alp.samples/1"
PICTURES = 6
MOST_EPOCHS = 60
MOST_SHAPES = 30  # the surest of a picture
LEAST = 0.1  # score of a shape; what is surer than the version's threshold is shown
BEST = 3  # classes of a picture
DOTS = 256  # across a picture where it will be seen


def chosen(blobs: Sequence[str], kinds: Sequence[int]) -> list[int]:
    """Up to ``PICTURES`` of these, by index: of each kind in turn (-1, of nothing, comes last), each kind's in the
    order of their content's digest. The same data gives the same pictures, and more data mostly does."""
    by_kind: dict[int, list[int]] = defaultdict(list)
    for at in sorted(range(len(blobs)), key=lambda at: (blobs[at], at)):
        by_kind[kinds[at]].append(at)
    order = sorted(by_kind, key=lambda kind: (kind < 0, kind))
    turns = [(turn, place, at) for place, kind in enumerate(order) for turn, at in enumerate(by_kind[kind])]
    return [at for _, _, at in sorted(turns)[:PICTURES]]


def kept_epochs(epochs: Iterable[int], most: int = MOST_EPOCHS) -> set[int]:
    """Every one while they are few; then every second, fourth, ...; the newest always. What it once left out it does
    not ask for later."""
    have = set(epochs)
    newest, stride = max(have, default=0), 1
    while newest // stride >= most:
        stride *= 2
    return {epoch for epoch in have if epoch % stride == 0 or epoch == newest}


class SampleWriter:
    """``add`` is a training's ``on_said``."""

    def __init__(self, *, model: Model, adapter: AnyAdapter, data: TrainData | ShapeData, folder: Path) -> None:
        self._adapter = adapter
        self._path = folder / FILE
        self._at, pictures = _pictures(model, adapter, data)
        self._content: dict[str, Any] = {
            "format": FORMAT,
            "shown_from": adapter.threshold if says_shapes(adapter) else 0.0,
            "pictures": pictures,
            "epochs": [],
        }
        before = read_live(model.pk)
        if before and before.get("format") == FORMAT and before.get("pictures") == pictures:
            self._content["epochs"] = before["epochs"]

    def add(self, epoch: int, answers: NDArray[np.float32] | Sequence[Sequence[Shape]]) -> None:
        """Keeps the answers of an epoch; the same epoch again takes the place of what was said before."""
        if not self._at:
            return
        said = [self._answer(answers, at, one) for at, one in zip(self._at, self._content["pictures"], strict=True)]
        epochs = {one["epoch"]: one for one in self._content["epochs"] if one["epoch"] < epoch}
        epochs[epoch] = {"epoch": epoch, "answers": said}
        keep = kept_epochs(epochs)
        self._content["epochs"] = [one for number, one in sorted(epochs.items()) if number in keep]
        partial = self._path.with_name(f".{FILE}.{os.getpid()}")
        partial.write_bytes(self._bytes())
        partial.replace(self._path)

    def stored(self) -> storage.Received | None:
        """All of it in storage, as the version's artifact, with the threshold that training chose; None where there is
        nothing."""
        if not self._content["epochs"]:
            return None
        if says_shapes(self._adapter):
            self._content["shown_from"] = self._adapter.threshold
        return storage.put_bytes(self._bytes())

    def _bytes(self) -> bytes:
        return json.dumps(self._content, separators=(",", ":"), sort_keys=True).encode()

    def _answer(self, answers: Any, at: int, picture: dict[str, Any]) -> dict[str, Any]:
        labels = self._adapter.labels
        if not says_shapes(self._adapter):
            return {"classes": _classes(answers[at], labels)}
        surest = sorted(answers[at], key=lambda shape: -shape.score)[:MOST_SHAPES]
        return {"shapes": _shapes([one for one in surest if one.score >= LEAST], labels, picture["size_wh"])}


def _pictures(model: Model, adapter: AnyAdapter, data: TrainData | ShapeData) -> tuple[list[int], list[dict[str, Any]]]:
    """Which of the validation pictures, by index, and what is known of each."""
    images = data.validation.images
    assert isinstance(images, BlobImages)
    if isinstance(data, TrainData):
        kinds = [int(label) for label in data.validation.labels]
    else:
        kinds = [shapes[0].label if shapes else -1 for shapes in data.validation.shapes]
    body = artifacts.read_json(model, LINEAGE)
    blob, item = body["columns"].index("blob"), body["columns"].index("item")
    items = {row[blob]: row[item] for row in reversed(body["validation"])}
    at, known = [], []
    for index in chosen(images.blobs, kinds):
        sha256 = images.blobs[index]
        try:
            with open_upright(storage.path(sha256), (1, 1)) as (_, size):
                size_wh = [int(side) for side in size]
        except UnreadableImage:
            continue  # a head on cached embeddings may learn from what is gone since
        if isinstance(data, TrainData):
            truth: dict[str, Any] = {"classes": [{"label": adapter.labels[kinds[index]], "share": 1.0}]}
        else:
            truth = {"shapes": _shapes(data.validation.shapes[index][:MOST_SHAPES], adapter.labels, size_wh)}
        at.append(index)
        known.append({"item": items[sha256], "blob": sha256, "size_wh": size_wh, "truth": truth})
    return at, known


def _classes(shares: NDArray[np.float32], labels: Sequence[str]) -> list[dict[str, Any]]:
    ranked = sorted(zip(labels, shares.tolist(), strict=True), key=lambda pair: -pair[1])
    return [{"label": label, "share": round(share, DECIMALS)} for label, share in ranked[:BEST] if math.isfinite(share)]


def _shapes(shapes: Sequence[Shape], labels: Sequence[str], size_wh: Sequence[int]) -> list[dict[str, Any]]:
    step = max(1.0, max(size_wh) / DOTS)
    return [drawn(shape, labels, step) for shape in shapes]
