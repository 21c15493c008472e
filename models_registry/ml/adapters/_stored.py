"""What all adapters with a net share: building, storing, fingerprints. Nothing here knows what the net says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from alp_site.lib.errors import Invalid
from models_registry.ml.adapters._portable import NotPortable, Portable
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
CLASS_MAJOR = "bbox_pred"
"""In the name of a weight whose rows go class by class, four numbers each; elsewhere classes are the inner ones."""
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

    def _layers(self, net: Net) -> nn.Module:
        """What ``freeze`` counts the layers of."""
        backbone: nn.Module = net.backbone  # type: ignore[assignment]  # every net here has one, or this is overridden
        return backbone

    def _hold(self, net: Net) -> None:
        """Takes the layers out of learning that the configuration says."""
        from models_registry.ml.training.options import freeze

        freeze(self._layers(net), self.config["freeze"])

    # -- life

    def build(self, config: Mapping[str, Any], labels: Sequence[str], seed: int) -> None:
        from models_registry.ml.nets.runtime import seeded

        self.config, self.labels, self.seed = dict(config), list(labels), seed
        with seeded(seed):
            net = self._new_net(len(self.labels))
        self._load_base(net)
        self._set(net)

    def begin_from(self, other: StoredAdapter[Any]) -> int:
        """Takes over the weights of a trained version of the same adapter before training. Where labels differ, those
        that both have keep what was learnt, new ones start fresh. Returns how many labels were kept. Raises Invalid
        where the nets differ otherwise."""
        if other.info.name != self.info.name:
            text = f"'start' is 'base', but the base model is {other.info.title}, not {self.info.title}."
            raise Invalid(text, field="start")
        net, given = self._need_net(), other._stored_state()
        own = self._stored_state()
        for name, rows in rows_of_classes(own, self._shapes_with_one_more(), len(self.labels)).items():
            if name in given:
                given[name] = rows.taken_over(own[name], given[name], self.labels, other.labels)
        wrong = next((n for n, tensor in own.items() if n not in given or given[n].shape != tensor.shape), None)
        if wrong is not None:
            text = f"'start' is 'base', but the base model's net is another: {wrong} is missing or different."
            raise Invalid(text, field="start")
        for name, tensor in own.items():
            tensor.copy_(given[name])
        self._set(net)
        return len(set(self.labels) & set(other.labels))

    def _shapes_with_one_more(self) -> dict[str, tuple[int, ...]]:
        """Of every weight of a net with one more class; nothing is drawn or kept."""
        import torch

        with torch.device("meta"):
            net = self._new_net(len(self.labels) + 1)
        return {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}

    def portable(self) -> Portable:
        """The net as other programs can run it. Raises NotPortable."""
        raise NotPortable(
            f"{self.info.title} picks its answers in Python code that no file of tensors holds. Export it as a zip."
        )

    @contextmanager
    def one_thread(self) -> Iterator[bool]:
        from models_registry.ml.nets.runtime import one_thread

        with one_thread() as own:
            yield own

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


@dataclass(frozen=True)
class ClassRows:
    """How the first axis of a weight holds classes: ``(groups, before + C)``, or the two turned round."""

    groups: int
    before: int
    outer: bool  # whether classes come first

    def taken_over(self, own: Tensor, given: Tensor, labels: Sequence[str], known: Sequence[str]) -> Tensor:
        """``own`` with what ``given`` has of labels that both know, and of what comes before the labels."""
        mine, theirs = (self._split(one, len(names)) for one, names in ((own, labels), (given, known)))
        if mine.shape[:1] + mine.shape[2:] != theirs.shape[:1] + theirs.shape[2:]:
            return given  # another net: whoever asked sees that the shapes differ
        mixed = mine.clone()
        mixed[:, : self.before] = theirs[:, : self.before]
        for at, label in enumerate(labels):
            if label in known:
                mixed[:, self.before + at] = theirs[:, self.before + known.index(label)]
        return (mixed.transpose(0, 1) if self.outer else mixed).reshape(own.shape)

    def _split(self, tensor: Tensor, classes: int) -> Tensor:
        """(groups, before + C, ...)."""
        count, rest = self.before + classes, tensor.shape[1:]
        if tensor.shape[0] != self.groups * count:
            return tensor.reshape(1, *tensor.shape)
        if self.outer:
            return tensor.reshape(count, self.groups, *rest).transpose(0, 1)
        return tensor.reshape(self.groups, count, *rest)


def rows_of_classes(
    own: Mapping[str, Tensor], more: Mapping[str, tuple[int, ...]], classes: int
) -> dict[str, ClassRows]:
    """The weights whose first axis depends on the number of classes. more: shapes with one class more."""
    found = {}
    for name, tensor in own.items():
        groups = (more[name][0] - tensor.shape[0]) if tensor.dim() else 0
        if groups:
            found[name] = ClassRows(groups, tensor.shape[0] // groups - classes, CLASS_MAJOR in name)
    return found
