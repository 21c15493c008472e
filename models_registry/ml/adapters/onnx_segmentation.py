"""Any ONNX model of semantic segmentation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._onnx import onnx_fields
from models_registry.ml.adapters._onnx_shapes import OnnxShapes
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo
from models_registry.ml.fitted import Fitted, on_square
from models_registry.ml.rasters import mask_shapes
from models_registry.ml.shapes import Shape


@ADAPTERS.add("onnx_segmentation")
class OnnxSegmentation(OnnxShapes):
    """The picture is scaled to fit the square, its left top in the square's, the rest grey. The first output is a class
    for every place: (1, K, h, w) numbers a class, or (1, h, w) or (1, 1, h, w) of the class itself; h and w may be a
    part of the square's side: numbers are then enlarged smoothly before the class is chosen. Its embedding is the
    sureness of each label's pixels."""

    info = AdapterInfo(
        name="onnx_segmentation",
        title="ONNX segmentation",
        description="Trained semantic segmentation from a file: predicts, is evaluated and compared, not trained here.",
        task="semantic_segmentation",
        annotation_types=("mask",),
        licence="of the file",
        input_size=512,
        trainable=False,
        config_schema=fields.config_schema(
            {
                **onnx_fields(512),
                "output": fields.choice(
                    "logits",
                    ["logits", "probabilities", "classes"],
                    "What the output's numbers are; 'classes': the number of each place's class.",
                ),
                "background": fields.boolean(True, "Whether class 0 is none of the labels and label 1 is class 1."),
            }
        ),
    )

    @property
    def threshold(self) -> float:
        return 0.0

    def _found(self, picture: Fitted) -> list[Shape]:
        output = np.asarray(next(iter(self._run(on_square(picture, self.input_size)).values())))
        classes, sure = self._classes(output)
        first = 0 if self.config["background"] else 1
        if classes.max(initial=0) + first > len(self.labels):
            text = f"The model says class {classes.max()}, for {len(self.labels)} labels."
            raise Invalid(text, field="labels")
        rows, columns = picture.places()
        (high, wide), side = classes.shape, self.input_size
        place = (rows * high // side, columns * wide // side)
        return mask_shapes(classes[place] + first, sure[place])

    def _classes(self, output: NDArray[np.generic]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Class and its probability at each place. Raises Invalid for an output of another shape."""
        if self.config["output"] == "classes":
            plane = output.reshape(output.shape[-2:]) if output.ndim >= 2 and output.size else None
            if plane is None or output.size != plane.size:
                raise Invalid(f"Expected one class a place, got an output of {output.shape}.", field="output")
            return plane.astype(np.int64), np.ones(plane.shape)
        wanted = len(self.labels) + bool(self.config["background"])
        if output.ndim != 4 or output.shape[:2] != (1, wanted):
            text = f"Expected (1, {wanted}, h, w), got an output of {output.shape}."
            raise Invalid(text, field="output")
        values = _enlarged(output[0].astype(np.float64), self.input_size)
        if self.config["output"] == "logits":
            values = np.exp(values - values.max(axis=0))
            values /= values.sum(axis=0)
        return values.argmax(axis=0), values.max(axis=0)


def _enlarged(values: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """(K, h, w) -> (K, side, side) by bilinear interpolation between the middles of places."""
    for axis in (1, 2):
        count = values.shape[axis]
        at = np.clip((np.arange(side) + 0.5) * count / side - 0.5, 0, count - 1)
        low = np.floor(at).astype(np.int64)
        share = (at - low).reshape([-1 if i == axis else 1 for i in range(3)])
        near, far = values.take(low, axis), values.take(np.minimum(low + 1, count - 1), axis)
        values = near + (far - near) * share
    return values
