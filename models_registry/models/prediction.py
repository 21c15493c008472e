"""What a model said about an item, and what an encoder sees in a picture."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from alp_site.lib.models import IdModel


class Prediction(IdModel):
    """One row per (model, item). ``probs`` is the whole vector, float32 little-endian, in the order of model.labels.

    Scores are of the calibrated vector: margin = p1 - p2 (small = unsure), entropy in nats. ``input_key`` is the first
    16 bytes of sha256(weights digest, temperature, sha256 of the picture); the weights digest covers labels and
    preprocessing. Equal keys have equal predictions, which is how a clone costs no second run, and how a replaced
    picture is seen to be stale.
    """

    model = models.ForeignKey("models_registry.Model", on_delete=models.CASCADE, related_name="predictions")
    item = models.ForeignKey("datasets.Item", on_delete=models.CASCADE, related_name="predictions")
    annotations = models.JSONField(default=list)
    label = models.CharField(max_length=200)
    confidence = models.FloatField()
    margin = models.FloatField()
    entropy = models.FloatField()
    probs = models.BinaryField()
    weights_digest = models.CharField(max_length=64)
    input_key = models.BinaryField(max_length=16)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["model", "item"], name="prediction_per_model_item"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["model", "margin"], name="prediction_model_margin"),
            models.Index(fields=["input_key"], name="prediction_input_key"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.confidence:.2f}"


class EmbeddingSet(IdModel):
    """The embeddings of one encoder (adapter, backbone weights, preprocessing); the vectors lie in shards."""

    key = models.CharField(max_length=64, unique=True, help_text="sha256 of what makes two encoders the same")
    adapter = models.CharField(max_length=80)
    dimension = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.adapter} {self.key[:12]}"


class EmbeddingRow(models.Model):
    """Where the vector of one picture lies: by content, so every item with that picture shares it."""

    embedding_set = models.ForeignKey(EmbeddingSet, on_delete=models.CASCADE, related_name="rows")
    blob_sha256 = models.CharField(max_length=64)
    shard = models.CharField(max_length=80)
    row = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["embedding_set", "blob_sha256"], name="embeddingrow_per_blob"),
        ]

    def __str__(self) -> str:
        return f"{self.shard}[{self.row}]"
