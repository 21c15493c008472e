"""What runs beside the graph: versions of code, test runs of it, what left the house, the secrets it took along, and
what its choosing is held against."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings as site
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from alp_site.lib.models import IdModel


class CodeVersion(IdModel):
    """A text that a code node of the pipeline had in a saved draft, once by its content.

    The graph holds the code itself, so a revision runs, exports and imports as one piece; drafts are saved over each
    other, so what they held is kept here, with who wrote it first.
    """

    pipeline = models.ForeignKey("pipelines.Pipeline", on_delete=models.CASCADE, related_name="code_versions")
    node_id = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    code = models.TextField()
    author = models.ForeignKey(site.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pipeline", "node_id", "sha256"], name="code_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.sha256[:12]}"


class CodeTest(IdModel):
    """One try of a code on a chosen item, done by a job; what would be written is answered, never written."""

    pipeline = models.ForeignKey("pipelines.Pipeline", on_delete=models.CASCADE, related_name="code_tests")
    item_id = models.UUIDField(null=True)
    config = models.JSONField()
    inputs = models.JSONField(default=dict)
    done = models.BooleanField(default=False)
    reply = models.JSONField(default=dict)
    created_by = models.ForeignKey(site.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["created_at"], name="code_test_age")]

    def __str__(self) -> str:
        return str(self.pk)


class DeliveryState(models.TextChoices):
    QUEUED = "queued", "Queued"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class Delivery(IdModel):
    """Something that leaves the house for an execution: a request, a webhook, a mail. Written in the transaction that
    applies the execution, sent by a job; ``execution_id`` is the idempotency key, so there is one for each.
    """

    pipeline = models.ForeignKey("pipelines.Pipeline", on_delete=models.CASCADE, related_name="deliveries")
    node_id = models.CharField(max_length=100)
    execution_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=16)
    target = models.CharField(max_length=500)
    message = models.JSONField(default=dict)
    wait_key = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=16, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    status_code = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True, default="")
    error = models.TextField(blank=True, default="")
    next_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_is_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["pipeline", "id"], name="delivery_list")]

    def __str__(self) -> str:
        return f"{self.kind} {self.target}"


class Secret(IdModel):
    """A text that requests of the project's pipelines need, by its name; ``sealed`` is read by what sends them alone
    (``lib.sealed``)."""

    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=60)
    sealed = models.TextField()
    changed_by = models.ForeignKey(site.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "name"], name="secret_once")]

    def __str__(self) -> str:
        return self.name


class ChanceState(models.TextChoices):
    RUNNING = "running", "Under way"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class ChanceCheck(IdModel):
    """What the pipeline's choosing saved on a test set version, against models that learnt labels picked by chance.

    One a pipeline and test set version: asked for again, it begins anew. ``control``: the first seed of those models;
    the others are its repeats. ``report`` is written once, with ``done``.
    """

    pipeline = models.ForeignKey("pipelines.Pipeline", on_delete=models.CASCADE, related_name="chance_checks")
    node_id = models.CharField(max_length=100)
    test_set_version = models.ForeignKey("datasets.TestSetVersion", on_delete=models.CASCADE, related_name="+")
    seeds = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16, choices=ChanceState, default=ChanceState.RUNNING)
    control = models.ForeignKey("models_registry.Model", null=True, on_delete=models.SET_NULL, related_name="+")
    report = models.JSONField(default=dict)
    error = models.TextField(blank=True, default="")
    created_by = models.ForeignKey(site.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pipeline", "test_set_version"], name="chance_check_once"),
            models.CheckConstraint(condition=Q(state__in=ChanceState.values), name="chance_state_is_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["pipeline"], condition=Q(state="running"), name="chance_check_open"),
        ]

    def __str__(self) -> str:
        return f"{self.pipeline_id} {self.state}"
