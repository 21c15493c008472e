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

import pytest
from django.db.models import Count
from django.utils.timezone import now

from alp_site.lib import events, jobs
from alp_site.lib.jobs.run import Run, claim
from alp_site.lib.models import OPEN_STATES, Event, Job, JobState
from alp_site.lib.testing import settle
from pipelines.engine.graph import from_json
from pipelines.engine.spec import Execution, Node, NodeError, NodeSpec, Outcome, Port, Result, Wait, register, wait_on
from pipelines.models import Cycle, CycleCounter, ExecutionStatus, NodeCounter, NodeExecution, Pipeline
from pipelines.services import sweep
from pipelines.services.cycles import retry_failed
from pipelines.services.execution import _Worker
from pipelines.services.waits import Answer, complete_waiting
from tests.pipelines.conftest import real_db
from tests.pure.engine.simulation import behave, expected, random_graph

pytestmark = [real_db, pytest.mark.scale]
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
        return Outcome(e.id, {"value": value}, action)

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
        retry_failed(pipeline=self.pipeline)


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


@pytest.mark.parametrize("seed", range(8))
def test_every_effect_happens_once_whatever_goes_wrong(
    seed: int, running: Callable[..., Pipeline], items: Callable[..., list[str]]
) -> None:
    met.clear()
    rng = random.Random(seed)
    spec = random_graph(rng, blocks=rng.randint(3, 6))
    pipeline = running(spec)
    ids = items(5)
    events.dispatch_pending()
    for job in Job.objects.filter(kind="pipelines.fire"):
        jobs.run_job(str(job.pk), heartbeat=False)
    chaos = Chaos(pipeline, rng)
    calamities: list[Callable[[], None]] = [
        chaos.run, chaos.run, chaos.run, chaos.deliver_twice, chaos.die_after_claim, chaos.die_after_claim,
        chaos.die_in_apply, chaos.commit_late, chaos.commit_late, chaos.lose_messages, chaos.ring, chaos.ring,
        chaos.answer, chaos.retry,
    ]  # fmt: skip
    for _ in range(60):
        rng.choice(calamities)()
    for _ in range(40):
        for job in Job.objects.filter(state=JobState.RUNNING):
            chaos.lapse(job)
            jobs.run_job(str(job.pk), heartbeat=False)
        settle()
        for row in NodeExecution.objects.filter(status="waiting"):
            answer(row)
        chaos.retry()
        if set(Cycle.objects.values_list("status", flat=True)) == {"done"}:
            break

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
    counters = {
        row.node_id: Counter({s: n for s in ExecutionStatus.values if (n := getattr(row, s))})
        for row in NodeCounter.objects.filter(pipeline=pipeline)
    }
    assert {name: counts for name, counts in counters.items() if counts} == recounted(pipeline)
    assert CycleCounter.objects.get(pipeline=pipeline).done == len(ids)
