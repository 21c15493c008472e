"""Running nodes: one bad item, retries, requirements, races, pauses, cancels, workers that die or come back late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib import db, events, jobs
from alp_site.lib.jobs.run import Run, claim
from alp_site.lib.models import Event, Job, JobState
from alp_site.lib.testing import failed_jobs, settle
from pipelines.engine.spec import BatchFailed, NodeError, Wait, wait_on
from pipelines.models import Cycle, NodeExecution, Pipeline, Variable, VariableChange
from pipelines.services.cycles import (
    Begin,
    cancel_cycles,
    rerun_executions,
    retry_executions,
    start_cycles,
)
from pipelines.services.execution import _Worker
from pipelines.services.many import retry_many
from pipelines.services.pipelines import pause_pipeline, save_pipeline, start_pipeline
from pipelines.services.resuming import resume_pipeline
from pipelines.services.variables import set_variable
from pipelines.services.waits import Answer, answer_status, complete_waiting
from tests.pipelines import sample_nodes
from tests.pipelines.conftest import graph, link, node, real_db
from tests.pipelines.test_spine import counters

pytestmark = [real_db, pytest.mark.scale]
Items = Callable[..., list[str]]
Running = Callable[..., Pipeline]


def at(node_id: str, **where: Any) -> list[NodeExecution]:
    return list(NodeExecution.objects.filter(node_id=node_id, **where).order_by("id"))


def statuses(node_id: str) -> list[str]:
    return [row.status for row in at(node_id)]


def answer(node_id: str, status: str) -> list[str]:
    return answer_status({row.wait_key: status for row in at(node_id, status="waiting")})


def take(pipeline: Pipeline, node_id: str) -> tuple[_Worker, Any]:
    """A worker that has claimed a batch and not yet computed it."""
    job = claim(Job.objects.get(key=f"node:{pipeline.pk}:{node_id}", state=JobState.QUEUED).pk)
    assert job is not None
    worker = _Worker(Run(job))
    return worker, worker.claim()


def arrive() -> None:
    """Events reach the triggers and their cycles are made, but no node runs yet."""
    events.dispatch_pending()
    for job in Job.objects.filter(kind="pipelines.fire", state=JobState.QUEUED):
        jobs.run_job(str(job.pk), heartbeat=False)


def lose(worker: _Worker) -> None:
    """The worker's lease lapses: the job is claimed by another one."""
    Job.objects.filter(pk=worker.run.job.pk).update(lease_until=db.clock() - jobs.run.LEASE)


def test_node_is_told_which_attempt_it_is(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a", "picky")]))
    items(2)
    told: list[set[int]] = []

    def note(batch: list[Any]) -> None:
        told.append({e.attempt for e in batch})
        raise BatchFailed("not yet")

    sample_nodes.hooks["bad"] = lambda e: note([e]) or ""
    arrive()
    worker, batch = take(pipeline, "a")
    assert {view.attempt for view in batch.views} == {row.attempt for row in at("a")} == {1}
    lose(worker)
    jobs.run_job(str(worker.run.job.pk), heartbeat=False)
    for _ in range(2):
        retry_many(pipeline=pipeline)
        settle()
    assert told == [{2}, {3}, {4}], "a worker died of the first"
    assert {row.attempt for row in at("a")} == {4}


# --- one bad item


@pytest.mark.parametrize(("how", "code"), [("compute", "crashed"), ("error", "unreadable"), ("silent", "no_result")])
def test_one_bad_item_fails_alone(how: str, code: str, running: Running, items: Items) -> None:
    pipeline = running(graph([node("a", "picky"), node("b")], ["a -> b"]))
    ids = items(20)
    sample_nodes.hooks["bad"] = lambda e: how if e.inputs["item"] == ids[7] else ""
    settle()
    assert counters(pipeline) == {"a": {"done": 19, "failed": 1}, "b": {"done": 19}}
    (failed,) = at("a", status="failed")
    assert failed.error_code == code
    assert failed.arrived["item"] == ids[7]
    assert ("ValueError" in failed.log) is (how == "compute")
    assert Cycle.objects.get(pk=failed.cycle_id).status == "failed"
    assert failed_jobs() == []


def test_item_that_cannot_be_written_fails_alone_and_nothing_of_it_stays(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a", "picky"), node("b")], ["a -> b"]))
    ids = items(20)
    sample_nodes.hooks["bad_apply"] = lambda r: r.outputs["item"] == ids[3]
    settle()
    assert counters(pipeline) == {"a": {"done": 19, "failed": 1}, "b": {"done": 19}}
    assert at("a", status="failed")[0].error == "ValueError: cannot be written"


def test_what_a_node_puts_off_is_done_before_its_results_and_fails_none_of_them(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a", "pass")], []))
    items(3)
    order: list[str] = []

    def put_off() -> None:
        order.append("later")
        raise OSError("the disk is full")

    sample_nodes.hooks["later"] = put_off
    sample_nodes.hooks["apply"] = lambda tx, results: order.append(f"apply {len(results)}")
    settle()
    assert order == ["later", "apply 3"]
    assert counters(pipeline) == {"a": {"done": 3}}


def test_whole_batch_fails_with_one_reason_and_is_retried_with_its_inputs(running: Running, items: Items) -> None:
    variable = {"name": "v", "type": "Json", "value": 1}
    spec = graph([node("a", "picky"), node("b")], ["a -> b"], variables=[variable])
    pipeline = running(spec)
    items(3)
    sample_nodes.hooks["bad"] = lambda e: "batch"
    settle()
    assert {(e.error_code, e.error) for e in at("a")} == {("batch_failed", "the model is gone")}
    sample_nodes.hooks.clear()
    assert retry_many(pipeline=pipeline)[0] == 3
    settle()
    assert counters(pipeline) == {"a": {"done": 3}, "b": {"done": 3}}
    assert {e.attempt for e in at("a")} == {2}
    assert {e.error for e in at("a")} == {""}
    assert retry_many(pipeline=pipeline)[0] == 0


# --- inputs


def join_graph() -> dict[str, Any]:
    nodes = [node("s"), node("l"), node("r"), node("j", "join", inputs={"value": {"variable": "v"}})]
    links = ["s -> l", "s -> r", "l -> j.a", "r -> j.b"]
    return graph(nodes, links, variables=[{"name": "v", "type": "Json", "value": 1}])


def test_join_starts_once_when_both_inputs_are_there(running: Running, items: Items) -> None:
    pipeline = running(join_graph())
    (item,) = items(1)
    settle()
    (joined,) = at("j")
    assert joined.arrived == {"a": item, "b": item}
    assert joined.outputs == {"item": item, "value": 1}
    assert counters(pipeline)["j"] == {"done": 1}


def test_retry_keeps_the_variable_it_read_and_rerun_reads_it_anew(running: Running, items: Items) -> None:
    nodes = [node("a"), node("l"), node("j", "join", inputs={"value": {"variable": "v"}})]
    spec = graph(nodes, ["a -> l", "a -> j.a", "l -> j.b"], variables=[{"name": "v", "type": "Json", "value": 1}])
    pipeline = running(spec)
    items(1)
    settle()
    (first,) = at("j")
    NodeExecution.objects.filter(pk=first.pk).update(status="failed")
    Cycle.objects.filter(pk=first.cycle_id).update(done=2, failed=1, status="failed")
    set_variable(pipeline_id=pipeline.pk, name="v", value=2)
    assert retry_executions(execution_ids=[first.pk]) == 1
    settle()
    assert [e.outputs["value"] for e in at("j")] == [1]
    assert rerun_executions(execution_ids=[first.pk]) == 1
    settle()
    assert [e.outputs["value"] for e in at("j")] == [1, 2]


def test_conditions_of_connections_look_at_the_item(running: Running, items: Items) -> None:
    good = link("a -> b", condition='{"name": {"$eq": "000001.jpg"}}')
    pipeline = running(graph([node("a"), node("b"), node("c")], [good, "a -> c"]))
    items(3)
    settle()
    assert counters(pipeline) == {"a": {"done": 3}, "b": {"done": 1}, "c": {"done": 3}}


def test_empty_variable_fails_the_execution_with_its_reason(running: Running) -> None:
    variable = {"name": "v", "type": "Json", "value": 1}
    nodes = [node("a"), node("c", "clock", inputs={"value": {"variable": "v"}})]
    pipeline = running(graph(nodes, variables=[variable]))
    set_variable(pipeline_id=pipeline.pk, name="v", value=None)
    start_cycles(pipeline=pipeline, node_id="c", begins=[Begin("one")])
    settle()
    (failed,) = at("c")
    assert (failed.status, failed.error_code) == ("failed", "input_missing")


# --- waiting


def test_person_answers_and_the_item_flows_on_once(running: Running, items: Items) -> None:
    spec = graph([node("a"), node("p", "person"), node("b")], ["a -> p", link("p -> b", action="completed")])
    pipeline = running(spec)
    items(5)
    settle()
    assert set(Cycle.objects.values_list("status", flat=True)) == {"waiting"}
    first, *rest = at("p")
    with db.write():
        entry = {"task_item": str(first.pk), "item": first.arrived["item"], "status": "completed"}
        for _ in range(2):
            events.publish("task.item_status", project_id=pipeline.project_id, ids=[first.pk],
                           data={"task": "t", "entries": [entry]})  # fmt: skip
    settle()
    assert counters(pipeline)["b"] == {"done": 1}
    assert answer("p", "discard") == [str(row.pk) for row in rest]
    assert answer("p", "discard") == []
    settle()
    assert counters(pipeline) == {"a": {"done": 5}, "p": {"done": 5}, "b": {"done": 1}}
    assert set(Cycle.objects.values_list("status", flat=True)) == {"done"}


def test_answer_taken_back_from_a_loose_end_and_given_anew_flows_on_once(running: Running, items: Items) -> None:
    """Discarded by mistake, undone, labelled: the item goes on. What has flowed on cannot be revised."""
    spec = graph([node("p", "person"), node("b")], [link("p -> b", action="completed")])
    pipeline = running(spec)
    items(1)
    settle()
    (row,) = at("p")

    def tell(status: str) -> None:
        entry = {"task_item": str(row.pk), "item": row.arrived["item"], "status": status}
        entry["context"] = {"execution": str(row.pk)}  # type: ignore[assignment]
        with db.write():
            events.publish("task.item_status", project_id=pipeline.project_id, ids=[row.pk],
                           data={"task": "t", "entries": [entry]})  # fmt: skip
        settle()

    tell("discard")
    assert Cycle.objects.get().status == "done"
    for status in ("completed", "completed", "discard"):
        tell(status)
        assert counters(pipeline) == {"p": {"done": 1}, "b": {"done": 1}}
        assert (at("p")[0].action, Cycle.objects.get().status) == ("completed", "done")


def test_many_finished_at_once_are_taken_back_in_parts(running: Running, items: Items) -> None:
    pipeline = running(graph([node("p", "person"), node("b")], ["p -> b"]))
    items(420)
    settle()
    rows = at("p")
    entries = [{"task_item": str(e.pk), "item": e.arrived["item"], "status": "completed"} for e in rows]
    with db.write():
        events.publish("task.item_status", project_id=pipeline.project_id, ids=[e.pk for e in rows],
                       data={"task": "t", "entries": entries})  # fmt: skip
    events.dispatch_pending()
    assert Job.objects.filter(kind="pipelines.answers").count() == (-(-420 // db.bulk_size()) if db.is_sqlite() else 0)
    settle()
    assert counters(pipeline) == {"p": {"done": 420}, "b": {"done": 420}}


def test_status_that_is_no_action_or_an_undrawn_rejection_leaves_the_wait(running: Running, items: Items) -> None:
    running(graph([node("p", "person"), node("b")], ["p -> b"]))
    items(1)
    settle()
    assert answer("p", "") == answer("p", "on fire") == answer("p", "rejected") == []
    assert statuses("p") == ["waiting"]


def test_drawn_rejection_makes_a_new_execution(running: Running, items: Items) -> None:
    spec = graph([node("p", "person"), node("q", "person")],
                 ["p -> q", link("q -> p", action="rejected")])  # fmt: skip
    running(spec)
    items(1)
    settle()
    answer("p", "completed")
    settle()
    answer("q", "rejected")
    settle()
    assert statuses("p") == ["done", "waiting"]


def test_failed_wait_fails_the_execution(running: Running, items: Items) -> None:
    running(graph([node("p", "person"), node("b")], ["p -> b"]))
    items(1)
    settle()
    (row,) = at("p")
    complete_waiting([Answer(on=row.wait_key, error=("model_failed", "out of memory"))])
    row.refresh_from_db()
    assert (row.status, row.error_code, row.error) == ("failed", "model_failed", "out of memory")


def test_lost_answer_is_healed_by_the_sweep(running: Running, items: Items) -> None:
    pipeline = running(graph([node("p", "person"), node("b")], ["p -> b"]))
    ids = items(3)
    settle()
    sample_nodes.hooks["over"] = lambda e: e.inputs["item"] == ids[1]
    settle()
    assert counters(pipeline) == {"p": {"waiting": 2, "done": 1}, "b": {"done": 1}}


def test_requirement_makes_it_wait_and_start_when_it_is_there(running: Running, items: Items) -> None:
    pipeline = running(graph([node("n", "needs"), node("b")], ["n -> b"]))
    here: list[str] = []
    sample_nodes.hooks["unmet"] = lambda batch: [
        Wait(e.id, "an evaluation runs", on=wait_on("evaluation", "e1")) for e in batch if not here
    ]
    items(2)
    settle(duties=False)
    assert counters(pipeline)["n"] == {"waiting": 2}
    assert {row.wait_reason for row in at("n")} == {"an evaluation runs"}
    data = {"status": "done", "model": "m", "test_set_version": "v"}
    with db.write():
        events.publish("evaluation.status", project_id=pipeline.project_id, ids=["e1"], data=data)
    settle(duties=False)
    assert counters(pipeline)["n"] == {"waiting": 2}, "still unmet: it waits again"
    here.append("yes")
    settle()
    assert counters(pipeline) == {"n": {"done": 2}, "b": {"done": 2}}


def test_requirement_that_failed_fails_the_execution(running: Running, items: Items) -> None:
    running(graph([node("n", "needs")]))
    sample_nodes.hooks["unmet"] = lambda batch: [NodeError(e.id, "no_test_set", "nothing to test on") for e in batch]
    items(1)
    settle()
    assert [(e.status, e.error_code) for e in at("n")] == [("failed", "no_test_set")]


# --- compare and set


def test_changed_incumbent_runs_the_source_again(running: Running, items: Items) -> None:
    """The race of a promotion: the variable moved between the comparison and the update."""
    variable = {"name": "best", "type": "Json", "value": 1}
    nodes = [node("a"), node("c", "clock", inputs={"value": {"variable": "best"}}), node("u", "swap")]
    trigger = {"id": "t", "node": "a", "kind": "event", "spec": {}}
    spec = graph(nodes, [link("c.value -> u.value")], triggers=[trigger], variables=[variable])
    pipeline = running(spec)
    moved: list[int] = []

    def someone_else(batch: Any) -> None:
        if not moved:
            moved.append(1)
            set_variable(pipeline_id=pipeline.pk, name="best", value=10)

    sample_nodes.hooks["compute"] = someone_else
    start_cycles(pipeline=pipeline, node_id="c", begins=[Begin("one")])
    settle()
    assert [(e.action, e.outputs["value"]) for e in at("u")] == [("incumbent changed", 1), ("update", 10)]
    assert [e.outputs["value"] for e in at("c")] == [1, 10]
    assert Variable.objects.get().value == 11
    changes = VariableChange.objects.order_by("version").values_list("old", "new", "node_id")
    assert list(changes) == [(1, 10, ""), (10, 11, "u")]
    assert Event.objects.filter(type="variable.updated").count() == 2


# --- pause, cancel, revisions


def test_pause_stops_claims_and_keeps_what_people_finish(running: Running, items: Items) -> None:
    pipeline = running(graph([node("p", "person"), node("b")], ["p -> b"]))
    items(2)
    settle()
    pause_pipeline(pipeline=pipeline)
    answer("p", "completed")
    items(1)
    settle()
    assert counters(pipeline) == {"p": {"ready": 1, "done": 2}, "b": {"ready": 2}}
    resume_pipeline(pipeline=pipeline)
    settle()
    assert counters(pipeline) == {"p": {"waiting": 1, "done": 2}, "b": {"done": 2}}


def test_pause_without_triggers_does_not_answer_events(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a")]))
    pause_pipeline(pipeline=pipeline, keep_triggers=False)
    items(2)
    settle()
    resume_pipeline(pipeline=pipeline)
    items(1)
    settle()
    assert Cycle.objects.count() == 1


def test_resume_may_cancel_what_was_open(running: Running, items: Items) -> None:
    pipeline = running(graph([node("p", "person")]))
    items(2)
    settle()
    pause_pipeline(pipeline=pipeline)
    resume_pipeline(pipeline=pipeline, open_cycles="cancel")
    settle()
    assert counters(pipeline) == {"p": {"cancelled": 2}}
    assert set(Cycle.objects.values_list("status", flat=True)) == {"cancelled"}


def test_cancel_while_a_worker_is_at_it_throws_its_result_away(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a"), node("b")], ["a -> b"]))
    items(2)
    arrive()
    worker, batch = take(pipeline, "a")
    cancel_cycles(cycle_ids=[batch.views[0].cycle_id])
    worker.apply(batch, worker.compute(batch))
    assert counters(pipeline) == {"a": {"cancelled": 1, "done": 1}, "b": {"ready": 1}}
    assert set(sample_nodes.effects) == {batch.views[1].id}


def test_open_cycles_keep_their_graph_and_new_ones_get_the_new(running: Running, items: Items) -> None:
    old = graph([node("p", "person"), node("b")], ["p -> b"])
    pipeline = running(old)
    items(1)
    settle()
    save_pipeline(pipeline=pipeline, graph=graph([node("p", "person"), node("z")], ["p -> z"]))
    start_pipeline(pipeline=pipeline)
    items(1)
    settle()
    answer("p", "completed")
    settle()
    assert statuses("b") == statuses("z") == ["done"]
    assert pipeline.revisions.count() == 2


# --- workers that die


def test_dead_workers_batch_is_claimed_again_and_its_late_commit_rolls_back(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a"), node("b")], ["a -> b"]))
    items(10)
    arrive()
    worker, batch = take(pipeline, "a")
    lose(worker)
    jobs.run_job(str(worker.run.job.pk), heartbeat=False)
    settle()
    done = dict(sample_nodes.effects)
    with pytest.raises(jobs.LostLease):
        worker.apply(batch, worker.compute(batch))
    settle()
    assert counters(pipeline) == {"a": {"done": 10}, "b": {"done": 10}}
    assert dict(sample_nodes.effects) == done
    assert {row.losses for row in at("a")} == {1}


def test_item_that_kills_its_workers_is_given_up_alone(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a")]))
    ids = items(5)
    arrive()
    bad = at("a")[2]
    NodeExecution.objects.filter(pk=bad.pk).update(losses=4)
    settle()
    assert counters(pipeline) == {"a": {"done": 4, "failed": 1}}
    assert at("a", status="failed")[0].error_code == "worker_died"
    assert at("a", status="failed")[0].arrived["item"] == ids[2]


def test_every_message_lost_the_sweep_rings_again(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a"), node("b")], ["a -> b"]))
    items(4)
    events.dispatch_pending()
    Job.objects.all().delete()
    settle()
    assert counters(pipeline) == {"a": {"done": 4}, "b": {"done": 4}}


# --- cost


def test_a_batch_costs_the_same_number_of_queries_whatever_its_size(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a"), node("b")], ["a -> b"]))

    def cost(count: int) -> int:
        items(count)
        arrive()
        with CaptureQueriesContext(connection) as queries:
            worker, batch = take(pipeline, "a")
            worker.apply(batch, worker.compute(batch))
            assert worker.claim() is None
        assert len(batch.views) == count
        settle()
        return len(queries)

    assert cost(4) == cost(60) <= 50
