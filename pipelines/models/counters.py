"""What is counted of pipelines, moved in the transactions that move the rows counted."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models

PIPELINE: Final = "pipelines.Pipeline"


class Tally(models.Model):
    """How many executions have each status."""

    ready = models.IntegerField(default=0)
    running = models.IntegerField(default=0)
    waiting = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    cancelled = models.IntegerField(default=0)

    class Meta:
        abstract = True


class NodeCounter(Tally):
    """Live counters of one node of a pipeline, moved in the transactions that move its executions.

    Counting millions of rows at each event would not do; a row per node is locked for milliseconds, by transactions
    that are short by rule, always in the order of node ids.
    """

    id = models.BigAutoField(primary_key=True)
    pipeline = models.ForeignKey(PIPELINE, on_delete=models.CASCADE, related_name="counters", db_index=False)
    node_id = models.CharField(max_length=100)
    seconds = models.FloatField(default=0, help_text="What its executions took to compute, all together.")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["pipeline", "node_id"], name="counter_once_a_node")]

    def __str__(self) -> str:
        return self.node_id


class ConnectionCounter(models.Model):
    """How many values passed a connection, moved as ``NodeCounter`` is, after it, in the order of names.

    ``name`` is the connection's ends and action (``Connection.name``): its id may mean another in the next revision.
    """

    id = models.BigAutoField(primary_key=True)
    pipeline = models.ForeignKey(PIPELINE, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=500)
    passed = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["pipeline", "name"], name="counter_once_a_connection")]

    def __str__(self) -> str:
        return self.name


class NodeMinute(models.Model):
    """What a node finished within one minute, for its throughput: written with the counters, kept for a day.

    ``minute``: whole minutes since 1970, UTC.
    """

    id = models.BigAutoField(primary_key=True)
    pipeline = models.ForeignKey(PIPELINE, on_delete=models.CASCADE, related_name="+", db_index=False)
    node_id = models.CharField(max_length=100)
    minute = models.IntegerField()
    done = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pipeline", "minute", "node_id"], name="minute_once_a_node")
        ]

    def __str__(self) -> str:
        return f"{self.node_id} at {self.minute}"


class CycleCounter(models.Model):
    """How many cycles of a pipeline have each status."""

    id = models.BigAutoField(primary_key=True)
    pipeline = models.OneToOneField(PIPELINE, on_delete=models.CASCADE, related_name="cycle_counter")
    pending = models.IntegerField(default=0)
    running = models.IntegerField(default=0)
    waiting = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    cancelled = models.IntegerField(default=0)

    def __str__(self) -> str:
        return str(self.pipeline_id)
