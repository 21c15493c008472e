"""Several versions on one frozen test set, side by side: figures by class and slice, and who alone is right where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from datasets.models import Item
from datasets.selectors import thumbnail_url
from models_registry.ml.slices import slices_of
from models_registry.models import Evaluation, Model
from models_registry.selectors.findings import annotators_of, item_facts, item_values
from models_registry.selectors.judging import read_table

__all__ = ["FEWEST", "MOST", "common", "together", "told_apart"]

FEWEST, MOST = 2, 6
LEAST = 5  # pictures of a slice that is shown
MOST_SLICES = 100
PAGE = 60
RIGHT: Mapping[str, float] = {"right": 1.0, "f1": 1.0, "iou": 0.9}
"""By measure, the value from which a picture counts as got right: the one label, every object, nine tenths of the
pixels."""


def together(evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """``{"measure", "right_from", "n", "dataset", "test_set_version", "models", "classes", "slices", "all_right",
    "none_right"}`` of ``common(...)``'s evaluations.

    A model's ``mean`` is of the measure over the pictures that all could read, ``only`` counts those that it alone got
    right. classes: of each, support and a value of each model, its average precision and recall, of pixels its iou.
    slices: by one fact, with the mean of each model, those first on which the models differ most.
    """
    measure, ids, values = _measured(evaluations)
    right = values >= RIGHT[measure]
    alone = _alone(right)
    version = evaluations[0].test_set_version
    return {
        "measure": measure,
        "right_from": RIGHT[measure],
        "n": len(ids),
        "dataset": str(version.test_set.dataset_id),
        "test_set_version": {"id": str(version.pk), "number": version.number},
        "models": [
            {
                "id": str(row.model_id), "name": row.model.name, "number": row.model.number, "stage": row.model.stage,
                "evaluation": str(row.pk), "summary": row.summary, "mean": _mean(own), "only": int(mine.sum()),
            }
            for row, own, mine in zip(evaluations, values, alone, strict=True)
        ],
        "classes": _classes(evaluations),
        "slices": _slices(evaluations[0], ids, values),
        "all_right": int(right.all(axis=0).sum()),
        "none_right": int((~right.any(axis=0)).sum()),
    }  # fmt: skip


def told_apart(evaluations: Sequence[Evaluation], *, only: UUID | None, offset: int) -> dict[str, Any]:
    """A page of the pictures that one model alone got right (None: that nobody did): ``{"total", "next", "items":
    [{"item", "name", "thumbnail", "values"}]}``, those first on which the others did worst. Raises Invalid: not one of
    the models."""
    measure, ids, values = _measured(evaluations)
    right = values >= RIGHT[measure]
    if only is None:
        mask, others = ~right.any(axis=0), values
    else:
        place = [row.model_id for row in evaluations]
        if only not in place:
            raise Invalid("only is one of the models.", field="only")
        at = place.index(only)
        mask, others = _alone(right)[at], np.delete(values, at, axis=0)
    chosen = np.flatnonzero(mask)
    chosen = chosen[np.argsort(others[:, chosen].mean(axis=0), kind="stable")]
    page = chosen[offset : offset + PAGE]
    items = Item.objects.filter(pk__in=[ids[at] for at in page]).only("id", "name", "blob_id")
    found = {row.pk: row for row in items}
    return {
        "total": len(chosen),
        "next": str(offset + PAGE) if offset + PAGE < len(chosen) else None,
        "items": [{**_shown(found.get(ids[at])), "values": [round(float(v), 4) for v in values[:, at]]} for at in page],
    }


def common(models: Sequence[Model]) -> list[Evaluation]:
    """The finished evaluations of the models, in their order, on the newest test set version that all have in common.
    Raises Invalid: there is none, or the models do not do the same."""
    rows = (
        Evaluation.objects.filter(model__in=models, status=Evaluation.Status.DONE, table__isnull=False)
        .select_related("model", "test_set_version__test_set")
        .order_by("-test_set_version__id")
    )
    by_version: dict[UUID, dict[UUID, Evaluation]] = {}
    for row in rows:
        by_version.setdefault(row.test_set_version_id, {})[row.model_id] = row
    for found in by_version.values():
        if len(found) == len(models):
            return [found[model.pk] for model in models]
    names = ", ".join(model.name for model in models)
    raise Invalid(f"There is no test set version that all of these are evaluated on: {names}.", field="models")


def _measured(evaluations: Sequence[Evaluation]) -> tuple[str, list[UUID], NDArray[np.float64]]:
    """What a value is, the pictures that all could read, (models, pictures) the values."""
    tables = [read_table(str(row.table_id)) for row in evaluations]
    parts = [item_values(table) for table in tables]
    measures = {measure for measure, _ in parts}
    if len(measures) > 1:
        raise Invalid("These do not say the same kind of thing of a picture.", field="models")
    places = [{UUID(str(item)): at for at, item in enumerate(table["items"])} for table in tables]
    ids = [item for item in places[0] if all(item in place for place in places)]
    values = np.array(
        [own[[place[item] for item in ids]] for (_, own), place in zip(parts, places, strict=True)], np.float64
    ).reshape(len(tables), len(ids))
    known = np.flatnonzero(np.isfinite(values).all(axis=0))
    return measures.pop(), [ids[at] for at in known], values[:, known]


def _alone(right: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(models, pictures) where this one is right and no other."""
    alone: NDArray[np.bool_] = right & (right.sum(axis=0) == 1)
    return alone


def _mean(values: NDArray[np.float64]) -> float | None:
    return round(float(values.mean()), 6) if len(values) else None


def _classes(evaluations: Sequence[Evaluation]) -> list[dict[str, Any]]:
    """A row for each class that any of them was judged by; None where a model does not know it."""
    own = [{row["name"]: row for row in one.metrics.get("per_class", [])} for one in evaluations]
    names = dict.fromkeys(name for rows in own for name in rows)
    return [
        {
            "name": name,
            "support": next(int(rows[name]["support"]) for rows in own if name in rows),
            "values": [
                {key: rows.get(name, {}).get(key) for key in ("average_precision", "recall", "precision", "iou")}
                for rows in own
            ],
        }
        for name in names
    ]


def _slices(one: Evaluation, ids: Sequence[UUID], values: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Facts are of the pictures and their frozen labels, the same whichever model is asked."""
    table = read_table(str(one.table_id))
    listed = [UUID(str(item)) for item in table["items"]]
    wanted = Item.objects.filter(pk__in=ids).only("id", "dir", "width", "height", "metadata")
    items = {row.pk: row for row in wanted}
    every = item_facts(table, [items.get(pk) for pk in listed], annotators_of(one.test_set_version_id, listed))
    place = {pk: at for at, pk in enumerate(listed)}
    kept = [place[pk] for pk in ids]
    facts = {name: [said[at] for at in kept] for name, said in every.items()}
    rows = [
        {"facts": dict(found.facts), "n": len(found.items), "values": [_mean(own[found.items]) for own in values]}
        for found in slices_of(facts, len(ids), least=LEAST)
        if len(found.items) < len(ids)
    ]
    return sorted(rows, key=_spread, reverse=True)[:MOST_SLICES]


def _spread(row: Mapping[str, Any]) -> float:
    return float(max(row["values"]) - min(row["values"]))


def _shown(item: Item | None) -> dict[str, str | None]:
    """Of an item that was purged since nothing is left."""
    if item is None:
        return {"item": None, "name": "", "thumbnail": None}
    return {"item": str(item.pk), "name": item.name, "thumbnail": thumbnail_url(item)}
