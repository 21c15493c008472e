"""One file an epoch, written beside and renamed over the last: a killed training finds a whole one or none."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from models_registry.ml.adapters.base import ShapeSplit, Split
from models_registry.ml.images import ImageSource

FILE = "checkpoint.pt"


def fingerprint(config: Mapping[str, Any], labels: Sequence[str], seed: int, *splits: Split | ShapeSplit) -> str:
    """What a checkpoint must have been made from to be of use: configuration, labels, seed, images, their labels and
    weights."""
    sha = hashlib.sha256(json.dumps([dict(config), list(labels), seed], sort_keys=True).encode())
    for split in splits:
        if split.weights is not None:
            sha.update(json.dumps([float(weight) for weight in split.weights]).encode())
        if isinstance(split, ShapeSplit):
            for image, shapes in zip(split.images, split.shapes, strict=True):
                drawn = [[shape.type, shape.label, shape.geometry] for shape in shapes]
                sha.update(_name(image) + json.dumps(drawn, sort_keys=True).encode() + b"\0")
            continue
        sha.update(split.labels.astype("<i8").tobytes())
        if split.embeddings is not None:  # then the pictures are not read, perhaps not even at hand
            sha.update(split.embeddings.tobytes())
            continue
        for image in split.images:
            sha.update(_name(image) + b"\0")
    return sha.hexdigest()


def _name(image: ImageSource) -> bytes:
    return hashlib.sha256(image).digest() if isinstance(image, bytes) else os.fsencode(image)


def save(folder: Path, key: str, state: dict[str, Any]) -> None:
    """Writes the state so that a crash at any moment leaves the old or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / FILE
    partial = folder / f".{FILE}.{os.getpid()}"
    torch.save({"key": key, "state": state}, partial)
    partial.replace(target)  # no fsync: a killed process loses nothing, and after a power cut a torn file is not used


def load(folder: Path, key: str) -> dict[str, Any] | None:
    """The last state saved under this key; None if there is none, or it belongs to other data or is unreadable.

    Only tensors and plain values are read (``weights_only``): a checkpoint cannot run code.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (
        OSError,
        RuntimeError,
        EOFError,
        ValueError,
        KeyError,
        pickle.UnpicklingError,
    ):  # a torn file costs time, never the training
        return None
    if not isinstance(content, dict) or content.get("key") != key:
        return None
    state: dict[str, Any] = content["state"]
    return state
