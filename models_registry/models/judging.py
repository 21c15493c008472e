"""How versions are judged: evaluations, comparisons, the ledger that pays for each look at a test set, promotions."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from alp_site.lib.models import IdModel


class Evaluation(IdModel):
    """A model on a test set version. Immutable once done: metrics, and a table with every item's answer.

    An untrained base is done at once, with ``summary["untrained"]`` and no figures.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    model = models.ForeignKey("models_registry.Model", on_delete=models.CASCADE, related_name="evaluations")
    test_set_version = models.ForeignKey(
        "datasets.TestSetVersion", on_delete=models.RESTRICT, related_name="evaluations"
    )
    weights_digest = models.CharField(max_length=64, blank=True, default="")
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.PENDING)
    summary = models.JSONField(default=dict, help_text="The headline figures, small enough for lists")
    metrics = models.JSONField(default=dict, help_text="The whole report")
    table = models.ForeignKey("lib.Blob", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    item_count = models.PositiveIntegerField(default=0)
    software = models.JSONField(default=dict, help_text="Versions of what the figures were made with; {} of older ones")
    error = models.JSONField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cycle_id = models.UUIDField(null=True, blank=True)
    job_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["model", "test_set_version"], name="evaluation_per_model_version"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["weights_digest", "test_set_version"], name="evaluation_weights_version"),
        ]

    def __str__(self) -> str:
        return f"{self.model_id} on {self.test_set_version_id}: {self.status}"


class Comparison(IdModel):
    """A candidate against an incumbent, judged once; the report never changes."""

    class Verdict(models.TextChoices):
        UPDATE = "update model"
        DISCARD = "discard"

    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="comparisons")
    candidate = models.ForeignKey("models_registry.Model", on_delete=models.CASCADE, related_name="challenges")
    incumbent = models.ForeignKey("models_registry.Model", on_delete=models.CASCADE, related_name="defences")
    test_set_version = models.ForeignKey(
        "datasets.TestSetVersion", on_delete=models.RESTRICT, null=True, blank=True, related_name="comparisons"
    )
    config = models.JSONField(default=dict)
    input_key = models.CharField(max_length=64, unique=True, help_text="sha256 of everything the verdict rests on")
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    reason = models.CharField(max_length=500)
    asks_approval = models.BooleanField(default=False, help_text="All that is open is that a person approves")
    report = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cycle_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["project", "-id"], name="comparison_project_id")]

    def __str__(self) -> str:
        return f"{self.candidate_id} against {self.incumbent_id}: {self.verdict}"


class LedgerChain(IdModel):
    """Test set versions that share at least half of their items spend from one account: k goes on from one to the next.

    The row is what a writer locks while it takes the next k.
    """

    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="+")
    root = models.OneToOneField("datasets.TestSetVersion", on_delete=models.RESTRICT, related_name="+")
    last_k = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"chain from {self.root_id}, k = {self.last_k}"


class ComparisonLedger(models.Model):
    """The k-th candidate judged on a chain. Unique per pair and version, so a retry spends nothing."""

    chain = models.ForeignKey(LedgerChain, on_delete=models.CASCADE, related_name="entries")
    test_set_version = models.ForeignKey("datasets.TestSetVersion", on_delete=models.RESTRICT, related_name="+")
    k = models.PositiveIntegerField()
    candidate = models.ForeignKey("models_registry.Model", on_delete=models.RESTRICT, related_name="+")
    incumbent = models.ForeignKey("models_registry.Model", on_delete=models.RESTRICT, related_name="+")
    p = models.FloatField(null=True, blank=True)
    alpha_k = models.FloatField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["test_set_version", "candidate", "incumbent"], name="ledger_pair_per_version"
            ),
            models.UniqueConstraint(fields=["chain", "k"], name="ledger_k_per_chain"),
        ]

    def __str__(self) -> str:
        return f"k = {self.k}"


class PromotionLog(IdModel):
    """Who became best, when, instead of whom and why. A roll-back is a row too; nothing is taken out."""

    class Kind(models.TextChoices):
        PROMOTE = "promote"
        ROLLBACK = "rollback"

    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="promotions")
    model = models.ForeignKey("models_registry.Model", on_delete=models.CASCADE, related_name="promotions")
    previous = models.ForeignKey(
        "models_registry.Model", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=16, choices=Kind.choices)
    reason = models.CharField(max_length=300, blank=True, default="")
    comparison = models.ForeignKey(Comparison, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cycle_id = models.UUIDField(null=True, blank=True)
    pipeline_id = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["project", "-id"], name="promotion_project_id")]

    def __str__(self) -> str:
        return f"{self.kind} {self.model_id}"
