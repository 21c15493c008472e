"""ONNX files written by hand, a few nodes each: what the format needs of protobuf is little."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

FLOAT, INT64 = 1, 7


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def blob(field: int, content: bytes | str) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def tensor(name: str, values: np.ndarray) -> bytes:
    kind = INT64 if values.dtype == np.int64 else FLOAT
    dims = b"".join(number(1, side) for side in values.shape)
    return dims + number(2, kind) + blob(8, name) + blob(9, np.ascontiguousarray(values).tobytes())


def value(name: str, shape: Sequence[int], kind: int = FLOAT) -> bytes:
    dims = b"".join(blob(1, number(1, side)) for side in shape)
    return blob(1, name) + blob(2, blob(1, number(1, kind) + blob(2, dims)))


def node(kind: str, inputs: Sequence[str], outputs: Sequence[str]) -> bytes:
    return b"".join([*(blob(1, one) for one in inputs), *(blob(2, one) for one in outputs), blob(4, kind)])


def model(
    nodes: Sequence[bytes], constants: Sequence[bytes], inputs: Sequence[bytes], outputs: Sequence[bytes]
) -> bytes:
    parts = [*(blob(1, one) for one in nodes), blob(2, "net"), *(blob(5, one) for one in constants)]
    graph = b"".join([*parts, *(blob(11, one) for one in inputs), *(blob(12, one) for one in outputs)])
    return number(1, 8) + blob(8, blob(1, "") + number(2, 13)) + blob(7, graph)


def colour_classifier(size: int = 16) -> bytes:
    """Logits of red, green, blue: the mean of each channel times ten."""
    weights = (np.eye(3) * 10).astype(np.float32)
    nodes = [node("GlobalAveragePool", ["x"], ["mean"]), node("Flatten", ["mean"], ["flat"]),
             node("MatMul", ["flat", "w"], ["y"])]  # fmt: skip
    return model(nodes, [tensor("w", weights)], [value("x", (1, 3, size, size))], [value("y", (1, 3))])


def fixed_detector(rows: np.ndarray, size: int = 64) -> bytes:
    """Says the same rows of every picture: (K, 4 + C) float32."""
    nodes = [node("ReduceMean", ["x"], ["mean"]), node("Mul", ["mean", "zero"], ["nothing"]),
             node("Add", ["rows", "nothing"], ["said"])]  # fmt: skip
    constants = [tensor("rows", rows[None].astype(np.float32)), tensor("zero", np.zeros((1, 1, 1, 1), np.float32))]
    return model(nodes, constants, [value("x", (1, 3, size, size))], [value("said", (1, 1, *rows.shape))])


def colour_segmenter(size: int = 64) -> bytes:
    """Logits of none, red, blue at every place: nothing, and by how much red or blue outweighs the other channels."""
    weights = np.array([[0, 0, 0], [1, -1, -1], [-1, -1, 1]], np.float32).reshape(3, 3, 1, 1) * 20
    nodes = [node("Conv", ["x", "w"], ["y"])]
    shape = (1, 3, size, size)
    return model(nodes, [tensor("w", weights)], [value("x", shape)], [value("y", shape)])
