"""The API's JSON of items, annotations and revisions."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings

from datasets.models import Annotation, AnnotationRevision, Item, ItemRef, ItemTag, ItemType, RefKind

__all__ = [
    "annotation_payloads",
    "annotation_state",
    "is_tiled",
    "iso",
    "item_payload",
    "item_payloads",
    "model_metadata",
    "picture_url",
    "revision_payloads",
    "thumbnail_url",
    "tiles_url",
]

LARGEST_THUMBNAIL = 2048
_NO_BROWSER_SHOWS = frozenset({"image/tiff"})


def iso(moment: dt.datetime | None) -> str | None:
    """UTC to the millisecond, as clients filter by it."""
    return (
        None if moment is None else moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def thumbnail_url(item: Item, size: int = 256) -> str | None:
    """Where the picture is served; the content's hash is in it, so browsers may keep it for good."""
    return f"/api/v1/items/{item.pk}/thumbnail/?size={size}&v={item.blob_id[:12]}" if item.blob_id else None


def is_tiled(item: Item) -> bool:
    """Whether the picture is shown as tiles: more pixels than a browser likes, or a kind that no browser shows and
    larger than the largest thumbnail."""
    if not item.blob_id or not item.width or not item.height:
        return False
    if item.width * item.height > settings.TILE_ABOVE_PIXELS:
        return True
    return item.mimetype in _NO_BROWSER_SHOWS and max(item.width, item.height) > LARGEST_THUMBNAIL


def picture_url(item: Item) -> str | None:
    """The picture as every browser shows it: the file, or reduced where the file is huge or of another kind."""
    if is_tiled(item) or item.mimetype in _NO_BROWSER_SHOWS:
        return thumbnail_url(item, LARGEST_THUMBNAIL)
    return f"/api/v1/items/{item.pk}/stream/?v={item.blob_id[:12]}" if item.blob_id else None


def tiles_url(item: Item) -> str | None:
    """Where a browser learns of its tiles, if it is shown as such."""
    return f"/api/v1/items/{item.pk}/tiles/" if is_tiled(item) else None


def item_payload(item: Item) -> dict[str, Any]:
    return item_payloads([item])[0]


def item_payloads(items: Sequence[Item]) -> list[dict[str, Any]]:
    """The API's JSON of items, three queries whatever the number; `dataset` and `creator` should be joined already."""
    ids = [item.pk for item in items]
    tags: dict[uuid.UUID, list[str]] = defaultdict(list)
    refs: dict[uuid.UUID, list[ItemRef]] = defaultdict(list)
    annotations: dict[uuid.UUID, list[Annotation]] = defaultdict(list)
    if ids:
        for tag in ItemTag.objects.filter(item_id__in=ids).order_by("name"):
            tags[tag.item_id].append(tag.name)
        for ref in ItemRef.objects.filter(item_id__in=ids).select_related("person").order_by("updated_at", "pk"):
            refs[ref.item_id].append(ref)
        live = Annotation.objects.filter(item_id__in=ids, deleted_at=None).order_by("pk")
        for row in live.defer("geometry", "attributes", "metadata"):  # masks and polygons are heavy, and not told here
            annotations[row.item_id].append(row)
    return [_item(item, tags[item.pk], refs[item.pk], annotations[item.pk]) for item in items]


def _item(item: Item, tags: list[str], refs: list[ItemRef], annotations: list[Annotation]) -> dict[str, Any]:
    key = str(item.pk)
    parent = str(item.parent_item_id) if item.parent_item_id else None
    return {
        "id": key,
        "datasetId": str(item.dataset_id),
        "projectId": str(item.dataset.project_id),
        "name": item.name,
        "filename": item.filename,
        "dir": item.dir,
        "type": item.type,
        "hidden": item.hidden,
        "annotated": item.annotated,
        "annotationsCount": len(annotations),
        "creator": item.creator.email if item.creator else None,
        "createdAt": iso(item.created_at),
        "updatedAt": iso(item.updated_at),
        "deletedAt": iso(item.deleted_at),
        "stream": f"/api/v1/items/{key}/stream/?v={item.blob_id[:12]}" if item.blob_id else None,
        "thumbnail": thumbnail_url(item),
        "picture": picture_url(item),
        "tiles": tiles_url(item),
        "srcItem": parent,
        "spec": {"parentDatasetItemId": parent} if parent else None,
        "subset": item.subset,
        "groupKey": item.group_key,
        "contentVersion": item.content_version,
        "groundTruth": item.approved_version is not None and item.approved_version == item.content_version,
        "changedSinceApproval": item.approved_version is not None and item.approved_version < item.content_version,
        "approvedAt": iso(item.approved_at),
        "labels": [
            {
                "label": row.label, "type": row.type, "approved": row.approved_revision == row.revision,
                "model": row.model_name if row.model_id else None, "confidence": row.confidence,
            }
            for row in annotations
        ],
        "metadata": _metadata(item, tags, refs),
    }  # fmt: skip


def _metadata(item: Item, tags: list[str], refs: list[ItemRef]) -> dict[str, Any]:
    stored = item.metadata if isinstance(item.metadata, dict) else {}
    inner = stored.get("system")
    system: dict[str, Any] = dict(inner) if isinstance(inner, dict) else {}
    system["tags"] = dict.fromkeys(([item.subset] if item.subset else []) + tags, True)
    system["refs"] = [_ref(ref) for ref in refs]
    worked = [ref for ref in refs if ref.kind in (RefKind.TASK, RefKind.ASSIGNMENT) and ref.status]
    system["annotationStatus"] = sorted({ref.status for ref in worked})
    if item.type == ItemType.FILE:
        system |= {"mimetype": item.mimetype, "size": item.size, "width": item.width, "height": item.height}
    return {**stored, "user": stored.get("user", {}), "system": system}


def _ref(ref: ItemRef) -> dict[str, Any]:
    found: dict[str, Any] = {"type": ref.kind, "id": str(ref.ref_id)}
    if ref.pipeline_id:
        found["pipelineId"] = str(ref.pipeline_id)
    inner: dict[str, Any] = {"timestamp": iso(ref.updated_at)}
    if ref.status:
        inner["status"] = ref.status
    if ref.person:
        inner["creator"] = ref.person.email
    found["metadata"] = inner
    return found


def annotation_state(row: Annotation) -> dict[str, Any]:
    """What an annotation says and which revision says it: the part that lists and answers to operations share."""
    return {
        "id": str(row.pk),
        "itemId": str(row.item_id),
        "type": row.type,
        "label": row.label,
        "geometry": row.geometry,
        "attributes": row.attributes,
        "revision": row.revision,
        "approvedRevision": row.approved_revision,
        "deleted": row.deleted_at is not None,
        "sourcePrediction": str(row.source_prediction) if row.source_prediction else None,
    }


def annotation_payloads(rows: Iterable[Annotation]) -> list[dict[str, Any]]:
    """The API's JSON of annotations; `creator` should be joined already."""
    return [
        {
            **annotation_state(row),
            "creator": row.creator.email if row.creator else None,
            "author": {"id": str(row.creator_id), "name": row.creator.name} if row.creator else None,
            "createdAt": iso(row.created_at),
            "updatedAt": iso(row.updated_at),
            "approved": row.approved_revision == row.revision,
            "approvedRule": row.approved_rule,
            "metadata": model_metadata(row.metadata, row.model_id, row.model_name, row.confidence),
        }
        for row in rows
    ]


def model_metadata(metadata: Any, model: uuid.UUID | None, name: str, confidence: float | None) -> dict[str, Any]:
    """An annotation's metadata with the model that said it, where clients look for it."""
    stored = metadata if isinstance(metadata, dict) else {}
    user = dict(stored.get("user") or {})
    if model:
        user["model"] = {"name": name, "model_id": str(model), "confidence": confidence}
    return {**stored, "user": user}


def revision_payloads(rows: Iterable[AnnotationRevision]) -> list[dict[str, Any]]:
    """Revisions with who made them; `author` and `annotation` should be joined already."""
    return [
        {
            "annotation": str(row.annotation_id),
            "revision": row.revision,
            "action": row.action,
            "type": row.type,
            "label": row.label,
            "geometry": row.geometry,
            "attributes": row.attributes,
            "author": row.author.email if row.author else None,
            "modelId": str(row.model_id) if row.model_id else None,
            "confidence": row.confidence,
            "createdAt": iso(row.created_at),
            "current": row.revision == row.annotation.revision,
            "approved": row.revision == row.annotation.approved_revision,
        }
        for row in rows
    ]
