"""Any ONNX classifier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._onnx import OnnxAdapter, onnx_fields
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo, Prediction, TrainData, TrainHooks, TrainResult
from models_registry.ml.images import ImageSource, decode_batches


@ADAPTERS.add("onnx_classification")
class OnnxClassification(OnnxAdapter):
    """The first output is (N, C), one number a label in their order. Its embedding is that row."""

    info = AdapterInfo(
        name="onnx_classification",
        title="ONNX classifier",
        description="A trained classifier from a file: predicts, is evaluated and compared, not trained here.",
        annotation_types=("class",),
        licence="of the file",
        input_size=224,
        trainable=False,
        config_schema=fields.config_schema(
            {
                **onnx_fields(224),
                "output": fields.choice("logits", ["logits", "probabilities"], "What the output's numbers are."),
            }
        ),
    )

    def train(self, data: TrainData, hooks: TrainHooks) -> TrainResult:
        raise self._untrainable()

    def predict(
        self,
        images: Sequence[ImageSource],
        *,
        batch_size: int = 64,
        embeddings: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Prediction:
        rows = np.full((len(images), len(self.labels)), np.nan, np.float32)
        errors: dict[int, str] = {}
        for batch in decode_batches(images, self.input_size, batch_size):
            errors.update(batch.errors)
            end = batch.start + len(batch.pixels)
            rows[batch.start : end] = self._scores(batch.pixels)
            rows[list(batch.errors)] = np.nan
            if progress is not None:
                progress(end, len(images))
        return Prediction(self._probs(rows), rows.astype(np.float16) if embeddings else None, errors)

    def _scores(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """One picture at a time, whatever batch the file was made for."""
        found = np.concatenate([np.asarray(next(iter(self._run(one[None]).values()))) for one in pixels])
        if found.shape != (len(pixels), len(self.labels)):
            text = f"The model gives {found.shape[1:]} numbers a picture, for {len(self.labels)} labels."
            raise Invalid(text, field="labels")
        return found.astype(np.float32)

    def _probs(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        wide = rows.astype(np.float64)
        if self.config["output"] == "logits":
            wide = np.exp(wide - wide.max(axis=1, keepdims=True, initial=-np.inf))
        return np.asarray(wide / wide.sum(axis=1, keepdims=True), np.float32)

    def embed(
        self, images: Sequence[ImageSource], *, batch_size: int = 64, progress: Callable[[int, int], None] | None = None
    ) -> tuple[NDArray[np.float16], dict[int, str]]:
        found = self.predict(images, batch_size=batch_size, embeddings=True, progress=progress)
        assert found.embeddings is not None
        return found.embeddings, found.errors

    def predict_from_embeddings(self, embeddings: NDArray[Any]) -> NDArray[np.float32] | None:
        return self._probs(np.asarray(embeddings, np.float32))
