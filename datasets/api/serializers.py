"""Shapes of requests and answers. Items and annotations are rendered by selectors; theirs here are for the schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from datasets.models import Attribute, Dataset, Import, Label, Ontology, Subset, TestSet, TestSetVersion
from datasets.services.items import BULK_ACTIONS

JSON = serializers.JSONField


class CountsSerializer(serializers.Serializer[Any]):
    items = serializers.IntegerField()
    annotated = serializers.IntegerField()
    approved = serializers.IntegerField()
    train = serializers.IntegerField()
    validation = serializers.IntegerField()
    test = serializers.IntegerField()


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    project = serializers.UUIDField(source="project_id")
    ontology = serializers.UUIDField(source="ontology_id", allow_null=True)
    counts = CountsSerializer()
    cover = serializers.ListField(child=serializers.CharField(), help_text="Thumbnails of the newest images.")

    class Meta:
        model = Dataset
        fields = (
            "id", "project", "name", "description", "ontology", "created_at", "updated_at", "deleted_at", "counts",
            "cover",
        )  # fmt: skip
        read_only_fields = fields


class DatasetWriteSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=10_000, allow_blank=True, required=False)
    ontology = serializers.UUIDField(allow_null=True, required=False)


class DatasetCreateSerializer(DatasetWriteSerializer):
    labels = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, help_text="Makes an ontology of these labels."
    )


class SkeletonTemplateSerializer(serializers.Serializer[Any]):
    """Keypoints by name, and which of them a line joins, by their place in the names."""

    names = serializers.ListField(child=serializers.CharField(max_length=100))
    edges = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2)
    )


class LabelSerializer(serializers.ModelSerializer[Label]):
    skeleton = SkeletonTemplateSerializer(allow_null=True)

    class Meta:
        model = Label
        fields = ("id", "name", "color", "hotkey", "group", "order", "skeleton")
        read_only_fields = fields


class LabelWriteSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    color = serializers.CharField(max_length=9, required=False)
    hotkey = serializers.CharField(max_length=1, allow_blank=True, required=False)
    group = serializers.CharField(max_length=100, allow_blank=True, required=False)
    skeleton = SkeletonTemplateSerializer(allow_null=True, required=False)


class AttributeSerializer(serializers.ModelSerializer[Attribute]):
    class Meta:
        model = Attribute
        fields = ("id", "key", "title", "kind", "multi", "optional", "scope", "values", "value_range", "order")
        read_only_fields = fields


class AttributeWriteSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(max_length=100)
    title = serializers.CharField(max_length=200, required=False)
    kind = serializers.CharField(max_length=16)
    multi = serializers.BooleanField(required=False)
    optional = serializers.BooleanField(required=False)
    scope = serializers.ListField(child=serializers.CharField(), required=False)
    values = serializers.ListField(child=serializers.CharField(), required=False)
    value_range = serializers.JSONField(required=False, allow_null=True)


class OntologySerializer(serializers.ModelSerializer[Ontology]):
    project = serializers.UUIDField(source="project_id")
    labels = LabelSerializer(many=True)
    attributes = AttributeSerializer(many=True)

    class Meta:
        model = Ontology
        fields = ("id", "project", "name", "created_at", "labels", "attributes")
        read_only_fields = fields


class OntologyCreateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    labels = LabelWriteSerializer(many=True, required=False)


class OntologyPatchSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)


class OrderSerializer(serializers.Serializer[Any]):
    names = serializers.ListField(child=serializers.CharField(max_length=200))


class QuerySerializer(serializers.Serializer[Any]):
    """The envelope of a query; see the README of datasets/query."""

    resource = serializers.ChoiceField(choices=["items", "annotations"], required=False)
    filter = serializers.JSONField(required=False)
    join = serializers.JSONField(required=False)
    sort = serializers.JSONField(required=False)
    page = serializers.IntegerField(required=False)
    pageSize = serializers.IntegerField(required=False)  # noqa: N815  the wire's name
    after = serializers.CharField(required=False, allow_null=True)
    count = serializers.BooleanField(required=False)
    context = serializers.JSONField(required=False)  # type: ignore[assignment]  # a field called so


class ItemLabelSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # a field called so
    type = serializers.CharField()
    approved = serializers.BooleanField()
    model = serializers.CharField(allow_null=True)
    confidence = serializers.FloatField(allow_null=True)


class ItemSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    datasetId = serializers.UUIDField()  # noqa: N815
    projectId = serializers.UUIDField()  # noqa: N815
    name = serializers.CharField()
    filename = serializers.CharField()
    dir = serializers.CharField()
    type = serializers.ChoiceField(choices=["file", "dir"])
    hidden = serializers.BooleanField()
    annotated = serializers.BooleanField()
    annotationsCount = serializers.IntegerField()  # noqa: N815
    creator = serializers.CharField(allow_null=True)
    createdAt = serializers.CharField()  # noqa: N815
    updatedAt = serializers.CharField()  # noqa: N815
    deletedAt = serializers.CharField(allow_null=True)  # noqa: N815
    stream = serializers.CharField(allow_null=True)
    thumbnail = serializers.CharField(allow_null=True)
    picture = serializers.CharField(allow_null=True, help_text="In a kind that browsers show; reduced where huge.")
    tiles = serializers.CharField(allow_null=True, help_text="Where its tiles are, if the picture is shown as such.")
    srcItem = serializers.CharField(allow_null=True)  # noqa: N815
    subset = serializers.ChoiceField(choices=Subset.choices)
    groupKey = serializers.CharField()  # noqa: N815
    contentVersion = serializers.IntegerField()  # noqa: N815
    groundTruth = serializers.BooleanField()  # noqa: N815
    changedSinceApproval = serializers.BooleanField()  # noqa: N815
    approvedAt = serializers.CharField(allow_null=True)  # noqa: N815
    labels = ItemLabelSerializer(many=True)
    metadata = serializers.DictField(child=JSON())


class ItemPageSerializer(serializers.Serializer[Any]):
    totalItemsCount = serializers.IntegerField(allow_null=True)  # noqa: N815
    totalPagesCount = serializers.IntegerField(allow_null=True)  # noqa: N815
    hasNextPage = serializers.BooleanField()  # noqa: N815
    items = ItemSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class ItemPatchSerializer(serializers.Serializer[Any]):
    """A diff: null deletes a key of metadata."""

    metadata = serializers.DictField(child=JSON(allow_null=True), required=False)
    hidden = serializers.BooleanField(required=False)
    subset = serializers.ChoiceField(choices=Subset.choices, required=False, allow_blank=True)
    dir = serializers.CharField(max_length=1024, required=False)
    groupKey = serializers.CharField(max_length=200, required=False, allow_blank=True)  # noqa: N815


class WhichItems(serializers.Serializer[Any]):
    """Which items: a list of ids, or a filter over the dataset."""

    ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=10_000)
    filter = serializers.DictField(child=JSON(allow_null=True), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ids" in attrs) == ("filter" in attrs) and "deleted_since" not in attrs:
            raise serializers.ValidationError("Give ids or a filter.")
        return attrs


class BulkSerializer(WhichItems):
    action = serializers.ChoiceField(choices=sorted(BULK_ACTIONS))
    value = serializers.JSONField(required=False, allow_null=True)
    deleted_since = serializers.DateTimeField(required=False, help_text="For restore: what I deleted since then.")


class BulkAnswerSerializer(serializers.Serializer[Any]):
    changed = serializers.IntegerField(allow_null=True, help_text="Null while a job is at it.")
    job = serializers.UUIDField(allow_null=True)
    undo = serializers.JSONField(allow_null=True)


class CloneSerializer(WhichItems):
    target = serializers.UUIDField()
    directory = serializers.CharField(max_length=1024, required=False)
    only_approved = serializers.BooleanField(required=False)


class UploadResultSerializer(serializers.Serializer[Any]):
    filename = serializers.CharField()
    status = serializers.ChoiceField(choices=["added", "overwritten", "skipped", "refused"])
    id = serializers.UUIDField(required=False)
    reason = serializers.CharField(required=False)
    message = serializers.CharField(required=False)


class UploadReportSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    overwritten = serializers.IntegerField()
    skipped = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = UploadResultSerializer(many=True)


class ImportSerializer(serializers.ModelSerializer[Import]):
    dataset = serializers.UUIDField(source="dataset_id")
    refused = serializers.ListField(child=JSON())

    class Meta:
        model = Import
        fields = (
            "id", "dataset", "name", "directory", "mode", "state", "job_id", "total", "cursor", "added", "overwritten",
            "skipped", "refused_count", "refused", "error", "created_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields


class AnnotationAuthorSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class AnnotationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    itemId = serializers.UUIDField()  # noqa: N815
    type = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field called so
    geometry = serializers.JSONField(allow_null=True)
    attributes = serializers.DictField(child=JSON())
    creator = serializers.CharField(allow_null=True, help_text="E-mail address.")
    author = AnnotationAuthorSerializer(allow_null=True)
    createdAt = serializers.CharField()  # noqa: N815
    updatedAt = serializers.CharField()  # noqa: N815
    revision = serializers.IntegerField()
    approvedRevision = serializers.IntegerField(allow_null=True)  # noqa: N815
    approved = serializers.BooleanField()
    approvedRule = serializers.CharField()  # noqa: N815
    deleted = serializers.BooleanField()
    sourcePrediction = serializers.CharField(allow_null=True)  # noqa: N815
    metadata = serializers.DictField(child=JSON())


class ItemAnnotationsSerializer(serializers.Serializer[Any]):
    content_version = serializers.IntegerField()
    items = AnnotationSerializer(many=True)


class OperationsSerializer(serializers.Serializer[Any]):
    operations = serializers.ListField(child=serializers.DictField(child=JSON(allow_null=True)), max_length=500)
    visit = serializers.UUIDField(required=False, allow_null=True)


class OperationAnswersSerializer(serializers.Serializer[Any]):
    content_version = serializers.IntegerField()
    answers = serializers.ListField(child=serializers.DictField(child=JSON(allow_null=True)))


class RevisionSerializer(serializers.Serializer[Any]):
    annotation = serializers.UUIDField()
    revision = serializers.IntegerField()
    action = serializers.CharField()
    type = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field called so
    geometry = serializers.JSONField(allow_null=True)
    attributes = serializers.DictField(child=JSON())
    author = serializers.CharField(allow_null=True)
    modelId = serializers.CharField(allow_null=True)  # noqa: N815
    confidence = serializers.FloatField(allow_null=True)
    createdAt = serializers.CharField()  # noqa: N815
    current = serializers.BooleanField()
    approved = serializers.BooleanField()


class RestoreSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(min_value=1)


class VersionPersonSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class ItemVersionSerializer(serializers.Serializer[Any]):
    """One sitting of one person. `actions`: how many annotations they made, changed, removed, brought back; `labels`:
    how many annotations of each label there were then; `content_version` null: older than versions are numbered."""

    id = serializers.IntegerField()
    content_version = serializers.IntegerField(allow_null=True)
    author = VersionPersonSerializer(allow_null=True)
    started_at = serializers.CharField()
    at = serializers.CharField()
    actions = serializers.DictField(child=serializers.IntegerField())
    labels = serializers.DictField(child=serializers.IntegerField())
    count = serializers.IntegerField()
    approved = serializers.BooleanField()
    current = serializers.BooleanField()


class ItemVersionsSerializer(serializers.Serializer[Any]):
    items = ItemVersionSerializer(many=True)
    next = serializers.IntegerField(allow_null=True)


class ItemAtVersionSerializer(serializers.Serializer[Any]):
    version = ItemVersionSerializer()
    items = AnnotationSerializer(many=True)


class RestoreVersionSerializer(serializers.Serializer[Any]):
    """`seen_version`: the content version on the screen; 412 if it moved."""

    seen_version = serializers.IntegerField(min_value=0, required=False, allow_null=True)


class VersionRestoredSerializer(ItemAnnotationsSerializer):
    changed = serializers.IntegerField()


class TestSetSerializer(serializers.ModelSerializer[TestSet]):
    dataset = serializers.UUIDField(source="dataset_id")
    newest = serializers.JSONField(allow_null=True, help_text="The newest version: id, number, item_count, created_at.")
    candidates = serializers.IntegerField()

    class Meta:
        model = TestSet
        fields = ("id", "dataset", "name", "filter", "group_key", "grow", "created_at", "newest", "candidates")
        read_only_fields = fields


class TestSetCreateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    filter = serializers.DictField(child=JSON(allow_null=True))
    group_key = serializers.CharField(max_length=200, required=False, allow_blank=True)
    grow = serializers.FloatField(required=False, allow_null=True)


class TestSetPatchSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200, required=False)
    grow = serializers.FloatField(required=False, allow_null=True)


class TestSetVersionSerializer(serializers.ModelSerializer[TestSetVersion]):
    test_set = serializers.UUIDField(source="test_set_id")

    class Meta:
        model = TestSetVersion
        fields = ("id", "test_set", "number", "hash", "filter", "item_count", "label_counts", "created_at")
        read_only_fields = fields


class FacetSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    count = serializers.IntegerField()


class FacetsSerializer(serializers.Serializer[Any]):
    status = FacetSerializer(many=True)
    subset = FacetSerializer(many=True)
    label = FacetSerializer(many=True)  # type: ignore[assignment]  # a field called so
    tag = FacetSerializer(many=True)
    folder = FacetSerializer(many=True)
