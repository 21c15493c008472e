"""Weights files that people put on the server: where they may lie, how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from alp_site.env import ENV
from alp_site.lib.errors import Invalid
from models_registry.ml.adapters.base import WeightsMissing

if TYPE_CHECKING:
    from torch import Tensor, nn

WHERE = "a file in the server's weights folder (ALP_WEIGHTS_DIR), by its name there"


def weights_path(name: str) -> Path:
    """The file that a configuration names, in the weights folder and nowhere else: whoever may configure a model could
    otherwise read any file of the server. Raises Invalid for one outside (absolute, `..`, a link that leads out),
    WeightsMissing for one that is not there."""
    folder = ENV.weights_folder
    where = f"Put the file into {folder} (setting ALP_WEIGHTS_DIR) and set 'weights' to its name there."
    try:
        inside = folder.resolve()
        path = (inside / name).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a null byte, a name too long
        raise Invalid(f"'weights' is not the name of a file. {where}", field="weights") from None
    if not path.is_relative_to(inside):
        raise Invalid(f"'weights' names a file outside the weights folder. {where}", field="weights")
    if not path.is_file():
        raise WeightsMissing(f"The weights file {name} does not exist on this machine. {where}", field="weights")
    return path


def load_weights_file(path: Path) -> dict[str, Tensor]:
    """Tensors of a .safetensors file or of a PyTorch state dict. Raises Invalid; runs no code in it. A path that people
    gave comes from ``weights_path``."""
    import torch
    from safetensors.torch import load_file

    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever its unpickler met; the file is the user's
        raise Invalid(f"{path.name} is not a file of weights: {error}", field="weights") from error
    state = state.get("state_dict", state) if isinstance(state, dict) else None
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise Invalid(f"{path.name} holds no state dict of tensors.", field="weights")
    return state


def fill_matching(net: nn.Module, state: Mapping[str, Tensor], source: str, *, needed: str) -> None:
    """Loads what fits by name and shape; the rest, such as heads for other classes, keeps its start weights. Raises
    Invalid where a weight whose name starts with ``needed`` is missing or has another shape."""
    own = net.state_dict()
    fitting = {name: value for name, value in state.items() if name in own and value.shape == own[name].shape}
    lost = [n for n in own if n.startswith(needed) and n not in fitting and not n.endswith("num_batches_tracked")]
    if lost:
        raise Invalid(f"{source} does not fit this architecture: {lost[0]} is missing or different.", field="weights")
    net.load_state_dict({**own, **fitting})


def fill_backbone(backbone: nn.Module, state: Mapping[str, Tensor], source: str) -> None:
    """Loads every weight the backbone has; what else the file holds (its classifier) is ignored. Raises Invalid."""
    own = backbone.state_dict()
    missing = [name for name in own if name not in state and not name.endswith("num_batches_tracked")]
    wrong = [name for name in own if name in state and state[name].shape != own[name].shape]
    if missing or wrong:
        problem = f"lacks {missing[0]}" if missing else f"has another shape for {wrong[0]}"
        raise Invalid(f"{source} does not fit this architecture: it {problem}.", field="weights")
    backbone.load_state_dict({name: state.get(name, own[name]) for name in own})
