"""What all adapters with a net share: building, storing, fingerprints. Nothing here knows what the net says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from models_registry.ml.adapters.base import (
    CONFIG_FILE,
    FORMAT,
    AdapterInfo,
    BrokenArtifact,
    check_config,
    read_config,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

WEIGHTS_FILE = "weights.safetensors"
Net = TypeVar("Net", bound="nn.Module")
Norm = tuple[tuple[float, float, float], tuple[float, float, float]]
IMAGENET: Norm = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))


class StoredAdapter(Generic[Net]):
    """A subclass gives ``info``, ``norm`` (mean and standard deviation of 0..255 RGB), ``_new_net`` (architecture,
    seeded start weights), ``preprocessing``, ``encoder_key`` and, if there are pretrained weights, ``_load_base``.
    """

    info: ClassVar[AdapterInfo]
    norm: ClassVar[Norm] = IMAGENET

    def __init__(self) -> None:
        self.config: dict[str, Any] = {}
        self.labels: list[str] = []
        self.seed = 0
        self._net: Net | None = None
        self._digest: str | None = None

    # -- for subclasses

    def _new_net(self, classes: int) -> Net:
        raise NotImplementedError

    def _load_base(self, net: Net) -> None:
        """Puts pretrained weights into the backbone; nothing to do when it starts from random ones."""

    def preprocessing(self) -> str:
        raise NotImplementedError

    def encoder_key(self) -> str:
        raise NotImplementedError

    def _more(self) -> dict[str, Any]:
        """What else decides predictions and is kept in config.json beside the weights."""
        return {}

    def _take_more(self, content: Mapping[str, Any]) -> None:
        """Reads what ``_more`` wrote. Raises KeyError, TypeError, ValueError."""

    # -- life

    def build(self, config: Mapping[str, Any], labels: Sequence[str], seed: int) -> None:
        from models_registry.ml.nets.runtime import seeded

        self.config, self.labels, self.seed = dict(config), list(labels), seed
        with seeded(seed):
            net = self._new_net(len(self.labels))
        self._load_base(net)
        self._set(net)

    @property
    def input_size(self) -> int:
        return int(self.config["input_size"])

    # -- storing

    def save(self, folder: Path) -> dict[str, Path]:
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        weights, config = folder / WEIGHTS_FILE, folder / CONFIG_FILE
        save_file({name: t.detach().cpu().contiguous() for name, t in self._stored_state().items()}, weights)
        content = {
            "format": FORMAT,
            "adapter": self.info.name,
            "config": self.config,
            "labels": self.labels,
            "seed": self.seed,
            "preprocessing": self.preprocessing(),
            "encoder_key": self.encoder_key(),
            "weights_digest": self.weights_digest(),
            **self._more(),
        }
        config.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        return {WEIGHTS_FILE: weights, CONFIG_FILE: config}

    def load(self, folder: Path) -> None:
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        content = read_config(folder)
        if content["adapter"] != self.info.name:
            raise BrokenArtifact(f"These artifacts are of {content['adapter']}, not of {self.info.name}.")
        self.config = check_config(self.info.name, content["config"])
        self.labels, self.seed = list(content["labels"]), int(content["seed"])
        try:
            self._take_more(content)
            state = load_file(folder / WEIGHTS_FILE)
            self._restore(state)
        except (OSError, SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
            raise BrokenArtifact(f"{WEIGHTS_FILE} does not fit {self.info.name}: {error}", file=WEIGHTS_FILE) from error
        if content["weights_digest"] != self.weights_digest():
            raise BrokenArtifact("The weights differ from those that were saved.", file=WEIGHTS_FILE)

    def _stored_state(self) -> dict[str, Tensor]:
        return dict(self._need_net().state_dict())

    def _restore(self, state: dict[str, Tensor]) -> None:
        net = self._new_net(len(self.labels))
        net.load_state_dict(state)
        self._set(net)

    # -- keys

    def weights_digest(self) -> str:
        from models_registry.ml.nets.digest import state_digest

        if self._digest is None:
            self._digest = state_digest(self._digested(), self._digested_beside())
        return self._digest

    def _digested(self) -> dict[str, Tensor]:
        """The weights that are part of the digest."""
        return dict(self._need_net().state_dict())

    def _digested_beside(self) -> str:
        """Everything else that decides a prediction."""
        parts: list[Any] = [self.info.name, self.labels, self.preprocessing()]
        return json.dumps(parts + ([self._more()] if self._more() else []))

    # -- inside

    def _set(self, net: Net) -> None:
        self._net, self._digest = net, None

    def _need_net(self) -> Net:
        if self._net is None:
            raise RuntimeError("build() or load() comes first")
        return self._net
