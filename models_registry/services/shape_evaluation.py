"""Evaluating a model that says shapes, and bringing what was stored of it to a comparison."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from alp_site.lib.jobs import Run
from models_registry.ml.shape_comparison import ShapeContender
from models_registry.ml.shape_report import report_shapes
from models_registry.ml.shape_table import ShapeTable, make_table
from models_registry.ml.shapes import Shape, Size
from models_registry.ml.verdict import Samples
from models_registry.models import Evaluation, Model
from models_registry.selectors import catalogue
from models_registry.selectors.ground_truth import ShapeSubset
from models_registry.services import shape_prediction

__all__ = ["are_shapes", "contender", "judged"]

CHUNK = 64  # pictures between two looks at the cancel flag


def judged(model: Model, subset: ShapeSubset, run: Run) -> tuple[dict[str, Any], bytes]:
    """The report and the bytes of the table. Slow; not inside a transaction. An object of a label that the model never
    heard of is missed by it."""
    known = list(model.labels)
    classes = [*known, *sorted(set(subset.label_counts()) - set(known))]
    place = {name: index for index, name in enumerate(classes)}
    truth = [
        [Shape(drawing.type, place[drawing.label], drawing.geometry) for drawing in example.drawings]
        for example in subset.examples
    ]
    found, readable, sizes, threshold = _answers(model, subset, run)
    truth = catalogue.as_said(model.adapter, model.configuration, truth)
    table = make_table(truth, found, len(classes), readable, sizes)
    report = {"task": catalogue.info(model.adapter).task, **report_shapes(table, classes, threshold)}
    buffer = io.BytesIO()
    columns: dict[str, Any] = {
        "items": np.array([example.item for example in subset.examples], dtype="U36"),
        "blobs": np.array([example.blob for example in subset.examples], dtype="U64"),
        "classes": np.array(classes, dtype=str),
        **table.columns(),
    }
    np.savez_compressed(buffer, **columns)
    return report, buffer.getvalue()


def _answers(
    model: Model, subset: ShapeSubset, run: Run
) -> tuple[list[list[Shape]], NDArray[np.bool_], list[Size], float]:
    blobs = [example.blob for example in subset.examples]
    found: list[list[Shape]] = []
    readable = np.ones(len(blobs), bool)
    sizes: list[Size] = []
    threshold = 0.0
    for start in range(0, len(blobs), CHUNK):
        run.stop_if_cancelled()
        chunk = blobs[start : start + CHUNK]
        said, _, threshold = shape_prediction.run(model, chunk)
        found += said.shapes
        sizes += said.sizes_wh
        for index, why in said.errors.items():
            readable[start + index] = False
            run.log(f"left out, cannot be read: {chunk[index][:12]}: {why}")
        run.progress(start + len(chunk), len(blobs), "running the test set")
    return found, readable, sizes, threshold


def are_shapes(candidate: Model, incumbent: Model) -> bool:
    """Whether both say shapes. Raises Invalid for two models that do not say the same kind of thing."""
    tasks = [catalogue.info(model.adapter).task for model in (candidate, incumbent)]
    if tasks[0] != tasks[1]:
        raise Invalid(f"{candidate.name} does {tasks[0]}, {incumbent.name} does {tasks[1]}.", field="incumbent")
    return tasks[0] != "classification"


def contender(
    model: Model,
    columns: Mapping[str, Any] | None,
    evaluation: Evaluation,
    classes: list[str],
    samples: Samples,
) -> ShapeContender:
    """One side of a comparison, its labels in the order of ``classes``. columns: the stored table, None: untrained."""
    if columns is None:
        return ShapeContender(model.name, None, trained=False, samples=samples)
    table = ShapeTable.from_columns(columns)
    place = np.array([classes.index(str(name)) for name in columns["classes"]], np.int64)
    objects = np.zeros((len(table.objects), len(classes)), np.int64)
    objects[:, place] = table.objects
    moved = ShapeTable(table.image, place[table.label], table.score, table.hits, objects, table.readable)
    return ShapeContender(model.name, moved, float(evaluation.metrics["threshold"]), True, samples)
