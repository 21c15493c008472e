"""Tables of pipelines: graphs and their revisions, variables, triggers and firings, cycles and executions.

Large tables are ``Cycle`` and ``NodeExecution``; what is asked of them often has a partial index, and what is counted
often is kept in ``NodeCounter`` and on the cycle, moved in the transaction that moves the rows.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings as site
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from alp_site.lib.models import IdModel
from pipelines.models.beside import ChanceCheck as ChanceCheck
from pipelines.models.beside import ChanceState as ChanceState
from pipelines.models.beside import CodeTest as CodeTest
from pipelines.models.beside import CodeVersion as CodeVersion
from pipelines.models.beside import Delivery as Delivery
from pipelines.models.beside import DeliveryState as DeliveryState
from pipelines.models.beside import Secret as Secret
from pipelines.models.counters import ConnectionCounter as ConnectionCounter
from pipelines.models.counters import CycleCounter as CycleCounter
from pipelines.models.counters import NodeCounter as NodeCounter
from pipelines.models.counters import NodeMinute as NodeMinute
from pipelines.models.counters import Tally


class PipelineStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"


class Pipeline(IdModel):
    """A graph that can run. ``draft`` is what the editor saves; starting publishes it as a revision."""

    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="pipelines")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    template = models.CharField(max_length=100, blank=True, default="")
    status = models.CharField(max_length=16, choices=PipelineStatus, default=PipelineStatus.DRAFT)
    settings = models.JSONField(default=dict, blank=True)
    draft = models.JSONField(default=dict, blank=True)
    draft_version = models.PositiveIntegerField(default=1)
    revision = models.ForeignKey("PipelineRevision", null=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(site.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["project", "id"], condition=Q(deleted_at=None), name="pipeline_live")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(status__in=PipelineStatus.values), name="pipeline_status_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class SavedTemplate(IdModel):
    """A pipeline somebody saved for others of the project to begin with; the ready-made ones are files."""

    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="pipeline_templates")
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    graph = models.JSONField()
    settings = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(site.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.title


class PipelineRevision(IdModel):
    """A published graph, immutable. Cycles keep the one they started with.

    ``variables`` are those of that moment, name, type, value and description each; null in revisions older than this
    column. What nodes read is the variables' rows; this is for looking back and for restoring.
    """

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    graph = models.JSONField()
    variables = models.JSONField(null=True)
    published_at = models.DateTimeField(default=now)
    published_by = models.ForeignKey(site.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pipeline", "number"], name="revision_number_once_a_pipeline")
        ]

    def __str__(self) -> str:
        return f"{self.pipeline_id} r{self.number}"


class Variable(IdModel):
    """A value that nodes read and people change while the pipeline runs. ``version`` rises with each change."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="variables")
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=32)
    value = models.JSONField(null=True, blank=True)
    description = models.TextField(blank=True, default="")
    order = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["pipeline", "name"], name="variable_name_once")]

    def __str__(self) -> str:
        return self.name


class VariableChange(IdModel):
    """One change of a variable: from what to what, by whom or by which node, and why."""

    variable = models.ForeignKey(Variable, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField()
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    user = models.ForeignKey(site.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    node_id = models.CharField(max_length=100, blank=True, default="")
    why = models.TextField(blank=True, default="")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["variable", "version"], name="variable_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.variable_id} v{self.version}"


class TriggerKind(models.TextChoices):
    EVENT = "event", "On an event"
    EVERY_N = "every_n", "Every N"
    CRON = "cron", "By the clock"
    MEASURE = "measure", "When a figure says so"
    MANUAL = "manual", "By hand"
    WEBHOOK = "webhook", "By a webhook"


class Trigger(IdModel):
    """What starts cycles at a node. ``key`` is its id in the graph.

    ``state`` holds what it remembers (count so far, ground truth at the last firing, fingerprint, the figure as it was
    last); ``next_at`` is when a cron trigger is due, or until when firings of another are held; ``error`` the last
    reason it could not fire; ``secret_version`` which secret signs its webhook, 0 while there is none.
    """

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="triggers")
    key = models.CharField(max_length=100)
    node_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=16, choices=TriggerKind)
    spec = models.JSONField(default=dict, blank=True)
    mode = models.CharField(max_length=8, default="once")
    overlap = models.CharField(max_length=16, default="queue_one")
    enabled = models.BooleanField(default=True)
    active = models.BooleanField(default=False, help_text="The pipeline accepts triggers now.")
    state = models.JSONField(default=dict, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    secret_version = models.PositiveIntegerField(default=0)
    fired_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pipeline", "key"], name="trigger_key_once"),
            models.CheckConstraint(condition=Q(kind__in=TriggerKind.values), name="trigger_kind_is_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(active=True, next_at__isnull=False), name="trigger_due"),
            models.Index(fields=["kind"], condition=Q(active=True), name="trigger_active"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.node_id}"


class FiringState(models.TextChoices):
    """``held``: it waits for a pause, or for its time; ``queued``: for the cycle before it."""

    HELD = "held", "Held"
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"
    FAILED = "failed", "Failed"


class TriggerFiring(IdModel):
    """One firing of a trigger and how far it came. Cycles are made in short transactions, each moving the cursor.

    ``source`` says what to go through: {"entries": [[event id, item id], ...]}, {"filter": query} or {"key": text}.
    ``cursor`` is the index of the next entry, or the last item id seen. ``key`` is unique per trigger.
    """

    trigger = models.ForeignKey(Trigger, on_delete=models.CASCADE, related_name="firings")
    key = models.CharField(max_length=200)
    state = models.CharField(max_length=16, choices=FiringState, default=FiringState.RUNNING)
    source = models.JSONField(default=dict)
    cursor = models.CharField(max_length=64, blank=True, default="")
    depth = models.PositiveSmallIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    user = models.ForeignKey(site.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["trigger", "key"], name="firing_key_once")]
        indexes: ClassVar = [
            models.Index(fields=["state"], condition=Q(state__in=["queued", "running"]), name="firing_open")
        ]

    def __str__(self) -> str:
        return f"{self.trigger_id} {self.key}"


class CycleStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


OPEN_CYCLES = (CycleStatus.PENDING, CycleStatus.RUNNING, CycleStatus.WAITING)


class Cycle(IdModel, Tally):
    """One run through the graph. ``key`` is unique per trigger: the same event never starts a second one.

    ``subject`` is the item it is about; ``ports`` what arrived at nodes that wait for several inputs; ``memory`` what
    its nodes remembered (incumbent, test-set version); ``cause_depth`` how many triggers deep it started.
    """

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="cycles", db_index=False)
    revision = models.ForeignKey(PipelineRevision, on_delete=models.PROTECT, related_name="+", db_index=False)
    trigger = models.ForeignKey(Trigger, null=True, on_delete=models.SET_NULL, related_name="cycles", db_index=False)
    firing = models.ForeignKey(
        TriggerFiring, null=True, on_delete=models.SET_NULL, related_name="cycles", db_index=False
    )
    start_node = models.CharField(max_length=100)
    subject = models.UUIDField(null=True)
    key = models.CharField(max_length=200)
    status = models.CharField(max_length=16, choices=CycleStatus, default=CycleStatus.PENDING)
    stopped = models.BooleanField(default=False)
    ports = models.JSONField(default=dict)
    memory = models.JSONField(default=dict)
    cause_depth = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["trigger", "key"], name="cycle_once_a_trigger_and_event"),
            models.CheckConstraint(condition=Q(status__in=CycleStatus.values), name="cycle_status_is_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["pipeline", "id"], name="cycle_pipeline"),
            models.Index(fields=["pipeline", "status", "id"], name="cycle_status"),
            models.Index(fields=["subject"], condition=Q(subject__isnull=False), name="cycle_subject"),
            models.Index(
                fields=["trigger"], condition=Q(status__in=["pending", "running", "waiting"]), name="cycle_open_trigger"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ExecutionStatus(models.TextChoices):
    READY = "ready", "Ready"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


OPEN_EXECUTIONS = (ExecutionStatus.READY, ExecutionStatus.RUNNING, ExecutionStatus.WAITING)


class NodeExecution(IdModel):
    """One execution of a node in a cycle. ``key`` is unique: one arrival makes one execution.

    Inputs come in two parts, so that a batch is claimed with one statement: ``arrived`` (by connections or the trigger,
    known when the row is made) and ``bound`` (variables and fixed values, read when it starts; null until then).
    ``job_id`` and ``token`` say who holds it while it runs. ``taken`` are the connections its outputs left by;
    ``loose`` says that it left by none though there are some, or an action to leave by: there is a way back in.
    ``seconds`` is its share of what its batches took to compute. ``noted``: what its node's figures are made from.
    """

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="executions", db_index=False)
    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="+", db_index=False)
    revision = models.ForeignKey(PipelineRevision, on_delete=models.PROTECT, related_name="+", db_index=False)
    node_id = models.CharField(max_length=100)
    status = models.CharField(max_length=16, choices=ExecutionStatus, default=ExecutionStatus.READY)
    key = models.CharField(max_length=200, unique=True)
    source_id = models.UUIDField(null=True)
    hop = models.PositiveIntegerField(default=0)
    arrived = models.JSONField(default=dict)
    bound = models.JSONField(null=True)
    outputs = models.JSONField(default=dict)
    action = models.CharField(max_length=100, blank=True, default="")
    taken = models.JSONField(default=list)
    loose = models.BooleanField(default=False)
    seconds = models.FloatField(default=0)
    attempt = models.PositiveIntegerField(default=0)
    losses = models.PositiveSmallIntegerField(default=0)
    job_id = models.UUIDField(null=True)
    token = models.BigIntegerField(null=True)
    wait_key = models.CharField(max_length=200, blank=True, default="")
    wait_reason = models.CharField(max_length=500, blank=True, default="")
    wait_requires = models.BooleanField(default=False)
    error_code = models.CharField(max_length=64, blank=True, default="")
    error = models.TextField(blank=True, default="")
    error_data = models.JSONField(default=dict, blank=True)
    log = models.TextField(blank=True, default="")
    noted = models.JSONField(null=True)
    created_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(status__in=ExecutionStatus.values), name="execution_status_is_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["wait_key"], condition=Q(status="waiting"), name="execution_wait_key"),
            models.Index(fields=["pipeline", "node_id", "status", "id"], name="execution_list"),
            models.Index(fields=["cycle", "id"], name="execution_cycle"),
            models.Index(
                fields=["pipeline", "node_id", "action", "id"], condition=Q(loose=True), name="execution_loose"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.status}"


class SelectionRound(IdModel):
    """One round of a Select node: what was chosen from its pool, by which model and strategy.

    ``method`` is what ``auto`` decided on. ``scores`` is a blob with the score of every item of the pool (NPZ: item ids
    and scores); ``report`` says pool size, seed phase, seconds.
    """

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="rounds")
    node_id = models.CharField(max_length=100)
    number = models.PositiveIntegerField()
    model = models.ForeignKey("models_registry.Model", null=True, on_delete=models.SET_NULL, related_name="+")
    strategy = models.CharField(max_length=50)
    method = models.CharField(max_length=50, blank=True, default="")
    seed = models.BigIntegerField(default=0)
    budget = models.PositiveIntegerField()
    random_share = models.FloatField(default=0)
    pool_size = models.PositiveIntegerField()
    chosen = models.PositiveIntegerField()
    scores = models.ForeignKey("lib.Blob", null=True, on_delete=models.SET_NULL, related_name="+")
    report = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pipeline", "node_id", "number"], name="round_number_once_a_node")
        ]

    def __str__(self) -> str:
        return f"round {self.number} of {self.node_id}"


class Arm(models.TextChoices):
    STRATEGY = "strategy", "By the strategy"
    RANDOM = "random", "At random"


class SelectionPick(models.Model):
    """An item a round chose. ``open`` until its cycle has ended: what ``keep_open`` counts. A reset takes the cycle and
    leaves the pick."""

    id = models.BigAutoField(primary_key=True)
    round = models.ForeignKey(SelectionRound, on_delete=models.CASCADE, related_name="picks")
    cycle = models.ForeignKey(Cycle, null=True, on_delete=models.SET_NULL, related_name="picks")
    execution_id = models.UUIDField(unique=True)
    item = models.ForeignKey("datasets.Item", on_delete=models.CASCADE, related_name="+")
    score = models.FloatField(null=True)
    rank = models.PositiveIntegerField()
    arm = models.CharField(max_length=10, choices=Arm)
    open = models.BooleanField(default=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["round"], condition=Q(open=True), name="pick_open")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.arm} {self.rank}"


class SplitQuota(models.Model):
    """How many items a split node has dealt to a group, per label; label "" counts all. Locked while dealing."""

    id = models.BigAutoField(primary_key=True)
    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="+", db_index=False)
    node_id = models.CharField(max_length=100)
    label = models.CharField(max_length=200, blank=True, default="")
    group = models.CharField(max_length=100)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pipeline", "node_id", "label", "group"], name="quota_once_a_group")
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.label}: {self.count}"


class SplitDeal(models.Model):
    """Which group an item went to. Never changed: an item that comes again goes the same way."""

    id = models.BigAutoField(primary_key=True)
    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="+", db_index=False)
    node_id = models.CharField(max_length=100)
    item = models.ForeignKey("datasets.Item", on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=200, blank=True, default="")
    group = models.CharField(max_length=100)
    group_key = models.CharField(max_length=200, blank=True, default="")
    arm = models.CharField(max_length=10, blank=True, default="")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pipeline", "node_id", "item"], name="deal_once_an_item")
        ]
        indexes: ClassVar = [
            models.Index(fields=["pipeline", "node_id", "group_key"], condition=~Q(group_key=""), name="deal_group_key")
        ]

    def __str__(self) -> str:
        return f"{self.item_id} -> {self.group}"
