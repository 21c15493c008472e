"""What a model that says where has to say of pictures: its shapes as annotations, and one line of scores a picture.

The scores of a picture: ``confidence`` of its surest shape, whose label is the prediction's; ``margin`` = 1 - the
detector's uncertainty, so that small means unsure as everywhere; ``entropy`` in nats of that uncertainty as a coin's
bias; ``probs`` the score of the surest shape of each label (presence, so it does not sum to 1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models_registry.errors import NotTrained
from models_registry.ml.adapters import ShapeAdapter, ShapePrediction, says_shapes
from models_registry.ml.shapes import Shape
from models_registry.models import Model, Prediction
from models_registry.services import embeddings
from models_registry.services.runtime import Runtime, runtime_of

__all__ = ["Answer", "answers", "earlier", "run", "shown", "untrained"]

LOOKUP = 500
BATCH = 16
DECIMALS = 6
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """One picture's prediction, ready for a row. annotations: None for a classifier's, which are made of its label."""

    label: str
    confidence: float
    margin: float
    entropy: float
    probs: bytes
    annotations: list[dict[str, Any]] | None = None


def run(
    model: Model, blobs: Sequence[str], *, progress: Progress | None = None
) -> tuple[ShapePrediction, list[str], float]:
    """Everything the model says of the pictures, however unsure; its labels; and the score worth showing.

    Slow; not inside a transaction. Embeddings made on the way are kept by content. Raises NotTrained, BrokenArtifact.
    """
    runtime = runtime_of(model)
    with runtime.lock:
        adapter = _shaper(runtime)
        found = adapter.detect(
            embeddings.BlobImages(blobs), batch_size=BATCH, embeddings=adapter.info.encoder, progress=progress
        )
        if found.embeddings is not None and found.embeddings.shape[1]:
            embeddings.store(adapter, blobs, found.embeddings)
        shown_from = adapter.threshold if model.shown_from is None else model.shown_from
        return found, list(adapter.labels), shown_from


def _shaper(runtime: Runtime) -> ShapeAdapter:
    if not says_shapes(runtime.adapter):
        raise NotTrained(f"{runtime.adapter.info.title} says classes, not shapes.")
    return runtime.adapter


def answers(
    model: Model, blobs: Sequence[str], *, progress: Progress | None = None
) -> tuple[dict[str, Answer], dict[str, str]]:
    """blob -> answer, and blob -> why there is none."""
    found, labels, threshold = run(model, blobs, progress=progress)
    errors = {blobs[index]: why for index, why in found.errors.items()}
    said = {
        blob: _answer(shapes, float(unsure), labels, threshold)
        for blob, shapes, unsure in zip(blobs, found.shapes, found.uncertainty, strict=True)
        if blob not in errors
    }
    return said, errors


def shown(shapes: Iterable[Shape], labels: Sequence[str], threshold: float) -> list[dict[str, Any]]:
    """The shapes worth showing to people, as annotations, the surest first."""
    return [
        {
            "type": shape.type,
            "label": labels[shape.label],
            "geometry": shape.geometry,
            "confidence": round(shape.score, DECIMALS),
        }
        for shape in shapes
        if shape.score >= threshold
    ]


def untrained(model: Model) -> Answer:
    """Of a model that has learnt nothing: no shape, as unsure as can be."""
    nothing = np.zeros(max(len(model.labels), 1), "<f4").tobytes()
    return Answer("", 0.0, 0.0, float(np.log(2)), nothing, [])


def earlier(model: Model, keys: dict[str, bytes]) -> dict[str, Answer]:
    """Answers given before for the same input key, whichever item they were for."""
    by_key = {key: blob for blob, key in keys.items()}
    wanted = list(by_key)
    found: dict[str, Answer] = {}
    for start in range(0, len(wanted), LOOKUP):
        rows = Prediction.objects.filter(
            input_key__in=wanted[start : start + LOOKUP], weights_digest=model.weights_digest
        ).values_list("input_key", "label", "confidence", "margin", "entropy", "probs", "annotations")
        for key, label, confidence, margin, entropy, probs, drawn in rows:
            found[by_key[bytes(key)]] = Answer(label, confidence, margin, entropy, bytes(probs), drawn)
    return found


def _answer(shapes: Sequence[Shape], unsure: float, labels: Sequence[str], threshold: float) -> Answer:
    present = np.zeros(len(labels), "<f4")
    for shape in shapes:
        present[shape.label] = max(present[shape.label], shape.score)
    told = shown(shapes, labels, threshold)
    best = max(shapes, key=lambda shape: shape.score, default=None)
    half = unsure / 2
    terms = [p * np.log(p) for p in (half, 1.0 - half) if p > 0]
    return Answer(
        label=str(told[0]["label"]) if told else "",
        confidence=best.score if best is not None else 0.0,
        margin=1.0 - unsure,
        entropy=float(-sum(terms)),
        probs=present.tobytes(),
        annotations=told,
    )
