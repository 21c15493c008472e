"""EfficientNet-Lite0 with ImageNet weights: a linear head on its frozen embedding (default), or fine-tuned as a whole.

With a frozen backbone an image is embedded once in its life; a round of training and predicting then takes seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models_registry.ml.adapters import _lite0 as lite0
from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._network import NetworkAdapter, check_data
from models_registry.ml.adapters.base import (
    ADAPTERS,
    AdapterInfo,
    Split,
    TrainData,
    TrainHooks,
    TrainResult,
)

if TYPE_CHECKING:
    from torch import Tensor

    from models_registry.ml.nets.classifier import Classifier
    from models_registry.ml.training.head import HeadRecipe

_PATH = tuple(10.0**power for power in (-2.5, -3.0, -3.5, -4.0, -4.5, -5.0, -5.5, -6.0))
_UNCHECKED_L2 = 10.0**-4.5  # the usual choice of the path on photographs; used when there is no validation image


@ADAPTERS.add("efficientnet_lite0")
class EfficientNetLite0Adapter(NetworkAdapter):
    """Frozen encoder with an L2-regularised softmax head, or the whole net."""

    norm = lite0.NORM
    info = AdapterInfo(
        name="efficientnet_lite0",
        title="EfficientNet-Lite0, pretrained",
        description="ImageNet features (1280 numbers an image) and a linear head trained in seconds; or fine-tuned.",
        annotation_types=("class",),
        licence="Apache-2.0",
        public=lite0.PUBLIC,
        input_size=112,
        encoder=True,
        config_schema=fields.config_schema(
            {
                "mode": fields.choice(
                    "head", ["head", "fine_tune"], "'head': frozen features; 'fine_tune': the whole net."
                ),
                "input_size": fields.integer(112, 64, 320, "Pixels of a side the picture is scaled to.", multiple=16),
                "weights": lite0.WEIGHTS,
                "l2": {
                    "type": ["number", "null"],
                    "default": None,
                    "minimum": 1e-9,
                    "maximum": 10,
                    "description": "Mode 'head': weight of the L2 penalty; null: chosen on the validation images.",
                },
                "dropout": fields.number(
                    0.2, 0.0, 0.9, "Mode 'fine_tune': share of the embedding dropped in training."
                ),
                **fields.network_training(epochs=8, batch_size=32, learning_rate=5e-4, patience=2),
            }
        ),
    )

    @property
    def _frozen(self) -> bool:
        return bool(self.config["mode"] == "head")

    def _new_net(self, classes: int) -> Classifier:
        from models_registry.ml.nets.classifier import Classifier
        from models_registry.ml.nets.efficientnet_lite0 import EMBEDDING_SIZE, EfficientNetLite0

        backbone = lite0.pretrained(self.config["weights"]) if self._frozen else EfficientNetLite0()
        return Classifier(backbone, EMBEDDING_SIZE, classes, 0.0 if self._frozen else self.config["dropout"])

    def _load_base(self, net: Classifier) -> None:
        if not self._frozen:
            net.backbone.load_state_dict(lite0.pretrained(self.config["weights"]).state_dict())

    def train(self, data: TrainData, hooks: TrainHooks) -> TrainResult:
        return self._train_head(data, hooks) if self._frozen else super().train(data, hooks)

    def _train_head(self, data: TrainData, hooks: TrainHooks) -> TrainResult:
        from models_registry.ml.training.checkpoint import fingerprint
        from models_registry.ml.training.head import HeadData, fit_head

        check_data(data, len(self.labels))
        key = fingerprint(self.config | {"encoder": self.encoder_key()}, self.labels, 0, data.train, data.validation)
        rows = HeadData(
            self._rows(data.train, "train"),
            data.train.labels,
            self._rows(data.validation, "validation"),
            data.validation.labels,
            data.train.weights,
        )
        head, result = fit_head(rows, self._recipe(len(data.validation) > 0), len(self.labels), hooks, key)
        net = self._need_net()
        net.head.weight.data.copy_(head.weight)
        net.head.bias.data.copy_(head.bias)
        self._set(net)
        return result

    def _recipe(self, validated: bool) -> HeadRecipe:
        from models_registry.ml.training.head import HeadRecipe

        fixed = self.config["l2"]
        penalties = (float(fixed),) if fixed is not None else _PATH
        if fixed is None and not validated:
            penalties = tuple(p for p in _PATH if p >= _UNCHECKED_L2 * 0.999)
        return HeadRecipe(penalties, self.config["patience"], self.config["class_weights"])

    def _rows(self, split: Split, name: str) -> NDArray[np.float32]:
        """The split's embeddings: the cached ones, or made now. Rounded to float16 either way, so both train alike."""
        from alp_site.lib.errors import Invalid

        if split.embeddings is None:
            if not len(split):
                return np.zeros((0, self._need_net().head.in_features), np.float32)
            made, errors = self.embed(split.images)
            if errors:
                raise Invalid(
                    f"{len(errors)} {name} images cannot be read. The first: {next(iter(errors.values()))}",
                    field="images",
                    indices=sorted(errors),
                )
            return made.astype(np.float32)
        rows = np.ascontiguousarray(split.embeddings, dtype=np.float16).astype(np.float32)
        if rows.ndim != 2 or rows.shape[1] != self._need_net().head.in_features or not np.isfinite(rows).all():
            raise Invalid(f"{name}: embeddings must be finite and of shape (N, 1280), got {rows.shape}.", field=name)
        return rows

    def _stored_state(self) -> dict[str, Tensor]:
        """With a frozen backbone only the head is stored (50 kB a version); the backbone is named by its digest."""
        return dict(self._need_net().head.state_dict(prefix="head.")) if self._frozen else super()._stored_state()

    def _restore(self, state: dict[str, Tensor]) -> None:
        if not self._frozen:
            super()._restore(state)
            return
        net = self._new_net(len(self.labels))
        net.head.load_state_dict({name.removeprefix("head."): tensor for name, tensor in state.items()})
        self._set(net)

    def _inference_net(self) -> Classifier:
        if self._fused is None and self._frozen:
            from models_registry.ml.nets.classifier import Classifier
            from models_registry.ml.nets.runtime import prepare

            head = self._need_net().head
            fused = Classifier(lite0.fused(self.config["weights"]), head.in_features, head.out_features).eval()
            fused.head.load_state_dict(head.state_dict())
            self._fused = prepare(fused)
        return super()._inference_net()

    def encoder_key(self) -> str:
        if self._frozen:
            digest = lite0.backbone_digest(self.config["weights"])[:16]
            return f"{self.info.name}:{digest}:{lite0.short(self.preprocessing())}"
        return super().encoder_key()

    def weights_digest(self) -> str:
        if self._frozen and self._digest is None:
            from models_registry.ml.nets.digest import state_digest

            extra: list[Any] = [
                self.info.name,
                self.labels,
                self.preprocessing(),
                lite0.backbone_digest(self.config["weights"]),
            ]
            self._digest = state_digest(self._need_net().head.state_dict(), repr(extra))
        return super().weights_digest()
