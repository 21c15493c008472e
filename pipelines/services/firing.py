"""Going through a firing: cycles in short transactions, each moving the cursor, so that a killed worker's successor
goes on where it stopped and no item starts twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.timezone import now

from alp_site.lib import db, jobs
from alp_site.lib.db import write
from alp_site.lib.errors import AlpError
from alp_site.people.models import User
from datasets import query
from datasets.models import Dataset
from datasets.selectors import ground_truth_items
from pipelines.engine.spec import Place, StartScope, get_node
from pipelines.errors import WrongStatus
from pipelines.models import (
    OPEN_CYCLES,
    Cycle,
    FiringState,
    Pipeline,
    Trigger,
    TriggerFiring,
    TriggerKind,
    VariableChange,
)
from pipelines.services.conditions import live_items, passing
from pipelines.services.cycles import Begin, start_cycles
from pipelines.services.graphs import graph_of, place_now, variables_of, with_values
from pipelines.services.triggers import hold_until, next_due, note_firing, ring_trigger, trigger_row

__all__ = [
    "count_ground_truth",
    "count_moved",
    "fire_once",
    "go_through",
    "release_held",
    "release_queued",
    "run_over",
    "tick",
]

MOVED = ("state", "cursor", "seen", "created", "note", "finished_at")
"""What going through a firing changes; its source may be long and is not written again."""
SKIP_UNCHANGED = (TriggerKind.CRON, TriggerKind.MEASURE)
"""A count of new ground truth says itself that something changed."""


def go_through(run: jobs.Run) -> None:
    """The job of one trigger: all its open firings in order. Ends in the transaction that saw there are none."""
    trigger_id = UUID(run.payload["trigger"])
    while True:
        firing_id = None
        try:
            with run.commit():
                firing = _next_firing(trigger_id)
                if firing is None:
                    run.finish()
                    return
                firing_id = firing.pk
                run.progress(firing.seen, firing.total or 0)
                _step(firing)
        except AlpError as error:
            with run.commit():
                _fail(firing_id, error)


def _next_firing(trigger_id: UUID) -> TriggerFiring | None:
    rows = TriggerFiring.objects.filter(trigger_id=trigger_id, state=FiringState.RUNNING).order_by("id")
    return rows.select_for_update(of=("self",), no_key=True).select_related("trigger__pipeline").first()


def _fail(firing_id: UUID | None, error: AlpError) -> None:
    if firing_id is None:
        raise error
    firing = TriggerFiring.objects.select_related("trigger").get(pk=firing_id)
    firing.state, firing.note, firing.finished_at = FiringState.FAILED, error.message, now()
    firing.save()
    Trigger.objects.filter(pk=firing.trigger_id).update(error=error.message)


def _step(firing: TriggerFiring) -> None:
    """One transaction's worth of a firing."""
    trigger = firing.trigger
    if "key" in firing.source:
        _start_single(firing)
        return
    ids = _next_items(firing)
    if not ids:
        _end(firing)
        return
    others = "resource" in firing.source  # not items
    wanted = {key for _, key in ids} if others else _wanted(trigger, firing, [item_id for _, item_id in ids])
    if trigger.kind == TriggerKind.EVERY_N:
        _count(trigger, sum(item_id in wanted for _, item_id in ids), firing)
    else:
        begins = [_begin(trigger, firing, event_id, item_id) for event_id, item_id in ids if item_id in wanted]
        made = start_cycles(
            pipeline=trigger.pipeline, node_id=trigger.node_id, begins=begins, trigger=trigger, firing=firing,
            depth=firing.depth,
        )  # fmt: skip
        firing.created += len(made)
    firing.seen += len(ids)
    if "entries" in firing.source and firing.seen >= (firing.total or 0):
        _end(firing)
    firing.save(update_fields=MOVED)


def _next_items(firing: TriggerFiring) -> list[tuple[Any, str]]:
    """(event id or None, item id) of the next part, and the cursor moved past it."""
    size = db.bulk_step()
    if "entries" in firing.source:
        start = int(firing.cursor or 0)
        flat = [(event_id, item_id) for event_id, ids in firing.source["entries"] for item_id in ids]
        firing.cursor = str(start + size)
        return flat[start : start + size]
    rows = live_items(firing.trigger.pipeline.project_id, firing.source.get("dataset"))
    if firing.cursor:
        rows = rows.filter(pk__gt=UUID(firing.cursor))
    rows = query.compile(firing.source.get("filter") or {}).queryset(rows)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:size])
    if ids:
        firing.cursor = str(ids[-1])
    return [(None, str(pk)) for pk in ids]


def start_place(trigger: Trigger) -> Place:
    """Where the trigger's node stands, its variables as they are now. Raises WrongStatus."""
    pipeline = trigger.pipeline
    if pipeline.revision_id is None:
        raise WrongStatus("Start the pipeline first.", status=pipeline.status)
    graph = with_values(graph_of(pipeline.revision_id), variables_of(pipeline.pk))
    place = place_now(pipeline, graph, trigger.node_id)
    if place is None:
        raise WrongStatus("The published graph has no such node.", node=trigger.node_id)
    return place


def start_scope(place: Place) -> StartScope:
    return get_node(place.node.type, place.node.version).start_scope(place)


def _wanted(trigger: Trigger, firing: TriggerFiring, item_ids: Sequence[str]) -> set[str]:
    """The items that are in the start node's scope and pass the trigger's filter."""
    scope = start_scope(start_place(trigger)) if trigger.kind != TriggerKind.EVERY_N else StartScope()
    filters = [scope.filter, trigger.spec.get("filter")]
    project_id = trigger.pipeline.project_id
    if any(filters) or "entries" in firing.source or firing.source.get("dataset") != str(scope.dataset_id):
        gone = bool(firing.source.get("gone"))
        found = passing(item_ids, filters, project_id=project_id, dataset_id=scope.dataset_id, gone=gone)
    else:
        found = set(item_ids)  # just read, of that very dataset
    if firing.source.get("once"):
        seen = Cycle.objects.filter(pipeline=trigger.pipeline, start_node=trigger.node_id, subject__in=list(found))
        found -= {str(pk) for pk in seen.values_list("subject", flat=True)}
    return found


def _begin(trigger: Trigger, firing: TriggerFiring, event_id: Any, item_id: str) -> Begin:
    if trigger.kind in (TriggerKind.MANUAL, TriggerKind.WEBHOOK):
        return Begin(f"run:{firing.pk}:{item_id}", item_id)
    resource = firing.source.get("resource")
    name = "item" if resource is None else str(resource).lower()
    once = trigger.mode == "once" or event_id is None
    key = f"{name}:{item_id}" if once else f"event:{event_id}:{item_id}"
    return Begin(key, item_id) if resource is None else Begin(key, None, _given(trigger, str(resource), item_id))


def _given(trigger: Trigger, resource: str, key: str) -> dict[str, str]:
    """What an event is about goes to the start node's free inputs of its type."""
    place = start_place(trigger)
    ports = get_node(place.node.type, place.node.version).inputs(place.node.config)
    return {port.name: key for port in ports if port.type == resource and port.name not in place.node.inputs}


def _end(firing: TriggerFiring, state: str = FiringState.DONE, note: str = "") -> None:
    firing.state, firing.finished_at, firing.note = state, now(), note
    firing.save(update_fields=MOVED)
    Trigger.objects.filter(pk=firing.trigger_id).update(fired_at=now())


# --- one cycle a firing: clocks and counts


def fire_once(*, trigger: Trigger, key: str) -> TriggerFiring:
    """Fires a trigger that starts one cycle, minding its overlap: while a cycle of it is open, ``skip`` drops this
    firing, ``queue_one`` keeps one in line, ``allow`` starts it. Safe to repeat with the same key."""
    with write():
        trigger = (
            Trigger.objects.select_for_update(of=("self",), no_key=True).select_related("pipeline").get(pk=trigger.pk)
        )
        known = TriggerFiring.objects.filter(trigger=trigger, key=key).first()
        if known:
            return known
        state, note = _held(trigger) or _overlap(trigger)
        finished = now() if state == FiringState.SKIPPED else None
        firing = TriggerFiring.objects.create(
            trigger=trigger, key=key, state=state, source={"key": key}, total=1, note=note, finished_at=finished
        )
        if state == FiringState.RUNNING:
            ring_trigger(trigger)
    return firing


def _held(trigger: Trigger) -> tuple[str, str] | None:
    """While the trigger's pauses hold it back, one firing waits for their end."""
    until = hold_until(trigger, single=True)
    if until is None:
        return None
    held = TriggerFiring.objects.filter(trigger=trigger, state=FiringState.HELD)
    sooner = trigger.next_at if held.exclude(source__has_key="key").exists() else None  # held events come before it
    Trigger.objects.filter(pk=trigger.pk).update(next_at=min(until, sooner or until))
    if held.filter(source__has_key="key").exists():
        return FiringState.SKIPPED, "One is held already."
    return FiringState.HELD, "Waits for its time."


def release_held(trigger_id: UUID) -> bool:
    """Lets go what a trigger held back, once its time has come: of several events of one thing the last alone. Safe to
    repeat."""
    with write():
        rows = Trigger.objects.select_for_update(of=("self",), no_key=True).select_related("pipeline")
        trigger = rows.get(pk=trigger_id)
        if not trigger.active or trigger.next_at is None or trigger.next_at > now():
            return False
        again = None
        seen: set[str] = set()
        for firing in TriggerFiring.objects.filter(trigger=trigger, state=FiringState.HELD).order_by("-id"):
            until = _still_held(trigger, firing)
            again = until or again
            if until is None:
                _let_go(trigger, firing, seen)
        Trigger.objects.filter(pk=trigger_id).update(next_at=again)
        ring_trigger(trigger)
    return True


def _still_held(trigger: Trigger, firing: TriggerFiring) -> datetime | None:
    """Until when one that starts a single cycle waits on, where only the events beside it were due; for no longer than
    ``at_most_every`` since it was made, whatever the clock did."""
    if "key" not in firing.source:
        return None
    until = hold_until(trigger, single=True)
    longest = firing.created_at + timedelta(seconds=trigger.spec.get("at_most_every") or 0)
    return min(until, longest) if until is not None and firing.created_at <= now() < min(until, longest) else None


def _let_go(trigger: Trigger, firing: TriggerFiring, seen: set[str]) -> None:
    """``seen`` are the ids in firings after this one."""
    if "key" in firing.source:
        firing.state, firing.note = _overlap(trigger)
    else:
        kept: list[list[Any]] = []
        for event_id, ids in reversed(firing.source["entries"]):
            kept.append([event_id, [pk for pk in ids if pk not in seen]])
            seen.update(ids)
        firing.source = {**firing.source, "entries": [entry for entry in reversed(kept) if entry[1]]}
        firing.total = sum(len(ids) for _, ids in firing.source["entries"])
        firing.state, firing.note = FiringState.RUNNING, ""
    firing.finished_at = now() if firing.state == FiringState.SKIPPED else None
    firing.save()


def _overlap(trigger: Trigger) -> tuple[str, str]:
    states = (FiringState.QUEUED, FiringState.RUNNING)
    # Those that start a cycle: the events that an every-N trigger counts are gone through by a firing of their own.
    in_line = TriggerFiring.objects.filter(trigger=trigger, state__in=states, source__has_key="key")
    busy = in_line.exists() or Cycle.objects.filter(trigger=trigger, status__in=OPEN_CYCLES).exists()
    if not busy or trigger.overlap == "allow":
        return FiringState.RUNNING, ""
    if trigger.overlap == "skip":
        return FiringState.SKIPPED, "The cycle before it is not finished."
    if in_line.filter(state=FiringState.QUEUED).exists():
        return FiringState.SKIPPED, "One is in line already."
    return FiringState.QUEUED, "Waits for the cycle before it."


def _start_single(firing: TriggerFiring) -> None:
    trigger = firing.trigger
    mark = fingerprint(trigger)
    may_skip = trigger.kind in SKIP_UNCHANGED and trigger.spec.get("skip_unchanged", True)
    if may_skip and mark == trigger.state.get("fingerprint"):
        _end(firing, FiringState.SKIPPED, "Nothing changed since the last time.")
        return
    made = start_cycles(
        pipeline=trigger.pipeline, node_id=trigger.node_id, begins=[Begin(firing.source["key"])], trigger=trigger,
        firing=firing, depth=firing.depth,
    )  # fmt: skip
    firing.created, firing.seen = len(made), 1
    trigger.state = {**trigger.state, "fingerprint": mark}
    trigger.save(update_fields=["state"])
    _end(firing)


def fingerprint(trigger: Trigger) -> str:
    """Changes when an input of the start node does, or the ground truth of a dataset among them. What a run of the
    pipeline made of an input (the model that it promoted) is no news to its clock."""
    place = start_place(trigger)
    parts: list[Any] = [sorted({**place.values, **_before_own_runs(trigger, place)}.items())]
    ports = get_node(place.node.type, place.node.version).inputs(place.node.config)
    for port in ports:
        if port.type == "Dataset" and place.values.get(port.name):
            parts.append(_ground_truth_mark(trigger.pipeline, str(place.values[port.name])))
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _before_own_runs(trigger: Trigger, place: Place) -> dict[str, Any]:
    """Inputs whose variable a node changed last, with the value that people gave it before."""
    found: dict[str, Any] = {}
    for port, source in place.node.inputs.items():
        if source.variable is None:
            continue
        named = VariableChange.objects.filter(variable__pipeline=trigger.pipeline_id, variable__name=source.variable)
        last = named.order_by("version").last()
        if last is not None and last.node_id:
            by_people = named.filter(node_id="").order_by("version").last()
            first = named.order_by("version").first()
            found[port] = by_people.new if by_people else first and first.old
    return found


def _ground_truth_mark(pipeline: Pipeline, dataset_id: str) -> list[Any]:
    dataset = Dataset.objects.filter(pk=dataset_id, project_id=pipeline.project_id).first()
    if dataset is None:
        return []
    rows = ground_truth_items(dataset, {})
    return [rows.count(), rows.order_by().aggregate(at=Max("updated_at"))["at"]]


def release_queued(trigger_id: UUID) -> bool:
    """Starts the firing that waits in line if the cycle before it has ended. For the sweep; safe to repeat."""
    with write():
        firing = (
            TriggerFiring.objects.select_for_update(of=("self",), no_key=True)
            .select_related("trigger__pipeline")
            .filter(trigger_id=trigger_id, state=FiringState.QUEUED)
            .order_by("id")
            .first()
        )
        if firing is None or Cycle.objects.filter(trigger_id=trigger_id, status__in=OPEN_CYCLES).exists():
            return False
        firing.state, firing.note = FiringState.RUNNING, ""
        firing.save(update_fields=["state", "note"])
        ring_trigger(firing.trigger)
    return True


def tick(trigger_id: UUID) -> bool:
    """Fires a clock that is due and sets it to its next time. What was missed while the house was down is made up for
    once. Safe to repeat."""
    with write():
        trigger = (
            Trigger.objects.select_for_update(of=("self",), no_key=True).select_related("pipeline").get(pk=trigger_id)
        )
        if not trigger.active or trigger.next_at is None or trigger.next_at > now():
            return False
        due = trigger.next_at
        trigger.next_at = next_due(trigger)
        trigger.save(update_fields=["next_at"])
        fire_once(trigger=trigger, key=f"at:{due.isoformat()}")
    return True


# --- counts


def _count(trigger: Trigger, more: int, firing: TriggerFiring) -> None:
    """Adds to the count of an every-N trigger and fires each time it is reached, however many came together; what is
    over is kept. Once a firing is skipped (its overlap or a pause), so would be the rest."""
    trigger.refresh_from_db(fields=["state"])
    count = int(trigger.state.get("count", 0)) + more
    number = int(trigger.state.get("number", 0))
    n = int(trigger.spec["n"])
    reached, count = divmod(count, n)
    for _ in range(reached):
        number += 1
        if fire_once(trigger=trigger, key=f"count:{number}").state == FiringState.SKIPPED:
            break
    trigger.state = {**trigger.state, "count": count, "number": number}
    trigger.save(update_fields=["state"])


def count_ground_truth(run: jobs.Run) -> None:
    """The job of an every-N trigger over ground truth: compares what there is with what was there at its last."""
    trigger = trigger_row(run.payload["trigger"])
    if trigger is not None and trigger.active:
        look_at_ground_truth(trigger, run)


def look_at_ground_truth(trigger: Trigger, run: jobs.Run | None = None) -> None:
    """The first look only remembers how much there is. Another dataset in the variable starts the count anew."""
    dataset_id = dataset_of(trigger) or ""
    dataset = Dataset.objects.filter(pk=dataset_id or UUID(int=0), project_id=trigger.pipeline.project_id).first()
    if dataset is None:
        return
    total = ground_truth_items(dataset, trigger.spec.get("filter") or {}).count()
    with run.commit() if run else write():
        trigger = (
            Trigger.objects.select_for_update(of=("self",), no_key=True).select_related("pipeline").get(pk=trigger.pk)
        )
        state: Mapping[str, Any] = trigger.state
        at = state.get("at") if state.get("dataset") == str(dataset_id) else None
        new = {**state, "dataset": str(dataset_id), "at": total if at is None else min(at, total), "now": total}
        if at is not None and total - at >= int(trigger.spec["n"]):
            number = int(state.get("number", 0)) + 1
            new |= {"at": total, "number": number}
            fire_once(trigger=trigger, key=f"count:{number}")
        if new != state:
            Trigger.objects.filter(pk=trigger.pk).update(state=new)


def count_moved(trigger: Trigger) -> bool:
    """Whether there is more or less ground truth than at the trigger's last look."""
    dataset_id, state = dataset_of(trigger), trigger.state
    if not dataset_id or not Dataset.objects.filter(pk=dataset_id, project_id=trigger.pipeline.project_id).exists():
        return False
    if state.get("dataset") != str(dataset_id):
        return True
    return bool(state.get("now") != ground_truth_items(UUID(dataset_id), trigger.spec.get("filter") or {}).count())


def dataset_of(trigger: Trigger) -> str | None:
    """The dataset whose ground truth an every-N trigger counts: fixed, or a variable's value now."""
    source = trigger.spec.get("dataset") or {}
    if "variable" not in source:
        return source.get("fixed")
    values = {variable.name: variable.value for variable in variables_of(trigger.pipeline_id)}
    return values.get(source["variable"])


# --- by hand


def run_over(
    *, pipeline: Pipeline, node_id: str, dql: Mapping[str, Any], dataset_id: UUID | None, user: User | None, key: str,
    once: bool = False,
) -> TriggerFiring:  # fmt: skip
    """Starts a cycle at ``node_id`` for every item that matches ("Run with pipeline"), in the background. ``key`` makes
    a repeated request one firing; ``once`` leaves out items this node was started with before.

    Raises QueryInvalid, WrongStatus.
    """
    query.compile(dict(dql))
    if pipeline.revision_id is None:
        raise WrongStatus("Start the pipeline first.", status=pipeline.status)
    if graph_of(pipeline.revision_id).node(node_id) is None:
        raise WrongStatus("The published graph has no such node.", node=node_id)
    with write():
        trigger, _ = Trigger.objects.get_or_create(
            pipeline=pipeline,
            key=f"manual:{node_id}",
            defaults={"node_id": node_id, "kind": TriggerKind.MANUAL, "spec": {"ad_hoc": True}, "mode": "always"},
        )
        source = {"filter": dict(dql), "dataset": str(dataset_id) if dataset_id else None, "once": once}
        firing = note_firing(trigger=trigger, key=key, source=source)
        if user is not None and firing.user_id is None:
            TriggerFiring.objects.filter(pk=firing.pk).update(user=user)
    return firing


def load_existing(trigger: Trigger) -> None:
    """The one-time load of items that were there before the start, if the start node asks for it. Safe to repeat."""
    scope = start_scope(start_place(trigger))
    if scope.load_existing and trigger.kind == TriggerKind.EVENT:
        source: dict[str, Any] = {"filter": {}, "dataset": scope.dataset_id, "once": True}
        note_firing(trigger=trigger, key="existing", source=source)
