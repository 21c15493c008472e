"""A detector behind an HTTP server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._http import HttpAdapter, ServerFailed, http_fields
from models_registry.ml.adapters._shapes import FLOOR, SHOWN, told_one_by_one
from models_registry.ml.adapters.base import (
    ADAPTERS,
    AdapterInfo,
    ShapeData,
    ShapePrediction,
    TrainHooks,
    TrainResult,
)
from models_registry.ml.images import ImageSource, UnreadableImage
from models_registry.ml.shapes import Shape, Size, box_shape


@ADAPTERS.add("http_detection")
class HttpDetection(HttpAdapter):
    """Boxes of labels that are not the model's are left out. Its embedding is the best score of each label."""

    info = AdapterInfo(
        name="http_detection",
        title="Detector on a server",
        description="Asks a model's own server, or a Label Studio ML backend: judged and compared, not trained here.",
        task="detection",
        annotation_types=("box",),
        licence="of the server",
        input_size=0,
        trainable=False,
        config_schema=fields.config_schema(
            {**http_fields(), "threshold": fields.number(SHOWN, 0.0, 1.0, "Score from which a box is shown to people.")}
        ),
    )

    @property
    def threshold(self) -> float:
        return float(self.config["threshold"])

    def train(self, data: ShapeData, hooks: TrainHooks) -> TrainResult:
        raise self._untrainable()

    def detect(
        self,
        images: Sequence[ImageSource],
        *,
        batch_size: int = 16,
        embeddings: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> ShapePrediction:
        return told_one_by_one(
            self._answers(images), len(images), len(self.labels), embeddings=embeddings, progress=progress
        )

    def _answers(self, images: Sequence[ImageSource]) -> Iterator[tuple[list[Shape], Size] | str]:
        for image in images:
            try:
                said, size = self._said(image)
            except UnreadableImage as error:
                yield str(error)
            else:
                yield self._boxes(said.get("shapes"), size), size

    def _boxes(self, told: Any, size: Size) -> list[Shape]:
        """Raises ServerFailed for what is no list of shapes."""
        if not isinstance(told, list):
            raise ServerFailed("The model's server told no shapes.")
        place = {name: index for index, name in enumerate(self.labels)}
        found = []
        for one in told:
            shape = _box(one, place, size)
            if shape is not None and shape.score >= FLOOR:
                found.append(shape)
        return sorted(found, key=lambda shape: -shape.score)

    def embed(
        self, images: Sequence[ImageSource], *, batch_size: int = 64, progress: Callable[[int, int], None] | None = None
    ) -> tuple[NDArray[np.float16], dict[int, str]]:
        found = self.detect(images, embeddings=True, progress=progress)
        assert found.embeddings is not None
        return found.embeddings, found.errors


def _box(one: Any, place: Mapping[str, int], size: Size) -> Shape | None:
    """A box as told, cut to the picture; None for another type or label. Raises ServerFailed."""
    try:
        if one["type"] != "box" or one["label"] not in place:
            return None
        x1, y1, x2, y2 = (float(v) for v in one["geometry"]["xyxy"])
        angle, score = float(one["geometry"].get("angle", 0)), float(one["score"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ServerFailed(f"The model's server told a shape that is none: {error!r}"[:300]) from error
    if not np.isfinite([x1, y1, x2, y2, angle, score]).all():
        raise ServerFailed("The model's server told a shape with a number that is none.")
    return box_shape(place[one["label"]], (x1, y1, x2, y2), score, size, angle % 360)
