"""Loaded models, a few a process: weights are read once, not once a batch."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models_registry.errors import NotTrained
from models_registry.ml.adapters import AnyAdapter, load_adapter, new_adapter
from models_registry.ml.calibration import apply_temperature
from models_registry.models import Model
from models_registry.services.artifacts import weights_folder

__all__ = ["Runtime", "encoder_of", "input_key", "runtime_of", "tempered"]

KEEP = 3


@dataclass
class Runtime:
    """An adapter with its weights. Take ``lock`` while using it: adapters are not thread-safe."""

    adapter: AnyAdapter
    lock: threading.Lock = field(default_factory=threading.Lock)


_loaded: OrderedDict[str, Runtime] = OrderedDict()
_guard = threading.Lock()


def runtime_of(model: Model) -> Runtime:
    """The model's adapter with its weights, from memory or from its artifacts. Raises NotTrained, BrokenArtifact."""
    if not model.can_predict:
        raise NotTrained(f"{model.name} is {model.status}: it has no weights to predict with.", model=str(model.pk))
    return _cached(model.weights_digest, lambda: _load(model))


def encoder_of(model: Model) -> Runtime:
    """What embeds pictures for this model: itself, or for an untrained base its backbone as it comes."""
    if model.can_predict:
        return runtime_of(model)
    labels = model.labels if len(model.labels) > 1 else ["a", "b"]  # the head is not used
    key = hashlib.sha256(f"{model.adapter}|{sorted(model.configuration.items())}|{model.seed}".encode()).hexdigest()
    return _cached(key, lambda: Runtime(new_adapter(model.adapter, model.configuration, labels, model.seed)))


def input_key(model: Model, blob: str) -> bytes:
    """16 bytes that name a prediction by what decides it: weights (labels, preprocessing), temperature, the score from
    which shapes are shown where people chose one, picture."""
    chosen = "" if model.shown_from is None else f"|{model.shown_from!r}"
    what = f"{model.weights_digest}|{model.temperature!r}{chosen}|{blob}"
    return hashlib.sha256(what.encode()).digest()[:16]


def tempered(probs: NDArray[np.float32], temperature: float | None) -> NDArray[np.float32]:
    """Probabilities divided by the temperature on the log scale and normalised again: (N, C) float32, NaN rows stay."""
    if temperature is None or not probs.size:
        return probs
    return apply_temperature(probs, temperature).astype(np.float32)


def _load(model: Model) -> Runtime:
    with weights_folder(model) as folder:
        return Runtime(load_adapter(folder))


def _cached(key: str, make: Callable[[], Runtime]) -> Runtime:
    with _guard:  # held while loading: two threads asking for one model load it once
        found = _loaded.pop(key, None)
        if found is None:
            found = make()
        _loaded[key] = found
        while len(_loaded) > KEEP:
            _loaded.popitem(last=False)
        return found
