"""Two at once, with real transactions: neither a lost join, nor a deadlock, nor a counter that is wrong."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count

from alp_site.lib import db, jobs
from alp_site.lib.jobs.run import Run, claim
from alp_site.lib.models import Job, JobState
from alp_site.lib.testing import failed_jobs, settle
from pipelines.models import Cycle, CycleCounter, NodeCounter, NodeExecution, Pipeline, Variable, VariableChange
from pipelines.services.cycles import cancel_cycles
from pipelines.services.execution import run_node
from pipelines.services.variables import set_if
from pipelines.services.waits import answer_status
from tests.pipelines.conftest import graph, node
from tests.pipelines.sample_nodes import effects, hooks
from tests.pipelines.test_execution import arrive, at, join_graph, take

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.scale]
Items = Callable[..., list[str]]
Running = Callable[..., Pipeline]


def at_once(*tasks: Callable[[], Any]) -> None:
    """Runs these in threads that start together; raises what one of them raised."""
    start, wrong = threading.Barrier(len(tasks)), []

    def run(task: Callable[[], Any]) -> None:
        try:
            start.wait()
            task()
        except BaseException as error:  # noqa: BLE001  told below
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if wrong:
        raise wrong[0]


def right_counters(pipeline: Pipeline) -> None:
    rows = NodeExecution.objects.filter(pipeline=pipeline).values_list("node_id", "status").annotate(n=Count("id"))
    counted: Counter[tuple[str, str]] = Counter({(n, s): count for n, s, count in rows})
    statuses = ("ready", "running", "waiting", "done", "failed", "cancelled")
    kept = NodeCounter.objects.filter(pipeline=pipeline)
    assert counted == Counter({(r.node_id, s): getattr(r, s) for r in kept for s in statuses if getattr(r, s)})
    cycles = dict(Cycle.objects.filter(pipeline=pipeline).values_list("status").annotate(n=Count("id")))
    row = CycleCounter.objects.get(pipeline=pipeline)
    assert cycles == {s: n for s in ("pending", *statuses[1:]) if (n := getattr(row, s))}


def test_two_inputs_that_arrive_at_the_same_moment_make_one_start(running: Running, items: Items) -> None:
    pipeline = running(join_graph())
    items(25)
    arrive()
    jobs.run_job(str(Job.objects.get(key=f"node:{pipeline.pk}:s", state=JobState.QUEUED).pk), heartbeat=False)
    left, right = take(pipeline, "l"), take(pipeline, "r")
    at_once(*(partial(worker.apply, batch, worker.compute(batch)) for worker, batch in (left, right)))
    for worker, _ in (left, right):
        assert worker.claim() is None
    settle()
    assert len(at("j")) == 25
    assert {row.status for row in at("j")} == {"done"}
    right_counters(pipeline)
    assert failed_jobs() == []


def test_answers_and_cancels_at_the_same_moment_end_each_cycle_one_way(running: Running, items: Items) -> None:
    pipeline = running(graph([node("p", "person"), node("b")], ["p -> b"]))
    items(60)
    settle()
    keys = [row.wait_key for row in at("p")]
    cycles = list(Cycle.objects.values_list("pk", flat=True))
    at_once(
        lambda: [answer_status({key: "completed"}) for key in keys],
        lambda: [cancel_cycles(cycle_ids=[pk]) for pk in reversed(cycles)],
        lambda: [answer_status(dict.fromkeys(keys[::-1][n : n + 7], "discard")) for n in range(0, 60, 7)],
    )
    settle()
    right_counters(pipeline)
    assert set(Cycle.objects.values_list("status", flat=True)) <= {"done", "cancelled"}
    assert len(at("b")) == len(at("p", status="done"))


def test_one_of_many_compare_and_sets_wins(running: Running) -> None:
    pipeline = running(graph([node("a")], variables=[{"name": "best", "type": "Json", "value": 0}]))
    won: list[int] = []

    def promote(number: int) -> Callable[[], None]:
        def run() -> None:
            if set_if(pipeline_id=pipeline.pk, name="best", expected=0, value=number):
                won.append(number)

        return run

    at_once(*(promote(number) for number in range(1, 7)))
    assert len(won) == 1
    assert Variable.objects.get().value == won[0]
    assert VariableChange.objects.count() == 1


def test_next_batch_is_claimed_and_the_last_one_written_while_one_is_computed(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a"), node("b")], ["a -> b"]))
    items(600)
    arrive()
    seen: list[tuple[int, int]] = []

    def compute(batch: Any) -> None:
        """Comes back when another batch is claimed, and the one before is written."""
        mine, end = {e.id for e in batch}, time.monotonic() + 20
        while time.monotonic() < end:
            claimed = NodeExecution.objects.filter(node_id="a", status="running").exclude(pk__in=mine).count()
            done = NodeExecution.objects.filter(node_id="a", status="done").count()
            rest = 600 - done - len(batch)
            if done == sum(size for size, _ in seen) and (claimed or not rest):
                break
            time.sleep(0.01)
        seen.append((len(batch), done))

    hooks["compute"] = compute
    job = claim(Job.objects.get(key=f"node:{pipeline.pk}:a", state=JobState.QUEUED).pk)
    assert job is not None
    run_node(Run(job, inline=False))
    hooks.clear()
    assert len(seen) > 2
    assert [done for _, done in seen] == [sum(size for size, _ in seen[:n]) for n in range(len(seen))]
    settle()
    right_counters(pipeline)
    assert {row.status for row in at("b")} == {"done"}
    assert set(effects.values()) == {1}
    assert failed_jobs() == []


def test_worker_that_dies_with_two_batches_in_hand_loses_neither(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a")]))
    items(600)
    arrive()
    calls: list[int] = []

    def compute(batch: Any) -> None:
        calls.append(len(batch))
        if len(calls) == 2:
            raise jobs.LostLease

    hooks["compute"] = compute
    job = claim(Job.objects.get(key=f"node:{pipeline.pk}:a", state=JobState.QUEUED).pk)
    assert job is not None
    with pytest.raises(jobs.LostLease):
        run_node(Run(job, inline=False))
    hooks.clear()
    assert NodeExecution.objects.filter(status="running").exists()
    Job.objects.filter(pk=job.pk).update(lease_until=db.clock() - jobs.run.LEASE)
    jobs.run_job(str(job.pk), heartbeat=False)
    settle()
    right_counters(pipeline)
    assert Counter(row.status for row in at("a")) == {"done": 600}
    assert set(effects.values()) == {1}
