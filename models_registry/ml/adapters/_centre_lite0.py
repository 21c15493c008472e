"""A centre-point net on EfficientNet-Lite0: frozen features with a small head (default), or the whole net."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models_registry.ml.adapters import _lite0 as lite0
from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._centre import CentreAdapter, centre_fields

if TYPE_CHECKING:
    from torch import Tensor

    from models_registry.ml.nets.centre import CentreNet


def lite0_schema() -> dict[str, Any]:
    """The configuration of both."""
    return fields.config_schema(
        {
            "mode": fields.choice(
                "head", ["head", "fine_tune"], "'head': frozen features; 'fine_tune': the whole net."
            ),
            "weights": lite0.WEIGHTS,
            **centre_fields(input_size=320, steps=600, learning_rate=3e-3),
        }
    )


class CentreLite0Adapter(CentreAdapter):
    """A subclass gives ``info``."""

    norm = lite0.NORM

    @property
    def _frozen(self) -> bool:  # type: ignore[override]  # of the configuration here
        return bool(self.config["mode"] == "head")

    def _new_net(self, classes: int) -> CentreNet:
        from models_registry.ml.nets.centre import CentreHead, CentreNet
        from models_registry.ml.nets.efficientnet_lite0 import EfficientNetLite0
        from models_registry.ml.nets.pyramid import Lite0Maps

        body = lite0.fused(self.config["weights"]) if self._frozen else EfficientNetLite0()
        backbone = Lite0Maps(body)
        head = CentreHead(backbone.channels, classes, width=self.config["width"], rotated=self.config["rotated"])
        return CentreNet(backbone, head)

    def _load_base(self, net: CentreNet) -> None:
        if not self._frozen:
            published = lite0.pretrained(self.config["weights"]).state_dict()
            net.backbone.load_state_dict({f"body.{name}": tensor for name, tensor in published.items()})

    def _stored_state(self) -> dict[str, Tensor]:
        """With a frozen backbone only the head is stored; the backbone is named by its digest."""
        return dict(self._need_net().head.state_dict(prefix="head.")) if self._frozen else super()._stored_state()

    def _restore(self, state: dict[str, Tensor]) -> None:
        if not self._frozen:
            super()._restore(state)
            return
        net = self._new_net(len(self.labels))
        net.head.load_state_dict({name.removeprefix("head."): tensor for name, tensor in state.items()})
        self._set(net)

    def encoder_key(self) -> str:
        if self._frozen:
            return f"{self.info.name}:{self._backbone_digest()}:{lite0.short(self.preprocessing())}"
        return super().encoder_key()

    def _backbone_digest(self) -> str:
        return lite0.backbone_digest(self.config["weights"])[:16]

    def _digested(self) -> dict[str, Tensor]:
        return self._stored_state()

    def _digested_beside(self) -> str:
        return super()._digested_beside() + (self._backbone_digest() if self._frozen else "")
