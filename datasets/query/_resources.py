"""The fields of items and annotations by the names clients use, and the door for fields of higher apps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, Model, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, In, LessThan, LessThanOrEqual

from datasets.errors import QueryInvalid
from datasets.models import Annotation, Item, ItemRef, ItemTag, RefKind, Subset
from datasets.query._fields import Column, Field, JsonColumn, Related, Source, TagSet, _as_number
from datasets.query._tree import EVERYTHING, NOTHING

__all__ = ["RESOURCES", "Resource", "register_source"]

_SOURCES: dict[str, Source] = {}


def register_source(name: str, source: Source) -> None:
    """Makes `name.<field>` a field of items. Called by a higher app from `AppConfig.ready()`; a name is given once."""
    if name in ITEM_FIELDS or _SOURCES.get(name, source) is not source:
        raise ValueError(f"field source {name!r} is taken")
    _SOURCES[name] = source


@dataclass(frozen=True)
class Computed:
    """A yes or no that is worked out from several columns."""

    condition: Q

    def leaf(self, path: tuple[str, ...], op: str, value: Any) -> Q:
        name = ".".join(path)
        if op == "exists":
            return EVERYTHING if value else NOTHING
        wanted = value if op == "in" else [value]
        if op not in ("eq", "in") or not all(isinstance(one, bool) for one in wanted):
            raise QueryInvalid(f"{name}: is true or false", field=name, operator=f"${op}")
        result = NOTHING
        if True in wanted:
            result |= self.condition
        if False in wanted:
            result |= ~self.condition
        return result

    def sort_key(self, path: tuple[str, ...]) -> Any:
        raise QueryInvalid(f"Cannot sort by {'.'.join(path)}.", field=".".join(path))


@dataclass(frozen=True)
class Present:
    """A nested object that is there or not; only its presence can be asked."""

    condition: Q

    def leaf(self, path: tuple[str, ...], op: str, value: Any) -> Q:
        if op == "exists":
            return self.condition if value else ~self.condition
        if op == "eq" and value is None:
            return ~self.condition
        raise QueryInvalid(f"{'.'.join(path)}: ask for a field inside it", field=".".join(path), operator=f"${op}")

    def sort_key(self, path: tuple[str, ...]) -> Any:
        raise QueryInvalid(f"Cannot sort by {'.'.join(path)}.", field=".".join(path))


class AnnotationCount:
    """How many live annotations an item has."""

    _LOOKUPS = {
        "eq": Exact, "in": In, "gt": GreaterThan, "gte": GreaterThanOrEqual, "lt": LessThan, "lte": LessThanOrEqual,
    }  # fmt: skip

    def leaf(self, path: tuple[str, ...], op: str, value: Any) -> Q:
        name = ".".join(path)
        if op == "exists":
            return EVERYTHING if value else NOTHING
        if op not in self._LOOKUPS or isinstance(value, list) != (op == "in"):
            raise QueryInvalid(f"{name}: is a number", field=name, operator=f"${op}")
        numbers = [_as_number(one, name, op) for one in value] if op == "in" else _as_number(value, name, op)
        if numbers == []:
            return NOTHING
        return Q(self._LOOKUPS[op](self._count(), numbers))

    def sort_key(self, path: tuple[str, ...]) -> Any:
        return self._count()

    @staticmethod
    def _count() -> Coalesce:
        live = Annotation.objects.filter(item_id=OuterRef("pk"), deleted_at=None).order_by().values("item_id")
        return Coalesce(Subquery(live.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def _tag(name: str) -> Q:
    if name in Subset.values and name:
        return Q(subset=name)
    return Q(Exists(ItemTag.objects.filter(item_id=OuterRef("pk"), name=name)))


_REF_FIELDS = {
    "id": Column("uuid", "ref_id"),
    "type": Column("text", "kind"),
    "status": Column("text", "status", absent="empty"),
    "metadata.status": Column("text", "status", absent="empty"),
    "metadata.creator": Column("text", "person__email", absent="null"),
    "metadata.timestamp": Column("date", "updated_at"),
    "pipelineId": Column("uuid", "pipeline_id", absent="null"),
}
_STATUS = Q(kind__in=[RefKind.TASK, RefKind.ASSIGNMENT]) & ~Q(status="")

ITEM_FIELDS: dict[str, Field] = {
    "id": Column("uuid", "id"),
    "name": Column("text", "name"),
    "filename": Column("path", "filename"),
    "dir": Column("dir", "dir"),
    "type": Column("text", "type"),
    "hidden": Column("bool", "hidden"),
    "annotated": Column("bool", "annotated"),
    "annotationsCount": AnnotationCount(),
    "subset": Column("text", "subset", absent="empty"),
    "label": Related(Annotation, {"label": Column("text", "label")}, where=Q(deleted_at=None), value_field="label"),
    "createdAt": Column("date", "created_at"),
    "updatedAt": Column("date", "updated_at"),
    "creator": Column("text", "creator__email", absent="null", sortable=False),
    "datasetId": Column("uuid", "dataset_id"),
    "projectId": Column("uuid", "dataset__project_id", sortable=False),
    "srcItem": Column("uuid", "parent_item_id", absent="null", sortable=False),
    "spec.parentDatasetItemId": Column("uuid", "parent_item_id", absent="null", sortable=False),
    "groupKey": Column("text", "group_key", absent="empty"),
    "contentVersion": Column("integer", "content_version"),
    "groundTruth": Computed(Q(approved_version=F("content_version"))),
    "changedSinceApproval": Computed(Q(approved_version__lt=F("content_version"))),
    "approvedAt": Column("date", "approved_at", absent="null", sortable=False),
    "metadata": JsonColumn("metadata"),
    "metadata.user": JsonColumn("metadata", ("user",)),
    "metadata.system.mimetype": Column("text", "mimetype", absent="empty"),
    "metadata.system.size": Column("integer", "size", absent="zero"),
    "metadata.system.width": Column("integer", "width", absent="zero"),
    "metadata.system.height": Column("integer", "height", absent="zero"),
    "metadata.system.tags": TagSet(_tag),
    "metadata.system.refs": Related(ItemRef, _REF_FIELDS),
    "metadata.system.annotationStatus": Related(
        ItemRef, {"status": Column("text", "status")}, where=_STATUS, value_field="status"
    ),
}

ANNOTATION_FIELDS: dict[str, Field] = {
    "id": Column("uuid", "id"),
    "itemId": Column("uuid", "item_id"),
    "datasetId": Column("uuid", "item__dataset_id", sortable=False),
    "type": Column("text", "type", aliases={"segment": "polygon", "binary": "mask"}),
    "label": Column("text", "label"),
    "creator": Column("text", "creator__email", absent="null", sortable=False),
    "createdAt": Column("date", "created_at"),
    "updatedAt": Column("date", "updated_at"),
    "approved": Computed(Q(approved_revision=F("revision"))),
    "attributes": JsonColumn("attributes"),
    "metadata": JsonColumn("metadata"),
    "metadata.system.attributes": JsonColumn("attributes"),
    "metadata.user.model": Present(Q(model_id__isnull=False)),
    "metadata.user.model.name": Column("text", "model_name", absent="empty"),
    "metadata.user.model.model_id": Column("uuid", "model_id", absent="null", sortable=False),
    "metadata.user.model.confidence": Column("number", "confidence", absent="null", sortable=False),
}

# Answered nowhere: these are drawn for reading only.
_RENDERED_ONLY = frozenset({"metadata.system.taskStatusLog", "metadata.system.collections", "metadata.system.isBinary"})


@dataclass(frozen=True)
class Resource:
    name: str
    model: type[Model]
    fields: Mapping[str, Field]
    joins: Mapping[str, tuple[str, str]]
    """Resource that can be joined: (our column, its column)."""

    def resolve(self, path: tuple[str, ...]) -> tuple[Field, tuple[str, ...]]:
        """The field with the longest name that `path` starts with, and what is left of the path.

        Raises QueryInvalid naming the field when there is none."""
        for cut in range(len(path), 0, -1):
            name = ".".join(path[:cut])
            if name in _RENDERED_ONLY:
                break
            found = self.fields.get(name)
            if found is None:
                continue
            rest = path[cut:]
            if isinstance(found, (Column, Computed, AnnotationCount, Present)):
                if rest:
                    break
                return found, path  # they use the path only to name themselves in errors
            return found, rest
        source = _SOURCES.get(path[0]) if self.name == "items" else None
        if source is not None:
            registered = source.field(path[1:])
            if registered is not None:
                return registered, path[1:]
        known = ", ".join(sorted([*self.fields, *(_SOURCES if self.name == "items" else ())]))
        raise QueryInvalid(f"Unknown field {'.'.join(path)!r} of {self.name}. Known: {known}.", field=".".join(path))


RESOURCES = {
    "items": Resource("items", Item, ITEM_FIELDS, {"annotations": ("pk", "item_id")}),
    "annotations": Resource("annotations", Annotation, ANNOTATION_FIELDS, {"items": ("item_id", "pk")}),
}
