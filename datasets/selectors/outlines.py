"""What thumbnails show of annotations: shapes in a coarse grid over the picture, a whole page of items in one query."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from datasets.geometry import _base as geometry
from datasets.geometry._values import Rings
from datasets.models import Annotation, Item

__all__ = ["MOST_SHAPES", "OUTLINE_UNITS", "outline_payloads"]

OUTLINE_UNITS = 512
"""The longer side of a picture in the numbers sent: finer than any thumbnail shows."""
MOST_SHAPES = 200
"""Of one item: more would be a blot."""
MOST_POINTS = 240
"""Of one path."""


def outline_payloads(items: Sequence[Item]) -> list[dict[str, Any]]:
    """The outlines of each item, one query whatever the number. `paths` are flat lists x, y, x, y …, whole numbers of
    which OUTLINE_UNITS make the picture's longer side; `cut`: there are more shapes than are sent."""
    found: dict[uuid.UUID, list[tuple[str, str, Any, bool]]] = defaultdict(list)
    place = Window(RowNumber(), partition_by=F("item_id"), order_by=F("id").asc())
    rows = Annotation.objects.filter(item_id__in=[item.pk for item in items], deleted_at=None).exclude(type="class")
    rows = rows.annotate(place=place).filter(place__lte=MOST_SHAPES + 1).order_by("item_id", "id")
    for item_id, kind, label, value, model in rows.values_list("item_id", "type", "label", "geometry", "model_id"):
        found[item_id].append((kind, label, value, model is not None))
    return [
        {
            "id": str(item.pk),
            "version": item.content_version,
            "cut": len(found[item.pk]) > MOST_SHAPES,
            "shapes": _shapes(found[item.pk][:MOST_SHAPES], max(item.width, item.height, 1) / OUTLINE_UNITS),
        }
        for item in items
    ]


def _shapes(rows: Sequence[tuple[str, str, Any, bool]], step: float) -> list[dict[str, Any]]:
    shapes = []
    for kind, label, value, model in rows:
        paths = geometry.get(kind).sketch(value, step * 2)
        if paths is not None:
            shapes.append({"type": kind, "label": label, "model": model, "paths": _small(paths, step)})
    return shapes


def _small(paths: Rings, step: float) -> list[list[int]]:
    """In units, without points that fall together or lie on the way between their neighbours."""
    return [_path(path, step) for path in paths]


def _path(path: Sequence[Sequence[float]], step: float) -> list[int]:
    kept: list[tuple[int, int]] = []
    for x, y in path:
        here = (round(x / step), round(y / step))
        if kept and here == kept[-1]:
            continue
        if len(kept) > 1 and _between(kept[-2], kept[-1], here):
            kept.pop()
        kept.append(here)
    every = -(-len(kept) // MOST_POINTS) or 1
    return [number for point in kept[::every] for number in point]


def _between(first: tuple[int, int], middle: tuple[int, int], last: tuple[int, int]) -> bool:
    """On the straight way from the first to the last."""
    (ax, ay), (bx, by), (cx, cy) = first, middle, last
    ahead = (bx - ax) * (cx - bx) + (by - ay) * (cy - by) > 0
    return ahead and (bx - ax) * (cy - by) == (by - ay) * (cx - bx)
