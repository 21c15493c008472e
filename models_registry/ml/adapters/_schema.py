"""Configuration fields that several adapters share. One place, so forms and documentation say the same everywhere."""

from __future__ import annotations

from typing import Any


def number(default: float, low: float, high: float, description: str) -> dict[str, Any]:
    return {"type": "number", "default": default, "minimum": low, "maximum": high, "description": description}


def integer(default: int, low: int, high: int, description: str, multiple: int | None = None) -> dict[str, Any]:
    field: dict[str, Any] = {
        "type": "integer",
        "default": default,
        "minimum": low,
        "maximum": high,
        "description": description,
    }
    return field | ({"multipleOf": multiple} if multiple else {})


def choice(default: str, options: list[str], description: str) -> dict[str, Any]:
    return {"type": "string", "default": default, "enum": options, "description": description}


def boolean(default: bool, description: str) -> dict[str, Any]:
    return {"type": "boolean", "default": default, "description": description}


def config_schema(properties: dict[str, Any]) -> dict[str, Any]:
    """An object that takes these properties and no others."""
    return {"type": "object", "additionalProperties": False, "properties": properties}


def class_weights() -> dict[str, Any]:
    return choice(
        "none",
        ["none", "balanced"],
        "'balanced' weighs each class by the inverse of its number of training images.",
    )


def annotator_weights() -> dict[str, Any]:
    """The fields that ``selectors.annotators`` reads when a version is made."""
    return {
        "annotator_weights": choice(
            "none",
            ["none", "scores"],
            "'scores': what people with low agreement scores drew counts for less; see the lineage for the weights.",
        ),
        "annotator_floor": number(0.1, 0.01, 1.0, "With 'scores': the least weight anyone's annotations have."),
    }


def how_it_starts() -> dict[str, Any]:
    """The fields that ``training.options`` reads: where weights come from, which of them move, how steps are made."""
    return {
        "start": choice(
            "scratch",
            ["scratch", "base"],
            "'scratch': from the adapter's own start weights; 'base': from the base model's, classes included.",
        ),
        "freeze": number(0.0, 0.0, 1.0, "Share of the backbone's layers, from the picture on, that stay as they are."),
        "accumulate": integer(1, 1, 256, "Batches whose gradients make one step: for batches larger than memory."),
        "find_learning_rate": boolean(False, "Find the highest learning rate in a short run before the training."),
        "mixed_precision": boolean(False, "Reckon in 16 bits where they suffice; on a GPU only."),
    }


def network_training(*, epochs: int, batch_size: int, learning_rate: float, patience: int) -> dict[str, Any]:
    """The fields that ``training.loop`` reads."""
    return {
        "epochs": integer(epochs, 1, 1000, "Passes over the training images at most."),
        "patience": integer(patience, 0, 1000, "Epochs without a better validation loss before stopping; 0: never."),
        "batch_size": integer(batch_size, 1, 1024, "Images in one step of training."),
        "learning_rate": number(learning_rate, 1e-7, 1.0, "Highest learning rate; it falls along a cosine."),
        "weight_decay": number(1e-4, 0.0, 1.0, "Decoupled weight decay (AdamW)."),
        **how_it_starts(),
        "label_smoothing": number(0.0, 0.0, 0.5, "Share of the target spread over all classes."),
        "class_weights": class_weights(),
        **annotator_weights(),
        "flip": boolean(True, "Augmentation: mirror half of the images left to right."),
        "crop": number(0.2, 0.0, 0.8, "Augmentation: largest share of a side that a random crop may cut away."),
        "colour_jitter": number(
            0.2, 0.0, 1.0, "Augmentation: largest relative change of brightness, contrast, colour."
        ),
    }


def step_training(*, steps: int, checks: int, batch_size: int, learning_rate: float) -> dict[str, Any]:
    """The fields that ``training.steps`` and ``training.moves`` read."""
    return {
        "steps": integer(steps, 1, 1_000_000, "Steps of training; each looks at one batch of images."),
        "checks": integer(checks, 1, 1000, "How many times on the way the validation images are judged."),
        "patience": integer(0, 0, 1000, "Checks without a better figure before stopping; 0: never."),
        "batch_size": integer(batch_size, 2, 256, "Images in one step of training; batch norms need two."),
        "learning_rate": number(learning_rate, 1e-7, 1.0, "Highest learning rate; it falls along a cosine."),
        "weight_decay": number(1e-4, 0.0, 1.0, "Decoupled weight decay (AdamW)."),
        **how_it_starts(),
        **annotator_weights(),
        "flip": boolean(True, "Augmentation: mirror half of the images left to right."),
        "zoom": number(0.3, 0.0, 1.0, "Augmentation: largest relative change of size."),
        "shift": number(0.15, 0.0, 0.5, "Augmentation: largest part of a side the image wanders."),
        "turn": number(0.0, 0.0, 180.0, "Augmentation: largest angle in degrees the image is turned by."),
        "colour_jitter": number(
            0.2, 0.0, 1.0, "Augmentation: largest relative change of brightness, contrast, colour."
        ),
    }
