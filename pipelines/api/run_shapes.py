"""Shapes of requests and answers about revisions and runs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pipelines.api.serializers import (
    Any_,
    ConnectionSerializer,
    GraphNodeSerializer,
    GraphSerializer,
    GraphTriggerSerializer,
    GraphVariableSerializer,
    NodePortsSerializer,
    PersonSerializer,
)
from pipelines.models import PipelineRevision


class PipelineRevisionSerializer(serializers.ModelSerializer[PipelineRevision]):
    """``current``: what new cycles run through."""

    published_by = PersonSerializer(allow_null=True)
    current = serializers.BooleanField()

    class Meta:
        model = PipelineRevision
        fields = ("id", "number", "published_at", "published_by", "current")


class PipelineRevisionDetailSerializer(PipelineRevisionSerializer):
    """``graph`` has the variables as they were when it was published; ``open_cycles`` still run through it."""

    graph = GraphSerializer(source="graph_")
    ports = serializers.DictField(child=NodePortsSerializer())
    open_cycles = serializers.IntegerField()

    class Meta(PipelineRevisionSerializer.Meta):
        fields = (*PipelineRevisionSerializer.Meta.fields, "graph", "ports", "open_cycles")  # type: ignore[assignment]


class RevisionRestoreSerializer(serializers.Serializer[Any]):
    """``draft_version`` is the one seen: another one stored answers 412."""

    draft_version = serializers.IntegerField(required=False)


class ChangeSerializer(serializers.Serializer[Any]):
    """``field`` is dotted below ``config``, ``inputs`` and ``spec``; a side that lacks it is null."""

    field = serializers.CharField()
    before = Any_(allow_null=True)
    after = Any_(allow_null=True)


def _difference(name: str, part: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    changed = type(
        f"{name}ChangedSerializer",
        (serializers.Serializer,),
        {"part": part(), "changes": ChangeSerializer(many=True)},
    )
    fields = {"added": part(many=True), "removed": part(many=True), "changed": changed(many=True)}
    made: serializers.Serializer[Any] = type(f"{name}DifferenceSerializer", (serializers.Serializer,), fields)()
    return made


class DiffSerializer(serializers.Serializer[Any]):
    """``before`` and ``after``: the revisions compared, null for the draft. ``moved``: nodes that only stand elsewhere.
    ``same``: both graphs do the same."""

    before = PipelineRevisionSerializer(allow_null=True)
    after = PipelineRevisionSerializer(allow_null=True)
    same = serializers.BooleanField()
    nodes = _difference("Node", GraphNodeSerializer)
    connections = _difference("Connection", ConnectionSerializer)
    triggers = _difference("GraphTrigger", GraphTriggerSerializer)
    variables = _difference("GraphVariable", GraphVariableSerializer)
    moved = serializers.ListField(child=serializers.CharField())
