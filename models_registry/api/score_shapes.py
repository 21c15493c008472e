"""Shapes of the answers about agreement, for the OpenAPI schema. Every figure is 0..1, null where there is nothing."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from models_registry.api.serializers import Named


class Score(s.Serializer[Any]):
    """Two statements about an item: `model` or `person` against ground truth, or `person` against `other`. `truths`:
    annotations of ground truth, or of the other; `matched`: pairs that belong together."""

    id = s.UUIDField()
    kind = s.CharField()
    item = s.UUIDField()
    name = s.CharField()
    dataset = s.UUIDField()
    thumbnail = s.CharField(allow_null=True)
    subset = s.CharField()
    model = Named(allow_null=True)
    person = Named(allow_null=True)
    other = Named(allow_null=True)
    task = s.UUIDField(allow_null=True)
    label = s.FloatField(allow_null=True)  # type: ignore[assignment]  # a field of that name
    attributes = s.FloatField(allow_null=True)
    geometry = s.FloatField(allow_null=True)
    score = s.FloatField()
    truths = s.IntegerField()
    found = s.IntegerField()
    matched = s.IntegerField()
    at = s.DateTimeField()


class ScoreList(s.Serializer[Any]):
    items = Score(many=True)
    next = s.CharField(allow_null=True)


class ScoreAsk(s.Serializer[Any]):
    model = s.UUIDField(required=False, help_text="Has this version predict the items of its test set first")


class AnnotationScore(s.Serializer[Any]):
    """A pair of annotations, or one without a partner (then the other side is null and every figure 0)."""

    type = s.CharField()
    truth = s.CharField(allow_null=True)
    found = s.CharField(allow_null=True)
    truth_label = s.CharField(allow_null=True)
    found_label = s.CharField(allow_null=True)
    confidence = s.FloatField(allow_null=True)
    label = s.FloatField()  # type: ignore[assignment]  # a field of that name
    attributes = s.FloatField(allow_null=True)
    geometry = s.FloatField(allow_null=True)
    score = s.FloatField()


class ItemScore(Score):
    annotations = AnnotationScore(many=True)


class ItemScoreList(s.Serializer[Any]):
    items = ItemScore(many=True)
    next = s.CharField(allow_null=True)


class SubsetScore(s.Serializer[Any]):
    subset = s.CharField()
    n = s.IntegerField()
    score = s.FloatField()


class ScoreSummary(s.Serializer[Any]):
    who = Named()
    other = Named(allow_null=True)
    n = s.IntegerField(help_text="Pictures")
    label = s.FloatField(allow_null=True)  # type: ignore[assignment]  # a field of that name
    attributes = s.FloatField(allow_null=True)
    geometry = s.FloatField(allow_null=True)
    score = s.FloatField()
    subsets = SubsetScore(many=True, help_text="Of a model: by the subset its pictures are in")


class ScoreSummaryList(s.Serializer[Any]):
    items = ScoreSummary(many=True)
    next = s.CharField(allow_null=True)


class ScoreLabel(s.Serializer[Any]):
    """`n` annotations of that label; `found`: those with a partner; `same`: those whose partner has the same label."""

    type = s.CharField()
    label = s.CharField(help_text="Empty: what was found where nothing is")  # type: ignore[assignment]  # so named
    n = s.IntegerField()
    found = s.IntegerField()
    same = s.IntegerField()
    attributes = s.FloatField(allow_null=True, help_text="Mean of those with a partner")
    geometry = s.FloatField(allow_null=True, help_text="Mean of those with a partner")
    score = s.FloatField()


class ScoreLabelList(s.Serializer[Any]):
    items = ScoreLabel(many=True)
    next = s.CharField(allow_null=True)
