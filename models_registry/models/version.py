"""A model version: what it was made from, how it trained, what it left behind."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from alp_site.lib.models import IdModel

NAME_MAX = 200


class Model(IdModel):
    """One version of a model. Its weights are written once; after that only stage, description, the score from which
    its shapes are shown and deletion change."""

    class Status(models.TextChoices):
        CREATED = "created"
        TRAINING = "training"
        TRAINED = "trained"
        FAILED = "failed"
        CANCELLED = "cancelled"
        PRE_TRAINED = "pre-trained"

    class Stage(models.TextChoices):
        NONE = ""
        CANDIDATE = "candidate"
        BEST = "best"
        ARCHIVED = "archived"

    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="model_versions")
    name = models.CharField(max_length=NAME_MAX)
    description = models.TextField(blank=True, default="")
    # Lineage outlives its parts: a version that others were made from cannot be removed on its own.
    base_model = models.ForeignKey("self", on_delete=models.RESTRICT, null=True, blank=True, related_name="descendants")
    family = models.UUIDField(help_text="Id of the version this line began with")
    number = models.PositiveIntegerField(help_text="Place in the family, from 1")
    adapter = models.CharField(max_length=80)
    configuration = models.JSONField(default=dict)
    labels = models.JSONField(default=list)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.CREATED)
    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.NONE, blank=True)
    stage_reason = models.CharField(max_length=300, blank=True, default="")
    dataset = models.ForeignKey(
        "datasets.Dataset", on_delete=models.RESTRICT, null=True, blank=True, related_name="model_versions"
    )
    train_filter = models.JSONField(default=dict)
    validation_filter = models.JSONField(default=dict)
    test_set_version = models.ForeignKey(
        "datasets.TestSetVersion", on_delete=models.RESTRICT, null=True, blank=True, related_name="model_versions"
    )
    train_count = models.PositiveIntegerField(default=0)
    validation_count = models.PositiveIntegerField(default=0)
    lineage = models.JSONField(default=dict, help_text="Summary; the exact items are in the lineage.json artifact")
    seed = models.BigIntegerField(default=0)
    weights_digest = models.CharField(max_length=64, blank=True, default="")
    temperature = models.FloatField(null=True, blank=True, help_text="Fitted on random validation items, if enough")
    shown_from = models.FloatField(
        null=True, blank=True, help_text="Score from which shapes are shown to people; null: as training chose"
    )
    error = models.JSONField(null=True, blank=True, help_text="{code, message} of the last failure")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    pipeline_id = models.UUIDField(null=True, blank=True)
    cycle_id = models.UUIDField(null=True, blank=True)
    job_id = models.UUIDField(null=True, blank=True, help_text="The training's job")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    started_at = models.DateTimeField(null=True, blank=True)
    trained_at = models.DateTimeField(null=True, blank=True)
    promoted_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                "project", Lower("name"), condition=models.Q(deleted_at__isnull=True), name="model_name_per_project"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="trained") | ~models.Q(weights_digest=""), name="model_trained_has_weights"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "-id"], name="model_project_id"),
            models.Index(fields=["project", "stage"], name="model_project_stage"),
            models.Index(fields=["family", "number"], name="model_family_number"),
            models.Index(fields=["weights_digest"], name="model_weights_digest"),
            models.Index(fields=["cycle_id"], name="model_cycle"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def can_predict(self) -> bool:
        """Whether there are weights behind it."""
        return bool(self.weights_digest) and self.status in (self.Status.TRAINED, self.Status.PRE_TRAINED)


class ModelTag(models.Model):
    """A word that people sort versions by."""

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["model", "name"], name="modeltag_per_model"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["name"], name="modeltag_name")]

    def __str__(self) -> str:
        return self.name


class ModelLog(models.Model):
    """What happened to a version, in order: every status with who and when, and notes of the work."""

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=16, choices=[("status", "status"), ("stage", "stage"), ("note", "note")])
    status = models.CharField(max_length=16, blank=True, default="")
    text = models.TextField(blank=True, default="")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["model", "id"], name="modellog_model_id")]

    def __str__(self) -> str:
        return f"{self.kind} {self.status} {self.text}".strip()


class MetricSample(models.Model):
    """One point of one line of one chart. A resumed epoch writes the same point again, never a second one."""

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="metric_samples")
    figure = models.CharField(max_length=80)
    legend = models.CharField(max_length=80)
    x = models.FloatField()
    y = models.FloatField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["model", "figure", "legend", "x"], name="metricsample_point"),
        ]

    def __str__(self) -> str:
        return f"{self.figure}/{self.legend} ({self.x:g}, {self.y:g})"


class Artifact(models.Model):
    """A named file of a version, kept in content-addressed storage."""

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="artifacts")
    name = models.CharField(max_length=120)
    blob = models.ForeignKey("lib.Blob", on_delete=models.PROTECT, related_name="+")
    size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["model", "name"], name="artifact_name_per_model"),
        ]

    def __str__(self) -> str:
        return self.name
