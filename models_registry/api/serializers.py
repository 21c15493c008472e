"""Shapes of requests and answers; the answers' are for the OpenAPI schema, from which the client's types come."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s
from rest_framework.request import Request

from models_registry.models import NAME_MAX


def parsed(serializer_class: type[s.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The body, checked. Raises DRF's ValidationError, which the handler turns into code "invalid"."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class Named(s.Serializer[Any]):
    id = s.UUIDField()
    name = s.CharField()


class VersionOfTestSet(s.Serializer[Any]):
    id = s.UUIDField()
    number = s.IntegerField()
    item_count = s.IntegerField()
    hash = s.CharField()


class JobState(s.Serializer[Any]):
    id = s.UUIDField()
    state = s.CharField()
    progress = s.DictField()
    attempts = s.IntegerField()
    cancel_requested = s.BooleanField()
    started_at = s.DateTimeField(allow_null=True)
    error = s.CharField()


class Headline(s.Serializer[Any]):
    id = s.UUIDField()
    summary = s.DictField()
    test_set_version = VersionOfTestSet()
    finished_at = s.DateTimeField(allow_null=True)


class Model(s.Serializer[Any]):
    """A version of a model."""

    id = s.UUIDField()
    name = s.CharField()
    description = s.CharField()
    tags = s.ListField(child=s.CharField())
    number = s.IntegerField()
    family = s.UUIDField()
    adapter = s.CharField()
    status = s.CharField()
    stage = s.CharField()
    stage_reason = s.CharField()
    can_predict = s.BooleanField()
    base_model = Named(allow_null=True)
    imported_as = s.CharField(allow_null=True, help_text="What it was known as where it came from, if it was imported")
    loaded = s.BooleanField(help_text="A job loads it from a file, a server or public weights; it may be tried again")
    dataset = Named(allow_null=True)
    test_set_version = VersionOfTestSet(allow_null=True)
    labels = s.ListField(child=s.CharField())
    configuration = s.DictField()
    train_filter = s.DictField()
    validation_filter = s.DictField()
    train_count = s.IntegerField()
    validation_count = s.IntegerField()
    seed = s.IntegerField()
    temperature = s.FloatField(allow_null=True)
    shown_from = s.FloatField(
        allow_null=True, help_text="Score from which its shapes are shown to people; null: as training chose"
    )
    weights_digest = s.CharField()
    error = s.DictField(allow_null=True)
    created_by = Named(allow_null=True)
    pipeline_id = s.UUIDField(allow_null=True)
    cycle_id = s.UUIDField(allow_null=True)
    created_at = s.DateTimeField()
    started_at = s.DateTimeField(allow_null=True)
    trained_at = s.DateTimeField(allow_null=True)
    promoted_at = s.DateTimeField(allow_null=True)
    evaluation = Headline(allow_null=True)
    job = JobState(allow_null=True)


class ModelList(s.Serializer[Any]):
    items = Model(many=True)
    next = s.CharField(allow_null=True)


class ModelCreate(s.Serializer[Any]):
    """A version to be made from a base model and ground truth. Filters are queries over items."""

    base_model = s.UUIDField()
    dataset = s.UUIDField()
    train_filter = s.DictField()
    validation_filter = s.DictField()
    test_filter = s.DictField(required=False, help_text="Resolved to a test set version, published if there is none")
    test_set_version = s.UUIDField(required=False, allow_null=True)
    configuration = s.DictField(required=False)
    name = s.CharField(required=False, max_length=NAME_MAX, help_text="A template: {base_model.name} {date} {n} …")
    seed = s.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    train = s.BooleanField(required=False, default=False, help_text="Start training at once")


class ModelRegister(s.Serializer[Any]):
    """A base version: an architecture that has learnt no label of this project yet."""

    name = s.CharField(max_length=NAME_MAX)
    adapter = s.CharField(required=False)
    public = s.CharField(required=False, help_text="A key of the gallery, in the adapter's place")
    configuration = s.DictField(required=False)
    labels = s.ListField(child=s.CharField(max_length=200), required=False)
    dataset = s.UUIDField(required=False, allow_null=True)
    description = s.CharField(required=False, allow_blank=True)
    seed = s.IntegerField(required=False, min_value=0, max_value=2**31 - 1)


class ModelPatch(s.Serializer[Any]):
    name = s.CharField(required=False, max_length=NAME_MAX)
    description = s.CharField(required=False, allow_blank=True, max_length=20_000)
    tags = s.ListField(child=s.CharField(max_length=60), required=False)
    shown_from = s.FloatField(required=False, allow_null=True, min_value=0, max_value=1)


class ModelClone(s.Serializer[Any]):
    name = s.CharField(required=False, allow_blank=True, max_length=NAME_MAX)


class Words(s.Serializer[Any]):
    items = s.ListField(child=s.CharField())
    next = s.CharField(allow_null=True)


class Reason(s.Serializer[Any]):
    reason = s.CharField(required=False, allow_blank=True, max_length=300)
    comparison = s.UUIDField(required=False, allow_null=True)


class Adapter(s.Serializer[Any]):
    name = s.CharField()
    title = s.CharField()
    description = s.CharField()
    task = s.CharField()
    annotation_types = s.ListField(child=s.CharField())
    learns_from = s.ListField(child=s.CharField())
    licence = s.CharField()
    input_size = s.IntegerField()
    trainable = s.BooleanField()
    encoder = s.BooleanField()
    config_schema = s.DictField()
    defaults = s.DictField()


class AdapterList(s.Serializer[Any]):
    items = Adapter(many=True)
    next = s.CharField(allow_null=True)


class PublicModel(s.Serializer[Any]):
    """Published weights that a project can begin with."""

    key = s.CharField()
    adapter = s.CharField()
    title = s.CharField()
    description = s.CharField()
    task = s.CharField()
    licence = s.CharField()
    learnt_from = s.CharField()
    size_mb = s.FloatField()
    file = s.CharField()
    here = s.BooleanField()


class PublicModelList(s.Serializer[Any]):
    items = PublicModel(many=True)
    next = s.CharField(allow_null=True)


class Series(s.Serializer[Any]):
    legend = s.CharField()
    points = s.ListField(child=s.ListField(child=s.FloatField()))


class Figure(s.Serializer[Any]):
    figure = s.CharField()
    series = Series(many=True)


class Metrics(s.Serializer[Any]):
    figures = Figure(many=True)


class SampleClass(s.Serializer[Any]):
    label = s.CharField()  # type: ignore[assignment]  # a field, not DRF's own
    share = s.FloatField()


class SampleShape(s.Serializer[Any]):
    type = s.CharField()
    label = s.CharField()  # type: ignore[assignment]  # a field, not DRF's own
    confidence = s.FloatField()
    covers = s.BooleanField(help_text="Whether it has an inside")
    rings = s.ListField(child=s.ListField(child=s.ListField(child=s.FloatField())))


class SampleAnswer(s.Serializer[Any]):
    """Of a picture: classes, the likeliest first, or shapes, the surest first."""

    classes = SampleClass(many=True, required=False)
    shapes = SampleShape(many=True, required=False)


class SamplePicture(s.Serializer[Any]):
    item = s.UUIDField(allow_null=True)
    name = s.CharField()
    thumbnail = s.CharField(allow_null=True)
    size_wh = s.ListField(child=s.IntegerField())
    truth = SampleAnswer()


class SampleEpoch(s.Serializer[Any]):
    epoch = s.IntegerField(help_text="From 0")
    answers = SampleAnswer(many=True, help_text="Of the pictures, in their order")


class Samples(s.Serializer[Any]):
    shown_from = s.FloatField(help_text="Score from which its shapes are worth showing")
    pictures = SamplePicture(many=True)
    epochs = SampleEpoch(many=True)


class Evaluation(s.Serializer[Any]):
    id = s.UUIDField()
    model = s.UUIDField()
    test_set_version = VersionOfTestSet()
    filter = s.DictField(help_text="By which the items of the test set version were chosen")
    status = s.CharField()
    summary = s.DictField()
    item_count = s.IntegerField()
    software = s.DictField(help_text="Versions of what the figures were made with, our own code by its digest")
    seconds = s.FloatField(allow_null=True, help_text="From being asked for to being done")
    table = s.BooleanField(help_text="Whether the answers of each item are there to be downloaded")
    error = s.DictField(allow_null=True)
    created_at = s.DateTimeField()
    finished_at = s.DateTimeField(allow_null=True)
    metrics = s.DictField(required=False)


class Cutting(s.Serializer[Any]):
    """`curve`: threshold, precision, recall, f1; `cut`: the best one for the wish; `reason`: why there is none."""

    labels = s.ListField(child=s.CharField())
    label = s.CharField(allow_null=True)  # type: ignore[assignment]  # a field of that name
    whole = s.BooleanField(help_text="Whether all labels can be cut as one")
    cut = s.DictField(allow_null=True)
    reason = s.CharField(allow_null=True)
    curve = s.DictField(allow_null=True)
    shown_from = s.FloatField(allow_null=True)


class EvaluationList(s.Serializer[Any]):
    items = Evaluation(many=True)
    next = s.CharField(allow_null=True)


class EvaluationCreate(s.Serializer[Any]):
    test_set_version = s.UUIDField()


class Comparison(s.Serializer[Any]):
    id = s.UUIDField()
    candidate = Named()
    incumbent = Named()
    test_set_version = VersionOfTestSet(allow_null=True)
    config = s.DictField()
    verdict = s.CharField()
    reason = s.CharField()
    waits = s.BooleanField(help_text="The candidate is better, and waits for a person's approval")
    cycle_id = s.UUIDField(allow_null=True)
    created_at = s.DateTimeField()
    report = s.DictField(required=False)


class ComparisonList(s.Serializer[Any]):
    items = Comparison(many=True)
    next = s.CharField(allow_null=True)


class ComparisonCreate(s.Serializer[Any]):
    candidate = s.UUIDField()
    incumbent = s.UUIDField()
    test_set_version = s.UUIDField(required=False, allow_null=True)
    config = s.DictField(required=False)


class Listing(s.Serializer[Any]):
    """A list whose rows are described in the app's README."""

    items = s.ListField(child=s.DictField())
    next = s.CharField(allow_null=True)


class VersionExportAsk(s.Serializer[Any]):
    format = s.ChoiceField(choices=["onnx", "exported_program"])


class VersionExport(s.Serializer[Any]):
    """`file`: name, size, sha256, at; `about`: the artifact that tells how to use it and how it was checked; `job`: one
    that is newer than the file."""

    format = s.CharField()
    title = s.CharField()
    text = s.CharField()
    reason = s.CharField(help_text="Why it cannot be asked for; empty where it can")
    file = s.DictField(allow_null=True)
    about = s.CharField(allow_null=True)
    job = JobState(allow_null=True)


class VersionExportList(s.Serializer[Any]):
    items = VersionExport(many=True)
    next = s.CharField(allow_null=True)


class EncodingAsk(s.Serializer[Any]):
    """`job`: the one that the caller waits for; when it has failed it is told so, and none is begun anew."""

    job = s.UUIDField(required=False)


class EncodingStanding(s.Serializer[Any]):
    state = s.ChoiceField(choices=["ready", "queued", "running", "failed"])
    job = s.UUIDField(allow_null=True)
    message = s.CharField(help_text="Why it failed, for people; empty otherwise.")


class TryStanding(s.Serializer[Any]):
    """`answer`: size_wh, seconds, and `classes` (label, share) or `shapes` (type, label, confidence,
    covers, rings) with the `threshold` from which they are shown to people."""

    job = s.UUIDField()
    state = s.ChoiceField(choices=["queued", "running", "done", "failed", "cancelled"])
    message = s.CharField(help_text="Why it failed, for people; empty otherwise.")
    answer = s.DictField(allow_null=True)
