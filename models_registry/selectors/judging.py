"""The items behind an evaluation's figures."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib import storage
from datasets.models import Item
from datasets.selectors import thumbnail_url
from models_registry.ml.shape_items import ShapeItems, cell_images, shape_items
from models_registry.models import Evaluation

__all__ = ["evaluated_items", "read_table"]


Table = Mapping[str, NDArray[Any]]


def read_table(sha256: str) -> dict[str, NDArray[Any]]:
    """The per-item answers of an evaluation, columns of length N: items and blobs (text), label and predicted (int64
    into ``classes``, predicted -1 where the picture could not be read), correct, readable, confidence, p_true, probs
    (N, C). Besides: classes (C,) text. Of a model that says shapes: items, blobs, classes and the columns of
    ``evaluate_objects`` or a ``PixelTable``. Raises NotFound when the bytes are gone."""
    with np.load(io.BytesIO(storage.read_bytes(sha256)), allow_pickle=False) as content:
        return {name: content[name] for name in content.files}


@lru_cache(maxsize=4)
def _table(sha256: str) -> dict[str, NDArray[Any]]:
    return read_table(sha256)


def evaluated_items(
    evaluation: Evaluation,
    *,
    truth: str | None,
    predicted: str | None,
    only: str,
    offset: int,
    limit: int,
    among: NDArray[np.bool_] | None = None,
) -> dict[str, Any]:
    """``{"total", "dataset", "items": [{"item", "name", "thumbnail", "truth", "predicted", "confidence", "right"}]}``.

    The surest answer comes first; unreadable pictures are left out. Where shapes were judged, truth and predicted are
    counts by label, and the picture with the most mistakes comes first; asked for both, they are a cell of the
    confusion matrix of objects, whose last row and column are called ``nothing``. among: (N,) the items of the table
    that are looked at.
    """
    table = _table(str(evaluation.table_id))
    looked = np.ones(len(table["items"]), np.bool_) if among is None else among
    page = _page_of(evaluation, table, (truth, predicted, only), looked, offset, limit)
    return {**page, "dataset": str(evaluation.test_set_version.test_set.dataset_id)}


def _page_of(
    evaluation: Evaluation,
    table: Table,
    wanted: tuple[str | None, str | None, str],
    among: NDArray[np.bool_],
    offset: int,
    limit: int,
) -> dict[str, Any]:
    if "label" not in table:
        cut = float(evaluation.metrics["threshold"])
        return _shape_page(table, shape_items(table, cut), among & _shape_mask(table, cut, wanted), offset, limit)
    truth, predicted, only = wanted
    classes = table["classes"]
    labels, said = classes[table["label"]], classes[table["predicted"]]  # -1 is the last class: masked out below
    sure, mask = table["confidence"], table["readable"] & among
    if truth is not None:
        mask &= labels == truth
    if predicted is not None:
        mask &= said == predicted
    if only:
        mask &= table["correct"] == (only == "right")
    chosen = np.flatnonzero(mask)
    chosen = chosen[np.argsort(-sure[chosen], kind="stable")]
    page = chosen[offset : offset + limit]
    rows = Item.objects.filter(pk__in=[str(table["items"][at]) for at in page]).only("id", "name", "blob_id")
    found = {str(row.pk): row for row in rows}
    return {
        "total": len(chosen),
        "items": [
            {
                "item": str(table["items"][at]),
                **_shown(found.get(str(table["items"][at]))),
                "truth": str(labels[at]),
                "predicted": str(said[at]),
                "confidence": float(sure[at]),
                "right": bool(table["correct"][at]),
            }
            for at in page
        ],
    }


def _shape_mask(table: Table, cut: float, wanted: tuple[str | None, str | None, str]) -> NDArray[np.bool_]:
    """(N,) the pictures that are asked for."""
    names = [str(name) for name in table["classes"]]
    truth, predicted, only = wanted
    seen = shape_items(table, cut)
    pixels = "pixels_confused" in table
    if truth is not None and predicted is not None and (pixels or "found_confused" in table):
        at = [names.index(name) if name in names else None for name in (truth, predicted)]
        mask = cell_images(table, cut, *at) if pixels or at != [None, None] else np.zeros(len(seen.mistakes), bool)
    else:
        mask = np.ones(len(seen.mistakes), bool)
        for name, counts in ((truth, seen.objects), (predicted, seen.said)):
            if name is not None:
                mask &= counts[:, names.index(name)] > 0 if name in names else False
    if only:
        mask &= (seen.mistakes == 0) == (only == "right")
    return mask


def _shape_page(table: Table, seen: ShapeItems, mask: NDArray[np.bool_], offset: int, limit: int) -> dict[str, Any]:
    names = [str(name) for name in table["classes"]]
    chosen = np.flatnonzero(mask)
    chosen = chosen[np.argsort(-seen.mistakes[chosen], kind="stable")]
    page = chosen[offset : offset + limit]
    rows = Item.objects.filter(pk__in=[str(table["items"][at]) for at in page]).only("id", "name", "blob_id")
    found = {str(row.pk): row for row in rows}
    return {
        "total": len(chosen),
        "items": [
            {
                "item": str(table["items"][at]),
                **_shown(found.get(str(table["items"][at]))),
                "truth": _counted(names, seen.objects[at]),
                "predicted": _counted(names, seen.said[at]),
                "confidence": float(seen.confidence[at]),
                "right": bool(seen.mistakes[at] == 0),
            }
            for at in page
        ],
    }


def _counted(names: list[str], counts: NDArray[np.int64]) -> str:
    """ "2 cat, 1 dog"."""
    said = [f"{n} {name}" for name, n in zip(names, counts.tolist(), strict=True) if n]
    return ", ".join(said) or "nothing"


def _shown(item: Item | None) -> dict[str, str | None]:
    """Name and picture; an item that was purged since has neither."""
    return {"name": item.name if item else "", "thumbnail": thumbnail_url(item) if item else None}
