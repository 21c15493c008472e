"""What a model says about items: ``compute`` is slow and writes no prediction, ``save`` is one short bulk write.

A picture is run once per weights, temperature and content: an item that shares its picture with one predicted before
(a clone, a repeated import) gets the same answer without a second run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.db import bulk_size, now, write
from alp_site.lib.db_rows import insert_rows, new_row
from datasets.models import Item
from models_registry.errors import NotTrained
from models_registry.ml.adapters import says_classes
from models_registry.models import Model, Prediction
from models_registry.selectors import catalogue
from models_registry.selectors import embeddings as stored
from models_registry.selectors.embeddings import finite_rows
from models_registry.services import embeddings, shape_prediction
from models_registry.services.runtime import encoder_of, input_key, runtime_of, tempered
from models_registry.services.score_notes import TRUE, mark_due
from models_registry.services.shape_prediction import Answer

__all__ = ["PredictionDraft", "compute", "ensure", "ensure_embeddings", "probabilities", "raw_probabilities", "save"]

LOOKUP = 1024
BATCH = 64
Progress = Callable[[int, int], None]
Later = Callable[[Callable[[], None]], None]
"""Does work that the answer does not wait for; see ``Ctx.later``."""


@dataclass(frozen=True, slots=True)
class PredictionDraft:
    """An answer ready to be saved. ``error`` says why there is none; ``prediction_id``: it was saved before.

    An untrained model gives label "", confidence 1 / number of labels and the uniform vector.
    """

    model_id: UUID
    item_id: UUID
    label: str
    confidence: float
    margin: float
    entropy: float
    probs: bytes
    weights_digest: str
    input_key: bytes
    prediction_id: UUID | None = None
    error: str = ""
    annotations: list[dict[str, Any]] | None = None  # of a model that says shapes; else made of the label

    def vector(self) -> NDArray[np.float32]:
        """The class probabilities in the order of the model's labels, (C,) float32."""
        return np.frombuffer(self.probs, dtype="<f4")


def _at_once(work: Callable[[], None]) -> None:
    work()


def compute(
    model_id: UUID, item_ids: Iterable[Any], progress: Progress | None = None, later: Later = _at_once
) -> list[PredictionDraft]:
    """Drafts in the order asked for; an unreadable picture gives a draft with ``error``, never an exception.

    Slow; not inside a transaction. Writes no prediction (only embeddings, by content, ``later``). Safe to run twice.
    Raises Model.DoesNotExist, BrokenArtifact.
    """
    model = Model.objects.get(pk=model_id)
    wanted = [item_id if isinstance(item_id, UUID) else UUID(str(item_id)) for item_id in item_ids]
    blobs = _blobs_of(wanted)
    keys = {blob: input_key(model, blob) for blob in set(blobs.values())}
    own = _saved(model, wanted)
    kind = catalogue.info(model.adapter).task
    if kind == "classification":
        answers, errors = _classes(model, keys, progress, later)
    else:
        answers, errors = _shapes(model, keys, progress)
    drafts = []
    for item_id in wanted:
        blob = blobs.get(item_id)
        if blob is None or blob in errors:
            drafts.append(_failed(model, item_id, errors.get(blob or "", "The item has no picture.")))
            continue
        saved, found = own.get(item_id), answers[blob]
        drafts.append(
            PredictionDraft(
                model.pk,
                item_id,
                found.label,
                found.confidence,
                found.margin,
                found.entropy,
                found.probs,
                model.weights_digest,
                keys[blob],
                saved[0] if saved and saved[1] == keys[blob] else None,
                annotations=found.annotations,
            )
        )
    return drafts


def _classes(
    model: Model, keys: dict[str, bytes], progress: Progress | None, later: Later
) -> tuple[dict[str, Answer], dict[str, str]]:
    """Answers of a classifier by content, and why some pictures have none."""
    known = _earlier(model, keys)
    todo = [blob for blob in keys if blob not in known]
    errors: dict[str, str] = {}
    if todo:
        probs, errors = probabilities(model, todo, progress=progress, later=later)
        known.update({blob: row for blob, row in zip(todo, probs, strict=True) if blob not in errors})
    return _scored(model, known), errors


def _shapes(
    model: Model, keys: dict[str, bytes], progress: Progress | None
) -> tuple[dict[str, Answer], dict[str, str]]:
    """As ``_classes``, of a model that says where."""
    if not model.can_predict:
        return dict.fromkeys(keys, shape_prediction.untrained(model)), {}
    known = shape_prediction.earlier(model, keys)
    todo = [blob for blob in keys if blob not in known]
    if not todo:
        return known, {}
    fresh, errors = shape_prediction.answers(model, todo, progress=progress)
    return known | fresh, errors


def save(drafts: Sequence[PredictionDraft]) -> dict[UUID, UUID]:
    """Upserts the drafts, one row per (model, item), and returns item -> prediction. Drafts with an error are left out.

    A few statements whatever the number; joins an open transaction. Safe to repeat: what is saved is not written again.
    What is new and of an item whose truth is known is to be compared with it; an untrained model says nothing.
    """
    ids = {draft.item_id: draft.prediction_id for draft in drafts if draft.prediction_id is not None}
    fresh = list({draft.item_id: draft for draft in drafts if not draft.error and draft.prediction_id is None}.values())
    if not fresh:
        return {item: pk for item, pk in ids.items() if pk is not None}
    with write():
        known = _saved_ids(fresh)
        moment = now()
        rows = [
            new_row(
                Prediction,
                model_id=draft.model_id,
                item_id=draft.item_id,
                annotations=_annotations(draft),
                label=draft.label,
                confidence=draft.confidence,
                margin=draft.margin,
                entropy=draft.entropy,
                probs=draft.probs,
                weights_digest=draft.weights_digest,
                input_key=draft.input_key,
                created_at=moment,
            )
            for draft in fresh
        ]
        for row in rows:
            row.pk = known.get((row.model_id, row.item_id), row.pk)
        insert_rows(
            rows,
            unique=["model", "item"],
            update=[
                "annotations", "label", "confidence", "margin", "entropy", "probs", "weights_digest", "input_key",
                "created_at",
            ],
        )  # fmt: skip
        mark_due(item_ids=[draft.item_id for draft in fresh if draft.weights_digest], only=TRUE)
    return {item: pk for item, pk in {**ids, **{row.item_id: row.pk for row in rows}}.items() if pk is not None}


def ensure(model_id: UUID, item_ids: Iterable[Any], progress: Progress | None = None) -> dict[UUID, UUID]:
    """Computes and saves what is missing, in chunks of one short transaction each; returns item -> prediction."""
    wanted = list(item_ids)
    size = max(bulk_size(), BATCH)
    saved: dict[UUID, UUID] = {}
    for start in range(0, len(wanted), size):
        saved.update(save(compute(model_id, wanted[start : start + size])))
        if progress:
            progress(min(start + size, len(wanted)), len(wanted))
    return saved


def ensure_embeddings(model_id: UUID, item_ids: Iterable[Any], progress: Progress | None = None) -> str:
    """Embeds the items' pictures where missing; returns the encoder's key, for ``embeddings_for``."""
    model = Model.objects.get(pk=model_id)
    blobs = _blobs_of([item_id if isinstance(item_id, UUID) else UUID(str(item_id)) for item_id in item_ids])
    runtime = encoder_of(model)
    with runtime.lock:
        embeddings.ensure(runtime.adapter, sorted(set(blobs.values())), progress=progress)
        return runtime.adapter.encoder_key()


def probabilities(
    model: Model, blobs: Sequence[str], *, progress: Progress | None = None, later: Later = _at_once
) -> tuple[NDArray[np.float32], dict[str, str]]:
    """``raw_probabilities`` with the model's temperature applied: what people see and strategies use."""
    raw, errors = raw_probabilities(model, blobs, progress=progress, later=later)
    return tempered(raw, model.temperature), errors


def raw_probabilities(
    model: Model, blobs: Sequence[str], *, progress: Progress | None = None, later: Later = _at_once
) -> tuple[NDArray[np.float32], dict[str, str]]:
    """(N, C) probabilities of pictures by content as the net gives them, and why some have none (their rows are NaN).

    Goes through cached embeddings and the head where there are any; what was not cached is, after the run or ``later``.
    An untrained model gives the uniform vector.
    """
    if not model.can_predict:
        count = max(len(model.labels), 1)
        return np.full((len(blobs), count), 1.0 / count, dtype=np.float32), {}
    runtime = runtime_of(model)
    with runtime.lock:
        adapter = runtime.adapter
        if not says_classes(adapter):
            raise NotTrained(f"{model.name} says shapes: it has no class probabilities.", model=str(model.pk))
        vectors = stored.embeddings_for(adapter.encoder_key(), blobs)
        out = np.full((len(blobs), len(adapter.labels)), np.nan, dtype=np.float32)
        known = finite_rows(vectors)
        from_cache = adapter.predict_from_embeddings(vectors[known]) if known.any() else None
        if from_cache is not None:
            out[known] = from_cache
        rest = np.flatnonzero(np.isnan(out).any(axis=1))
        errors: dict[str, str] = {}
        if len(rest):
            missing = [blobs[int(index)] for index in rest]
            answer = adapter.predict(
                embeddings.BlobImages(missing), batch_size=BATCH, embeddings=True, progress=progress
            )
            out[rest] = answer.probs
            errors = {missing[index]: why for index, why in answer.errors.items()}
            if answer.embeddings is not None:
                new = ~known[rest]
                kept = [blob for blob, is_new in zip(missing, new, strict=True) if is_new]
                later(partial(embeddings.store, adapter, kept, answer.embeddings[new]))
    return out, errors


def _blobs_of(item_ids: Sequence[UUID]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for start in range(0, len(item_ids), LOOKUP):
        rows = Item.objects.filter(pk__in=item_ids[start : start + LOOKUP], type="file", blob__isnull=False)
        found.update(rows.values_list("id", "blob_id"))
    return found


def _saved(model: Model, item_ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, bytes]]:
    found: dict[UUID, tuple[UUID, bytes]] = {}
    for start in range(0, len(item_ids), LOOKUP):
        rows = Prediction.objects.filter(model=model, item__in=item_ids[start : start + LOOKUP])
        found.update({item: (pk, bytes(key)) for item, pk, key in rows.values_list("item_id", "id", "input_key")})
    return found


def _earlier(model: Model, keys: dict[str, bytes]) -> dict[str, NDArray[np.float32]]:
    """Answers given before for the same input key, whichever item they were for."""
    by_key = {key: blob for blob, key in keys.items()}
    wanted = list(by_key)
    found: dict[str, NDArray[np.float32]] = {}
    for start in range(0, len(wanted), LOOKUP):
        rows = Prediction.objects.filter(
            input_key__in=wanted[start : start + LOOKUP], weights_digest=model.weights_digest
        ).values_list("input_key", "probs")
        found.update({by_key[bytes(key)]: np.frombuffer(bytes(probs), dtype="<f4") for key, probs in rows})
    return {blob: row for blob, row in found.items() if len(row) == max(len(model.labels), 1)}


def _saved_ids(drafts: Sequence[PredictionDraft]) -> dict[tuple[UUID, UUID], UUID]:
    model_ids = {draft.model_id for draft in drafts}
    found: dict[tuple[UUID, UUID], UUID] = {}
    for start in range(0, len(drafts), LOOKUP):
        items = [draft.item_id for draft in drafts[start : start + LOOKUP]]
        rows = Prediction.objects.filter(model__in=model_ids, item__in=items).values_list("model_id", "item_id", "id")
        found.update({(model, item): pk for model, item, pk in rows})
    return found


def _scored(model: Model, answers: dict[str, NDArray[np.float32]]) -> dict[str, Answer]:
    """All pictures at once; entropy in nats."""
    if not answers:
        return {}
    probs = np.stack(list(answers.values())).astype(np.float64)
    top = probs.argmax(axis=1)
    ordered = np.sort(probs, axis=1)
    first = ordered[:, -1]
    margin = first - ordered[:, -2] if probs.shape[1] > 1 else np.ones(len(probs))
    entropy = -(probs * np.log(np.maximum(probs, 1e-300))).sum(axis=1)
    result = {}
    for at, (blob, vector) in enumerate(answers.items()):
        label = str(model.labels[int(top[at])]) if model.can_predict else ""
        result[blob] = Answer(
            label,
            float(first[at]),
            float(margin[at]),
            max(float(entropy[at]), 0.0),
            np.ascontiguousarray(vector, dtype="<f4").tobytes(),
        )
    return result


def _failed(model: Model, item_id: UUID, why: str) -> PredictionDraft:
    nan = math.nan
    return PredictionDraft(model.pk, item_id, "", nan, nan, nan, b"", model.weights_digest, b"", None, why)


def _annotations(draft: PredictionDraft) -> list[dict[str, Any]]:
    """The answer as annotations, the form that every annotation type shares."""
    if draft.annotations is not None:
        return draft.annotations
    if not draft.label:
        return []
    return [{"type": "class", "label": draft.label, "confidence": round(draft.confidence, 6)}]
