"""What nets that say shapes share where EfficientNet-Lite0 is their backbone: frozen and named by its digest, or tuned
with the rest. The net has a ``backbone`` (``Lite0Maps``) and a ``head``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from models_registry.ml.adapters import _lite0 as lite0
from models_registry.ml.adapters._shapes import ShapeNetAdapter

if TYPE_CHECKING:
    from torch import Tensor, nn

    from models_registry.ml.nets.pyramid import Lite0Maps

Net = TypeVar("Net", bound="nn.Module")


class Lite0ShapeAdapter(ShapeNetAdapter[Net]):
    """A subclass gives ``info``, ``_new_net`` from ``_backbone()``, ``train`` and ``_say``."""

    norm = lite0.NORM

    @property
    def _frozen(self) -> bool:
        return bool(self.config["mode"] == "head")

    def _backbone(self) -> Lite0Maps:
        from models_registry.ml.nets.efficientnet_lite0 import EfficientNetLite0
        from models_registry.ml.nets.pyramid import Lite0Maps

        return Lite0Maps(lite0.fused(self.config["weights"]) if self._frozen else EfficientNetLite0())

    def _load_base(self, net: Net) -> None:
        if not self._frozen:
            published = lite0.pretrained(self.config["weights"]).state_dict()
            _part(net, "backbone").load_state_dict({f"body.{name}": tensor for name, tensor in published.items()})

    def _stored_state(self) -> dict[str, Tensor]:
        """With a frozen backbone only the head is stored; the backbone is named by its digest."""
        if not self._frozen:
            return super()._stored_state()
        return dict(_part(self._need_net(), "head").state_dict(prefix="head."))

    def _restore(self, state: dict[str, Tensor]) -> None:
        if not self._frozen:
            super()._restore(state)
            return
        net = self._new_net(len(self.labels))
        _part(net, "head").load_state_dict({name.removeprefix("head."): tensor for name, tensor in state.items()})
        self._set(net)

    def encoder_key(self) -> str:
        if self._frozen:
            return f"lite0_maps:{self._backbone_digest()}:{lite0.short(self.preprocessing())}"
        return super().encoder_key()

    def _encoder_state(self) -> dict[str, Tensor]:
        return dict(_part(self._need_net(), "backbone").state_dict())

    def _backbone_digest(self) -> str:
        return lite0.backbone_digest(self.config["weights"])[:16]

    def _digested(self) -> dict[str, Tensor]:
        return self._stored_state()

    def _digested_beside(self) -> str:
        return super()._digested_beside() + (self._backbone_digest() if self._frozen else "")


def _part(net: Any, name: str) -> nn.Module:
    part: nn.Module = getattr(net, name)
    return part
