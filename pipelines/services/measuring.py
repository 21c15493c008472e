"""Triggers that watch a figure: looked at about once a minute, in a job; what is seen stands in the trigger's state."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.timezone import now

from alp_site.lib import jobs
from alp_site.lib.db import write
from pipelines.engine.measures import Reading, Watched, measures
from pipelines.models import FiringState, Trigger, TriggerKind
from pipelines.services.firing import fire_once
from pipelines.services.graphs import variables_of
from pipelines.services.triggers import trigger_row

__all__ = ["MEASURE_JOB", "look_at_all", "look_at_figure", "take_look"]

MEASURE_JOB = "pipelines.measure"


def look_at_all() -> int:
    """Has every trigger that watches a figure look at it; returns how many were rung. For the sweep."""
    rows = Trigger.objects.filter(active=True, kind=TriggerKind.MEASURE, pipeline__project__deleted_at=None)
    rung = 0
    for trigger in rows.select_related("pipeline"):
        with write():
            jobs.enqueue(
                MEASURE_JOB,
                key=f"measure:{trigger.pk}",
                payload={"trigger": str(trigger.pk)},
                project_id=trigger.pipeline.project_id,
                title=f"{trigger.pipeline.name}: looking at a figure",
            )
        rung += 1
    return rung


def take_look(run: jobs.Run) -> None:
    """The job of one look."""
    trigger = trigger_row(run.payload["trigger"])
    if trigger is not None and trigger.active:
        look_at_figure(trigger, run)


def look_at_figure(trigger: Trigger, run: jobs.Run | None = None) -> Reading:
    """Reads the figure, writes down what was seen, and fires where the figure says so and this reading has not fired.
    Safe to repeat: a reading's key is the firing's."""
    measure = measures.get(str(trigger.spec["measure"]))
    reads = reads_of(trigger, measure.spec.reads)
    missing = [name for name in measure.spec.reads if not reads.get(name)]
    if missing:
        reading = Reading(f"its {missing[0]} is not set")
    else:
        tried = trigger.state.get("tried") or {}
        settings = measure.spec.settings_of(trigger.spec)
        reading = measure.look(Watched(trigger.pipeline.project_id, reads, settings, tried))
    with run.commit() if run else write():
        row = Trigger.objects.select_for_update(of=("self",), no_key=True).select_related("pipeline").get(pk=trigger.pk)
        if not row.active:
            return reading
        state = {**row.state, "value": reading.value, "words": reading.words}
        if reading.fires:
            firing = fire_once(trigger=row, key=f"measure:{_digest(reading.key)}")
            if firing.state != FiringState.SKIPPED:
                state["tried"] = dict(reading.keep)
        if state != row.state:
            Trigger.objects.filter(pk=row.pk).update(state={**state, "looked": now().isoformat()})
    return reading


def reads_of(trigger: Trigger, wanted: Mapping[str, str]) -> dict[str, str]:
    """What the trigger's figure is about, by name: fixed, or a variable's value now; valid ids only."""
    values = {variable.name: variable.value for variable in variables_of(trigger.pipeline_id)}
    found: dict[str, str] = {}
    for name in wanted:
        source: Mapping[str, Any] = trigger.spec.get(name) or {}
        value = values.get(source["variable"]) if "variable" in source else source.get("fixed")
        try:
            found[name] = str(UUID(str(value)))
        except ValueError:
            continue
    return found


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]
