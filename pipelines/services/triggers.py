"""Triggers: kept in step with the graph, and told of events.

The listener only notes what is to be gone through (a firing, or a count) and rings a job: its transaction must be short
whatever was uploaded. ``services.firing`` makes the cycles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.timezone import now

from alp_site.lib import db, events, jobs
from alp_site.lib.db import write
from pipelines.engine.graph import Graph, TriggerSpec
from pipelines.engine.triggers import (
    ABOUT_ITEMS,
    TYPES,
    hears,
    held_until,
    moment,
    next_time,
    resource_of,
    trigger_spec_problems,
)
from pipelines.errors import GraphInvalid
from pipelines.models import FiringState, Pipeline, PipelineStatus, Trigger, TriggerFiring, TriggerKind

__all__ = [
    "COUNT_JOB",
    "FIRE_JOB",
    "GROUND_TRUTH_EVENTS",
    "MAX_DEPTH",
    "accept_triggers",
    "end_firings",
    "hold_until",
    "next_due",
    "note_firing",
    "ring_trigger",
    "sync_triggers",
    "take_events",
    "update_trigger",
]

FIRE_JOB = "pipelines.fire"
COUNT_JOB = "pipelines.count"
MAX_DEPTH = 8
LISTENED: Final = TYPES | {"item.approved"}
GROUND_TRUTH_EVENTS: Final = frozenset({"item.approved", "item.created", "item.updated", "item.deleted"})


def sync_triggers(*, pipeline: Pipeline, graph: Graph) -> None:
    """Makes the rows match the graph's triggers. What a trigger remembers is kept; one that left the graph is switched
    off, its cycles stay. In the transaction that publishes."""
    rows = {row.key: row for row in Trigger.objects.filter(pipeline=pipeline)}
    for spec in graph.triggers:
        row = rows.pop(spec.id, None) or Trigger(pipeline=pipeline, key=spec.id)
        changed = row.node_id != spec.node or row.spec != dict(spec.spec) or row.kind != spec.kind
        row.node_id, row.kind, row.spec = spec.node, spec.kind, dict(spec.spec)
        row.mode, row.overlap, row.enabled, row.removed_at = spec.mode, spec.overlap, spec.enabled, None
        if changed:
            row.next_at, row.error = _next_at(row), ""
        row.save()
    for row in rows.values():
        if row.removed_at is None and not row.spec.get("ad_hoc"):
            row.enabled = row.active = False
            row.removed_at = now()
            row.save(update_fields=["enabled", "active", "removed_at"])


def accept_triggers(*, pipeline: Pipeline, active: bool) -> None:
    """Opens or closes the pipeline's ears. A clock that was due while they were closed is not made up for."""
    with write():
        for row in Trigger.objects.filter(pipeline=pipeline, removed_at=None):
            _listen(row, active and row.enabled)
            row.save(update_fields=["active", "next_at", "state"])


def _listen(row: Trigger, active: bool) -> None:
    """Events from before it began to listen are none of its business, even if they are read later."""
    if active and not row.active:
        row.state = {**row.state, "since": now().isoformat()}
    row.active = active
    row.next_at = _next_at(row) if active or row.kind != TriggerKind.CRON else None


def _next_at(row: Trigger) -> datetime | None:
    """A clock's next time; what another trigger holds stays held."""
    return next_due(row) if row.kind == TriggerKind.CRON else row.next_at


def next_due(trigger: Trigger, after: datetime | None = None) -> datetime | None:
    """When a cron trigger is due next, in UTC; None for other kinds and past ``endAt``."""
    return next_time(trigger.spec, after or now()) if trigger.kind == TriggerKind.CRON else None


def update_trigger(*, trigger: Trigger, changes: Mapping[str, Any]) -> Trigger:
    """Changes ``enabled``, ``mode``, ``overlap`` or ``spec`` of a trigger, in its row and in the draft, so that the
    next publishing keeps it. Raises GraphInvalid."""
    with write():
        pipeline = Pipeline.objects.select_for_update(no_key=True).get(pk=trigger.pipeline_id)
        for name in ("enabled", "mode", "overlap", "spec"):
            if name in changes:
                setattr(trigger, name, changes[name])
        problems = list(
            trigger_spec_problems(
                TriggerSpec(trigger.key, trigger.node_id, trigger.kind, trigger.spec, trigger.mode, trigger.overlap)
            )
        )
        if problems:
            listed = [{"code": "bad_trigger", "message": text, "trigger": trigger.key} for text in problems]
            raise GraphInvalid(problems[0], problems=listed)
        listening = pipeline.status == PipelineStatus.RUNNING or (
            pipeline.status == PipelineStatus.PAUSED and bool(pipeline.settings.get("keep_triggers", True))
        )
        _listen(trigger, listening and trigger.enabled and trigger.removed_at is None)
        trigger.error = ""
        trigger.save()
        for part in pipeline.draft.get("triggers", []):
            if part.get("id") == trigger.key:
                part.update({name: getattr(trigger, name) for name in ("enabled", "mode", "overlap", "spec")})
        pipeline.draft_version += 1
        pipeline.save(update_fields=["draft", "draft_version"])
    return trigger


def take_events(batch: Sequence[events.Event]) -> None:
    """Notes for every trigger what these events bring it. In the reader's transaction; converges on repetition."""
    projects = {event.project_id for event in batch if event.project_id}
    kinds = (TriggerKind.EVENT, TriggerKind.EVERY_N)
    rows = Trigger.objects.filter(active=True, kind__in=kinds, pipeline__project_id__in=projects)
    for trigger in rows.select_related("pipeline"):
        if trigger.spec.get("count") == "ground_truth":
            _ask_for_count(trigger, batch)
        else:
            _take(trigger, batch)


def _take(trigger: Trigger, batch: Sequence[events.Event]) -> None:
    heard = [e for e in batch if e.project_id == trigger.pipeline.project_id and hears(trigger.spec, e.type, e.data)]
    heard = [e for e in heard if e.pipeline_id != trigger.pipeline_id or trigger.spec.get("own")]
    heard = [e for e in heard if e.type != "variable.updated" or e.data["pipeline"] == str(trigger.pipeline_id)]
    since = moment(trigger.state.get("since"))
    if since is not None and since <= now():  # one still to come was written by a clock that ran ahead
        heard = [event for event in heard if event.created_at >= since]
    deep = [event for event in heard if event.depth > MAX_DEPTH]
    if deep:
        text = f"Triggers {deep[0].depth} deep caused an event, which was not answered: pipelines start each other."
        Trigger.objects.filter(pk=trigger.pk).update(error=text)
        heard = [event for event in heard if event.depth <= MAX_DEPTH]
    alike: dict[tuple[int, bool], list[list[Any]]] = defaultdict(list)
    for event in heard:
        ids = item_ids_of(event, trigger.spec)
        if ids:
            alike[event.depth, event.type == "item.deleted"].append([event.id, ids])
    resource = resource_of(trigger.spec)
    for (depth, gone), entries in alike.items():
        source: dict[str, Any] = {"gone": True} if gone else {}  # its items lie in the trash: that is what is told
        source |= {} if resource in ABOUT_ITEMS else {"resource": resource}
        for part in _parts(entries, max(db.bulk_size(), 2000)):
            first, last = part[0][0], part[-1][0]
            key = f"events:{first}-{last}:{part[0][1][0]}"
            note_firing(trigger=trigger, key=key, entries=part, depth=depth, source=source)


def _parts(entries: list[list[Any]], size: int) -> Iterable[list[list[Any]]]:
    """Entries in groups of about ``size`` items, so that no firing's row grows large."""
    part: list[list[Any]] = []
    count = 0
    for event_id, ids in entries:
        part.append([event_id, ids])
        count += len(ids)
        if count >= size:
            yield part
            part, count = [], 0
    if part:
        yield part


def item_ids_of(event: events.Event, spec: Mapping[str, Any]) -> list[str]:
    """The items an event is about; of status changes only those with the status the trigger asks for, if it does. That
    an item was given to a task is no status."""
    if event.type != "task.item_status":
        return list(event.ids)
    status = spec.get("status")
    return [str(entry["item"]) for entry in event.data.get("entries", []) if status in (None, entry.get("status"))]


def note_firing(
    *,
    trigger: Trigger,
    key: str,
    entries: list[list[Any]] | None = None,
    depth: int = 0,
    source: Mapping[str, Any] | None = None,
) -> TriggerFiring:
    """Writes down that a trigger is to go through something, once per key, and rings, unless the trigger's pauses hold
    it. Joins the open transaction."""
    with write():
        body = {**(source or {}), **({} if entries is None else {"entries": entries})}
        total = None if entries is None else sum(len(ids) for _, ids in entries)
        until = None if entries is None else hold_until(trigger, single=False)
        state = FiringState.RUNNING if until is None else FiringState.HELD
        firing, made = TriggerFiring.objects.get_or_create(
            trigger=trigger, key=key[:200], defaults={"state": state, "source": body, "depth": depth, "total": total}
        )
        if until is None:
            ring_trigger(trigger)
        elif made:
            Trigger.objects.filter(pk=trigger.pk).update(next_at=until)
    return firing


def hold_until(trigger: Trigger, *, single: bool) -> datetime | None:
    """Until when a firing made now is held back, by the trigger's ``debounce`` and ``at_most_every``. An every-N
    trigger counts what has come after a pause, and keeps its time between the ``single`` cycles it starts. A clock is
    never held (its pauses are refused; one stored before that has them): the end of a hold would take the place of its
    next time."""
    counts, spec = trigger.kind == TriggerKind.EVERY_N, dict(trigger.spec)
    if trigger.kind == TriggerKind.CRON:
        return None
    if counts:
        spec.pop("debounce" if single else "at_most_every", None)
    if not (spec.get("debounce") or spec.get("at_most_every")):
        return None
    rows = TriggerFiring.objects.filter(trigger_id=trigger.pk)
    if counts and single:
        rows = rows.filter(key__startswith="count:")
    since = rows.filter(state=FiringState.HELD).order_by("id").values_list("created_at", flat=True).first()
    went = rows.exclude(state__in=[FiringState.HELD, FiringState.SKIPPED]).order_by("-id").first()
    fired = None if went is None else went.finished_at or now()
    return held_until(spec, now(), since=since, fired=fired)


def end_firings(*, pipeline: Pipeline, note: str) -> None:
    """What its triggers noted and have not gone through is not gone through any more. Joins the transaction."""
    open_ones = TriggerFiring.objects.filter(
        trigger__pipeline=pipeline, state__in=(FiringState.QUEUED, FiringState.RUNNING)
    )
    open_ones.update(state=FiringState.SKIPPED, note=note, finished_at=now())


def ring_trigger(trigger: Trigger) -> None:
    """One open job a trigger goes through all its firings in order."""
    jobs.enqueue(
        FIRE_JOB,
        key=f"fire:{trigger.pk}",
        payload={"trigger": str(trigger.pk)},
        project_id=trigger.pipeline.project_id,
        title=f"{trigger.pipeline.name}: starting cycles",
    )


def _ask_for_count(trigger: Trigger, batch: Iterable[events.Event]) -> None:
    """Ground truth may have grown: count it in a job, at most about once a second."""
    project_id = trigger.pipeline.project_id
    if any(event.type in GROUND_TRUTH_EVENTS and event.project_id == project_id for event in batch):
        ring_count(trigger)


def ring_count(trigger: Trigger) -> None:
    jobs.enqueue(
        COUNT_JOB,
        key=f"count:{trigger.pk}",
        payload={"trigger": str(trigger.pk)},
        project_id=trigger.pipeline.project_id,
        title=f"{trigger.pipeline.name}: counting",
    )


def trigger_row(trigger_id: str | UUID) -> Trigger | None:
    return Trigger.objects.select_related("pipeline").filter(pk=trigger_id).first()
