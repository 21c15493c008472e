"""How far what was said of an item agrees: a model or a person against ground truth, two people with each other."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from alp_site.lib.models import IdModel


class ItemScore(IdModel):
    """Two statements about one item, compared. Every figure is 0..1, null where there is nothing to measure.

    ``key`` names what is compared (so that it is there once), ``basis`` the exact revisions it rests on (so that what
    has not changed is not compared again). ``task_id`` is where the person worked.
    """

    class Kind(models.TextChoices):
        MODEL = "model", "Model against ground truth"
        PERSON = "person", "Person against ground truth"
        PEOPLE = "people", "Two people"

    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey("datasets.Item", on_delete=models.CASCADE, related_name="agreement_scores")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    key = models.CharField(max_length=64, unique=True)
    basis = models.CharField(max_length=64)
    model = models.ForeignKey("models_registry.Model", on_delete=models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    other = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+", help_text="The other of two"
    )
    task_id = models.UUIDField(null=True, blank=True)
    label = models.FloatField(null=True)
    attributes = models.FloatField(null=True)
    geometry = models.FloatField(null=True)
    score = models.FloatField(help_text="Mean over the annotations; 1 where both say that there is nothing")
    truths = models.PositiveIntegerField(help_text="Annotations of ground truth, or of the other person")
    found = models.PositiveIntegerField()
    matched = models.PositiveIntegerField(help_text="Pairs that belong together")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "kind", "score", "id"], name="itemscore_project"),
            models.Index(fields=["item", "kind"], name="itemscore_item"),
            models.Index(fields=["model", "score", "id"], name="itemscore_model"),
            models.Index(fields=["person", "score", "id"], name="itemscore_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.item_id}: {self.score:.2f}"


class AnnotationScore(models.Model):
    """One pair of annotations that belong together, or one annotation without a partner: then every score is 0.

    ``truth`` and ``found`` are annotation ids, of a prediction ``<prediction>:<place>``; empty where there is none.
    """

    of = models.ForeignKey(ItemScore, on_delete=models.CASCADE, related_name="rows")
    place = models.PositiveIntegerField()
    type = models.CharField(max_length=16)
    truth = models.CharField(max_length=80, blank=True, default="")
    found = models.CharField(max_length=80, blank=True, default="")
    truth_label = models.CharField(max_length=200, blank=True, default="")
    found_label = models.CharField(max_length=200, blank=True, default="")
    confidence = models.FloatField(null=True)
    label = models.FloatField()
    attributes = models.FloatField(null=True)
    geometry = models.FloatField(null=True)
    score = models.FloatField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["of", "place"], name="annotationscore_place"),
        ]

    def __str__(self) -> str:
        return f"{self.truth_label or 'nothing'} / {self.found_label or 'nothing'}: {self.score:.2f}"


class ScoreDue(models.Model):
    """An item about which something was said: its scores are to be looked at. Several rows of one item are one."""

    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey("datasets.Item", on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.item_id)
