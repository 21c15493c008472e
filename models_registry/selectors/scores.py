"""Reading agreement scores: the rows, what they come to for each model, person and pair, and by label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Q, QuerySet

from alp_site.people.models import User
from datasets.selectors import thumbnail_url
from models_registry.models import AnnotationScore, ItemScore, Model
from models_registry.selectors.payloads import named, when

__all__ = ["by_label", "list_scores", "of_item", "rendered", "summaries"]

JSON = dict[str, Any]
FIGURES = ("label", "attributes", "geometry", "score")
MEANS = {f"mean_{name}": Avg(name) for name in FIGURES}
MOST = 200


def list_scores(project_id: UUID, kind: str, narrowed: dict[str, Any]) -> QuerySet[ItemScore]:
    """Scores of a project's live items. narrowed: look-ups by field, as Django names them."""
    rows = ItemScore.objects.filter(project_id=project_id, kind=kind, item__deleted_at=None, **narrowed)
    return rows.filter(Q(model=None) | Q(model__deleted_at=None)).select_related("item", "model", "person", "other")


def rendered(rows: Sequence[ItemScore]) -> list[JSON]:
    """A page of scores, without their annotations."""
    return [_rendered(row) for row in rows]


def of_item(item_id: UUID, kinds: Sequence[str]) -> list[JSON]:
    """All scores of one item with their annotations, the newest model first; three queries."""
    rows = ItemScore.objects.filter(item_id=item_id, kind__in=kinds).filter(Q(model=None) | Q(model__deleted_at=None))
    found = list(rows.select_related("item", "model", "person", "other").order_by("kind", "-model_id", "pk")[:MOST])
    parts: dict[UUID, list[JSON]] = defaultdict(list)
    for row in AnnotationScore.objects.filter(of__in=[one.pk for one in found]).order_by("of_id", "place"):
        parts[row.of_id].append(_annotation(row))
    return [{**_rendered(row), "annotations": parts[row.pk]} for row in found]


def summaries(project_id: UUID, kind: str) -> list[JSON]:
    """For each model, person or pair: of how many pictures, and the means over them; the lowest first. Of a model also
    by subset: what it learnt from says little of what it can do."""
    by = {"model": ("model",), "person": ("person",), "people": ("person", "other")}[kind]
    rows = list_scores(project_id, kind, {}).order_by()
    groups = rows.values(*by).annotate(n=Count("pk"), **MEANS).order_by("mean_score", *by)[:MOST]
    found = list(groups)
    names = _names([one[name] for one in found for name in by], kind)
    subsets: dict[Any, list[JSON]] = defaultdict(list)
    if kind == "model":
        for part in rows.values("model", "item__subset").annotate(n=Count("pk"), mean=Avg("score")):
            subsets[part["model"]].append(
                {"subset": part["item__subset"], "n": part["n"], "score": part["mean"]},
            )
    return [
        {
            "who": names[one[by[0]]],
            "other": names[one["other"]] if kind == "people" else None,
            "n": one["n"],
            **{name: one[f"mean_{name}"] for name in FIGURES},
            "subsets": sorted(subsets[one[by[0]]], key=lambda part: part["subset"]),
        }
        for one in found
    ]


def by_label(scores: QuerySet[ItemScore]) -> list[JSON]:
    """What these scores come to for each type and label of what is true: how many, found how often, the means of the
    found ones, and how often another label was said. What nobody had marked stands under no label."""
    rows = AnnotationScore.objects.filter(of__in=scores.order_by().values("pk"))
    pair = ~Q(found="") & ~Q(truth="")
    groups = (
        rows.values("type", "truth_label")
        .annotate(
            count=Count("pk"),
            pairs=Count("pk", filter=pair),
            alike=Count("pk", filter=Q(label=1)),
            mean_attributes=Avg("attributes", filter=pair),
            mean_geometry=Avg("geometry", filter=pair),
            mean_score=Avg("score"),
        )
        .order_by("mean_score", "type", "truth_label")[:MOST]
    )
    return [
        {
            "type": one["type"],
            "label": one["truth_label"],
            "n": one["count"],
            "found": one["pairs"],
            "same": one["alike"],
            "attributes": one["mean_attributes"],
            "geometry": one["mean_geometry"],
            "score": one["mean_score"],
        }
        for one in groups
    ]


def _names(ids: Sequence[UUID], kind: str) -> dict[UUID, JSON]:
    found: dict[UUID, JSON] = {}
    for row in Model.objects.filter(pk__in=ids) if kind == "model" else User.objects.filter(pk__in=ids):
        found[row.pk] = {"id": str(row.pk), "name": row.name}
    return found


def _rendered(row: ItemScore) -> JSON:
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "item": str(row.item_id),
        "name": row.item.name,
        "dataset": str(row.item.dataset_id),
        "thumbnail": thumbnail_url(row.item),
        "subset": row.item.subset,
        "model": named(row.model),
        "person": named(row.person),
        "other": named(row.other),
        "task": str(row.task_id) if row.task_id else None,
        "label": row.label,
        "attributes": row.attributes,
        "geometry": row.geometry,
        "score": row.score,
        "truths": row.truths,
        "found": row.found,
        "matched": row.matched,
        "at": when(row.at),
    }


def _annotation(row: AnnotationScore) -> JSON:
    return {
        "type": row.type,
        "truth": row.truth or None,
        "found": row.found or None,
        "truth_label": row.truth_label or None,
        "found_label": row.found_label or None,
        "confidence": row.confidence,
        "label": row.label,
        "attributes": row.attributes,
        "geometry": row.geometry,
        "score": row.score,
    }
