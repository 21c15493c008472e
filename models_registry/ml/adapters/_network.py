"""What all classification adapters share: predicting, storing, fingerprints. An adapter adds its net and its fields."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from models_registry.ml.adapters.base import (
    CONFIG_FILE,
    FORMAT,
    AdapterInfo,
    BrokenArtifact,
    Prediction,
    TrainData,
    TrainHooks,
    TrainResult,
    check_config,
    read_config,
)
from models_registry.ml.images import RESIZE, ImageSource

if TYPE_CHECKING:
    from torch import Tensor

    from models_registry.ml.nets.classifier import Classifier

WEIGHTS_FILE = "weights.safetensors"
Norm = tuple[tuple[float, float, float], tuple[float, float, float]]
IMAGENET: Norm = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))


class NetworkAdapter:
    """A classifier made of a backbone and a linear head, trained as a whole.

    A subclass gives ``info``, ``norm`` (mean and standard deviation of 0..255 RGB), ``_new_net`` (architecture,
    seeded start weights) and, if there are any, ``_load_base`` (pretrained weights).
    """

    info: ClassVar[AdapterInfo]
    norm: ClassVar[Norm] = IMAGENET

    def __init__(self) -> None:
        self.config: dict[str, Any] = {}
        self.labels: list[str] = []
        self.seed = 0
        self._net: Classifier | None = None
        self._fused: Classifier | None = None
        self._digest: str | None = None

    # -- for subclasses

    def _new_net(self, classes: int) -> Classifier:
        raise NotImplementedError

    def _load_base(self, net: Classifier) -> None:
        """Puts pretrained weights into the backbone; nothing to do when it starts from random ones."""

    # -- life

    def build(self, config: Mapping[str, Any], labels: Sequence[str], seed: int) -> None:
        from models_registry.ml.nets.runtime import seeded

        self.config, self.labels, self.seed = dict(config), list(labels), seed
        with seeded(seed):
            net = self._new_net(len(self.labels))
        self._load_base(net)
        self._set(net)

    def train(self, data: TrainData, hooks: TrainHooks) -> TrainResult:
        from models_registry.ml.training.checkpoint import fingerprint
        from models_registry.ml.training.loop import Recipe, Trainer

        check_data(data, len(self.labels))
        key = fingerprint(self.config, self.labels, self.seed, data.train, data.validation)
        trainer = Trainer(
            self._need_net(),
            Recipe.of(self.config),
            data,
            hooks,
            size=self.input_size,
            norm=self.norm,
            classes=len(self.labels),
            seed=self.seed,
            key=key,
        )
        result = trainer.run()
        self._set(trainer.net)  # type: ignore[arg-type]  # the net given above, of its class
        return result

    def predict(
        self,
        images: Sequence[ImageSource],
        *,
        batch_size: int = 64,
        embeddings: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Prediction:
        fused = self._inference_net()
        outputs, errors = self._run(fused.both, images, batch_size, progress)
        probs = outputs[0] if outputs else np.zeros((0, len(self.labels)), np.float32)
        kept = None
        if embeddings:
            kept = outputs[1].astype(np.float16) if outputs else np.zeros((0, 0), np.float16)
        return Prediction(probs.astype(np.float32), kept, errors)

    def embed(
        self, images: Sequence[ImageSource], *, batch_size: int = 64, progress: Callable[[int, int], None] | None = None
    ) -> tuple[NDArray[np.float16], dict[int, str]]:
        backbone = self._inference_net().backbone
        outputs, errors = self._run(lambda x: (backbone(x),), images, batch_size, progress)
        return (outputs[0].astype(np.float16) if outputs else np.zeros((0, 0), np.float16)), errors

    def predict_from_embeddings(self, embeddings: NDArray[Any]) -> NDArray[np.float32] | None:
        import torch

        head = self._inference_net().head
        with torch.inference_mode():
            rows = torch.from_numpy(np.ascontiguousarray(embeddings, dtype=np.float32)).to(head.weight.device)
            return torch.softmax(head(rows).double(), 1).float().cpu().numpy()

    def _run(
        self,
        net: Callable[[Tensor], tuple[Tensor, ...]],
        images: Sequence[ImageSource],
        batch_size: int,
        progress: Callable[[int, int], None] | None,
    ) -> tuple[list[NDArray[Any]], dict[int, str]]:
        from models_registry.ml.nets.runtime import run_batches

        return run_batches(net, images, self.input_size, batch_size, self.norm, progress)

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
            state = load_file(folder / WEIGHTS_FILE)
            self._restore(state)
        except (OSError, SafetensorError, RuntimeError, KeyError) as error:
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

    @property
    def input_size(self) -> int:
        return int(self.config["input_size"])

    def preprocessing(self) -> str:
        mean, std = (",".join(f"{v:g}" for v in values) for values in self.norm)
        return f"rgb-{self.input_size}-{RESIZE}-({mean})/({std})"

    def encoder_key(self) -> str:
        from models_registry.ml.nets.digest import state_digest

        digest = state_digest(self._need_net().backbone.state_dict())
        return f"{self.info.name}:{digest[:16]}:{hashlib.sha256(self.preprocessing().encode()).hexdigest()[:8]}"

    def weights_digest(self) -> str:
        from models_registry.ml.nets.digest import state_digest

        if self._digest is None:
            extra = json.dumps([self.info.name, self.labels, self.preprocessing()])
            self._digest = state_digest(self._need_net().state_dict(), extra)
        return self._digest

    # -- inside

    def _set(self, net: Classifier) -> None:
        self._net, self._fused, self._digest = net, None, None

    def _need_net(self) -> Classifier:
        if self._net is None:
            raise RuntimeError("build() or load() comes first")
        return self._net

    def _inference_net(self) -> Classifier:
        from models_registry.ml.nets.fuse import fuse_for_inference
        from models_registry.ml.nets.runtime import prepare

        if self._fused is None:
            self._fused = prepare(fuse_for_inference(self._need_net()))
        return self._fused


def check_data(data: TrainData, classes: int) -> None:
    """Raises Invalid when there is nothing to learn from or a label is out of range."""
    if len(data.train) == 0:
        raise Invalid("The train subset is empty.", field="train")
    for name, split in (("train", data.train), ("validation", data.validation)):
        if split.embeddings is not None and len(split.embeddings) != len(split.labels):
            raise Invalid(f"{name}: {len(split.embeddings)} embeddings for {len(split.labels)} labels.", field=name)
        if split.embeddings is None and len(split.images) != len(split.labels):
            raise Invalid(f"{name}: {len(split.images)} images for {len(split.labels)} labels.", field=name)
        if len(split) and not (int(split.labels.min()) >= 0 and int(split.labels.max()) < classes):
            raise Invalid(f"{name}: label indices must lie in 0..{classes - 1}.", field=name)
