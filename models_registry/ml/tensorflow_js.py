"""A TensorFlow.js graph model as ONNX: enough of its operations for convolutional detectors, without TensorFlow.

A model is ``model.json`` (a GraphDef as JSON and a list of weights) with shards of raw weights beside it. The part of
the graph between named tensors is translated node by node; what controls the flow of a graph must lie outside it.
Pictures come one at a time, so the size of a batch, where a graph works it out, is 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from alp_site.lib.errors import Invalid

__all__ = ["Builder", "read_model", "translate"]

OPSET, IR = 17, 9
Array = NDArray[Any]
Node = Mapping[str, Any]


def read_model(read: Callable[[str], bytes]) -> tuple[list[Node], dict[str, Array]]:
    """Nodes of the graph and its weights by name. read: the bytes of a file beside ``model.json``. Raises Invalid for
    what is no such model, or has weights that are not float32 or int32 (quantised ones, say)."""
    try:
        about = json.loads(read("model.json"))
        nodes, weights = about["modelTopology"]["node"], dict[str, Array]()
        for group in about["weightsManifest"]:
            content, at = b"".join(read(path) for path in group["paths"]), 0
            for one in group["weights"]:
                if "quantization" in one or one["dtype"] not in ("float32", "int32"):
                    raise Invalid(f"The weight {one['name']} is of a kind that is not read here.", field="file")
                kind, count = np.dtype(one["dtype"]).newbyteorder("<"), int(np.prod(one["shape"]))
                values = np.frombuffer(content, kind, count, at)
                weights[one["name"]] = values.reshape(one["shape"])
                at += values.nbytes
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(f"This is no TensorFlow.js graph model: {error}", field="file") from error
    return nodes, weights


def translate(nodes: Sequence[Node], weights: Mapping[str, Array], source: str, sinks: Sequence[str]) -> Builder:
    """The graph from the tensor ``source`` on, which becomes the input "picture", to the tensors ``sinks``, which keep
    their names. Raises Invalid for an operation that is not known here."""
    by_name = {node["name"]: node for node in nodes}
    builder = Builder(weights)
    builder.names[source] = "picture"
    waiting = list(sinks)
    while waiting:  # a node after all its inputs, without recursion: graphs are deep
        name = waiting[-1]
        if name in builder.names or name in weights:
            waiting.pop()
            continue
        node = by_name[name]
        inputs = [given.partition(":")[0] for given in node.get("input", []) if not given.startswith("^")]
        missing = [given for given in inputs if given not in builder.names and given not in weights]
        if missing and node["op"] not in BY_BATCH:
            waiting += missing
            continue
        if node["op"] not in OPERATIONS:
            raise Invalid(f"The operation {node['op']} ({name}) is not known here.", field="file")
        builder.names[name] = OPERATIONS[node["op"]](builder, node, inputs)
        waiting.pop()
    return builder


class Builder:
    """An ONNX graph in the making. names: TensorFlow's names of tensors -> ONNX's; a constant is added when wanted."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self.weights = weights
        self.names: dict[str, str] = {}
        self.known: dict[str, Array] = {}  # what is worked out here, not in the graph
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def __call__(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """Adds an operation with one output; returns its name."""
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, inputs, [name], **attributes))
        return name

    def constant(self, values: Any, kind: Any = np.float32) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(values, kind), name)
        return name

    def tensor(self, name: str) -> str:
        """ONNX's name of a tensor; a weight becomes a constant."""
        if name not in self.names:
            values = self.value(name)
            self.names[name] = self.constant(values, np.int64 if values.dtype.kind == "i" else np.float32)
        return self.names[name]

    def value(self, name: str) -> Array:
        """What is known without a picture."""
        return self.known[name] if name in self.known else self.weights[name]

    def model(self, shape: Sequence[int], outputs: Mapping[str, str]) -> bytes:
        """The file. shape: of the picture. outputs: name -> tensor of this builder."""
        used = {name for node in self.nodes for name in node.input}
        nodes = [*self.nodes, *(helper.make_node("Identity", [tensor], [name]) for name, tensor in outputs.items())]
        graph = helper.make_graph(
            nodes, "graph",
            [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            [constant for name, constant in self.constants.items() if name in used],
        )  # fmt: skip
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
        return bytes(made.SerializeToString())


# ---- operations: (builder, node, inputs by TensorFlow's name) -> ONNX's name of the result


def _attribute(node: Node, name: str, default: Any = None) -> Any:
    """Numbers are written as text, lists of them in {"list": {"i": [...]}}, text as codes of its letters."""
    given = node.get("attr", {}).get(name)
    if given is None:
        return default
    if "list" in given:
        return [int(one) for one in given["list"].get("i", [])]
    kind, value = next(iter(given.items()))
    if kind == "s":
        return value if isinstance(value, str) else bytes(value).decode()
    return {"i": int, "f": float}.get(kind, lambda kept: kept)(value)


def _convolution(build: Builder, node: Node, inputs: list[str]) -> str:
    """TensorFlow has channels last: (N, H, W, C); kernels (h, w, in, out) or, a channel apart, (h, w, in, many)."""
    kernel = build.value(inputs[1])
    apart = node["op"] == "DepthwiseConv2dNative"
    high, wide, channels, many = kernel.shape
    turned = (
        kernel.transpose(2, 3, 0, 1).reshape(channels * many, 1, high, wide) if apart else kernel.transpose(3, 2, 0, 1)
    )
    padding, strides = _attribute(node, "padding"), _attribute(node, "strides")[1:3]
    if padding not in ("SAME", "VALID") or _attribute(node, "data_format", "NHWC") != "NHWC":
        raise Invalid(f"The convolution {node['name']} is laid out in a way not known here.", field="file")
    dilations = (_attribute(node, "dilations") or [1, 1, 1, 1])[1:3]
    said = build(
        "Conv", build("Transpose", build.tensor(inputs[0]), perm=[0, 3, 1, 2]), build.constant(turned),
        auto_pad="SAME_UPPER" if padding == "SAME" else "VALID", strides=strides, dilations=dilations,
        group=channels if apart else 1,
    )  # fmt: skip
    return build("Transpose", said, perm=[0, 2, 3, 1])


def _batch_norm(build: Builder, node: Node, inputs: list[str]) -> str:
    """(x - mean) * scale / sqrt(variance + epsilon) + offset, as one factor and one summand a channel."""
    scale, offset, mean, variance = (build.value(name).astype(np.float64) for name in inputs[1:5])
    factor = scale / np.sqrt(variance + _attribute(node, "epsilon", 1e-3))
    product = build("Mul", build.tensor(inputs[0]), build.constant(factor))
    return build("Add", product, build.constant(offset - mean * factor))


def _same(operation: str) -> Callable[[Builder, Node, list[str]], str]:
    return lambda build, node, inputs: build(operation, *(build.tensor(name) for name in inputs))


def _pack(build: Builder, node: Node, inputs: list[str]) -> str:
    """Sizes of a reshape: worked out here."""
    build.known[node["name"]] = np.array([int(build.value(name)) for name in inputs], np.int64)
    return build.constant(build.known[node["name"]], np.int64)


def _batch_size(build: Builder, node: Node, inputs: list[str]) -> str:
    build.known[node["name"]] = np.array(1, np.int64)
    return build.constant(1, np.int64)


def _concat(build: Builder, node: Node, inputs: list[str]) -> str:
    return build("Concat", *(build.tensor(name) for name in inputs[:-1]), axis=int(build.value(inputs[-1])))


def _squeeze(build: Builder, node: Node, inputs: list[str]) -> str:
    return build("Squeeze", build.tensor(inputs[0]), build.constant(_attribute(node, "squeeze_dims"), np.int64))


def _slice(build: Builder, node: Node, inputs: list[str]) -> str:
    """A size of -1 goes to the end."""
    begin, size = (build.value(name).astype(np.int64) for name in inputs[1:])
    end = np.where(size < 0, np.iinfo(np.int64).max, begin + size)
    axes = np.arange(len(begin))
    return build("Slice", build.tensor(inputs[0]), *(build.constant(part, np.int64) for part in (begin, end, axes)))


def _relu6(build: Builder, node: Node, inputs: list[str]) -> str:
    return build("Clip", build.tensor(inputs[0]), build.constant(0.0), build.constant(6.0))


BY_BATCH = {"StridedSlice"}
"""Of the shape of a tensor the first number: how many pictures."""
OPERATIONS: dict[str, Callable[[Builder, Node, list[str]], str]] = {
    "Conv2D": _convolution,
    "DepthwiseConv2dNative": _convolution,
    "FusedBatchNorm": _batch_norm,
    "Relu6": _relu6,
    "Pack": _pack,
    "StridedSlice": _batch_size,
    "ConcatV2": _concat,
    "Squeeze": _squeeze,
    "Slice": _slice,
    "AddN": _same("Sum"),
    **{name: _same("Add") for name in ("Add", "AddV2", "BiasAdd")},
    **{name: _same(name) for name in ("Mul", "Sub", "Sigmoid", "Exp", "Reshape")},
}
