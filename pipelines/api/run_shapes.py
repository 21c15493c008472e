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
    NodeCountsSerializer,
    NodePortsSerializer,
    PersonSerializer,
)
from pipelines.models import PipelineRevision, SelectionRound


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


class LooseEndSerializer(serializers.Serializer[Any]):
    """``action`` is empty where none was chosen and no condition was met; ``last``: when the newest ended."""

    node = serializers.CharField(source="node_id")
    action = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    last = serializers.DateTimeField(allow_null=True)


class SendOnSerializer(serializers.Serializer[Any]):
    """Which: ``ids``, or all loose ends of ``node``: with ``action``, or those that chose none (``without_action``).
    Where to: ``connection`` (its id) or ``to_node`` (and ``to_port``)."""

    ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=5000)
    node = serializers.CharField(required=False, default="", allow_blank=True)
    action = serializers.CharField(required=False, default="", allow_blank=True)
    without_action = serializers.BooleanField(required=False, default=False)
    connection = serializers.CharField(required=False, default="", allow_blank=True)
    to_node = serializers.CharField(required=False, default="", allow_blank=True)
    to_port = serializers.CharField(required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs["connection"]) == bool(attrs["to_node"]):
            raise serializers.ValidationError({"connection": "Give a connection or a node, one of the two."})
        if attrs["without_action"] and attrs["action"]:
            raise serializers.ValidationError({"action": "Give an action or without_action, one of the two."})
        return attrs


class SentSerializer(serializers.Serializer[Any]):
    """``count``: how many go on. ``job``: what sends them on in the background; null where all went at once."""

    count = serializers.IntegerField()
    job = serializers.UUIDField(allow_null=True)


class RerunSerializer(serializers.Serializer[Any]):
    """Narrowed by cycles, and by status, action or error code of the last execution there. ``dry_run``: only count."""

    node = serializers.CharField()
    cycles = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=5000)
    status = serializers.ChoiceField(choices=["done", "failed", "cancelled", ""], required=False, default="")
    action = serializers.CharField(required=False, default="", allow_blank=True)
    code = serializers.CharField(required=False, default="", allow_blank=True)
    dry_run = serializers.BooleanField(required=False, default=False)


class CycleRerunSerializer(serializers.Serializer[Any]):
    node = serializers.CharField(required=False, default="", allow_blank=True)


class NodeCostSerializer(serializers.Serializer[Any]):
    node = serializers.CharField()
    executions = serializers.IntegerField()
    people = serializers.FloatField()
    machine = serializers.FloatField()


class CostSerializer(serializers.Serializer[Any]):
    """Seconds."""

    people = serializers.FloatField()
    machine = serializers.FloatField()
    nodes = NodeCostSerializer(many=True)


class DurationsSerializer(serializers.Serializer[Any]):
    """Seconds, over ``count`` executions."""

    count = serializers.IntegerField()
    p50 = serializers.FloatField()
    p95 = serializers.FloatField()
    most = serializers.FloatField()


class MinuteSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    failed = serializers.IntegerField()


class FailureSerializer(serializers.Serializer[Any]):
    """Executions that failed with one code; message, time and id are of the newest."""

    code = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    message = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField(allow_null=True)
    execution_id = serializers.UUIDField()


class RoundModelSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class RoundSerializer(serializers.ModelSerializer[SelectionRound]):
    """``pool_size``: items that waited then; of the ``chosen``, ``at_random`` were for comparison, ``unfinished`` are
    still on their way: the next round comes when they are fewer than the node's ``keep_open``. ``method``: what the
    strategy "auto" decided on."""

    model = RoundModelSerializer(allow_null=True)
    unfinished = serializers.IntegerField()
    at_random = serializers.IntegerField()
    report = serializers.DictField()

    class Meta:
        model = SelectionRound
        fields = (
            "id", "number", "model", "strategy", "method", "seed", "budget", "random_share", "pool_size", "chosen",
            "at_random", "unfinished", "report", "created_at",
        )  # fmt: skip


class SelectionStateSerializer(serializers.Serializer[Any]):
    """``pool``: items that wait; ``open``: chosen and unfinished; ``waits_for``: why the next round has not run."""

    pool = serializers.IntegerField()
    open = serializers.IntegerField()
    keep_open = serializers.IntegerField()
    budget = serializers.IntegerField()
    rounds = serializers.IntegerField()
    waits_for = serializers.CharField(allow_blank=True, allow_null=True)


class LogTailSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    cycle_id = serializers.UUIDField()
    status = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    log = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True)


class NodeFigureSerializer(serializers.Serializer[Any]):
    """``value`` is null where it is not defined; ``why`` says so."""

    name = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    why = serializers.CharField(allow_blank=True)


class NodeFiguresSerializer(serializers.Serializer[Any]):
    """ "title: name value · name value over …"; ``doc`` says how to read them."""

    title = serializers.CharField()
    values = NodeFigureSerializer(many=True)
    over = serializers.CharField()
    doc = serializers.CharField(allow_blank=True)


class NodeReportSerializer(serializers.Serializer[Any]):
    """``seconds``: the machine's, of all executions. ``took``: from start to end, waits and all; ``computed``: the
    machine's part; both of the last 500 done. ``minutes``: the last hour, oldest first. ``figures``: what the node's
    type makes of its last 1,000."""

    counts = NodeCountsSerializer()
    seconds = serializers.FloatField()
    took = DurationsSerializer()
    computed = DurationsSerializer()
    minutes = MinuteSerializer(many=True)
    failures = FailureSerializer(many=True)
    logs = LogTailSerializer(many=True)
    figures = NodeFiguresSerializer(many=True)
