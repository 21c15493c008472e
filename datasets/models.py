"""Tables of the datasets app. Constraints live here; workflow lives in services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from alp_site.lib.models import IdModel

__all__ = [
    "Annotation",
    "AnnotationRevision",
    "ApprovalMark",
    "Attribute",
    "Dataset",
    "Export",
    "Import",
    "Item",
    "ItemRef",
    "ItemTag",
    "Label",
    "Ontology",
    "Operation",
    "Subset",
    "TestSet",
    "TestSetEntry",
    "TestSetVersion",
    "ThumbnailWanted",
]

LIVE = Q(deleted_at__isnull=True)


if TYPE_CHECKING:
    CharField = models.CharField[Any, Any]
else:
    CharField = models.CharField


class SortedChar(CharField):
    """Text compared byte by byte on both databases: `COLLATE "C"` on PostgreSQL, SQLite's BINARY."""

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        parameters["collation"] = "C" if connection.vendor == "postgresql" else None
        return parameters


class Subset(models.TextChoices):
    NONE = "", "none"
    TRAIN = "train", "train"
    VALIDATION = "validation", "validation"
    TEST = "test", "test"


class Ontology(IdModel):
    """The labels and attributes people may use; several datasets of a project may share one."""

    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="ontologies")
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("project", Lower("name"), condition=LIVE, name="ontology_name_live"),
        ]


class Label(IdModel):
    """One class. `group`: labels of one non-empty group exclude each other on an item; empty means several may hold.

    `skeleton`: the template of its skeletons, {"names": [...], "edges": [[i, j], ...]}; null where it has none."""

    ontology = models.ForeignKey(Ontology, on_delete=models.CASCADE, related_name="labels")
    name = SortedChar(max_length=200)
    color = models.CharField(max_length=9)
    hotkey = models.CharField(max_length=8, blank=True, default="")
    group = models.CharField(max_length=100, blank=True, default="class")
    order = models.PositiveIntegerField(default=0)
    skeleton = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["ontology", "name"], name="label_name"),
            models.UniqueConstraint(fields=["ontology", "hotkey"], condition=~Q(hotkey=""), name="label_hotkey"),
        ]


class AttributeKind(models.TextChoices):
    OPTIONS = "options", "options"
    RANGE = "range", "range"
    BOOLEAN = "boolean", "yes or no"
    TEXT = "text", "free text"


class Attribute(IdModel):
    """A question about an annotation. `scope` lists label names; empty means every label."""

    ontology = models.ForeignKey(Ontology, on_delete=models.CASCADE, related_name="attributes")
    key = SortedChar(max_length=100)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=AttributeKind)
    multi = models.BooleanField(default=False)
    optional = models.BooleanField(default=True)
    scope = models.JSONField(default=list, blank=True)
    values = models.JSONField(default=list, blank=True)
    value_range = models.JSONField(null=True, blank=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["ontology", "key"], name="attribute_key")]


class Dataset(IdModel):
    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="datasets")
    name = SortedChar(max_length=200)
    description = models.TextField(blank=True, default="")
    ontology = models.ForeignKey(Ontology, null=True, blank=True, on_delete=models.SET_NULL, related_name="datasets")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("project", Lower("name"), condition=LIVE, name="dataset_name_live"),
        ]


class ItemType(models.TextChoices):
    FILE = "file", "file"
    DIR = "dir", "dir"


class Item(IdModel):
    """An image (or a folder) of a dataset. Coordinates of its annotations are pixels after EXIF orientation.

    `approved_version` is the content version that was approved: equal to `content_version` means ground truth,
    smaller means "changed since approval". `metadata` holds only what has no column of its own."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="items")
    filename = SortedChar(max_length=1024)
    name = SortedChar(max_length=255)
    dir = SortedChar(max_length=1024)
    type = models.CharField(max_length=8, choices=ItemType, default=ItemType.FILE)
    hidden = models.BooleanField(default=False)
    annotated = models.BooleanField(default=False)
    subset = models.CharField(max_length=12, choices=Subset, blank=True, default=Subset.NONE)
    mimetype = SortedChar(max_length=100, blank=True, default="")
    size = models.BigIntegerField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    metadata = models.JSONField(default=dict, blank=True)
    blob = models.ForeignKey("lib.Blob", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    content_version = models.PositiveIntegerField(default=0)
    approved_version = models.PositiveIntegerField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    parent_item_id = models.UUIDField(null=True, blank=True)
    group_key = SortedChar(max_length=200, blank=True, default="")
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "filename"], condition=LIVE, name="item_filename_live"),
            models.UniqueConstraint(
                fields=["dataset", "parent_item_id"],
                condition=LIVE & Q(parent_item_id__isnull=False),
                name="item_clone_live",
            ),
        ]
        indexes = [
            models.Index(fields=["dataset", "id"], name="item_id"),
            models.Index(fields=["dataset", "filename"], name="item_filename"),
            models.Index(fields=["dataset", "subset", "id"], name="item_subset"),
            models.Index(fields=["dataset", "dir", "id"], name="item_dir"),
            models.Index(fields=["dataset", "annotated", "id"], name="item_annotated"),
            models.Index(fields=["dataset", "mimetype", "id"], name="item_mimetype"),
            models.Index(fields=["dataset", "name"], name="item_name"),
            models.Index(fields=["dataset", "size"], name="item_size"),
            models.Index(fields=["dataset", "created_at"], name="item_created"),
            models.Index(fields=["dataset", "approved_at"], name="item_approved"),
            models.Index(fields=["blob"], name="item_blob"),
            models.Index(fields=["dataset", "group_key"], condition=~Q(group_key=""), name="item_group_key"),
        ]


class ItemTag(models.Model):
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="tags", db_index=False)
    name = SortedChar(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "name"], name="item_tag")]
        indexes = [models.Index(fields=["name", "item"], name="tag_item")]


class RefKind(models.TextChoices):
    TASK = "task", "task"
    ASSIGNMENT = "assignment", "assignment"
    CYCLE = "cycle", "cycle"


class ItemRef(models.Model):
    """What a higher app knows about an item, written down by it through `services.refs` in its own transaction."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="refs", db_index=False)
    kind = models.CharField(max_length=12, choices=RefKind)
    ref_id = models.UUIDField()
    status = SortedChar(max_length=50, blank=True, default="")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    pipeline_id = models.UUIDField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "kind", "ref_id"], name="item_ref")]
        indexes = [
            models.Index(fields=["ref_id", "status", "item"], name="ref_item"),
            models.Index(fields=["status", "item"], name="ref_status"),
            models.Index(fields=["person", "item"], name="ref_person"),
        ]


class Annotation(IdModel):
    """A label a person or a model put on an item. Author: `creator`, or `model_id` with `confidence`.

    `group` is the label's exclusive group at the time of writing: one live row per item and group."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="annotations", db_index=False)
    type = models.CharField(max_length=16)
    label = SortedChar(max_length=200)
    group = models.CharField(max_length=100, blank=True, default="")
    geometry = models.JSONField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    model_id = models.UUIDField(null=True, blank=True)
    model_name = models.CharField(max_length=200, blank=True, default="")
    confidence = models.FloatField(null=True, blank=True)
    source_prediction = models.UUIDField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    approved_revision = models.PositiveIntegerField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    approved_rule = models.CharField(max_length=100, blank=True, default="")
    approved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "group"], condition=LIVE & ~Q(group=""), name="annotation_group_live"
            ),
        ]
        indexes = [
            models.Index(fields=["item", "id"], name="annotation_item"),
            models.Index(fields=["label", "item"], name="annotation_label"),
        ]


class ApprovalMark(models.Model):
    """An approval that may be taken back: who gave it (`ref` is their act), to which content version, what it replaced.

    `previous` is null where nothing was approved before, else `{"version", "at", "labels": {annotation id: stamp}}`."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)
    ref = models.UUIDField()
    version = models.PositiveIntegerField()
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    previous = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "ref"], name="approval_mark")]


class AnnotationRevision(models.Model):
    """One submitted state of an annotation; never changed, only folded within its author's visit."""

    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField()
    action = models.CharField(max_length=8)
    type = models.CharField(max_length=16)
    label = SortedChar(max_length=200)
    geometry = models.JSONField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    model_id = models.UUIDField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    source_prediction = models.UUIDField(null=True, blank=True)
    visit = models.UUIDField(null=True, blank=True)
    content_version = models.PositiveIntegerField(null=True, blank=True)  # of the item, which this revision made
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["annotation", "revision"], name="annotation_revision")]


class Operation(models.Model):
    """The answer given to a client's operation, kept 30 days: the same op_id gets the same answer."""

    op_id = models.UUIDField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    answer = models.JSONField()
    created_at = models.DateTimeField(db_index=True)


class TestSet(IdModel):
    """A named filter over a dataset whose frozen versions models are measured on.

    `grow`: publish the next version by itself once candidates exceed this share of the last one; null means by hand."""

    __test__ = False

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="test_sets")
    name = models.CharField(max_length=200)
    filter = models.JSONField(default=dict)
    filter_hash = models.CharField(max_length=64)
    group_key = models.CharField(max_length=200, blank=True, default="")
    grow = models.FloatField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "filter_hash"], name="test_set_filter"),
            models.UniqueConstraint("dataset", Lower("name"), name="test_set_name"),
        ]


class TestSetVersion(IdModel):
    """Immutable: the items, their bytes and the approved annotation revisions they had."""

    __test__ = False

    test_set = models.ForeignKey(TestSet, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    filter = models.JSONField(default=dict)
    item_count = models.PositiveIntegerField()
    label_counts = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["test_set", "number"], name="test_set_version")]


class TestSetEntry(models.Model):
    """`labels`: [{"annotation", "revision", "type", "label", "geometry", "attributes"}] as approved at publishing."""

    __test__ = False

    version = models.ForeignKey(TestSetVersion, on_delete=models.CASCADE, related_name="entries", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    blob = models.ForeignKey("lib.Blob", on_delete=models.PROTECT, related_name="+", db_index=False)
    group_key = SortedChar(max_length=200, blank=True, default="")
    labels = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "item"], name="test_set_entry")]


class ImportState(models.TextChoices):
    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class Import(IdModel):
    """An archive being unpacked into a dataset by a job; `cursor` entries are done, `refused` says why some were."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="imports")
    name = models.CharField(max_length=255)
    archive = models.CharField(max_length=64)
    directory = models.CharField(max_length=1024, default="/")
    mode = models.CharField(max_length=12, default="skip")
    state = models.CharField(max_length=12, choices=ImportState, default=ImportState.QUEUED)
    job_id = models.UUIDField(null=True, blank=True)
    cursor = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    overwritten = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)
    error = models.TextField(blank=True, default="")
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)


class Export(IdModel):
    """A file made of a dataset's items and annotations; its bytes are a blob. `key`: what asked for it, once."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="exports")
    name = models.CharField(max_length=255)
    format = models.CharField(max_length=32)
    key = models.CharField(max_length=64)
    blob = models.ForeignKey("lib.Blob", on_delete=models.PROTECT, related_name="+", db_index=False)
    size = models.BigIntegerField()
    items = models.PositiveIntegerField()
    annotations = models.PositiveIntegerField()
    left_out = models.JSONField(default=dict)
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "key"], name="export_once")]


class ThumbnailWanted(models.Model):
    """A blob that came in and whose small picture is still to be made; the row goes when it is."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    asked_at = models.DateTimeField(db_index=True)


class TilesWanted(models.Model):
    """A huge picture whose tiles are still to be cut, or could not be (`error`); the row goes when they are."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    mimetype = models.CharField(max_length=100)
    asked_at = models.DateTimeField()
    waited_for = models.BooleanField(default=False, help_text="Somebody has it open: it comes before the others.")
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")
