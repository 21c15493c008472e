"""The centre-point detector trained from nothing: for plain pictures and machines without pretrained weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._centre import LEARNS_FROM, CentreAdapter, centre_fields
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo

if TYPE_CHECKING:
    from models_registry.ml.nets.centre import CentreNet


@ADAPTERS.add("centre_small")
class CentreSmall(CentreAdapter):
    """Ten convolutions and the head; 0.3 million weights at the default width."""

    info = AdapterInfo(
        name="centre_small",
        title="Centre points, small",
        description="Finds boxes, upright or turned, with a small net trained from scratch: for plain pictures.",
        task="detection",
        annotation_types=("box",),
        learns_from=LEARNS_FROM,
        licence="MIT",
        input_size=224,
        config_schema=fields.config_schema(
            {
                "channels": fields.integer(
                    16, 8, 64, "Channels of the backbone's first stage; the last has eight times as many."
                ),
                **centre_fields(input_size=224, steps=1500, learning_rate=3e-3),
            }
        ),
    )

    def _new_net(self, classes: int) -> CentreNet:
        from models_registry.ml.nets.centre import CentreHead, CentreNet
        from models_registry.ml.nets.pyramid import SmallMaps

        backbone = SmallMaps(self.config["channels"])
        channels = (backbone.channels[0], backbone.channels[1], backbone.channels[2])
        head = CentreHead(channels, classes, width=self.config["width"], rotated=self.config["rotated"])
        return CentreNet(backbone, head)
