"""The engine's property on the real tables and services: random graphs, deaths before and inside the commit, late
commits, messages lost and delivered twice, retries. Every effect once, no cycle stuck, every counter right.

The pure version of this (``tests/pure/engine``) runs hundreds of graphs; here a few, each with every layer below.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Count
from django.utils.timezone import now

from alp_site.lib import events, jobs
from alp_site.lib.jobs.duties import do_due
from alp_site.lib.jobs.run import Run, claim
from alp_site.lib.models import OPEN_STATES, Event, Job, JobState
from alp_site.lib.testing import settle
from pipelines.engine.graph import from_json
from pipelines.engine.spec import Execution, Node, NodeError, NodeSpec, Outcome, Port, Result, Wait, register, wait_on
from pipelines.engine.validate import validate
from pipelines.engine.wiring import read_wiring
from pipelines.models import (
    ConnectionCounter,
    Cycle,
    CycleCounter,
    CycleStatus,
    ExecutionStatus,
    NodeCounter,
    NodeExecution,
    Pipeline,
)
from pipelines.services import sweep
from pipelines.services.cycles import cancel_cycles
from pipelines.services.execution import _Worker
from pipelines.services.graphs import graph_of
from pipelines.services.many import retry_many
from pipelines.services.pipelines import publish_pipeline, save_pipeline
from pipelines.services.waits import Answer, complete_waiting
from tests.clock import HouseClock
from tests.pipelines.conftest import real_db
from tests.pure.engine.simulation import behave, expected, outputs_of, random_graph, spreads, wiring_of

pytestmark = [real_db, pytest.mark.scale, pytest.mark.thorough]
VALUE = (Port("value", "Json"),)
ACTIONS = {"value": ("left", "right", "again", "go", "completed")}
met: set[str] = set()
die_in_apply = [False]


class _Sim(Node):
    """Does what ``behave`` says. Its effect is a row of the outbox, which rolls back with its transaction."""

    def unmet(self, tx: Any, batch: Sequence[Execution]) -> Sequence[Wait | NodeError]:
        wanting = [e for e in batch if e.config["kind"] == "needs" and e.id not in met]
        return [Wait(e.id, "not there yet", on=wait_on("thing", e.id)) for e in wanting]

    def compute(self, ctx: Any, batch: Sequence[Execution]) -> Sequence[Result]:
        return [self._one(e) for e in batch]

    def _one(self, e: Execution) -> Result:
        value, action = behave(e.node_id, e.config, e.inputs)
        if e.config["kind"] == "fails" and e.attempt < e.config["times"]:
            return NodeError(e.id, "try_again", "not this time")
        if e.config["kind"] == "person":
            return Wait(e.id, "a person", on=wait_on("person", e.id), outputs={"value": value})
        return Outcome(e.id, outputs_of(e.node_id, e.config, value), action)

    def apply(self, tx: Any, results: Sequence[Outcome | Wait]) -> Sequence[Result] | None:
        values = [r.outputs["value"] for r in results if isinstance(r, Outcome)]
        if values:
            events.publish("model.metric", project_id=tx.project_id, ids=values)
        if die_in_apply[0]:
            die_in_apply[0] = False
            raise KeyboardInterrupt  # kill -9 in the middle of the transaction
        return None


OPEN: dict[str, Any] = {"type": "object"}


@register
class SimStart(_Sim):
    spec = NodeSpec(
        type="sim.start", title="Start", category="Test", inputs=(Port("item", "Item"),), outputs=VALUE,
        actions=ACTIONS, config_schema=OPEN, batch=3, hidden=True,
    )  # fmt: skip


@register
class SimStep(_Sim):
    spec = NodeSpec(
        type="sim.step", title="Step", category="Test", inputs=VALUE, outputs=VALUE, actions=ACTIONS,
        config_schema=OPEN, batch=3, hidden=True,
    )  # fmt: skip


@register
class SimJoin(_Sim):
    spec = NodeSpec(
        type="sim.join", title="Join", category="Test", inputs=(Port("a", "Json"), Port("b", "Json")), outputs=VALUE,
        actions=ACTIONS, config_schema=OPEN, batch=3, hidden=True,
    )  # fmt: skip


@register
class SimList(_Sim):
    spec = NodeSpec(
        type="sim.list", title="List", category="Test", inputs=VALUE, outputs=(*VALUE, Port("values", "String[]")),
        actions=ACTIONS, config_schema=OPEN, batch=3, hidden=True,
    )  # fmt: skip


@register
class SimEach(_Sim):
    """Takes one text, so a list of texts comes to it one by one."""

    spec = NodeSpec(
        type="sim.each", title="Each", category="Test", inputs=(Port("value", "String"),), outputs=VALUE,
        actions=ACTIONS, config_schema=OPEN, batch=3, hidden=True,
    )  # fmt: skip


class Chaos:
    """What may go wrong, one method a calamity."""

    def __init__(self, pipeline: Pipeline, rng: random.Random) -> None:
        self.pipeline, self.rng = pipeline, rng
        self.zombies: list[tuple[_Worker, Any]] = []

    def open_job(self) -> Job | None:
        found = list(Job.objects.filter(state__in=OPEN_STATES, kind="pipelines.node").order_by("id"))
        return self.rng.choice(found) if found else None

    def lapse(self, job: Job) -> None:
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(lease_until=now() - timedelta(minutes=5))

    def run(self) -> None:
        job = self.open_job()
        if job:
            jobs.run_job(str(job.pk), heartbeat=False)

    def deliver_twice(self) -> None:
        job = self.open_job()
        for _ in range(2 if job else 0):
            jobs.run_job(str(job.pk), heartbeat=False)  # type: ignore[union-attr]

    def die_after_claim(self) -> None:
        job = self.open_job()
        mine = claim(job.pk) if job else None
        if mine is None:
            return
        worker = _Worker(Run(mine))
        batch = worker.claim()
        if batch is not None:
            self.zombies.append((worker, batch))
        self.lapse(mine)

    def die_in_apply(self) -> None:
        job = self.open_job()
        if job is None:
            return
        die_in_apply[0] = True
        try:
            jobs.run_job(str(job.pk), heartbeat=False)
        except KeyboardInterrupt:
            self.lapse(job)
        die_in_apply[0] = False

    def commit_late(self) -> None:
        if self.zombies:
            worker, batch = self.zombies.pop(self.rng.randrange(len(self.zombies)))
            try:
                worker.apply(batch, worker.compute(batch))
            except jobs.LostLease:
                return
            self.lapse(worker.run.job)

    def lose_messages(self) -> None:
        Job.objects.filter(kind="pipelines.node", state=JobState.QUEUED).delete()

    def ring(self) -> None:
        sweep.ring_unrung()

    def answer(self) -> None:
        waiting = list(NodeExecution.objects.filter(status="waiting").order_by("id"))
        for row in self.rng.sample(waiting, min(2, len(waiting))):
            for _ in range(self.rng.randint(1, 2)):
                answer(row)

    def retry(self) -> None:
        retry_many(pipeline=self.pipeline)


def answer(row: NodeExecution) -> None:
    if row.wait_requires:
        met.add(str(row.pk))
        complete_waiting([Answer(on=row.wait_key)])
    else:
        complete_waiting([Answer(on=row.wait_key, action="completed")])


def recounted(pipeline: Pipeline) -> dict[str, Counter[str]]:
    rows = NodeExecution.objects.filter(pipeline=pipeline).values_list("node_id", "status").annotate(n=Count("id"))
    found: dict[str, Counter[str]] = {}
    for node_id, status, n in rows:
        found.setdefault(node_id, Counter())[status] = n
    return found


@pytest.mark.parametrize("seed", range(50))
def test_the_lists_of_random_graphs_are_wired_as_the_simulation_says(seed: int) -> None:
    graph = from_json(random_graph(random.Random(seed), blocks=6))
    assert read_wiring(graph) == wiring_of(graph)
    assert not [p for p in validate(graph) if p.level == "error"]


@pytest.mark.parametrize("seed", range(8))
def test_every_effect_happens_once_whatever_goes_wrong(
    seed: int, running: Callable[..., Pipeline], items: Callable[..., list[str]]
) -> None:
    met.clear()
    rng = random.Random(seed)
    spec = random_graph(rng, blocks=rng.randint(3, 6))
    pipeline = running(spec)
    ids = items(5)
    begin()
    chaos = Chaos(pipeline, rng)
    calamities: list[Callable[[], None]] = [
        chaos.run, chaos.run, chaos.run, chaos.deliver_twice, chaos.die_after_claim, chaos.die_after_claim,
        chaos.die_in_apply, chaos.commit_late, chaos.commit_late, chaos.lose_messages, chaos.ring, chaos.ring,
        chaos.answer, chaos.retry,
    ]  # fmt: skip
    for _ in range(60):
        rng.choice(calamities)()
    calm(chaos)
    graph = from_json(spec)
    wanted: Counter[str] = Counter()
    for item in ids:
        wanted += expected(graph, item)
    done = NodeExecution.objects.filter(status="done").values_list("outputs", flat=True)
    assert Counter(outputs["value"] for outputs in done) == wanted
    effects = Counter(
        v for ids_ in Event.objects.filter(type="model.metric").values_list("ids", flat=True) for v in ids_
    )
    people = {node.id for node in graph.nodes if node.config["kind"] == "person"}
    assert effects == Counter({v: n for v, n in wanted.items() if v.rpartition("/")[2] not in people})
    assert set(Cycle.objects.values_list("status", flat=True)) == {"done"}
    assert right_books(pipeline)
    assert CycleCounter.objects.get(pipeline=pipeline).done == len(ids)


def calm(chaos: Chaos, *, ended: frozenset[str] = frozenset({"done"})) -> None:
    """Nothing goes wrong any more: what is left is taken up, answered and retried until every cycle has ended."""
    for _ in range(40):
        for job in Job.objects.filter(state=JobState.RUNNING):
            chaos.lapse(job)
            jobs.run_job(str(job.pk), heartbeat=False)
        settle()
        for row in NodeExecution.objects.filter(status="waiting"):
            answer(row)
        chaos.retry()
        if set(Cycle.objects.values_list("status", flat=True)) <= ended:
            return
    raise AssertionError("stuck")


def begin() -> None:
    """Starts the cycles of what was created, and nothing more."""
    events.dispatch_pending()
    for job in Job.objects.filter(kind="pipelines.fire", state__in=OPEN_STATES):
        jobs.run_job(str(job.pk), heartbeat=False)


def right_books(pipeline: Pipeline) -> bool:
    """Whether the counters of nodes, connections and cycles say what the rows do; of a list that went on element by
    element each counts."""
    counters = {
        row.node_id: Counter({s: n for s in ExecutionStatus.values if (n := getattr(row, s))})
        for row in NodeCounter.objects.filter(pipeline=pipeline)
    }
    passed: Counter[str] = Counter()
    for row in NodeExecution.objects.filter(pipeline=pipeline, status="done"):
        graph = graph_of(row.revision_id)
        for way in map(graph.connection_by_id.__getitem__, row.taken):
            passed[way.name] += len(row.outputs[way.source_port]) if spreads(graph, way) else 1
    kept = dict(ConnectionCounter.objects.filter(pipeline=pipeline).values_list("name", "passed"))
    cycles = Counter(Cycle.objects.filter(pipeline=pipeline).values_list("status", flat=True))
    tally = CycleCounter.objects.get(pipeline=pipeline)
    same_cycles = all(getattr(tally, status) == cycles[status] for status in CycleStatus.values)
    return {n: c for n, c in counters.items() if c} == recounted(pipeline) and kept == dict(passed) and same_cycles


@pytest.mark.parametrize("seed", range(4))
def test_cycles_end_on_the_graph_they_began_with_whatever_goes_wrong(
    seed: int, running: Callable[..., Pipeline], items: Callable[..., list[str]]
) -> None:
    """Another graph is published again and again while cycles of the ones before are under way."""
    met.clear()
    rng = random.Random(100 + seed)
    specs = [random_graph(rng, blocks=rng.randint(2, 4)) for _ in range(3)]
    pipeline = running(specs[0])
    chaos = Chaos(pipeline, rng)
    calamities: list[Callable[[], None]] = [
        chaos.run, chaos.run, chaos.deliver_twice, chaos.die_after_claim, chaos.die_in_apply, chaos.commit_late,
        chaos.lose_messages, chaos.ring, chaos.answer, chaos.retry,
    ]  # fmt: skip
    wanted: Counter[str] = Counter()
    for number, spec in enumerate(specs):
        if number:
            save_pipeline(pipeline=pipeline, graph=spec)
            publish_pipeline(pipeline=pipeline)
        ids = items(3)
        begin()
        for item in ids:
            wanted += expected(from_json(spec), item)
        for _ in range(20):
            rng.choice(calamities)()
    calm(chaos)
    done = NodeExecution.objects.filter(status="done").values_list("outputs", flat=True)
    assert Counter(outputs["value"] for outputs in done) == wanted
    assert sorted(Cycle.objects.values_list("revision__number", flat=True)) == [1] * 3 + [2] * 3 + [3] * 3
    assert right_books(pipeline)


@pytest.mark.parametrize("seed", range(4))
def test_cancelled_cycles_do_nothing_more_and_the_others_all_they_must(
    seed: int, running: Callable[..., Pipeline], items: Callable[..., list[str]]
) -> None:
    met.clear()
    rng = random.Random(200 + seed)
    spec = random_graph(rng, blocks=rng.randint(3, 5))
    pipeline = running(spec)
    ids = items(6)
    begin()
    chaos, cancelled = Chaos(pipeline, rng), set[str]()

    def cancel() -> None:
        cycle = rng.choice([None, *Cycle.objects.exclude(status="cancelled").order_by("id")])
        if cycle is not None and len(cancelled) < 3 and cancel_cycles(cycle_ids=[cycle.pk]):
            cancelled.add(str(cycle.subject))

    calamities: list[Callable[[], None]] = [
        chaos.run, chaos.run, chaos.deliver_twice, chaos.die_after_claim, chaos.commit_late, chaos.ring, chaos.answer,
        chaos.retry, cancel,
    ]  # fmt: skip
    for _ in range(50):
        rng.choice(calamities)()
    calm(chaos, ended=frozenset({"done", "cancelled"}))
    graph = from_json(spec)
    done: dict[str, Counter[str]] = {item: Counter() for item in ids}
    for row in NodeExecution.objects.filter(status="done").select_related("cycle"):
        done[str(row.cycle.subject)][row.outputs["value"]] += 1
    for item in ids:
        if item in cancelled:
            assert done[item] <= expected(graph, item), "what it did, it did once"
        else:
            assert done[item] == expected(graph, item)
    assert set(Cycle.objects.filter(status="cancelled").values_list("subject", flat=True)) == {*map(UUID, cancelled)}
    assert right_books(pipeline)


class ByTheClock(Chaos):
    """Leases lapse by the clock alone, and the clock leaps."""

    def __init__(self, pipeline: Pipeline, rng: random.Random, clock: HouseClock) -> None:
        super().__init__(pipeline, rng)
        self.clock = clock

    def lapse(self, job: Job) -> None:
        pass

    def leap(self) -> None:
        self.clock.set_ahead(self.rng.choice([-86_400, -3600, -30, 0, 30, 3600, 86_400]))

    def run_on(self) -> None:
        self.clock.run_on(self.rng.randint(1, 90))

    def duties(self) -> None:
        do_due(everything=True)

    def pick_up(self) -> None:
        for job in Job.objects.filter(state__in=OPEN_STATES):
            jobs.run_job(str(job.pk), heartbeat=False)


@pytest.mark.parametrize("seed", range(4))
def test_every_effect_happens_once_wherever_the_clock_leaps_and_soon_after_it_is_right_all_is_done(
    seed: int,
    running: Callable[..., Pipeline],
    items: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    met.clear()
    rng, clock = random.Random(300 + seed), HouseClock(monkeypatch)
    spec = random_graph(rng, blocks=rng.randint(3, 5))
    clock.set_ahead(rng.choice([-86_400, 0, 3600, 86_400]))
    pipeline = running(spec)
    chaos = ByTheClock(pipeline, rng, clock)
    calamities: list[Callable[[], None]] = [
        chaos.run, chaos.run, chaos.die_after_claim, chaos.die_after_claim, chaos.die_in_apply, chaos.commit_late,
        chaos.answer, chaos.retry, chaos.leap, chaos.leap, chaos.run_on, chaos.duties,
    ]  # fmt: skip
    ids: list[str] = []
    for _ in range(3):
        chaos.leap()
        ids += items(2)
        begin()
        for _ in range(14):
            rng.choice(calamities)()
    clock.set_ahead(0)
    for _ in range(20):
        chaos.duties()
        clock.run_on(30)
        chaos.pick_up()
        settle()
        for row in NodeExecution.objects.filter(status="waiting"):
            answer(row)
        chaos.retry()
        if set(Cycle.objects.values_list("status", flat=True)) == {"done"}:
            break
    assert Counter(Cycle.objects.values_list("status", flat=True)) == {"done": len(ids)}, "ten minutes later"
    wanted: Counter[str] = Counter()
    for item in ids:
        wanted += expected(from_json(spec), item)
    done = NodeExecution.objects.filter(status="done").values_list("outputs", flat=True)
    assert Counter(outputs["value"] for outputs in done) == wanted
    assert right_books(pipeline)
