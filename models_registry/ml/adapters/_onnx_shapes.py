"""What ONNX models that say where things are share: the picture fitted into the square, asked one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.adapters._onnx import OnnxAdapter
from models_registry.ml.adapters._shapes import told_one_by_one
from models_registry.ml.adapters.base import ShapeData, ShapePrediction, TrainHooks, TrainResult
from models_registry.ml.fitted import Fitted, fit_all
from models_registry.ml.images import ImageSource
from models_registry.ml.shapes import Shape


class OnnxShapes(OnnxAdapter):
    """A subclass says which shapes the outputs mean (``_found``)."""

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
        answers = (
            picture if isinstance(picture, str) else (self._found(picture), picture.size_wh)
            for picture in fit_all(images, self.input_size)
        )
        return told_one_by_one(answers, len(images), len(self.labels), embeddings=embeddings, progress=progress)

    def embed(
        self, images: Sequence[ImageSource], *, batch_size: int = 64, progress: Callable[[int, int], None] | None = None
    ) -> tuple[NDArray[np.float16], dict[int, str]]:
        found = self.detect(images, embeddings=True, progress=progress)
        assert found.embeddings is not None
        return found.embeddings, found.errors

    def _found(self, picture: Fitted) -> list[Shape]:
        """Runs the file over the picture; raises Invalid for outputs laid out in another way."""
        raise NotImplementedError
