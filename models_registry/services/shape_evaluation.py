"""Evaluating a model that says shapes, and bringing what was stored of it to a comparison."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from alp_site.lib.jobs import Run
from models_registry.errors import EmptySubset
from models_registry.ml.metrics.object_report import LIKENESS, evaluate_objects, matches_of
from models_registry.ml.object_comparison import ObjectContender, compare_objects, object_seed_gains
from models_registry.ml.object_matches import Rules
from models_registry.ml.paired import Statistic
from models_registry.ml.pixel_comparison import PixelContender, compare_pixels, pixel_seed_gains
from models_registry.ml.pixel_table import PixelTable, make_pixel_table, report_pixels
from models_registry.ml.records import TaskKind
from models_registry.ml.shape_records import found_records, truth_records
from models_registry.ml.shapes import Shape, Size
from models_registry.ml.verdict import Samples, Verdict
from models_registry.models import Model
from models_registry.selectors import catalogue
from models_registry.selectors.ground_truth import ShapeExample, ShapeSubset
from models_registry.services import shape_prediction

__all__ = ["compared", "judged", "seed_gains", "shapes_of"]

CHUNK = 64  # pictures between two looks at the cancel flag
Table = Mapping[str, Any]


def judged(model: Model, subset: ShapeSubset, run: Run) -> tuple[dict[str, Any], bytes]:
    """The report and the bytes of the table, of the pictures that can be read. Slow; not inside a transaction. An
    object of a label that the model never heard of is missed by it. Raises EmptySubset: no picture can be read."""
    classes = [*model.labels, *sorted(set(subset.label_counts()) - set(model.labels))]
    place = {name: index for index, name in enumerate(classes)}
    found, sizes, threshold = _answers(model, subset, run)
    read = [at for at, size in enumerate(sizes) if size[0]]
    if not read:
        raise EmptySubset("No picture of the test set can be read.", subset="test")
    examples = [subset.examples[at] for at in read]
    truth = catalogue.as_said(model.adapter, model.configuration, [_truth(one, place) for one in examples])
    kind = catalogue.info(model.adapter).task
    said, seen = [found[at] for at in read], [sizes[at] for at in read]
    report, table = _report(kind, truth, said, seen, classes, threshold)
    body = {"task": kind, "unreadable": len(sizes) - len(read), **report}
    buffer = io.BytesIO()
    columns: dict[str, Any] = {
        "items": np.array([example.item for example in examples], dtype="U36"),
        "blobs": np.array([example.blob for example in examples], dtype="U64"),
        "classes": np.array(classes, dtype=str),
        **table,
    }
    np.savez_compressed(buffer, **columns)
    return body, buffer.getvalue()


def _truth(example: ShapeExample, place: Mapping[str, int]) -> list[Shape]:
    return [Shape(drawing.type, place[drawing.label], drawing.geometry) for drawing in example.drawings]


def _report(
    kind: TaskKind,
    truth: Sequence[Sequence[Shape]],
    said: Sequence[Sequence[Shape]],
    sizes: Sequence[Size],
    classes: list[str],
    threshold: float,
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    if kind == "semantic_segmentation":
        pixels = make_pixel_table(truth, said, len(classes), sizes, whole=True)
        return report_pixels(pixels, classes), pixels.columns()
    truths, found = truth_records(truth, sizes, kind), found_records(said, sizes, kind)
    done = evaluate_objects(truths, found, classes, kind, threshold=threshold)
    hits, false, missed = (int(done.table[name].sum()) for name in ("hits", "false", "missed"))
    shares = {
        "precision": hits / max(hits + false, 1),
        "recall": hits / max(hits + missed, 1),
        "f1": 2 * hits / max(2 * hits + false + missed, 1),
    }
    known = {name: value for name, value in done.report["metrics"].items() if value is not None}
    return {**done.report, "metrics": {**known, **shares}}, done.table


def _answers(model: Model, subset: ShapeSubset, run: Run) -> tuple[list[list[Shape]], list[Size], float]:
    """What the model says of each picture, its size, (0, 0) where it cannot be read, and the score worth showing."""
    blobs = [example.blob for example in subset.examples]
    found: list[list[Shape]] = []
    sizes: list[Size] = []
    threshold = 0.0
    for start in range(0, len(blobs), CHUNK):
        run.stop_if_cancelled()
        chunk = blobs[start : start + CHUNK]
        said, _, threshold = shape_prediction.run(model, chunk)
        found += said.shapes
        sizes += said.sizes_wh
        for index, why in said.errors.items():
            run.log(f"left out, cannot be read: {chunk[index][:12]}: {why}")
        run.progress(start + len(chunk), len(blobs), "running the test set")
    return found, sizes, threshold


def shapes_of(candidate: Model, incumbent: Model) -> TaskKind | None:
    """What both say of pictures; None for classes. Raises Invalid where one says something else than the other."""
    kinds = [catalogue.info(model.adapter).task for model in (candidate, incumbent)]
    if kinds[0] != kinds[1]:
        raise Invalid(f"{candidate.name} does {kinds[0]}, {incumbent.name} does {kinds[1]}.", field="incumbent")
    return None if kinds[0] == "classification" else kinds[0]


def compared(
    kind: TaskKind,
    models: tuple[Model, Model],
    tables: Mapping[UUID, Table],
    samples: tuple[Samples, Samples],
    config: Mapping[str, Any],
    *,
    groups: NDArray[Any] | None,
    k: int,
    seed: int,
) -> Verdict:
    """The candidate against the incumbent. tables: of both, by model; none of an untrained one. Raises Invalid."""
    classes = _classes(tables)
    new, old = (
        _contender(kind, model, tables.get(model.pk), told, classes)
        for model, told in zip(models, samples, strict=True)
    )
    if isinstance(new, PixelContender) and isinstance(old, PixelContender):
        return compare_pixels(new, old, classes, config, groups=groups, k=k, seed=seed)
    assert isinstance(new, ObjectContender)  # of one kind
    assert isinstance(old, ObjectContender)
    return compare_objects(new, old, classes, config, rules=Rules(LIKENESS[kind]), groups=groups, k=k, seed=seed)


def seed_gains(
    kind: TaskKind,
    seeds: Sequence[Model],
    incumbent: Model,
    tables: Mapping[UUID, Table],
    config: Mapping[str, Any],
) -> tuple[list[Statistic], int]:
    """Of each seed its gain over the incumbent, and the number of images. tables: of all of them, by model."""
    classes = _classes(tables)
    rivals = [_contender(kind, model, tables[model.pk], {}, classes) for model in (*seeds, incumbent)]
    pixels = [one for one in rivals if isinstance(one, PixelContender)]
    if pixels:
        return pixel_seed_gains(pixels[:-1], pixels[-1], classes, config)
    objects = [one for one in rivals if isinstance(one, ObjectContender)]
    return object_seed_gains(objects[:-1], objects[-1], classes, config, rules=Rules(LIKENESS[kind]))


def _classes(tables: Mapping[UUID, Table]) -> list[str]:
    return list(dict.fromkeys(str(name) for table in tables.values() for name in table["classes"]))


def _contender(
    kind: TaskKind, model: Model, table: Table | None, told: Samples, classes: list[str]
) -> PixelContender | ObjectContender:
    trained = table is not None
    if kind == "semantic_segmentation":
        pixels = None if table is None else _pixels(table, classes)
        return PixelContender(model.name, None, trained=trained, samples=told, table=pixels)
    matches = None if table is None else _matches(table, classes)
    return ObjectContender(model.name, None, trained=trained, samples=told, matches=matches)


def _places(table: Table, classes: list[str]) -> NDArray[np.int64]:
    """Where the table's classes are in ``classes``."""
    return np.array([classes.index(str(name)) for name in table["classes"]], np.int64)


def _matches(table: Table, classes: list[str]) -> Any:
    place = _places(table, classes)
    matches = matches_of(dict(table))
    return replace(matches, found_label=place[matches.found_label], truth_label=place[matches.truth_label])


def _pixels(table: Table, classes: list[str]) -> PixelTable:
    place = _places(table, classes)
    stored = PixelTable.from_columns(table)
    wide = []
    for values in (stored.shared, stored.truth, stored.said):
        wide.append(np.zeros((len(values), len(classes))))
        wide[-1][:, place] = values
    return PixelTable(wide[0], wide[1], wide[2], stored.readable)
