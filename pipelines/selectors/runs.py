"""What the run view shows: throughput, loose ends, what a cycle cost, how a node does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum

from annotation.selectors.figures import get_cycle_seconds
from pipelines.engine import state as machine
from pipelines.engine.graph import GraphNode
from pipelines.engine.spec import MAX_NOTED, Figures, Node, get_node, node_key, node_types
from pipelines.models import (
    Arm,
    ConnectionCounter,
    Cycle,
    NodeCounter,
    NodeExecution,
    NodeMinute,
    Pipeline,
    SelectionPick,
    SelectionRound,
)

__all__ = [
    "Cost",
    "NodeReport",
    "count_by_chance",
    "count_loose",
    "count_passed",
    "get_cost",
    "get_figures",
    "get_node_report",
    "get_throughput",
    "list_again",
    "list_rounds",
]

HOUR = 60
SAMPLE = 500
"""Executions that the durations of a node are taken from: the last ones."""
LOGS = 20
TAIL = 2000


def count_passed(pipeline_id: UUID) -> dict[str, int]:
    """Connection's name → how many values passed it."""
    return dict(ConnectionCounter.objects.filter(pipeline_id=pipeline_id).values_list("name", "passed"))


def get_throughput(pipeline_id: UUID, now: datetime) -> dict[str, dict[str, int]]:
    """Node → executions done within the last whole minute and the last hour. Nodes that did nothing are left out."""
    minute = int(now.timestamp() // 60)
    rows = NodeMinute.objects.filter(pipeline_id=pipeline_id, minute__gt=minute - HOUR)
    found: dict[str, dict[str, int]] = {}
    for node_id, at, done in rows.values_list("node_id", "minute", "done"):
        tally = found.setdefault(node_id, {"minute": 0, "hour": 0})
        tally["hour"] += done
        tally["minute"] += done if at == minute - 1 else 0
    return found


def count_loose(pipeline_id: UUID) -> list[dict[str, Any]]:
    """Node and action → executions that ended there on no connection, the most first; ``last`` when the newest did."""
    rows = NodeExecution.objects.filter(pipeline_id=pipeline_id, loose=True).values("node_id", "action")
    found = rows.annotate(count=Count("id"), last=Max("finished_at")).order_by("-count", "node_id", "action")
    return [{**row} for row in found]


def list_again(pipeline: Pipeline, node_id: str, **wanted: Any) -> QuerySet[NodeExecution]:
    """Finished executions at a node that may run again, the last of each cycle. ``wanted``: what else they must be."""
    ended = (machine.DONE, machine.FAILED, machine.CANCELLED)
    rows = NodeExecution.objects.filter(pipeline=pipeline, node_id=node_id, status__in=ended)
    newest = rows.filter(~Exists(rows.filter(cycle_id=OuterRef("cycle_id"), pk__gt=OuterRef("pk"))))
    return newest.filter(**wanted)


def list_rounds(pipeline: Pipeline, node_id: str) -> QuerySet[SelectionRound]:
    """Rounds of a Select node, each with how many of its picks are ``unfinished`` and how many were at ``random``."""
    rows = SelectionRound.objects.filter(pipeline=pipeline, node_id=node_id).select_related("model")
    return rows.annotate(
        unfinished=Count("picks", filter=Q(picks__open=True)),
        at_random=Count("picks", filter=Q(picks__arm=Arm.RANDOM)),
    )


def count_by_chance(pipeline: Pipeline, node_id: str) -> int:
    """Items that the rounds of a Select node picked at random."""
    return SelectionPick.objects.filter(round__pipeline=pipeline, round__node_id=node_id, arm=Arm.RANDOM).count()


@dataclass(frozen=True)
class Cost:
    """What something cost, in seconds. ``nodes``: node → its part, executions among it."""

    people: float = 0.0
    machine: float = 0.0
    nodes: dict[str, dict[str, float]] = field(default_factory=dict)


def get_cost(cycle: Cycle) -> Cost:
    """People's active seconds in the tasks this cycle went through, and what its executions took to compute. Three
    queries."""
    rows = NodeExecution.objects.filter(cycle=cycle).values("node_id").annotate(n=Count("id"), s=Sum("seconds"))
    nodes: dict[str, dict[str, float]] = {
        row["node_id"]: {"executions": row["n"], "machine": row["s"] or 0.0, "people": 0.0} for row in rows
    }
    for node_id, seconds in get_cycle_seconds(cycle.pk, _items(cycle)).items():
        nodes.setdefault(node_id, {"executions": 0, "machine": 0.0, "people": 0.0})["people"] = seconds
    return Cost(sum(n["people"] for n in nodes.values()), sum(n["machine"] for n in nodes.values()), nodes)


def _items(cycle: Cycle) -> set[UUID]:
    """The items a cycle's work was about: its subject, and what its nodes handed to people."""
    found = {cycle.subject} if cycle.subject else set()
    for value in NodeExecution.objects.filter(cycle=cycle).values_list("arrived__item", flat=True):
        if isinstance(value, str) and len(value) == 36:
            found.add(UUID(value))
    return found


@dataclass(frozen=True)
class NodeReport:
    """How a node does. ``took`` is from start to end, waits for people and all; ``computed`` what the machine spent on
    each; both {count, p50, p95, most} in seconds over the last 500 that are done. ``minutes``: done and failed of each
    of the last 60 minutes, oldest first."""

    counts: dict[str, int]
    seconds: float
    took: dict[str, float]
    computed: dict[str, float]
    minutes: list[dict[str, int]]
    failures: list[dict[str, Any]]
    logs: list[dict[str, Any]]


def get_node_report(pipeline_id: UUID, node_id: str, now: datetime) -> NodeReport:
    """Six queries, whatever the node's size."""
    here = NodeExecution.objects.filter(pipeline_id=pipeline_id, node_id=node_id)
    counter = NodeCounter.objects.filter(pipeline_id=pipeline_id, node_id=node_id).first()
    recent = here.filter(status=machine.DONE, started_at__isnull=False).order_by("-id")
    spans = recent.annotate(span=F("finished_at") - F("started_at")).values_list("span", "seconds")[:SAMPLE]
    pairs = [(span.total_seconds() if isinstance(span, timedelta) else 0.0, seconds) for span, seconds in spans]
    return NodeReport(
        counts={status: getattr(counter, status, 0) for status in machine.EXECUTION_STATUSES},
        seconds=counter.seconds if counter else 0.0,
        took=_quantiles([span for span, _ in pairs]),
        computed=_quantiles([seconds for _, seconds in pairs]),
        minutes=_minutes(pipeline_id, node_id, now),
        failures=_failures(here.filter(status=machine.FAILED)),
        logs=_logs(here),
    )


def get_figures(pipeline_id: UUID, spot: GraphNode) -> list[Figures]:
    """What the node's type makes of the last ``MAX_NOTED`` executions that are done there; of a cycle that came by more
    than once, the last. One query, none for a type without figures or that nobody knows: a draft may name any."""
    if node_key(spot.type, spot.version) not in node_types:
        return []
    node = get_node(spot.type, spot.version)
    if type(node).figures is Node.figures:
        return []
    here = NodeExecution.objects.filter(pipeline_id=pipeline_id, node_id=spot.id, status=machine.DONE)
    rows = here.order_by("-id").values_list("cycle_id", "noted")[:MAX_NOTED]
    last: dict[UUID, Any] = {}
    for cycle_id, noted in rows:
        last.setdefault(cycle_id, noted)
    return list(node.figures([noted for noted in last.values() if noted]))


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    if not ordered:
        return {"count": 0, "p50": 0.0, "p95": 0.0, "most": 0.0}
    last = len(ordered) - 1
    p50, p95 = ordered[round(last * 0.5)], ordered[round(last * 0.95)]
    return {"count": len(ordered), "p50": p50, "p95": p95, "most": ordered[-1]}


def _minutes(pipeline_id: UUID, node_id: str, now: datetime) -> list[dict[str, int]]:
    minute = int(now.timestamp() // 60)
    rows = NodeMinute.objects.filter(pipeline_id=pipeline_id, node_id=node_id, minute__gt=minute - HOUR)
    known = {at: {"done": done, "failed": failed} for at, done, failed in rows.values_list("minute", "done", "failed")}
    return [known.get(at, {"done": 0, "failed": 0}) for at in range(minute - HOUR + 1, minute + 1)]


def _failures(failed: QuerySet[NodeExecution]) -> list[dict[str, Any]]:
    """By code, the most first, each with its newest: the last to end, for PostgreSQL knows no greatest UUID."""
    counts = failed.values("error_code").annotate(count=Count("id"), last=Max("finished_at")).order_by("-count")
    rows = list(counts)
    told: dict[str, NodeExecution] = {}
    for row in failed.filter(finished_at__in=[row["last"] for row in rows]).order_by("id")[:SAMPLE]:
        told[row.error_code] = row
    return [
        {
            "code": row["error_code"], "count": row["count"], "execution_id": told[row["error_code"]].pk,
            "message": told[row["error_code"]].error, "at": row["last"],
        }
        for row in rows if row["error_code"] in told
    ]  # fmt: skip


def _logs(here: QuerySet[NodeExecution]) -> list[dict[str, Any]]:
    """The ends of the newest logs, of executions that said or suffered something."""
    newest = here.order_by("-id").values_list("pk", "cycle_id", "status", "finished_at", "log", "error")[: 5 * LOGS]
    told = [row for row in newest if row[4] or row[5]][:LOGS]
    return [
        {"id": pk, "cycle_id": cycle_id, "status": status, "at": at, "log": text[-TAIL:], "error": error}
        for pk, cycle_id, status, at, text, error in told
    ]
