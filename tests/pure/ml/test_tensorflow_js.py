"""Graphs of TensorFlow.js as ONNX: each operation as torch does it, and refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch.nn import functional

from alp_site.lib.errors import Invalid
from models_registry.ml.tensorflow_js import read_model, translate

RNG = np.random.default_rng(5)
WEIGHTS = {
    "kernel": RNG.normal(size=(3, 3, 3, 4)), "apart": RNG.normal(size=(3, 3, 4, 2)), "bias": RNG.normal(size=8),
    "scale": RNG.uniform(0.5, 2, 4), "offset": RNG.normal(size=4), "mean": RNG.normal(size=4),
    "variance": RNG.uniform(0.5, 2, 4),
}  # fmt: skip
WHOLE = {"four": 4, "minus": -1, "one": 1, "axis": 1, "begin": [0, 3, 0, 1], "size": [-1, 5, 1, 2]}


def node(name: str, op: str, *inputs: str, **attributes: Any) -> dict[str, Any]:
    return {"name": name, "op": op, "input": list(inputs), "attr": attributes}


def numbers(*values: int) -> dict[str, Any]:
    return {"list": {"i": [str(value) for value in values]}}


def letters(text: str) -> dict[str, Any]:
    return {"s": list(text.encode())}


GRAPH = [
    node("shape", "Shape", "picture"),
    node("count", "StridedSlice", "shape", "one", "one", "one"),
    node("to", "Pack", "count", "minus", "one", "four"),
    node("conv", "Conv2D", "picture", "kernel", padding=letters("SAME"), strides=numbers(1, 2, 2, 1)),
    node("norm", "FusedBatchNorm", "conv", "scale", "offset", "mean", "variance", epsilon={"f": 0.01}),
    node("relu", "Relu6", "norm"),
    node("deep", "DepthwiseConv2dNative", "relu", "apart", padding=letters("VALID"), strides=numbers(1, 1, 1, 1)),
    node("sum", "BiasAdd", "deep", "bias"),
    node("twice", "AddN", "sum", "sum"),
    node("long", "Reshape", "twice", "to"),
    node("both", "ConcatV2", "long", "long", "axis"),
    node("part", "Slice", "both", "begin", "size"),
    node("thin", "Squeeze", "part", squeeze_dims=numbers(2)),
    node("said", "Sigmoid", "thin"),
]


def packed(nodes: list[dict[str, Any]], **changes: Any) -> Callable[[str], bytes]:
    """As the files of a package; the weights in two shards, cut anywhere."""
    kept = {name: np.asarray(v, "<f4") for name, v in WEIGHTS.items()}
    kept |= {name: np.asarray(v, "<i4") for name, v in WHOLE.items()}
    rows = [
        {"name": name, "shape": list(v.shape), "dtype": "float32" if v.dtype.kind == "f" else "int32"} | changes
        for name, v in kept.items()
    ]
    content = b"".join(v.tobytes() for v in kept.values())
    about = {
        "modelTopology": {"node": nodes}, "weightsManifest": [{"paths": ["one", "two"], "weights": rows}],
    }  # fmt: skip
    files = {"model.json": json.dumps(about).encode(), "one": content[:101], "two": content[101:]}
    return files.__getitem__


def test_each_operation_is_done_as_torch_does_it() -> None:
    nodes, weights = read_model(packed(GRAPH))
    build = translate(nodes, weights, "picture", ["said", "twice"])
    made = build.model([1, 8, 9, 3], {"said": build.names["said"], "twice": build.names["twice"]})
    picture = RNG.normal(size=(1, 8, 9, 3)).astype(np.float32)
    said, twice = onnxruntime.InferenceSession(made).run(["said", "twice"], {"picture": picture})

    w = {name: torch.tensor(v, dtype=torch.float32) for name, v in WEIGHTS.items()}
    x = torch.from_numpy(picture).permute(0, 3, 1, 2)
    # SAME with a stride of 2: a side of 8 needs one more pixel, below; one of 9 one on each side.
    x = functional.conv2d(functional.pad(x, (1, 1, 0, 1)), w["kernel"].permute(3, 2, 0, 1), stride=2)
    x = functional.batch_norm(x, w["mean"], w["variance"], w["scale"], w["offset"], eps=0.01).clamp(0, 6)
    x = functional.conv2d(x, w["apart"].permute(2, 3, 0, 1).reshape(8, 1, 3, 3), w["bias"], groups=4) * 2
    x = x.permute(0, 2, 3, 1)
    assert np.allclose(twice, x.numpy(), atol=1e-4)
    rows = x.reshape(1, -1, 1, 4)
    want = torch.cat([rows, rows], 1)[:, 3:8, 0, 1:3].sigmoid()
    assert want.shape == said.shape == (1, 5, 2)
    assert np.allclose(said, want.numpy(), atol=1e-4)


def test_what_cannot_be_read_is_refused_with_its_name() -> None:
    nodes, weights = read_model(packed([*GRAPH, node("odd", "Erf", "said")]))
    with pytest.raises(Invalid, match=r"Erf \(odd\)"):
        translate(nodes, weights, "picture", ["odd"])
    with pytest.raises(Invalid, match="kernel is of a kind"):
        read_model(packed(GRAPH, quantization={"scale": 1}))
    with pytest.raises(Invalid, match=r"no TensorFlow\.js graph model"):
        read_model(lambda name: b"{}")
    with pytest.raises(Invalid, match=r"no TensorFlow\.js graph model"):
        read_model(lambda name: packed(GRAPH)(name)[:40])
