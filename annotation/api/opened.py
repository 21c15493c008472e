"""The shape of an item as the studio opens it, for the schema."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.api.serializers import IssueSerializer, ItemInTaskSerializer, PersonSerializer, TaskItemSerializer
from annotation.models import Task
from datasets.models import AttributeKind


class OpenSerializer(serializers.Serializer[Any]):
    task_items = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=8)


@extend_schema_field({"$ref": "#/components/schemas/ItemAnnotations"})
class ItemAnnotationsField(serializers.JSONField):
    """As `items/{id}/annotations/` shows them."""


class SuggestingModelSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class OpenedSuggestionSerializer(serializers.Serializer[Any]):
    """`id`: what `metadata.suggestion` of an annotation made from it holds. `answered`: who labels it has submitted the
    item since, so that it is to be compared with, not to be offered."""

    id = serializers.CharField()
    type = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not DRF's own
    geometry = serializers.JSONField(allow_null=True)
    attributes = serializers.DictField(child=serializers.JSONField())
    confidence = serializers.FloatField(allow_null=True)
    model = SuggestingModelSerializer(allow_null=True)
    prediction = serializers.UUIDField(allow_null=True)
    answered = serializers.BooleanField()


class OpenedLabelSerializer(serializers.Serializer[Any]):
    """`group`: labels of one non-empty group exclude each other on an item."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    color = serializers.CharField()
    hotkey = serializers.CharField(allow_blank=True)
    group = serializers.CharField(allow_blank=True)
    skeleton = serializers.JSONField(allow_null=True)


class OpenedAttributeSerializer(serializers.Serializer[Any]):
    """`scope`: the labels it is asked of, empty for all; `range`: {min, max, step?}."""

    id = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=AttributeKind.choices)
    multi = serializers.BooleanField()
    optional = serializers.BooleanField()
    scope = serializers.ListField(child=serializers.CharField())
    values = serializers.ListField(child=serializers.CharField())
    range = serializers.JSONField(allow_null=True)


class OpenedOntologySerializer(serializers.Serializer[Any]):
    labels = OpenedLabelSerializer(many=True)
    attributes = OpenedAttributeSerializer(many=True)


class AllowedSerializer(serializers.Serializer[Any]):
    """What the task takes. `labels` null: any text. `single_class`: an answer is one label, given to `complete`."""

    types = serializers.ListField(child=serializers.CharField())
    labels = serializers.ListField(child=serializers.CharField(), allow_null=True)
    single_class = serializers.BooleanField()


class OpenedSerializer(serializers.Serializer[Any]):
    task_item = TaskItemSerializer()
    annotations = ItemAnnotationsField()
    suggestions = OpenedSuggestionSerializer(many=True)
    ontology = OpenedOntologySerializer(allow_null=True)
    allowed = AllowedSerializer()


class OpenedListSerializer(serializers.Serializer[Any]):
    items = OpenedSerializer(many=True)


class PicturesWishSerializer(serializers.Serializer[Any]):
    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=8)


class PictureTaskSerializer(serializers.Serializer[Any]):
    """`person`: who holds it; null while nobody took it."""

    task = serializers.UUIDField()
    task_item = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Task.Kind.choices)
    person = PersonSerializer(allow_null=True)
    mine = serializers.BooleanField()


class PictureSerializer(serializers.Serializer[Any]):
    """`may_edit`: whether this person may change annotations outside of a task; `tasks`: where it waits for people,
    with the `suggestions` that wait there; `issues`: of whichever tasks this person may see."""

    item = ItemInTaskSerializer()
    annotations = ItemAnnotationsField()
    ontology = OpenedOntologySerializer(allow_null=True)
    may_edit = serializers.BooleanField()
    tasks = PictureTaskSerializer(many=True)
    suggestions = OpenedSuggestionSerializer(many=True)
    issues = IssueSerializer(many=True)


class PicturesSerializer(serializers.Serializer[Any]):
    items = PictureSerializer(many=True)
