"""A centre-point net on EfficientNet-Lite0: frozen features with a small head (default), or the whole net."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models_registry.ml.adapters import _lite0 as lite0
from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._centre import CentreAdapter, centre_fields
from models_registry.ml.adapters._lite0_shapes import Lite0ShapeAdapter

if TYPE_CHECKING:
    from models_registry.ml.nets.centre import CentreNet


def lite0_schema() -> dict[str, Any]:
    """The configuration of both."""
    return fields.config_schema(
        {
            "mode": lite0.MODE,
            "weights": lite0.WEIGHTS,
            **centre_fields(input_size=320, steps=600, learning_rate=3e-3),
        }
    )


class CentreLite0Adapter(Lite0ShapeAdapter["CentreNet"], CentreAdapter):
    """A subclass gives ``info``."""

    def _new_net(self, classes: int) -> CentreNet:
        from models_registry.ml.nets.centre import CentreHead, CentreNet

        backbone = self._backbone()
        head = CentreHead(backbone.channels, classes, width=self.config["width"], rotated=self.config["rotated"])
        return CentreNet(backbone, head)
