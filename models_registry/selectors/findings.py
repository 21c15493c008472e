"""What stands out in an evaluation: the slices that are worse than the rest, and labels that are probably wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import NotFound
from datasets.models import Annotation, Item, TestSetEntry
from datasets.selectors import thumbnail_url
from models_registry.ml.label_errors import doubted_marks, suspected_labels
from models_registry.ml.metrics.object_report import matches_of
from models_registry.ml.slices import WorstSlice, binned, members, metric_by_slice, slices_of, worst_slices
from models_registry.models import Evaluation
from models_registry.selectors.judging import read_table

__all__ = ["annotators_of", "findings", "in_slice", "item_facts", "item_values"]

LEAST = 20  # items of a slice that is judged
SUSPECTS = 60
FEW = 12  # different numbers that are still names, such as a camera's; more become ranges
MOST_FACTS = 40
Table = Mapping[str, NDArray[Any]]


def findings(evaluation: Evaluation) -> dict[str, Any]:
    """``{"measure", "n", "mean", "looked_at", "worst", "slices", "suspects", "suspects_total", "dataset"}``.

    measure: what a value of an item is (``right``: 0 or 1; ``f1`` of its objects; ``iou`` of its pixels). worst: slices
    by one or two facts that are worse than the rest by more than chance (``ml.slices``), with up to 200 of their items,
    the worst first. slices: the mean of every slice by one fact. suspects: labels of
    classes and marks of objects. Four queries. Raises NotFound
    without a table.
    """
    if evaluation.table_id is None:
        raise NotFound("This evaluation has no table of items.")
    found = _found(evaluation.table_id, evaluation.test_set_version_id)
    return {**found, "dataset": str(evaluation.test_set_version.test_set.dataset_id)}


@lru_cache(maxsize=16)
def _found(sha256: str, version_id: UUID) -> dict[str, Any]:
    """An evaluation never changes; what is said of its items then is kept as it was first seen."""
    table = read_table(sha256)
    measure, values = item_values(table)
    ids, items, facts = _facts(sha256, version_id)
    single = [one for name in facts for one in slices_of({name: facts[name]}, len(ids), least=2)]
    looked = slices_of(facts, len(ids), least=LEAST, together=2)
    suspects = _suspects(table)
    known = values[np.isfinite(values)]
    return {
        "measure": measure,
        "n": len(known),
        "mean": float(known.mean()) if len(known) else None,
        "looked_at": len(looked),
        "worst": [_slice(one, ids, values) for one in worst_slices(values, looked, least=LEAST)],
        "slices": metric_by_slice(single, lambda at: _mean(values[at])),
        "suspects": [{**row, **_shown(items.get(ids[row.pop("at")]))} for row in suspects[:SUSPECTS]],
        "suspects_total": len(suspects),
    }


def in_slice(evaluation: Evaluation, wanted: Mapping[str, str]) -> NDArray[np.bool_]:
    """(N,) of the table's items, whether one has all these facts, as ``findings`` names them. Raises Invalid: there is
    no such fact; NotFound without a table."""
    if evaluation.table_id is None:
        raise NotFound("This evaluation has no table of items.")
    ids, _, facts = _facts(evaluation.table_id, evaluation.test_set_version_id)
    return members(facts, wanted, len(ids))


@lru_cache(maxsize=4)
def _facts(sha256: str, version_id: UUID) -> tuple[list[UUID], dict[UUID, Item], dict[str, Sequence[Any]]]:
    """The table's items in their order, their rows, what is told of them."""
    table = read_table(sha256)
    ids = [UUID(str(item)) for item in table["items"]]
    items = {
        row.pk: row
        for row in Item.objects.filter(pk__in=ids).only("id", "name", "dir", "width", "height", "metadata", "blob_id")
    }
    return ids, items, item_facts(table, [items.get(pk) for pk in ids], annotators_of(version_id, ids))


def item_values(table: Table) -> tuple[str, NDArray[np.float64]]:
    """What an item is worth, higher = better, NaN for one that could not be read. Raises NotFound for another table."""
    if "correct" in table:
        name, values = "right", table["correct"].astype(np.float64)
    elif "f1" in table:
        name, values = "f1", table["f1"].astype(np.float64)
    elif "pixels_shared" in table:
        shared = table["pixels_shared"].sum(axis=1)
        either = (table["pixels_truth"] + table["pixels_said"]).sum(axis=1) - shared
        name, values = "iou", np.where(either > 0, shared / np.maximum(either, 1), 1.0)
    else:
        raise NotFound("This evaluation was made before items were judged one by one: evaluate again.")
    readable = table["readable"] if "readable" in table else np.ones(len(values), np.bool_)
    return name, np.where(readable, values, np.nan)


def item_facts(table: Table, items: Sequence[Item | None], annotators: Sequence[list[str]]) -> dict[str, Sequence[Any]]:
    """Folder, size in pixels, true labels, annotators, and every plain value of the items' metadata."""
    facts: dict[str, Sequence[Any]] = {
        "folder": [item.dir if item else None for item in items],
        "size": binned([(item.width * item.height) ** 0.5 or None if item else None for item in items]),
        "label": _labels(table),
        "annotator": annotators,
    }
    rows = [_plain(item.metadata) if item else {} for item in items]
    names = sorted({name for row in rows for name in row})
    for name in names[:MOST_FACTS]:
        values = [row.get(name) for row in rows]
        numbers = {value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)}
        many = len(numbers) > FEW and all(value is None or value in numbers for value in values)
        facts[name] = binned(values) if many else values
    return facts


def _plain(metadata: Any) -> dict[str, Any]:
    """Texts, numbers and truths of an item's metadata, of its own and of its ``user`` part, by their paths."""
    found: dict[str, Any] = {}
    for path, part in (("metadata.", metadata), ("metadata.user.", (metadata or {}).get("user"))):
        if isinstance(part, dict):
            found |= {f"{path}{key}": value for key, value in part.items() if isinstance(value, (str, int, float))}
    return found


def _labels(table: Table) -> list[list[str]]:
    names = [str(name) for name in table["classes"]]
    if "label" in table:
        return [[names[at]] for at in table["label"]]
    found: list[list[str]] = [[] for _ in table["items"]]
    if "truth_image" in table:
        for image, label in zip(table["truth_image"].tolist(), table["truth_label"].tolist(), strict=True):
            found[image].append(names[label])
    elif "pixels_truth" in table:
        for image, label in np.argwhere(table["pixels_truth"] > 0).tolist():
            found[image].append(names[label])
    return found


def annotators_of(version_id: UUID, ids: Sequence[UUID]) -> list[list[str]]:
    """Who made the annotations that each item is judged by."""
    entries = TestSetEntry.objects.filter(version_id=version_id).values_list("item_id", "labels")
    by_item = {item: [str(one["annotation"]) for one in labels if one.get("annotation")] for item, labels in entries}
    wanted = {annotation for found in by_item.values() for annotation in found}
    rows = Annotation.objects.filter(pk__in=wanted).values_list("id", "creator__name", "creator__email")
    names = {str(pk): name or email or "" for pk, name, email in rows}
    return [
        sorted({names[annotation] for annotation in by_item.get(item, []) if names.get(annotation)}) for item in ids
    ]


def _slice(one: WorstSlice, ids: Sequence[UUID], values: NDArray[np.float64]) -> dict[str, Any]:
    worst = one.slice.items[np.argsort(values[one.slice.items], kind="stable")][:200]
    return {
        "facts": dict(one.slice.facts), "n": one.n, "mean": one.mean, "rest": one.rest, "gap": one.gap,
        "p": one.p, "q": one.q, "cost": one.cost, "items": [str(ids[at]) for at in worst],
    }  # fmt: skip


def _suspects(table: Table) -> list[dict[str, Any]]:
    """label: "" where nothing is marked; margin: below 0, the lower the more doubtful."""
    names = [str(name) for name in table["classes"]]
    if "found_confused" in table:
        return _suspected_marks(table, names)
    if "probs" not in table:
        return []
    return [
        {"at": one.item, "label": names[one.label], "suggested": names[one.suggested], "margin": one.margin}
        for one in suspected_labels(table["probs"], table["label"])
    ]


def _suspected_marks(table: Table, names: list[str]) -> list[dict[str, Any]]:
    """The most doubtful mark of each picture."""
    matches = matches_of(dict(table))
    said = _places(matches.found_image, matches.found_index)
    marks = _places(matches.truth_image, matches.truth_index)
    rows: dict[int, dict[str, Any]] = {}
    for one in doubted_marks(matches, table["found_confused"]):
        suggested = names[matches.found_label[said[one.image, one.found or 0]]]
        label = "" if one.truth is None else names[matches.truth_label[marks[one.image, one.truth]]]
        rows.setdefault(one.image, {"at": one.image, "label": label, "suggested": suggested, "margin": -one.doubt})
    return list(rows.values())


def _places(images: NDArray[np.int64], indices: NDArray[np.int64]) -> dict[tuple[int, int], int]:
    """(image, row of its record) -> place among all."""
    return {pair: at for at, pair in enumerate(zip(images.tolist(), indices.tolist(), strict=True))}


def _mean(values: NDArray[np.float64]) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _shown(item: Item | None) -> dict[str, str | None]:
    """Of an item that was purged since nothing is left but the doubt."""
    if item is None:
        return {"item": None, "name": "", "thumbnail": None}
    return {"item": str(item.pk), "name": item.name, "thumbnail": thumbnail_url(item)}
