"""Nodes that answer at once: their executions end in the transaction that makes them ready."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from alp_site.lib import jobs
from alp_site.lib.models import Event, Job
from alp_site.lib.testing import failed_jobs, settle
from pipelines.models import Cycle, Pipeline, Trigger, Variable
from pipelines.services.firing import fire_once
from pipelines.services.pipelines import pause_pipeline
from pipelines.services.resuming import resume_pipeline
from tests.pipelines import sample_nodes
from tests.pipelines.conftest import graph, node, real_db
from tests.pipelines.test_execution import arrive, at, counters

pytestmark = real_db
Items = Callable[..., list[str]]
Running = Callable[..., Pipeline]


def node_jobs() -> set[str]:
    return {key.rsplit(":", 1)[1] for key in Job.objects.filter(kind="pipelines.node").values_list("key", flat=True)}


def test_gates_in_a_row_end_where_the_cycle_starts_and_ring_only_who_comes_after(
    running: Running, items: Items
) -> None:
    pipeline = running(graph([node("a", "gate"), node("b", "gate"), node("c")], ["a -> b", "b -> c"]))
    items(70)
    arrive()
    assert counters(pipeline) == {"a": {"done": 70}, "b": {"done": 70}, "c": {"ready": 70}}
    assert node_jobs() == {"c"}
    assert set(Cycle.objects.values_list("status", flat=True)) == {"running"}
    settle()
    assert counters(pipeline)["c"] == {"done": 70}
    assert set(Cycle.objects.values_list("status", flat=True)) == {"done"}
    assert set(sample_nodes.effects.values()) == {1}, "only the last node went through apply"


def test_what_is_told_of_an_execution_that_ended_at_once_is_its_end(running: Running, items: Items) -> None:
    running(graph([node("a", "gate"), node("b")], ["a -> b"]))
    items(3)
    arrive()
    told: Counter[tuple[str, str]] = Counter()
    for event in Event.objects.filter(type="execution.status"):
        told[event.data["node"], event.data["status"]] += len(event.ids)
    assert told == {("a", "done"): 3, ("b", "ready"): 3}


def test_execution_a_gate_leaves_out_goes_to_a_worker(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a", "gate"), node("b")], ["a -> b"]))
    slow = set()
    sample_nodes.hooks["slow"] = lambda e: e.inputs["item"] in slow
    slow.update(items(5)[:2])
    arrive()
    assert counters(pipeline) == {"a": {"ready": 2, "done": 3}, "b": {"ready": 3}}
    assert {row.attempt for row in at("a", status="ready")} == {0}
    settle()
    assert counters(pipeline) == {"a": {"done": 5}, "b": {"done": 5}}
    assert failed_jobs() == []


def test_gate_after_a_worker_is_passed_in_its_commit(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a"), node("g", "gate"), node("p", "person")], ["a -> g", "g -> p"]))
    items(4)
    arrive()
    jobs.run_job(str(Job.objects.get(kind="pipelines.node").pk), heartbeat=False)
    assert counters(pipeline) == {"a": {"done": 4}, "g": {"done": 4}, "p": {"ready": 4}}
    assert all(set(cycle.memory) == {"gate"} for cycle in Cycle.objects.all())


def test_paused_pipeline_keeps_its_gates_shut(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a", "gate"), node("b")], ["a -> b"]))
    pause_pipeline(pipeline=pipeline)
    items(2)
    settle()
    assert counters(pipeline) == {"a": {"ready": 2}, "b": {}}
    resume_pipeline(pipeline=pipeline)
    settle()
    assert counters(pipeline) == {"a": {"done": 2}, "b": {"done": 2}}


def test_missing_value_of_a_gate_fails_as_elsewhere(running: Running, items: Items) -> None:
    made: dict[str, Any] = node("a", "gate", inputs={"item": {"variable": "none"}})
    triggers = [{"id": "tick", "node": "a", "kind": "cron", "spec": {"cron": "* * * * *"}}]
    pipeline = running(
        graph([made], triggers=triggers, variables=[{"name": "none", "type": "Item", "value": items(1)[0]}])
    )
    Variable.objects.update(value=None)
    fire_once(trigger=Trigger.objects.get(pipeline=pipeline), key="now")
    settle()
    assert [row.error_code for row in at("a")] == ["input_missing"]
