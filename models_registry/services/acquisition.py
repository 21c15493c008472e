"""Choosing what to label next from a pool of items: predictions, embeddings and what is known go to the strategy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from datasets.models import Dataset
from models_registry.ml.acquisition import STRATEGIES, Context, Pick, Pool, choose
from models_registry.ml.acquisition.base import score_pool
from models_registry.models import Model
from models_registry.selectors import catalogue
from models_registry.selectors.embeddings import embeddings_for
from models_registry.selectors.ground_truth import Gathered, Subset, gather
from models_registry.selectors.predictions import embeddings_of_items, predictions_for
from models_registry.services import prediction

__all__ = ["Ranking", "list_strategies", "rank_pool"]

Progress = Callable[[float, float, str], None]


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a strategy chose. ``picks`` index the pool as it was given; ``scores`` are (N,), NaN where not selectable.

    ``method``: what was used, where ``auto`` decided. ``labelled``: labels known when it chose.
    ``seconds``: by part of the work.
    """

    picks: list[Pick]
    scores: NDArray[np.float64]
    method: str
    labelled: int
    seconds: dict[str, float] = field(default_factory=dict)


def list_strategies() -> list[dict[str, Any]]:
    """The strategies as the API serves them."""
    return [
        {"name": info.name, "title": info.title, "description": info.description, "when_not": info.when_not}
        for info in (entry.info for _, entry in STRATEGIES.items())
    ]


def rank_pool(
    *,
    model_id: UUID,
    item_ids: Sequence[UUID],
    strategy: str,
    budget: int,
    random_fraction: float,
    rng: np.random.Generator,
    round_number: int = 0,
    excluded: Iterable[UUID] = (),
    chosen: Iterable[UUID] = (),
    progress: Progress = lambda done, total, note: None,
) -> Ranking:
    """Makes the predictions and embeddings that are missing, then lets the strategy choose ``budget`` of the items.

    ``excluded`` items are never chosen; ``chosen`` ones count as labelled already. ``round_number`` is 0-based. Slow;
    not inside a transaction; safe to repeat: the same pool, knowledge and generator give the same picks.
    A strategy that lacks what it needs (no model is trained yet) gives way to ``auto``. Raises UnknownName.
    """
    model = Model.objects.get(pk=model_id)
    gone = set(excluded)
    allowed = [at for at, item in enumerate(item_ids) if item not in gone]
    left = [item_ids[at] for at in allowed]
    started = time.perf_counter()
    probs = _probabilities(model, left, progress)
    predicted = time.perf_counter()
    key = _encoder_key(model, left, strategy, progress)
    vectors = embeddings_of_items(key, left) if key else None
    known = _known(model)
    context = Context(
        label_counts=_counts(model, known),
        round_number=round_number,
        labelled_embeddings=_labelled(key, known, list(chosen)) if key else None,
    )
    pool = Pool(probs, vectors, len(left))
    embedded = time.perf_counter()
    used = _usable(strategy, pool)
    picks = [
        Pick(allowed[pick.index], pick.arm, pick.rank, pick.score)
        for pick in choose(used, pool, budget, random_fraction, rng, context)
    ]
    scores = np.full(len(item_ids), np.nan)
    scores[allowed] = score_pool(used, pool, context)
    entry = STRATEGIES.get(used)
    phase = getattr(entry, "phase", None)
    seconds = {
        "predict": round(predicted - started, 3),
        "embed": round(embedded - predicted, 3),
        "choose": round(time.perf_counter() - embedded, 3),
    }
    method = phase(pool, context).info.name if phase else entry.info.name
    return Ranking(picks, scores, method, context.labelled, seconds)


def _usable(strategy: str, pool: Pool) -> str:
    """The strategy, or ``auto`` where it needs predictions or embeddings that there are none of yet: a pool in front of
    an untrained model must not stand still."""
    about = STRATEGIES.get(strategy).info
    lacks = (about.needs_probs and pool.probs is None) or (about.needs_embeddings and pool.embeddings is None)
    return "auto" if lacks else strategy


def _probabilities(model: Model, item_ids: Sequence[UUID], progress: Progress) -> NDArray[np.float32] | None:
    """(N, C); None while the model has learnt nothing.

    A model that says shapes has no classes of a picture: its uncertainty u is told as the vector (1 - u/2, u/2), on
    which margin, entropy and least confidence all put the pictures in the order of u."""
    if not model.can_predict:
        return None
    prediction.ensure(model.pk, item_ids, lambda done, total: progress(done, total, "predicting the pool"))
    said = predictions_for(model.pk, item_ids)
    if catalogue.info(model.adapter).task == "classification":
        return said.probs
    half = (1.0 - said.margin) / 2
    return np.stack([1.0 - half, half], axis=1).astype(np.float32)


def _encoder_key(model: Model, item_ids: Sequence[UUID], strategy: str, progress: Progress) -> str:
    """The key of the pool's embeddings, made where missing; "" where the strategy or the adapter has no use for any."""
    wants = strategy == "auto" or STRATEGIES.get(strategy).info.needs_embeddings
    if not wants or not (model.can_predict or catalogue.is_frozen_encoder(model.adapter, model.configuration)):
        return ""
    return prediction.ensure_embeddings(
        model.pk, item_ids, lambda done, total: progress(done, total, "embedding the pool")
    )


def _known(model: Model) -> Gathered:
    """Ground truth the next version will learn from: the train subset of the model's dataset, as it is now."""
    if model.dataset_id is None:
        return Subset()
    return gather(catalogue.info(model.adapter), Dataset.objects.get(pk=model.dataset_id), model.train_filter)


def _counts(model: Model, known: Gathered) -> NDArray[np.int64]:
    counts = known.label_counts()
    names = list(dict.fromkeys([*model.labels, *counts]))
    return np.array([counts.get(name, 0) for name in names], dtype=np.int64)


def _labelled(key: str, known: Gathered, chosen: Sequence[UUID]) -> NDArray[np.float16]:
    """(M, D) embeddings of what is labelled or chosen already; pictures without one are left out."""
    parts = [embeddings_for(key, [example.blob for example in known.examples]), embeddings_of_items(key, chosen)]
    both = np.concatenate([part for part in parts if part.shape[1]] or [np.empty((0, 0), dtype=np.float16)])
    return both[np.isfinite(both).all(axis=1)] if both.shape[1] else both
