"""What all classification adapters share: training, predicting. An adapter adds its net and its fields."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from models_registry.ml.adapters._portable import Portable
from models_registry.ml.adapters._stored import StoredAdapter
from models_registry.ml.adapters.base import Prediction, TrainData, TrainHooks, TrainResult
from models_registry.ml.images import RESIZE, ImageSource

if TYPE_CHECKING:
    from torch import Tensor

    from models_registry.ml.nets.classifier import Classifier


class NetworkAdapter(StoredAdapter["Classifier"]):
    """A classifier made of a backbone and a linear head, trained as a whole; subclasses as ``StoredAdapter`` says."""

    def __init__(self) -> None:
        super().__init__()
        self._fused: Classifier | None = None

    def train(self, data: TrainData, hooks: TrainHooks) -> TrainResult:
        from models_registry.ml.training.checkpoint import fingerprint
        from models_registry.ml.training.loop import Recipe, Trainer
        from models_registry.ml.training.team import gathered

        check_data(data, len(self.labels))
        self._hold(self._need_net())
        key = fingerprint(self.config, self.labels, self.seed, data.train, data.validation)
        with gathered(self, self._need_net(), data, hooks) as team:
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
                team=team,
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

    def portable(self) -> Portable:
        from models_registry.ml.nets.portable import ClassShares

        mean, std = (list(values) for values in self.norm)
        asked = {"input_size": self.input_size, "mean": mean, "std": std, "output": "probabilities"}
        return Portable(
            ClassShares(copy.deepcopy(self._inference_net())).cpu().eval(),
            {"probabilities": "(N, C), one number a label, rows sum to 1"},
            squashed=True,
            reads_as=("onnx_classification", asked),
        )

    # -- keys

    def preprocessing(self) -> str:
        mean, std = (",".join(f"{v:g}" for v in values) for values in self.norm)
        return f"rgb-{self.input_size}-{RESIZE}-({mean})/({std})"

    def encoder_key(self) -> str:
        from models_registry.ml.nets.digest import state_digest

        digest = state_digest(self._need_net().backbone.state_dict())
        return f"{self.info.name}:{digest[:16]}:{hashlib.sha256(self.preprocessing().encode()).hexdigest()[:8]}"

    # -- inside

    def _set(self, net: Classifier) -> None:
        super()._set(net)
        self._fused = None

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
