"""Triggers: once, always, filters, counts, clocks, by hand; rings of pipelines; big uploads; kills half-way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from alp_site.lib import db, events, jobs
from alp_site.lib.events.outbox import Position, read
from alp_site.lib.jobs.run import Run, claim
from alp_site.lib.models import Job, JobState
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import Project
from datasets.models import Dataset, Item
from pipelines.engine.spec import StartScope
from pipelines.errors import GraphInvalid
from pipelines.models import Cycle, NodeCounter, Pipeline, Trigger, TriggerFiring
from pipelines.services import firing as firing_service
from pipelines.services import sweep
from pipelines.services.cycles import cancel_open
from pipelines.services.firing import run_over, tick
from pipelines.services.pipelines import create_pipeline, delete_pipeline, pause_pipeline, start_pipeline
from pipelines.services.triggers import take_events, update_trigger
from pipelines.services.variables import set_variable
from tests.pipelines import sample_nodes
from tests.pipelines.conftest import graph, node, real_db

pytestmark = [real_db, pytest.mark.scale]
Items = Callable[..., list[str]]
Running = Callable[..., Pipeline]


def trigger(kind: str = "event", at: str = "a", **more: Any) -> dict[str, Any]:
    return {"id": "t", "node": at, "kind": kind, **more}


def touch(ids: list[str], project: Project, kind: str = "item.updated", **cause: Any) -> None:
    with db.write(), events.cause(**cause):
        events.publish(kind, project_id=project.pk, ids=ids, data={"dataset": "d"})


def approve(ids: list[str]) -> None:
    """As the datasets app leaves an item that was approved: its present version is the approved one."""
    Item.objects.filter(pk__in=ids).update(content_version=1, approved_version=1)


def subjects() -> list[str]:
    return [str(pk) for pk in Cycle.objects.order_by("id").values_list("subject", flat=True)]


def test_what_a_trigger_was_still_at_ends_when_its_pipeline_is_deleted(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a")], triggers=[trigger()]))
    items(3)
    firing = run_over(pipeline=pipeline, node_id="a", dql={}, dataset_id=None, user=None, key="")
    pause_pipeline(pipeline=pipeline)
    delete_pipeline(pipeline=pipeline)
    settle()
    firing.refresh_from_db()
    assert (firing.state, firing.created, firing.note) == ("skipped", 0, "The pipeline was deleted.")
    assert not Cycle.objects.exists()
    assert not failed_jobs()


# --- events


def test_once_is_once_per_item_and_always_is_once_per_event(running: Running, items: Items, project: Project) -> None:
    spec = {"actions": ["created", "updated"]}
    running(graph([node("a")], triggers=[trigger(spec=spec, mode="once")]))
    running(graph([node("a")], triggers=[trigger(spec=spec, mode="always")]))
    (item,) = items(1)
    settle()
    touch([item], project)
    settle()
    assert sorted(Cycle.objects.values_list("trigger__mode", flat=True)) == ["always", "always", "once"]


def test_the_same_events_again_make_no_second_cycle(running: Running, items: Items) -> None:
    running(graph([node("a")], triggers=[trigger(mode="always")]))
    items(3)
    seen = [event for event in read(Position(0, 0), 100) if event.type == "item.created"]
    settle()
    with db.write():
        take_events(seen)
    TriggerFiring.objects.update(state="running", cursor="", seen=0)
    settle()
    assert Cycle.objects.count() == 3


def test_filter_dataset_and_project_narrow(
    running: Running, items: Items, project: Project, other_project: Project, dataset: Dataset
) -> None:
    running(graph([node("a", dataset=str(dataset.pk))], triggers=[trigger(spec={"filter": {"hidden": False}})]))
    wanted = items(2)
    items(1, hidden=True)
    items(1, into=Dataset.objects.create(project=project, name="Elsewhere"))
    items(1, into=Dataset.objects.create(project=other_project, name="Theirs"))
    settle()
    assert subjects() == wanted


def test_broken_filter_fails_the_firing_with_its_reason_and_the_rest_goes_on(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a")]))
    Trigger.objects.filter(pipeline=pipeline).update(spec={"filter": {"nonsense": {"$wild": 1}}})
    items(1)
    settle()
    firing = TriggerFiring.objects.get()
    assert firing.state == "failed"
    assert firing.note
    assert Trigger.objects.get().error == firing.note
    assert failed_jobs() == []
    Trigger.objects.filter(pipeline=pipeline).update(spec={})
    items(1)
    settle()
    assert Cycle.objects.count() == 1


def test_events_of_the_own_pipeline_are_ignored_unless_told(running: Running, items: Items, project: Project) -> None:
    spec = {"actions": ["updated"]}
    deaf = running(graph([node("a")], triggers=[trigger(spec=spec, mode="always")]))
    told = running(graph([node("a")], triggers=[trigger(spec={**spec, "own": True}, mode="always")]))
    ids = items(1)
    touch(ids, project, pipeline_id=deaf.pk, depth=1)
    touch(ids, project, pipeline_id=told.pk, depth=1)
    settle()
    found = Cycle.objects.order_by("id").values_list("pipeline_id", "cause_depth")
    assert sorted(found) == sorted([(deaf.pk, 1), (told.pk, 1), (told.pk, 1)])


def test_pipelines_that_start_each_other_in_a_ring_are_stopped(
    running: Running, items: Items, project: Project
) -> None:
    pipeline = running(graph([node("a")], triggers=[trigger(spec={"actions": ["updated"]}, mode="always")]))
    ids = items(1)
    touch(ids, project, depth=8)
    settle()
    assert Cycle.objects.count() == 1
    touch(ids, project, depth=9)
    settle()
    assert Cycle.objects.count() == 1
    assert "start each other" in Trigger.objects.get(pipeline=pipeline).error


def test_depth_grows_along_a_chain_of_pipelines(running: Running, items: Items) -> None:
    def update(tx: Any, results: Any) -> None:
        ids = [r.outputs["item"] for r in results]
        events.publish("item.updated", project_id=Item.objects.get(pk=ids[0]).dataset.project_id, ids=ids,
                       data={"dataset": "d"})  # fmt: skip

    sample_nodes.hooks["apply"] = update
    running(graph([node("a")]))
    second = running(graph([node("a")], triggers=[trigger(spec={"actions": ["updated"]})]))
    items(1)
    settle()
    assert Cycle.objects.get(pipeline=second).cause_depth == 1


def test_disabled_trigger_is_deaf(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a")]))
    update_trigger(trigger=Trigger.objects.get(pipeline=pipeline), changes={"enabled": False})
    items(1)
    settle()
    assert Cycle.objects.count() == 0
    pipeline.refresh_from_db()
    assert pipeline.draft["triggers"][0]["enabled"] is False
    with pytest.raises(GraphInvalid):
        update_trigger(trigger=Trigger.objects.get(pipeline=pipeline), changes={"spec": {"resource": "Moon"}})


# --- many


@pytest.mark.thorough
def test_ten_thousand_items_become_ten_thousand_cycles_in_bulk(running: Running, items: Items) -> None:
    pipeline = running(graph([node("p", "person")]))
    items(10_000)
    events.dispatch_pending()
    before = TriggerFiring.objects.count()
    for job in Job.objects.filter(kind="pipelines.fire", state=JobState.QUEUED):
        jobs.run_job(str(job.pk), heartbeat=False)
    assert before <= 10
    assert Cycle.objects.count() == 10_000
    counter = NodeCounter.objects.get(pipeline=pipeline)
    assert (counter.ready, counter.running) == (10_000, 0)


def test_killed_half_way_the_firing_goes_on_and_nothing_starts_twice(
    running: Running, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "bulk_step", lambda: 10)
    running(graph([node("a")]))
    ids = items(35)
    events.dispatch_pending()
    job = Job.objects.get(kind="pipelines.fire")
    first = Run(claim(job.pk))  # type: ignore[arg-type]
    steps = iter(range(2))
    step = firing_service._step

    def dies(firing: TriggerFiring) -> None:
        if next(steps, None) is None:
            raise KeyboardInterrupt
        step(firing)

    monkeypatch.setattr(firing_service, "_step", dies)
    with pytest.raises(KeyboardInterrupt):
        firing_service.go_through(first)
    assert Cycle.objects.count() == 20
    monkeypatch.setattr(firing_service, "_step", step)
    Job.objects.filter(pk=job.pk).update(lease_until=now() - timedelta(minutes=5))
    jobs.run_job(str(job.pk), heartbeat=False)
    assert subjects() == ids
    with pytest.raises(jobs.LostLease):
        firing_service.go_through(first)
    assert TriggerFiring.objects.get().created == 35


# --- by hand


def test_run_over_a_filter_starts_each_match_once_per_request(
    running: Running, items: Items, project: Project, dataset: Dataset, engineer: Any
) -> None:
    items(5)
    hidden = items(4, hidden=True)
    pipeline = running(graph([node("a")], triggers=[trigger("manual")]))
    for _ in range(2):
        firing = run_over(
            pipeline=pipeline, node_id="a", dql={"hidden": True}, dataset_id=dataset.pk, user=engineer, key="k1"
        )
        settle()
    assert subjects() == hidden
    firing.refresh_from_db()
    assert (firing.state, firing.created, firing.user_id) == ("done", 4, engineer.pk)
    run_over(pipeline=pipeline, node_id="a", dql={}, dataset_id=dataset.pk, user=engineer, key="k2", once=True)
    settle()
    assert Cycle.objects.count() == 9
    run_over(pipeline=pipeline, node_id="a", dql={}, dataset_id=dataset.pk, user=engineer, key="k3")
    settle()
    assert Cycle.objects.count() == 18


# --- clocks


def clock_graph(**more: Any) -> dict[str, Any]:
    return graph(
        [node("c", "clock", inputs={"value": {"variable": "v"}})],
        triggers=[trigger("cron", "c", spec={"cron": "0 9 * * 1", **more.pop("spec", {})}, **more)],
        variables=[{"name": "v", "type": "Json", "value": 1}],
    )


def due(pipeline: Pipeline) -> Trigger:
    """The clock strikes."""
    row = Trigger.objects.get(pipeline=pipeline)
    later = (row.next_at or now()) - timedelta(days=7 * (1 + TriggerFiring.objects.count() % 5))
    Trigger.objects.filter(pk=row.pk).update(next_at=min(later, now()))
    return row


def test_clock_fires_when_due_and_sets_itself_anew(running: Running) -> None:
    pipeline = running(clock_graph())
    row = Trigger.objects.get(pipeline=pipeline)
    assert row.next_at is not None
    assert (row.next_at.weekday(), row.next_at.hour) == (0, 9)
    settle()
    assert Cycle.objects.count() == 0
    due(pipeline)
    assert tick(row.pk)
    assert not tick(row.pk)
    settle()
    assert [c.status for c in Cycle.objects.all()] == ["done"]
    row.refresh_from_db()
    assert row.next_at is not None
    assert row.next_at > now()


def test_clock_that_struck_while_the_house_was_down_fires_once(running: Running) -> None:
    pipeline = running(clock_graph(spec={"cron": "*/5 * * * *", "skip_unchanged": False}))
    Trigger.objects.filter(pipeline=pipeline).update(next_at=now() - timedelta(days=3))
    for _ in range(3):
        sweep.run_clocks()
        settle()
    assert Cycle.objects.count() == 1
    row = Trigger.objects.get(pipeline=pipeline)
    assert row.next_at is not None
    assert timedelta() < row.next_at - now() <= timedelta(minutes=5)


def test_clock_skips_when_nothing_changed(running: Running) -> None:
    pipeline = running(clock_graph())
    for value in (1, 1, 2):
        set_variable(pipeline_id=pipeline.pk, name="v", value=value)
        due(pipeline)
        settle()
    assert Cycle.objects.count() == 2
    assert [f.state for f in TriggerFiring.objects.order_by("id")] == ["done", "skipped", "done"]


@pytest.mark.parametrize(
    ("overlap", "states", "cycles"),
    [
        ("skip", ["done", "skipped", "skipped"], 1),
        ("queue_one", ["done", "queued", "skipped"], 1),
        ("allow", ["done", "done", "done"], 3),
    ],
)
def test_overlap(running: Running, overlap: str, states: list[str], cycles: int) -> None:
    """Three strikes while the first cycle waits for a person."""
    spec = clock_graph(overlap=overlap, spec={"skip_unchanged": False})
    waits = {"id": "c", "type": "test.person", "inputs": {"item": {"variable": "v"}}}
    spec["nodes"] = [waits]
    spec["variables"] = [{"name": "v", "type": "Item", "value": "0190b6e0-0000-7000-8000-00000000000a"}]
    pipeline = running(spec)
    for _ in range(3):
        due(pipeline)
        settle()
    assert [f.state for f in TriggerFiring.objects.order_by("id")] == states
    assert Cycle.objects.count() == cycles
    cancel_open(pipeline=pipeline)
    settle()
    assert Cycle.objects.count() == cycles + (overlap == "queue_one")


# --- counts


def test_every_n_counts_matching_events_and_keeps_what_is_over(running: Running, items: Items) -> None:
    spec = {"n": 10, "filter": {"hidden": False}}
    pipeline = running(
        graph(
            [node("c", "clock", inputs={"value": {"fixed": 1}})],
            triggers=[trigger("every_n", "c", spec=spec, overlap="allow")],
        )
    )
    items(9)
    items(5, hidden=True)
    settle()
    assert Cycle.objects.count() == 0
    items(3)
    settle()
    assert Cycle.objects.count() == 1
    assert Trigger.objects.get(pipeline=pipeline).state["count"] == 2
    items(8)
    settle()
    assert Cycle.objects.count() == 2


@pytest.mark.parametrize(("overlap", "cycles", "skipped"), [("allow", 3, 0), ("queue_one", 2, 1), ("skip", 1, 1)])
def test_every_n_fires_each_time_it_is_reached_though_all_come_together(
    running: Running, items: Items, overlap: str, cycles: int, skipped: int
) -> None:
    clock = node("c", "clock", inputs={"value": {"fixed": 1}})
    pipeline = running(graph([clock], triggers=[trigger("every_n", "c", spec={"n": 10}, overlap=overlap)]))
    items(34)
    settle()
    assert Trigger.objects.get(pipeline=pipeline).state["count"] == 4
    assert Cycle.objects.count() == cycles
    assert TriggerFiring.objects.filter(key__startswith="count:", state="skipped").count() == skipped
    items(6)
    settle()
    assert Cycle.objects.count() == cycles + 1, "what was over counts"


def test_every_n_new_ground_truth(running: Running, items: Items, dataset: Dataset, project: Project) -> None:
    """Counted as there is, not as events come: a lost event or a repeated one changes nothing."""
    approve(items(7))
    spec = {"n": 5, "count": "ground_truth", "dataset": {"variable": "d"}}
    pipeline = running(
        graph(
            [node("c", "clock", inputs={"value": {"fixed": 1}})],
            triggers=[trigger("every_n", "c", spec=spec)],
            variables=[{"name": "d", "type": "Dataset", "value": str(dataset.pk)}],
        )
    )
    settle()
    assert Cycle.objects.count() == 0
    more = items(6)
    approve(more[:4])
    touch(more[:4], project, "item.approved")
    settle()
    touch(more[:4], project, "item.approved")
    settle()
    assert Cycle.objects.count() == 0
    approve(more[4:5])
    settle()
    assert Cycle.objects.count() == 1, "the sweep found it without an event"
    approve(more[5:])
    settle()
    assert Cycle.objects.count() == 1
    assert Trigger.objects.get(pipeline=pipeline).state["at"] == 12


# --- the one-time load


def test_existing_items_are_loaded_once(project: Project, items: Items, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_nodes.Pass, "start_scope", lambda self, place: StartScope(load_existing=True))
    old = items(5)
    pipeline = create_pipeline(project=project, name="Loads", graph=graph([node("a")]))
    start_pipeline(pipeline=pipeline)
    settle()
    new = items(2)
    start_pipeline(pipeline=pipeline)
    settle()
    assert subjects() == [*old, *new]


def test_old_firing_is_emptied_of_its_events_and_keeps_its_place(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a")]))
    items(3)
    settle()
    items(2)
    settle()
    old, new = TriggerFiring.objects.order_by("id")
    once = TriggerFiring.objects.create(trigger=old.trigger, key="existing", source={"filter": {}}, state="done")
    long_ago = now() - sweep.KEEP_ENTRIES - timedelta(minutes=1)
    TriggerFiring.objects.filter(pk__in=[old.pk, once.pk]).update(finished_at=long_ago)
    assert sweep.drop_entries() == 1
    assert sweep.drop_entries() == 0
    for row in (old, new, once):
        row.refresh_from_db()
    assert (old.source, old.seen, old.created) == ({}, 3, 3)
    assert new.source["entries"]
    assert once.source == {"filter": {}}
    assert Cycle.objects.filter(pipeline=pipeline, firing=old).count() == 3
