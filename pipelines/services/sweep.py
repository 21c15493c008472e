"""What heals: bells that were lost, events that were lost, clocks that are due. One process of the house does it."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import now

from alp_site.lib import db, jobs
from alp_site.lib.db import write
from alp_site.lib.models import OPEN_STATES, Job
from pipelines.engine import state as machine
from pipelines.engine.spec import Execution, Node, NodeError, Outcome, Result, get_node
from pipelines.engine.triggers import longest_hold
from pipelines.engine.validate import config_with_defaults
from pipelines.models import (
    FiringState,
    NodeCounter,
    NodeExecution,
    NodeMinute,
    Pipeline,
    PipelineStatus,
    Trigger,
    TriggerFiring,
    TriggerKind,
)
from pipelines.services.binding import view_of
from pipelines.services.facade import NodeTx
from pipelines.services.firing import count_moved, release_held, release_queued, tick
from pipelines.services.graphs import graph_of
from pipelines.services.ledger import ring_node
from pipelines.services.triggers import next_due, ring_count, ring_trigger
from pipelines.services.waits import Answer, complete_waiting

__all__ = ["check_waits", "drop_entries", "drop_minutes", "heal_clocks", "look", "recount", "ring_unrung", "run_clocks"]

PAGE = 200
KEEP_ENTRIES = timedelta(days=7)
"""As long as the outbox keeps the events themselves: after that nobody can bring them again."""
KEEP_MINUTES = timedelta(days=1)
_looked_up_to: dict[tuple[UUID, str], UUID] = {}
"""How far ``check_waits`` has come at each node, in this process; a new process starts over."""


def ring_unrung() -> int:
    """Rings nodes that have work and no open job, and triggers that have open firings. Returns how many."""
    busy = NodeCounter.objects.filter(
        Q(ready__gt=0) | Q(running__gt=0), pipeline__status=PipelineStatus.RUNNING, pipeline__project__deleted_at=None
    )
    counters = list(busy.select_related("pipeline"))
    rung = _rung({f"node:{counter.pipeline_id}:{counter.node_id}" for counter in counters})
    quiet = [c for c in counters if f"node:{c.pipeline_id}:{c.node_id}" not in rung]
    for counter in quiet:
        revision_id = _revision_at(counter.pipeline, counter.node_id)
        if revision_id is not None:
            with write():
                ring_node(counter.pipeline, graph_of(revision_id), counter.node_id)
    return len(quiet) + _ring_firings()


def _revision_at(pipeline: Pipeline, node_id: str) -> UUID | None:
    """The revision of the oldest open execution there: the published graph may have lost the node."""
    rows = NodeExecution.objects.filter(pipeline=pipeline, node_id=node_id)
    for status in (machine.RUNNING, machine.READY):
        found = rows.filter(status=status).order_by("id").values_list("revision_id", flat=True).first()
        if found is not None:
            return found
    return None


def _rung(keys: set[str]) -> set[str]:
    return set(Job.objects.filter(key__in=keys, state__in=OPEN_STATES).values_list("key", flat=True))


def _ring_firings() -> int:
    ids = TriggerFiring.objects.filter(state=FiringState.RUNNING).values_list("trigger_id", flat=True).distinct()
    waiting = set(ids)
    rung = _rung({f"fire:{pk}" for pk in waiting})
    quiet = [pk for pk in waiting if f"fire:{pk}" not in rung]
    for trigger in Trigger.objects.filter(pk__in=quiet).select_related("pipeline"):
        with write():
            ring_trigger(trigger)
    return len(quiet)


def run_clocks() -> int:
    """Fires cron triggers that are due, and firings whose turn has come."""
    clocks = Trigger.objects.filter(active=True, kind=TriggerKind.CRON, pipeline__project__deleted_at=None)
    due = clocks.filter(next_at__lte=now()).values_list("pk", flat=True)
    fired = sum(tick(pk) for pk in list(due))
    held = Trigger.objects.filter(active=True, next_at__lte=now(), pipeline__project__deleted_at=None)
    fired += sum(release_held(pk) for pk in held.exclude(kind=TriggerKind.CRON).values_list("pk", flat=True))
    in_line = TriggerFiring.objects.filter(state=FiringState.QUEUED).values_list("trigger_id", flat=True).distinct()
    return fired + sum(release_queued(pk) for pk in list(in_line))


def heal_clocks() -> int:
    """Sets right the times of triggers that a clock which was ahead for a while left too far in the future. A time that
    comes twice fires once: its firing bears it as key. Returns how many."""
    healed = 0
    for row in Trigger.objects.filter(active=True, next_at__gt=now()):
        due = next_due(row) if row.kind == TriggerKind.CRON else now() + longest_hold(row.spec)
        if due is not None and row.next_at is not None and row.next_at > due:
            with write():
                healed += Trigger.objects.filter(pk=row.pk, next_at=row.next_at).update(next_at=due)
    return healed


def recount() -> int:
    """Has every trigger that counts ground truth look again, in case an event was lost."""
    rows = Trigger.objects.filter(active=True, kind=TriggerKind.EVERY_N).select_related("pipeline")
    counting = [row for row in rows if row.spec.get("count") == "ground_truth" and count_moved(row)]
    for row in counting:
        with write():
            ring_count(row)
    return len(counting)


def drop_entries() -> int:
    """Empties ended firings of the events they went through, which are all of their size; returns how many. The row
    stays: its cycles name it, and its key keeps a one-time load from starting twice."""
    old = TriggerFiring.objects.filter(finished_at__lt=now() - KEEP_ENTRIES, source__has_key="entries")
    dropped = 0
    while ids := list(old.values_list("pk", flat=True)[: db.bulk_size()]):
        with write():
            dropped += TriggerFiring.objects.filter(pk__in=ids).update(source={})
    return dropped


def drop_minutes() -> int:
    """Forgets what nodes finished a day ago, minute by minute."""
    before = int((now() - KEEP_MINUTES).timestamp() // 60)
    with write():
        return NodeMinute.objects.filter(minute__lt=before).delete()[0]


def check_waits() -> int:
    """Asks the nodes, a page of waits each, which are over though no event said so. Returns how many ended."""
    ended = 0
    for counter in NodeCounter.objects.filter(waiting__gt=0).select_related("pipeline"):
        ended += _check_node(counter.pipeline, counter.node_id)
    return ended


def look(run: jobs.Run) -> None:
    """The job of ``looking.look_again``: the node's waits, oldest first, page after page while some of them end. The
    job ends in the transaction of its last look, so that what comes to wait later is looked at by another."""
    pipeline = Pipeline.objects.get(pk=run.payload["pipeline"])
    after, ended = UUID(int=0), 1
    while ended:
        run.stop_if_cancelled()
        with run.commit():
            page = _waiting_page(pipeline, str(run.payload["node"]), after)
            ended = _check_page(pipeline, page)
            after = page[-1].pk if page else after
            if not ended:
                run.finish()


def _check_node(pipeline: Pipeline, node_id: str) -> int:
    place = (pipeline.pk, node_id)
    page = _waiting_page(pipeline, node_id, _looked_up_to.get(place, UUID(int=0)))
    if len(page) < PAGE:
        _looked_up_to.pop(place, None)
    else:
        _looked_up_to[place] = page[-1].pk
    return _check_page(pipeline, page)


def _waiting_page(pipeline: Pipeline, node_id: str, after: UUID) -> list[NodeExecution]:
    rows = NodeExecution.objects.filter(pipeline=pipeline, node_id=node_id, status=machine.WAITING, pk__gt=after)
    return list(rows.select_related("cycle").order_by("id")[:PAGE])


def _check_page(pipeline: Pipeline, page: list[NodeExecution]) -> int:
    by_revision: dict[UUID, list[NodeExecution]] = defaultdict(list)
    for row in page:
        by_revision[row.revision_id].append(row)
    return sum(_check_batch(pipeline, revision, group) for revision, group in by_revision.items())


def _check_batch(pipeline: Pipeline, revision_id: UUID, rows: list[NodeExecution]) -> int:
    spot = graph_of(revision_id).node(rows[0].node_id)
    if spot is None:
        return 0
    node = get_node(spot.type, spot.version)
    config = config_with_defaults(node.spec.config_schema, spot.config)
    views = {
        str(row.pk): view_of(
            row, project_id=pipeline.project_id, memory=row.cycle.memory, subject=row.cycle.subject, config=config
        )
        for row in rows
    }
    held = [views[str(row.pk)] for row in rows if row.wait_requires]
    waiting = [views[str(row.pk)] for row in rows if not row.wait_requires]
    with write():
        answers = _ask(node, NodeTx(str(pipeline.project_id), str(pipeline.pk), spot.id), held, waiting)
        return len(complete_waiting(answers)) if answers else 0


def _ask(node: Node, tx: NodeTx, held: list[Execution], waiting: list[Execution]) -> list[Answer]:
    answers: list[Answer] = []
    if held:
        still = {result.execution_id for result in node.unmet(tx, held) if not isinstance(result, NodeError)}
        answers += [Answer(execution_id=view.id) for view in held if view.id not in still]
    if waiting and type(node).check is not Node.check:
        answers += [answer for result in node.check(tx, waiting) if (answer := _answer(result))]
    return answers


def _answer(result: Result) -> Answer | None:
    if isinstance(result, Outcome):
        return Answer(
            execution_id=result.execution_id, action=result.action, outputs=result.outputs, remember=result.remember
        )
    if isinstance(result, NodeError):
        return Answer(execution_id=result.execution_id, error=(result.code, result.message))
    return None
