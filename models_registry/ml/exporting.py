"""A trained version as a file that other programs run: ONNX, or an ExportedProgram of PyTorch.

Nothing is offered that was not held against the net itself: what the file says of real pictures, run by the program
that will run it (onnxruntime; PyTorch, loaded anew), is compared with what the net says, number by number.
"""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Conflict
from models_registry.ml.adapters._portable import NotPortable, Portable
from models_registry.ml.adapters._stored import StoredAdapter
from models_registry.ml.fitted import Fitted, fit_all, on_square
from models_registry.ml.images import ImageSource, decode_batches

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["KINDS", "ExportDiffers", "Exported", "PackageMissing", "export", "missing_packages", "portable_of"]

KINDS: Mapping[str, str] = {"onnx": "model.onnx", "exported_program": "model.pt2"}
PICTURES = 8  # that a file is checked on
TALKERS = ("onnx_ir", "onnxscript", "torch.onnx", "torch.export")
ABSOLUTE, RELATIVE = 1e-4, 1e-3
Arrays = dict[str, NDArray[Any]]
Runner = Callable[[NDArray[np.float32]], Arrays]


class PackageMissing(Conflict):
    """Writing this format needs a package that is not installed; the message says which."""

    code = "package_missing"


class ExportDiffers(Conflict):
    """The file says something else of a picture than the net; ``data`` has the figures."""

    code = "export_differs"


@dataclass(frozen=True)
class Exported:
    """path: the file. about: what a user of it needs (input, outputs, labels) and how it was checked; JSON."""

    path: Path
    about: dict[str, Any]


def missing_packages(kind: str) -> list[str]:
    """What must be installed to write the format; nothing is loaded to find out."""
    from importlib.util import find_spec

    needed = {"onnx": ("onnx", "onnxscript", "onnxruntime"), "exported_program": ("torch",)}[kind]
    return [name for name in needed if find_spec(name) is None]


def portable_of(adapter: object) -> Portable:
    """The adapter's net in a form that can be written down. Raises NotPortable."""
    if not isinstance(adapter, StoredAdapter):
        raise NotPortable("It was not trained here: its file or server is the model already.")
    return adapter.portable()


def export(adapter: object, kind: str, images: Sequence[ImageSource], folder: Path) -> Exported:
    """Writes the file into the folder and checks it on up to 8 of the pictures. Slow.

    Raises NotPortable, PackageMissing, ExportDiffers (with the figures), Conflict where no picture can be read.
    """
    missing = missing_packages(kind)
    if missing:
        raise PackageMissing(
            f"Writing ONNX needs {', '.join(missing)}: pip install {' '.join(missing)}.", packages=missing
        )
    known = portable_of(adapter)
    assert isinstance(adapter, StoredAdapter)
    inputs = _inputs(adapter, known, images)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / KINDS[kind]
    write = _write_onnx if kind == "onnx" else _write_program
    run = write(known, inputs, path)
    check = _checked(known, run, inputs)
    return Exported(path, {**_about(adapter, known, kind), "check": check})


# ---- the pictures


def _inputs(adapter: StoredAdapter[Any], known: Portable, images: Sequence[ImageSource]) -> NDArray[np.float32]:
    """(N, 3, S, S), prepared as the adapter prepares them."""
    size = adapter.input_size
    pixels = list(_squashed(images, size) if known.squashed else _fitted(images, size))[:PICTURES]
    if not pixels:
        raise Conflict("There is no picture to check the file on: it is not offered unchecked.")
    mean, std = (np.array(values, np.float32) for values in adapter.norm)
    rows = (np.stack(pixels).astype(np.float32) - mean) / std
    return np.ascontiguousarray(rows.transpose(0, 3, 1, 2))


def _squashed(images: Sequence[ImageSource], size: int) -> Sequence[NDArray[np.uint8]]:
    found: list[NDArray[np.uint8]] = []
    for batch in decode_batches(images, size, PICTURES):
        found += [row for at, row in enumerate(batch.pixels) if batch.start + at not in batch.errors]
    return found


def _fitted(images: Sequence[ImageSource], size: int) -> Sequence[NDArray[np.uint8]]:
    return [on_square(picture, size)[0] for picture in fit_all(images, size) if isinstance(picture, Fitted)]


# ---- the formats


def _program(known: Portable, inputs: NDArray[np.float32]) -> Any:
    """Any number of pictures at a time. [torch.export]"""
    import torch

    example = torch.from_numpy(np.repeat(inputs[:1], 2, axis=0))  # two: a batch of one would be taken for fixed
    many = torch.export.Dim("batch", min=1, max=1024)
    try:
        with _quiet():
            return torch.export.export(known.net, (example,), dynamic_shapes=({0: many},))
    except Exception as error:  # torch raises many classes for what it cannot follow; its words say what
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise NotPortable(f"PyTorch cannot write this net down: {first[:300]}") from error


def _write_program(known: Portable, inputs: NDArray[np.float32], path: Path) -> Runner:
    import torch

    program = _program(known, inputs)
    with _quiet():
        torch.export.save(program, path)
        net = torch.export.load(path).module()

    @torch.inference_mode()
    def run(x: NDArray[np.float32]) -> Arrays:
        return _named(known, net(torch.from_numpy(x)))

    return run


def _write_onnx(known: Portable, inputs: NDArray[np.float32], path: Path) -> Runner:
    """By the exporter that goes through ``torch.export``; run by onnxruntime on the CPU."""
    import onnxruntime
    import torch

    with _quiet():
        program = torch.onnx.export(
            _program(known, inputs), input_names=["pixels"], output_names=list(known.outputs), dynamo=True,
            external_data=False, verbose=False,
        )  # fmt: skip
        assert program is not None
        program.save(str(path), external_data=False)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    name, names = session.get_inputs()[0].name, [output.name for output in session.get_outputs()]

    def run(x: NDArray[np.float32]) -> Arrays:
        return dict(zip(names, (np.asarray(one) for one in session.run(names, {name: x})), strict=True))

    return run


@contextlib.contextmanager
def _quiet() -> Any:
    """The exporters talk while they work; what goes wrong is raised."""
    loggers = [logging.getLogger(name) for name in TALKERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _named(known: Portable, said: Tensor | Sequence[Tensor]) -> Arrays:
    import torch

    tensors = [said] if isinstance(said, torch.Tensor) else list(said)
    return {name: one.numpy() for name, one in zip(known.outputs, tensors, strict=True)}


# ---- the check


def _checked(known: Portable, run: Runner, inputs: NDArray[np.float32]) -> dict[str, Any]:
    """Each picture alone, and all at once. Raises ExportDiffers."""
    import torch

    with torch.inference_mode():
        wanted = _named(known, known.net(torch.from_numpy(inputs)))
    alone = [run(row[None]) for row in inputs]
    together = run(inputs)
    worst: dict[str, float] = {}
    wrong: list[str] = []
    for name, truth in wanted.items():
        for found in (together[name], np.concatenate([one[name] for one in alone])):
            gap = float(np.abs(found.astype(np.float64) - truth).max()) if found.shape == truth.shape else float("inf")
            worst[name] = max(worst.get(name, 0.0), gap)
            if found.shape != truth.shape or not np.allclose(found, truth, rtol=RELATIVE, atol=ABSOLUTE):
                wrong.append(name)
    if wrong:
        figures = ", ".join(f"{name} by up to {worst[name]:.3g}" for name in dict.fromkeys(wrong))
        text = f"The file differs from the net on {len(inputs)} pictures: {figures}. It is not offered."
        raise ExportDiffers(text, pictures=len(inputs), differences={name: repr(gap) for name, gap in worst.items()})
    return {"pictures": len(inputs), "largest_difference": worst, "absolute": ABSOLUTE, "relative": RELATIVE}


def _about(adapter: StoredAdapter[Any], known: Portable, kind: str) -> dict[str, Any]:
    size, (mean, std) = adapter.input_size, adapter.norm
    how = (
        "scaled to the square" if known.squashed else "scaled to fit, in the left top of a square filled with grey 127"
    )
    reads = known.reads_as if kind == "onnx" else None
    return {
        "format": kind,
        "adapter": adapter.info.name,
        "task": adapter.info.task,
        "labels": adapter.labels,
        "weights_digest": adapter.weights_digest(),
        "input": {
            "name": "pixels", "shape": ["N", 3, size, size], "dtype": "float32", "picture": f"RGB 0..255, {how}",
            "mean": list(mean), "std": list(std),
        },
        "outputs": dict(known.outputs),
        "reads_as": {"adapter": reads[0], "configuration": dict(reads[1])} if reads else None,
        **known.notes,
    }  # fmt: skip
