"""Shapes of requests and answers; the OpenAPI schema and the TypeScript types come from them."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from alp_site.people.models import User
from pipelines.engine.triggers import sentence
from pipelines.models import (
    Cycle,
    CycleStatus,
    ExecutionStatus,
    NodeExecution,
    Pipeline,
    PipelineStatus,
    Trigger,
    TriggerFiring,
    TriggerKind,
    Variable,
    VariableChange,
)

Any_ = serializers.JSONField


def page_of(name: str, item: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """The schema of a keyset page, or of a list that comes whole (``next`` null)."""
    fields: dict[str, Any] = {"items": item(many=True), "next": serializers.CharField(allow_null=True)}
    return inline_serializer(name=name, fields=fields)


class PersonSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "name")
        ref_name = "PipelinePerson"


class PortSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.CharField()
    title = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]  # DRF's own attribute is of fields
    doc = serializers.CharField()
    widget = serializers.CharField(help_text="A control other than the type's own; empty: none.")


class NodeTypeSerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    category = serializers.CharField()
    icon = serializers.CharField()
    doc = serializers.CharField()
    inputs = PortSerializer(many=True)
    outputs = PortSerializer(many=True)
    actions = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    config_schema = serializers.DictField()
    requires = serializers.ListField(child=serializers.CharField())
    queue = serializers.CharField()
    batch = serializers.IntegerField()


class PlaceSerializer(serializers.Serializer[Any]):
    node = serializers.CharField()
    port = serializers.CharField()


class PointSerializer(serializers.Serializer[Any]):
    x = serializers.FloatField()
    y = serializers.FloatField()


class GraphNodeSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    type = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)
    config = serializers.DictField()
    inputs = serializers.DictField(child=serializers.DictField())
    position = PointSerializer()


class ConnectionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    source = PlaceSerializer()  # type: ignore[assignment]  # DRF's own attribute of this name is for fields
    target = PlaceSerializer()
    action = serializers.CharField(allow_null=True)
    condition = serializers.CharField()


class MeasureSerializer(serializers.Serializer[Any]):
    """``reads``: type by name of what it is about; ``settings``: JSON schema by name."""

    name = serializers.CharField()
    title = serializers.CharField()
    doc = serializers.CharField()
    reads = serializers.DictField(child=serializers.CharField())
    settings = serializers.DictField(child=serializers.DictField())


class GraphTriggerSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    node = serializers.CharField()
    kind = serializers.ChoiceField(choices=TriggerKind.choices)
    spec = serializers.DictField()
    mode = serializers.CharField()
    overlap = serializers.CharField()
    enabled = serializers.BooleanField()


class GraphVariableSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.CharField()
    value = Any_(allow_null=True)
    description = serializers.CharField(allow_blank=True)


class GraphNoteSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    position = PointSerializer()
    size = PointSerializer()


class GraphGroupSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    nodes = serializers.ListField(child=serializers.CharField())


class GraphSerializer(serializers.Serializer[Any]):
    nodes = GraphNodeSerializer(many=True)
    connections = ConnectionSerializer(many=True)
    triggers = GraphTriggerSerializer(many=True)
    variables = GraphVariableSerializer(many=True)
    notes = GraphNoteSerializer(many=True, required=False)
    groups = GraphGroupSerializer(many=True, required=False)


class NodePortsSerializer(serializers.Serializer[Any]):
    inputs = PortSerializer(many=True)
    outputs = PortSerializer(many=True)
    actions = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class TemplateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    saved = serializers.UUIDField(allow_null=True, help_text="The id of one that the project saved.")
    graph = GraphSerializer()
    ports = serializers.DictField(child=NodePortsSerializer())


class NodeCountsSerializer(serializers.Serializer[Any]):
    ready = serializers.IntegerField()
    running = serializers.IntegerField()
    waiting = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class CycleCountsSerializer(serializers.Serializer[Any]):
    pending = serializers.IntegerField()
    running = serializers.IntegerField()
    waiting = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class ThroughputSerializer(serializers.Serializer[Any]):
    """Executions done within the last whole minute, and the last hour."""

    minute = serializers.IntegerField()
    hour = serializers.IntegerField()


class CountersSerializer(serializers.Serializer[Any]):
    """``connections``: id in the published graph → how many values passed, since it first had these ends and action.
    ``throughput`` leaves out nodes that did nothing for an hour."""

    nodes = serializers.DictField(child=NodeCountsSerializer())
    cycles = CycleCountsSerializer()
    connections = serializers.DictField(child=serializers.IntegerField())
    throughput = serializers.DictField(child=ThroughputSerializer())


class PipelineSerializer(serializers.ModelSerializer[Pipeline]):
    """A row of the list. ``failed`` counts executions that wait for a retry."""

    status = serializers.ChoiceField(choices=PipelineStatus.choices)
    cycles = CycleCountsSerializer(source="cycles_")
    failed = serializers.IntegerField()
    revision_number = serializers.IntegerField(allow_null=True)
    settings = serializers.DictField()

    class Meta:
        model = Pipeline
        fields = (
            "id", "project_id", "name", "description", "template", "status", "settings", "draft_version",
            "revision_number", "cycles", "failed", "created_at", "updated_at", "started_at",
        )  # fmt: skip


class PipelineDetailSerializer(PipelineSerializer):
    """``graph`` is the draft with the variables as they are now; ``draft_changed`` says that it is not what runs."""

    graph = GraphSerializer()
    ports = serializers.DictField(child=NodePortsSerializer())
    draft_changed = serializers.BooleanField()
    counters = serializers.DictField(child=NodeCountsSerializer(), source="counters_")

    class Meta(PipelineSerializer.Meta):
        fields = (*PipelineSerializer.Meta.fields, "graph", "ports", "draft_changed", "counters")  # type: ignore[assignment]


class PipelineCreateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    description = serializers.CharField(required=False, allow_blank=True)
    template = serializers.CharField(required=False)
    variables = serializers.DictField(child=Any_(allow_null=True), required=False)
    graph = serializers.DictField(required=False)
    settings = serializers.DictField(required=False)


class PipelinePatchSerializer(serializers.Serializer[Any]):
    """``draft_version`` is the version the graph was made from: another one stored answers 412. ``renamed`` tells
    variables that kept their value under a new name: old name to new."""

    name = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    settings = serializers.DictField(required=False)
    graph = serializers.DictField(required=False)
    draft_version = serializers.IntegerField(required=False)
    renamed = serializers.DictField(child=serializers.CharField(), required=False)


class PauseSerializer(serializers.Serializer[Any]):
    keep_triggers = serializers.BooleanField(required=False, allow_null=True, default=None)


class ResetSerializer(serializers.Serializer[Any]):
    """``stop``: also when it runs."""

    stop = serializers.BooleanField(required=False, default=False)


class ResumeSerializer(serializers.Serializer[Any]):
    open_cycles = serializers.ChoiceField(choices=["resume", "cancel"], required=False, default="resume")


class ValidateSerializer(serializers.Serializer[Any]):
    graph = serializers.DictField(required=False)


class ProblemSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    level = serializers.ChoiceField(choices=["error", "warning"])
    node = serializers.CharField(required=False)
    connection = serializers.CharField(required=False)
    port = serializers.CharField(required=False)
    field = serializers.CharField(required=False)
    trigger = serializers.CharField(required=False)
    variable = serializers.CharField(required=False)


class ProblemsSerializer(serializers.Serializer[Any]):
    """``ports``: by node id, as each node's configuration makes them; nodes where that cannot be told are left out."""

    ok = serializers.BooleanField()
    problems = ProblemSerializer(many=True)
    ports = serializers.DictField(child=NodePortsSerializer())


class VariableSerializer(serializers.ModelSerializer[Variable]):
    value = Any_(allow_null=True)

    class Meta:
        model = Variable
        fields = ("id", "name", "type", "value", "description", "version", "updated_at")


class VariableListSerializer(serializers.Serializer[Any]):
    items = VariableSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    names = serializers.DictField(child=serializers.CharField())


class VariablePatchSerializer(serializers.Serializer[Any]):
    """``version`` is the one seen: another one stored answers 412."""

    value = Any_(allow_null=True)
    version = serializers.IntegerField(required=False)
    why = serializers.CharField(required=False, allow_blank=True, default="")


class VariableChangeSerializer(serializers.ModelSerializer[VariableChange]):
    old = Any_(allow_null=True)
    new = Any_(allow_null=True)
    user = PersonSerializer(allow_null=True)

    class Meta:
        model = VariableChange
        fields = ("id", "version", "old", "new", "user", "node_id", "why", "at")


class TriggerSerializer(serializers.ModelSerializer[Trigger]):
    """``says``: a sentence on when it fires next; ``has_secret``: its webhook can be called."""

    kind = serializers.ChoiceField(choices=TriggerKind.choices)
    spec = serializers.DictField()
    state = serializers.DictField()
    says = serializers.SerializerMethodField()
    has_secret = serializers.SerializerMethodField()

    class Meta:
        model = Trigger
        fields = (
            "id", "key", "node_id", "kind", "spec", "mode", "overlap", "enabled", "active", "state", "next_at",
            "fired_at", "error", "says", "has_secret",
        )  # fmt: skip

    def get_says(self, row: Trigger) -> str:
        if not row.active:
            return "Does not listen now."
        return sentence(row.kind, row.spec, row.state, row.next_at, now())

    def get_has_secret(self, row: Trigger) -> bool:
        return row.secret_version > 0


class TriggerPatchSerializer(serializers.Serializer[Any]):
    enabled = serializers.BooleanField(required=False)
    mode = serializers.ChoiceField(choices=["once", "always"], required=False)
    overlap = serializers.ChoiceField(choices=["skip", "queue_one", "allow"], required=False)
    spec = serializers.DictField(required=False)


class FiringSerializer(serializers.ModelSerializer[TriggerFiring]):
    user = PersonSerializer(allow_null=True)

    class Meta:
        model = TriggerFiring
        fields = (
            "id", "trigger_id", "state", "seen", "created", "total", "user", "note", "created_at", "finished_at",
        )  # fmt: skip


class RunSerializer(serializers.Serializer[Any]):
    """``key`` makes a repeated request one run. Without ``node`` the first start node that takes items is meant."""

    node = serializers.CharField(required=False)
    filter = serializers.DictField(required=False, default=dict)
    dataset = serializers.UUIDField(required=False, allow_null=True, default=None)
    once = serializers.BooleanField(required=False, default=False)
    key = serializers.CharField(max_length=100, required=False)


class FireSerializer(serializers.Serializer[Any]):
    """What the trigger's node is started with: items, or a filter over them (in a dataset); nothing for a node that
    takes none. ``key`` makes a repeated request one firing."""

    items = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=10_000)
    filter = serializers.DictField(required=False)
    dataset = serializers.UUIDField(required=False, allow_null=True, default=None)
    key = serializers.CharField(max_length=100, required=False)


class SecretSerializer(serializers.Serializer[Any]):
    """Told this once."""

    secret = serializers.CharField()
    url = serializers.CharField()


class HookAnswerSerializer(serializers.Serializer[Any]):
    firing = serializers.UUIDField()
    state = serializers.CharField()


class WaitWorkSerializer(serializers.Serializer[Any]):
    """`person`: who has it, null while nobody took it; `with_annotator`: a review whose picture was sent back."""

    task = serializers.UUIDField()
    task_item = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=["annotation", "qa"])
    person = PersonSerializer(allow_null=True)
    with_annotator = serializers.BooleanField()
    since = serializers.DateTimeField()


class WaitSerializer(serializers.Serializer[Any]):
    """What an execution waits for; `work` null: no work of people, or none that the caller may see."""

    node_id = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    work = WaitWorkSerializer(allow_null=True)


class CycleSerializer(serializers.ModelSerializer[Cycle]):
    status = serializers.ChoiceField(choices=CycleStatus.choices)
    counts = serializers.SerializerMethodField()
    waits = WaitSerializer(many=True)

    class Meta:
        model = Cycle
        fields = (
            "id", "pipeline_id", "trigger_id", "start_node", "subject", "status", "counts", "created_at", "finished_at",
            "waits",
        )  # fmt: skip

    def get_counts(self, row: Cycle) -> dict[str, int]:
        return {status: getattr(row, status) for status in ExecutionStatus.values}


class ExecutionSerializer(serializers.ModelSerializer[NodeExecution]):
    """``inputs`` are null for variables and fixed values until it starts. ``taken``: ids of the connections it left by;
    ``loose``: it left by none though there was one to leave by; ``seconds``: what it took to compute."""

    status = serializers.ChoiceField(choices=ExecutionStatus.choices)
    inputs = serializers.SerializerMethodField()
    outputs = serializers.DictField()
    taken = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = NodeExecution
        fields = (
            "id", "cycle_id", "node_id", "status", "inputs", "outputs", "action", "taken", "loose", "seconds",
            "attempt", "source_id", "wait_reason", "error_code", "error", "created_at", "started_at", "finished_at",
        )  # fmt: skip

    def get_inputs(self, row: NodeExecution) -> dict[str, Any]:
        return {**(row.bound or {}), **row.arrived}


class ExecutionDetailSerializer(ExecutionSerializer):
    error_data = serializers.DictField()
    progress = serializers.DictField(allow_null=True)
    names = serializers.DictField(child=serializers.CharField())

    class Meta(ExecutionSerializer.Meta):
        fields = (*ExecutionSerializer.Meta.fields, "wait_key", "error_data", "log", "progress", "names")  # type: ignore[assignment]


class WaySerializer(serializers.Serializer[Any]):
    connection = serializers.CharField()
    execution = serializers.CharField(source="source")


class PathExecutionSerializer(ExecutionSerializer):
    """``came_by``: the connections its values came by, each with the execution that sent it. ``by_hand``: someone sent
    it back in."""

    came_by = WaySerializer(many=True)
    by_hand = serializers.BooleanField()

    class Meta(ExecutionSerializer.Meta):
        fields = (*ExecutionSerializer.Meta.fields, "came_by", "by_hand")  # type: ignore[assignment]


class CycleDetailSerializer(CycleSerializer):
    """``executions`` in the order they were made, the first 500; ``graph`` is the revision this cycle runs through,
    ``ports`` those of its nodes."""

    memory = serializers.DictField()
    executions = PathExecutionSerializer(many=True, source="path")
    graph = GraphSerializer()
    ports = serializers.DictField(child=NodePortsSerializer())
    names = serializers.DictField(child=serializers.CharField())

    class Meta(CycleSerializer.Meta):
        fields = (*CycleSerializer.Meta.fields, "memory", "executions", "graph", "ports", "names")  # type: ignore[assignment]


class CountSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()


class ActedSerializer(CountSerializer):
    """``job``: what does it in the background; null where it is done."""

    job = serializers.UUIDField(allow_null=True)


class ChooseCyclesSerializer(serializers.Serializer[Any]):
    """These cycles, or every open one (cancel) or every failed one (retry) without ``ids``."""

    ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=5000)
    node = serializers.CharField(required=False, default="", allow_blank=True)
