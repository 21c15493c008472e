"""Annotations as JSON text, for pictures with thousands of them: what the database holds as JSON goes on as it is.

The words are those of `payloads.annotation_payloads`; reading them into Python and writing them again is what costs.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from datasets.models import Annotation
from datasets.selectors.payloads import iso, model_metadata

__all__ = ["annotation_texts"]

_COLUMNS = (
    "pk", "item_id", "type", "label", "geometry_text", "attributes_text", "revision", "approved_revision",
    "source_prediction", "creator__email", "creator_id", "creator__name", "created_at", "updated_at", "approved_rule",
    "metadata_text", "model_id", "model_name", "confidence",
)  # fmt: skip
_PLAIN = '{"user":{}}'


def annotation_texts(item_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """A JSON list of the live annotations of each item, oldest first; "[]" where there are none. One query."""
    wanted = set(item_ids)
    rows = Annotation.objects.filter(item_id__in=wanted, deleted_at=None).order_by("pk")
    texts = {f"{name}_text": Cast(name, TextField()) for name in ("geometry", "attributes", "metadata")}
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    said, moment = lru_cache(maxsize=512, typed=True)(json.dumps), lru_cache(maxsize=512)(iso)
    for row in rows.annotate(**texts).values_list(*_COLUMNS):
        (pk, item, kind, label, geometry, attributes, revision, approved, source, creator, author, author_name, made,
         changed, rule, metadata, model, name, confidence) = row  # fmt: skip
        found[item].append(
            f'{{"id":"{pk}","itemId":"{item}","type":{said(kind)},"label":{said(label)},'
            f'"geometry":{geometry or "null"},"attributes":{attributes},'
            f'"revision":{revision},"approvedRevision":{said(approved)},"deleted":false,'
            f'"sourcePrediction":{_id(source)},"creator":{said(creator)},'
            f'"author":{_person(author, said(author_name))},"createdAt":{said(moment(made))},'
            f'"updatedAt":{said(moment(changed))},"approved":{said(approved == revision)},"approvedRule":{said(rule)},'
            f'"metadata":{_metadata(metadata, model, name, confidence)}}}'
        )
    return {item: f"[{','.join(found[item])}]" for item in wanted}


def _id(key: uuid.UUID | None) -> str:
    return f'"{key}"' if key else "null"


def _person(key: uuid.UUID | None, name: str) -> str:
    return f'{{"id":"{key}","name":{name}}}' if key else "null"


def _metadata(stored: str | None, model: uuid.UUID | None, name: str, confidence: float | None) -> str:
    if model is None and stored in {None, "{}"}:
        return _PLAIN
    held: Any = json.loads(stored) if stored else {}
    return json.dumps(model_metadata(held, model, name, confidence))
