"""Any ONNX detector whose outputs are laid out in one of the ways declared here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._onnx import Outputs, onnx_fields
from models_registry.ml.adapters._onnx_shapes import OnnxShapes
from models_registry.ml.adapters._shapes import FLOOR, SHOWN
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo
from models_registry.ml.fitted import Fitted, on_square
from models_registry.ml.shapes import Shape, box_shapes

OVERLAP = 0.6
Boxes = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]
"""(K, 4) xyxy in input pixels before they are turned, (K,) labels from 0, (K,) scores, (K,) degrees clockwise."""


@ADAPTERS.add("onnx_detection")
class OnnxDetection(OnnxShapes):
    """The picture is scaled to fit the square, its left top in the square's, the rest grey. Its embedding is the best
    score of each label."""

    info = AdapterInfo(
        name="onnx_detection",
        title="ONNX detector",
        description="A trained detector from a file: predicts, is evaluated and compared, not trained here.",
        task="detection",
        annotation_types=("box",),
        licence="of the file",
        input_size=640,
        trainable=False,
        config_schema=fields.config_schema(
            {
                **onnx_fields(640),
                "outputs": fields.choice(
                    "rows",
                    ["rows", "turned_rows", "boxes_scores_labels"],
                    "'rows': one output (1, 4 + C, K) or (1, K, 4 + C) of centre x, y, width, height and a score a"
                    " label; 'turned_rows': with the angle clockwise, in radians, before the scores;"
                    " 'boxes_scores_labels': outputs 'boxes' (K, 4) as left, top, right, bottom, 'scores' and"
                    " 'labels'.",
                ),
                "each_label": fields.boolean(
                    False, "With rows: a row may say several labels; otherwise its best one alone is read."
                ),
                "first_label": fields.integer(0, 0, 1, "With 'labels': the number of the first label."),
                "threshold": fields.number(SHOWN, 0.0, 1.0, "Score from which a box is shown to people."),
            }
        ),
    )

    @property
    def threshold(self) -> float:
        return float(self.config["threshold"])

    def _found(self, picture: Fitted) -> list[Shape]:
        boxes, labels, scores, angles = self._read(self._run(on_square(picture, self.input_size)))
        sx, sy = picture.scale_xy
        order = np.argsort(-scores, kind="stable")
        order = order[(scores[order] >= FLOOR) & (labels[order] >= 0) & (labels[order] < len(self.labels))]
        return box_shapes(labels[order], boxes[order] / (sx, sy, sx, sy), scores[order], picture.size_wh, angles[order])

    def _read(self, outputs: Outputs) -> Boxes:
        layout = self.config["outputs"]
        if layout != "boxes_scores_labels":
            table = np.asarray(next(iter(outputs.values())), np.float64)
            return from_rows(table, len(self.labels), layout == "turned_rows", self.config["each_label"])
        missing = [name for name in ("boxes", "scores", "labels") if name not in outputs]
        if missing:
            text = f"The model has no output called {missing[0]}. It has: {', '.join(outputs)}."
            raise Invalid(text, field="outputs")
        boxes = np.asarray(outputs["boxes"], np.float64).reshape(-1, 4)
        labels = np.asarray(outputs["labels"]).reshape(-1).astype(np.int64) - int(self.config["first_label"])
        return boxes, labels, np.asarray(outputs["scores"], np.float64).reshape(-1), np.zeros(len(boxes))


def from_rows(table: NDArray[np.float64], classes: int, turned: bool = False, each: bool = False) -> Boxes:
    """One answer a row and its best label, or a row and each of its labels; of those that overlap by more than 0.6 with
    one label (before they are turned) the surest is kept. Raises Invalid for another shape."""
    first = 5 if turned else 4
    rows = table.reshape(table.shape[-2:]) if table.ndim >= 2 else table
    if rows.ndim == 2 and rows.shape[0] == first + classes and rows.shape[1] != first + classes:
        rows = rows.T
    if rows.ndim != 2 or rows.shape[1] != first + classes:
        text = f"Expected {first + classes} numbers an answer ({first} and one a label), got {table.shape}."
        raise Invalid(text, field="outputs")
    said = rows[:, first:]
    places, labels = np.nonzero(said >= FLOOR) if each else (np.arange(len(rows)), said.argmax(axis=1))
    rows, scores = rows[places], said[places, labels]
    centre, half = rows[:, :2], rows[:, 2:4] / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    kept: list[int] = []
    for at in np.argsort(-scores, kind="stable").tolist():
        if scores[at] < FLOOR:
            break
        same = [other for other in kept if labels[other] == labels[at]]
        if all(_overlap(boxes[at], boxes[other]) <= OVERLAP for other in same):
            kept.append(at)
    chosen = np.array(kept, np.int64)
    angles = np.degrees(rows[chosen, 4]) % 180 if turned else np.zeros(len(chosen))
    return boxes[chosen], labels[chosen], scores[chosen], angles


def _overlap(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    sides = np.minimum(one[2:], two[2:]) - np.maximum(one[:2], two[:2])
    shared = float(np.maximum(sides, 0).prod())
    union = float((one[2:] - one[:2]).prod() + (two[2:] - two[:2]).prod()) - shared
    return shared / union if union > 0 else 0.0
