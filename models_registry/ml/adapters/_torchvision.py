"""Base of the adapters whose architecture comes from torchvision."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._network import NetworkAdapter
from models_registry.ml.adapters._tags import TagAdapter
from models_registry.ml.adapters._weights import WHERE, fill_backbone, load_weights_file, weights_path
from models_registry.ml.adapters.base import PublicWeights, WeightsMissing

if TYPE_CHECKING:
    from torch import Tensor, nn

    from models_registry.ml.nets.classifier import Classifier
    from models_registry.ml.nets.tagger import TagNet

WEIGHTS = {
    "type": "string",
    "default": "none",
    "minLength": 1,
    "maxLength": 500,
    "x-widget": "line",
    "description": "'none': random weights; 'torchvision': torchvision's own weights, downloaded once where there"
    f" is a network; otherwise {WHERE} (.safetensors or .pth).",
}


def schema(*, input_size: int, learning_rate: float) -> dict[str, Any]:
    """Fields of a torchvision adapter."""
    return fields.config_schema(
        {
            "input_size": fields.integer(
                input_size, 32, 512, "Pixels of a side the picture is scaled to.", multiple=32
            ),
            "weights": WEIGHTS,
            "dropout": fields.number(0.2, 0.0, 0.9, "Share of the embedding dropped before the head in training."),
            **fields.network_training(epochs=20, batch_size=32, learning_rate=learning_rate, patience=5),
        }
    )


class TorchvisionAdapter(NetworkAdapter):
    """``architecture`` is torchvision's name of the model."""

    architecture: ClassVar[str]

    def _new_net(self, classes: int) -> Classifier:
        from models_registry.ml.nets.classifier import Classifier
        from models_registry.ml.nets.torchvision_backbone import make_backbone

        backbone = make_backbone(self.architecture)
        return Classifier(backbone, backbone.width, classes, self.config["dropout"])

    def _load_base(self, net: Classifier) -> None:
        fill_chosen(net.backbone, self.config["weights"], self.architecture)


class TorchvisionTagAdapter(TagAdapter):
    """The same nets, saying every label a picture has. ``architecture`` as above."""

    architecture: ClassVar[str]

    def _new_net(self, classes: int) -> TagNet:
        from models_registry.ml.nets.tagger import TagNet
        from models_registry.ml.nets.torchvision_backbone import make_backbone

        backbone = make_backbone(self.architecture)
        return TagNet(backbone, backbone.width, classes)

    def _load_base(self, net: TagNet) -> None:
        fill_chosen(net.backbone, self.config["weights"], self.architecture)

    def _encoder_state(self) -> dict[str, Tensor]:
        return dict(self._need_net().backbone.state_dict())


def fill_chosen(backbone: nn.Module, choice: str, architecture: str) -> None:
    """Fills the backbone as the field ``weights`` says. Raises WeightsMissing, Invalid."""
    if choice == "none":
        return
    state = downloaded(architecture) if choice == "torchvision" else load_weights_file(weights_path(choice))
    source = "torchvision's file" if choice == "torchvision" else Path(choice).name
    fill_backbone(backbone, _as_backbone(state), source)


def published(learnt_from: str, size_mb: float, file: str) -> tuple[PublicWeights, ...]:
    """The gallery's entry of torchvision's own weights; ``file``: their name at torchvision."""
    return (PublicWeights("torchvision", learnt_from, size_mb, {"weights": "torchvision"}, file),)


def downloaded(architecture: str) -> dict[str, Tensor]:
    """torchvision's weights of the whole model: their file where it lies in the weights folder, else fetched. Raises
    WeightsMissing where they cannot be."""
    from torchvision.models import get_model_weights

    weights = get_model_weights(architecture).DEFAULT
    with suppress(WeightsMissing):
        return load_weights_file(weights_path(Path(weights.url).name))
    try:
        return dict(weights.get_state_dict(progress=False, check_hash=True))
    except (OSError, RuntimeError) as error:
        raise WeightsMissing(
            f"torchvision's weights for {architecture} could not be downloaded ({error}). Fetch"
            f" {weights.url} elsewhere and put it under its own name into the server's weights folder (ALP_WEIGHTS_DIR)"
            "; or set 'weights' to 'none'.",
            field="weights",
            url=weights.url,
        ) from error


def _as_backbone(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A whole torchvision model's weights, or a backbone's, under the backbone's names."""
    return {(name if name.startswith("body.") else f"body.{name}"): tensor for name, tensor in state.items()}
