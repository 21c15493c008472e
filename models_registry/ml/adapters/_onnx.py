"""Any ONNX file as a model: run by onnxruntime, never trained here. The file lies in the server's weights folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters._weights import WHERE, weights_path
from models_registry.ml.adapters.base import (
    CONFIG_FILE,
    FORMAT,
    AdapterInfo,
    BrokenArtifact,
    WeightsMissing,
    check_config,
    read_config,
)

MODEL_FILE = "model.onnx"
Outputs = dict[str, NDArray[Any]]


def onnx_fields(input_size: int) -> dict[str, Any]:
    """What every ONNX file must be told about."""

    def three(default: list[float], text: str) -> dict[str, Any]:
        number = {"type": "number"}
        return {"type": "array", "items": number, "minItems": 3, "maxItems": 3, "default": default, "description": text}

    return {
        "file": {
            "type": "string",
            "default": "",
            "maxLength": 500,
            "x-widget": "line",
            "description": f"The ONNX file: {WHERE}.",
        },
        "input_size": fields.integer(input_size, 16, 2048, "Pixels of a side of the square the model takes."),
        "mean": three([0.0, 0.0, 0.0], "Subtracted from red, green, blue (0 to 255)."),
        "std": three([255.0, 255.0, 255.0], "Then divided by; none is 0."),
        "layout": fields.choice("nchw", ["nchw", "nhwc"], "Where the channels are in the input."),
    }


class OnnxAdapter:
    """A subclass gives ``info`` and what the outputs mean. Loading runs nothing of the file but its operators."""

    info: ClassVar[AdapterInfo]

    def __init__(self) -> None:
        self.config: dict[str, Any] = {}
        self.labels: list[str] = []
        self.seed = 0
        self._content = b""
        self._session: Any = None

    def build(self, config: Mapping[str, Any], labels: Sequence[str], seed: int) -> None:
        if not config["file"]:
            raise WeightsMissing(f"Name the ONNX file in 'file': {WHERE}.", field="file")
        if 0 in config["std"]:
            raise Invalid("'std' must not be 0.", field="std")
        self.config, self.labels, self.seed = dict(config), list(labels), seed
        self._content = weights_path(config["file"]).read_bytes()
        self._open()

    def _open(self, threads: int = 0) -> None:
        """threads: that compute; 0: one for each core. Raises Invalid for what is no ONNX model that onnxruntime can
        run."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = threads
        try:
            self._session = onnxruntime.InferenceSession(self._content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises classes of its own for each cause; the file is the user's
            raise Invalid(f"This is no ONNX model that can be run: {error}", field="file") from error
        if len(self._session.get_inputs()) != 1:
            raise Invalid("The ONNX model must take one input, the picture.", field="file")

    def _run(self, pixels: NDArray[np.uint8]) -> Outputs:
        """(B, S, S, 3) RGB -> every output by name."""
        x = self._prepared(pixels)
        name = self._session.get_inputs()[0].name
        names = [output.name for output in self._session.get_outputs()]
        try:
            return dict(zip(names, self._session.run(names, {name: x.astype(np.float32)}), strict=True))
        except Exception as error:  # as above: a wrong input size is only seen here
            raise Invalid(f"The ONNX model cannot take pictures so prepared: {error}", field="file") from error

    def _prepared(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the model takes, as the configuration says."""
        x = (pixels.astype(np.float32) - np.float32(self.config["mean"])) / np.float32(self.config["std"])
        return x if self.config["layout"] == "nhwc" else np.ascontiguousarray(x.transpose(0, 3, 1, 2))

    @contextmanager
    def one_thread(self) -> Iterator[bool]:
        usual = self._session
        self._open(threads=1)
        try:
            yield True
        finally:
            self._session = usual

    @property
    def input_size(self) -> int:
        return int(self.config["input_size"])

    def save(self, folder: Path) -> dict[str, Path]:
        folder.mkdir(parents=True, exist_ok=True)
        model, config = folder / MODEL_FILE, folder / CONFIG_FILE
        model.write_bytes(self._content)
        content = {
            "format": FORMAT,
            "adapter": self.info.name,
            "config": self.config,
            "labels": self.labels,
            "seed": self.seed,
            "weights_digest": self.weights_digest(),
        }
        config.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        return {MODEL_FILE: model, CONFIG_FILE: config}

    def load(self, folder: Path) -> None:
        content = read_config(folder)
        self.config = check_config(self.info.name, content["config"])
        self.labels, self.seed = list(content["labels"]), int(content["seed"])
        try:
            self._content = (folder / MODEL_FILE).read_bytes()
        except OSError as error:
            raise BrokenArtifact(f"{MODEL_FILE} cannot be read: {error}", file=MODEL_FILE) from error
        if content["weights_digest"] != self.weights_digest():
            raise BrokenArtifact("The model differs from the one that was saved.", file=MODEL_FILE)
        self._open()

    def preprocessing(self) -> str:
        told = {name: value for name, value in self.config.items() if name != "file"}
        return "onnx-" + json.dumps(told, sort_keys=True)

    def weights_digest(self) -> str:
        beside = json.dumps([self.info.name, self.labels, self.preprocessing()])
        return hashlib.sha256(self._content + beside.encode()).hexdigest()

    def encoder_key(self) -> str:
        return f"{self.info.name}:{self.weights_digest()[:24]}"

    def _untrainable(self) -> Invalid:
        return Invalid(f"{self.info.title} is used as it is: it cannot be trained here.", field="adapter")
