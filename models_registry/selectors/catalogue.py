"""The adapters there are, and what else a new version is made from: labels, software."""

from __future__ import annotations

import hashlib
import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from alp_site.env import ENV
from alp_site.lib.errors import Invalid
from datasets.models import Dataset, Label
from models_registry import ml
from models_registry.ml.adapters import ADAPTERS, AdapterInfo, PublicWeights, check_config, defaults
from models_registry.ml.shapes import Shape, as_boxes
from models_registry.selectors.ground_truth import Gathered

__all__ = [
    "as_said",
    "checked",
    "gallery",
    "info",
    "is_frozen_encoder",
    "labels_for",
    "list_adapters",
    "merged",
    "ontology_labels",
    "public",
    "software",
    "task_of",
]

PACKAGES = ("torch", "torchvision", "numpy", "pillow", "safetensors")


def info(adapter: str) -> AdapterInfo:
    """An adapter's declaration. Raises UnknownName listing what there is."""
    return ADAPTERS.get(adapter).info


def task_of(adapter: str | None) -> str:
    """What models of the adapter do; classification where there is no adapter, or none of that name any more."""
    return ADAPTERS.get(adapter).info.task if adapter in ADAPTERS.names() else "classification"


def list_adapters() -> list[dict[str, Any]]:
    """The catalogue as the API serves it; forms are built from ``config_schema``."""
    return [_described(name, cls.info) for name, cls in ADAPTERS.items()]


def _described(name: str, about: AdapterInfo) -> dict[str, Any]:
    return {
        "name": name,
        "title": about.title,
        "description": about.description,
        "task": about.task,
        "annotation_types": list(about.annotation_types),
        "learns_from": list(about.learns_from),
        "licence": about.licence,
        "input_size": about.input_size,
        "trainable": about.trainable,
        "encoder": about.encoder,
        "config_schema": dict(about.config_schema),
        "defaults": defaults(name),
    }


def gallery() -> list[dict[str, Any]]:
    """Public weights that can be imported, as the adapters declare them; ``key`` names one. ``here``: their file lies
    in the weights folder already."""
    return [
        {
            "key": f"{name}/{one.name}",
            "adapter": name,
            "title": cls.info.title,
            "description": cls.info.description,
            "task": cls.info.task,
            "licence": cls.info.licence,
            "learnt_from": one.learnt_from,
            "size_mb": one.size_mb,
            "file": one.file,
            "here": bool(one.file) and (ENV.weights_folder / one.file).is_file(),
        }
        for name, cls in ADAPTERS.items()
        for one in cls.info.public
    ]


def public(key: str) -> tuple[str, PublicWeights]:
    """The adapter's name and its weights by the gallery's key. Raises Invalid."""
    adapter, _, name = key.partition("/")
    known = ADAPTERS.get(adapter).info.public if adapter in ADAPTERS.names() else ()
    found = next((one for one in known if one.name == name), None)
    if found is None:
        raise Invalid(f"The gallery has no {key}.", field="public")
    return adapter, found


def checked(adapter: str, configuration: dict[str, Any]) -> dict[str, Any]:
    """The configuration with defaults, checked. Raises Invalid naming the field."""
    return check_config(adapter, configuration)


def merged(*layers: dict[str, Any] | None) -> dict[str, Any]:
    """Later layers win key by key; None takes a key back to the adapter's default."""
    result: dict[str, Any] = {}
    for layer in layers:
        for name, value in (layer or {}).items():
            if value is None:
                result.pop(name, None)
            else:
                result[name] = value
    return result


def ontology_labels(dataset: Dataset | None) -> list[str]:
    """Label names of the dataset's ontology, in its order."""
    if dataset is None or dataset.ontology_id is None:
        return []
    names = Label.objects.filter(ontology_id=dataset.ontology_id).order_by("order", "id")
    return list(names.values_list("name", flat=True))


def labels_for(base_labels: list[str], dataset: Dataset, train: Gathered) -> list[str]:
    """The classes of a new version: the base's that still count, then the ontology's, then what train holds besides.

    The base's order is kept, so that two versions' vectors and matrices line up wherever they can.
    """
    ontology = ontology_labels(dataset)
    present = set(train.label_counts())
    kept = [name for name in base_labels if name in present or not ontology or name in ontology]
    return list(dict.fromkeys([*kept, *ontology, *sorted(present)]))


@lru_cache(maxsize=1)
def software() -> dict[str, str]:
    """Versions of what a model's numbers depend on: Python, libraries, and a digest of our own learning code."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    sha = hashlib.sha256()
    root = Path(ml.__file__).parent
    for path in sorted(root.rglob("*.py")):
        sha.update(f"{path.relative_to(root)}\0".encode())
        sha.update(path.read_bytes())
    found["alp.ml"] = sha.hexdigest()[:16]
    return found


def is_frozen_encoder(adapter: str, configuration: dict[str, Any]) -> bool:
    """Whether training leaves the backbone alone, so that embeddings made before it serve every version."""
    about = info(adapter)
    modes = about.config_schema.get("properties", {}).get("mode")
    return about.encoder and (modes is None or configuration.get("mode", modes["default"]) == modes["default"])


def as_said(adapter: str, configuration: dict[str, Any], truth: list[list[Shape]]) -> list[list[Shape]]:
    """Truth in the form in which a model of that adapter answers: for one that says upright boxes, the box around what
    people drew."""
    about = info(adapter)
    if about.task != "detection":
        return truth
    return as_boxes(truth, turned=bool(configuration.get("rotated", False)))
