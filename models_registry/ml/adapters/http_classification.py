"""A classifier behind an HTTP server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._http import HttpAdapter, ServerFailed, http_fields
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo, Prediction, TrainData, TrainHooks, TrainResult
from models_registry.ml.images import ImageSource, UnreadableImage


@ADAPTERS.add("http_classification")
class HttpClassification(HttpAdapter):
    """Labels that the server does not name share what is left to 1. Its embedding is the row of probabilities."""

    info = AdapterInfo(
        name="http_classification",
        title="Classifier on a server",
        description="Asks a model's own server, or a Label Studio ML backend: judged and compared, not trained here.",
        annotation_types=("class",),
        licence="of the server",
        input_size=0,
        trainable=False,
        config_schema=fields.config_schema(http_fields()),
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
        for at in range(len(images)):
            try:
                rows[at] = self._row(self._said(images[at])[0].get("probabilities"))
            except UnreadableImage as error:
                errors[at] = str(error)
            if progress is not None:
                progress(at + 1, len(images))
        return Prediction(rows, rows.astype(np.float16) if embeddings else None, errors)

    def _row(self, told: Any) -> NDArray[np.float64]:
        """(C,) that sums to 1. Raises ServerFailed."""
        try:
            known = {str(name): float(share) for name, share in dict(told).items()}
        except (TypeError, ValueError) as error:
            raise ServerFailed("The model's server told no probabilities.") from error
        row = np.array([known.get(name, 0.0) for name in self.labels])
        if not np.isfinite(row).all() or row.min() < 0 or row.max() > 1 + 1e-6 or not set(known) & set(self.labels):
            raise ServerFailed("The model's server told probabilities that are none, or of none of the labels.")
        silent = np.array([name not in known for name in self.labels])
        if silent.any():
            row[silent] = max(1.0 - row.sum(), 0.0) / silent.sum()
        return row / row.sum() if row.sum() > 0 else np.full(len(row), 1.0 / len(row))

    def embed(
        self, images: Sequence[ImageSource], *, batch_size: int = 64, progress: Callable[[int, int], None] | None = None
    ) -> tuple[NDArray[np.float16], dict[int, str]]:
        found = self.predict(images, embeddings=True, progress=progress)
        assert found.embeddings is not None
        return found.embeddings, found.errors

    def predict_from_embeddings(self, embeddings: NDArray[Any]) -> NDArray[np.float32] | None:
        wide = np.asarray(embeddings, np.float64)
        return np.asarray(wide / wide.sum(axis=1, keepdims=True), np.float32)
