"""`kill -9` of anything, at random moments of a running loop: in the end everything is there, and counted once.

Real processes, real jobs, a real database file. People are the project's answer key, through the API. `make chaos`
kills for minutes, the suite for some seconds.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house import House, kill

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.serial,
    pytest.mark.thorough,
    pytest.mark.skipif(sys.platform != "linux", reason="counts processes in /proc"),
]

POOL, BUDGET = 36, 12
LONG = os.environ.get("ALP_CHAOS") == "long"
KILL_SECONDS = 170 if LONG else 20
LEAST_KILLS = 5

KEYS = """
import json
from alp_site.people.models import User
from alp_site.people.services import create_token
from annotation.models import Task
from pipelines.models import Pipeline
pipeline = Pipeline.objects.get()
tasks = {task.kind: str(task.pk) for task in Task.objects.filter(pipeline_id=pipeline.pk)}
keys = {who: create_token(user=User.objects.get(email=f"{who}@example.com"), name="key")[1] for who in
        ("annotator", "reviewer", "engineer")}
print("KEYS", json.dumps({"tasks": tasks, "keys": keys, "pipeline": str(pipeline.pk)}))
"""

STATE = """
import json
from django.db.models import Count
from alp_site.lib.models import Job
from annotation.models import Task, TaskItem, TaskItemLog
from datasets.models import Annotation, Dataset, Item
from models_registry.models import Evaluation, Model, Prediction
from pipelines.models import Cycle, CycleCounter, ExecutionStatus, NodeCounter, NodeExecution, SplitDeal
def tally(rows, name):
    return dict(rows.values_list(name).annotate(n=Count("pk")).order_by())
def twice(rows, *names):
    return rows.values(*names).annotate(n=Count("pk")).filter(n__gt=1).order_by().count()
def counters():
    nodes = {f"{c.node_id} {s}": getattr(c, s) for c in NodeCounter.objects.all() for s in ExecutionStatus.values}
    rows = NodeExecution.objects.values_list("node_id", "status").annotate(n=Count("pk")).order_by()
    cycles = CycleCounter.objects.get()
    counted = tally(Cycle.objects.all(), "status")
    return [
        {k: n for k, n in nodes.items() if n} == {f"{node} {s}": n for node, s, n in rows},
        all(getattr(cycles, s) == n for s, n in counted.items()),
    ]
raw = Dataset.objects.get(name="Raw pictures")
items = Item.objects.filter(dataset=raw, type="file", deleted_at=None)
live = Annotation.objects.filter(item__in=items, deleted_at=None)
most = live.values("item").annotate(n=Count("pk")).order_by("-n").first()
logs = TaskItemLog.objects.filter(task_item__item__dataset=raw)
print("STATE", json.dumps({
    "pool": items.count(),
    "truth": Item.objects.filter(dataset__name="Ground truth", type="file", deleted_at=None).count(),
    "copies": Item.objects.filter(dataset__name="Ground truth", parent_item_id__in=items.values("pk")).count(),
    "labels": live.count(), "most_labels_of_one": most["n"] if most else 0,
    "approved": live.exclude(approved_revision=None).count(),
    "task_items": {t.kind: TaskItem.objects.filter(task=t).count() for t in Task.objects.all()},
    "open_items": TaskItem.objects.filter(finished_at=None, retired_at=None).count(),
    "completions": logs.filter(action="complete").count(),
    "completed": logs.filter(action="complete").values("task_item").distinct().count(),
    "approvals": logs.filter(action="approve").count() + logs.filter(action="correct").count(),
    "deals": SplitDeal.objects.count(),
    "cycles": tally(Cycle.objects.all(), "status"), "executions": tally(NodeExecution.objects.all(), "status"),
    "errors": list(NodeExecution.objects.filter(status="failed").values_list("node_id", flat=True)),
    "counters_right": counters(),
    "twice": [
        twice(Prediction.objects.all(), "model", "item"),
        twice(TaskItem.objects.filter(retired_at=None), "task", "item"),
        twice(Cycle.objects.exclude(subject=None), "start_node", "subject"),
    ],
    "jobs": tally(Job.objects.all(), "state"),
    "failed_jobs": list(Job.objects.filter(state="failed").values_list("kind", "error_code")),
    "models": tally(Model.objects.all(), "status"),
    "evaluations": tally(Evaluation.objects.all(), "status"),
}))
"""


class People:
    """An annotator and a reviewer who know every answer, and an engineer who retries what was given up; by the API."""

    def __init__(self, house: House) -> None:
        self.house = house
        told = said(house.manage("shell", "-c", KEYS), "KEYS")
        self.pipeline: str = told["pipeline"]
        self.tasks: dict[str, str] = told["tasks"]
        self.keys: dict[str, str] = told["keys"]

    def work(self, count: int) -> int:
        """Both do up to `count` items; how many were done. A house that is down answers nothing."""
        return self._answer("annotation", "annotator", count) + self._answer("qa", "reviewer", count)

    def retry(self) -> int:
        """Everything that failed starts again; how many executions."""
        return int(self._post(f"pipelines/{self.pipeline}/retry/", "engineer", {}).get("count", 0))

    def _answer(self, kind: str, who: str, count: int) -> int:
        told = self._post(f"tasks/{self.tasks[kind]}/answer-key/", who, {"count": count})
        return int(told.get("answered", 0))

    def _post(self, path: str, who: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.house.url}/api/v1/{path}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.keys[who]}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            if error.code in {409, 503}:
                return {}
            raise
        except OSError:
            return {}


def said(output: str, word: str) -> Any:
    line = next(line for line in output.splitlines() if line.startswith(word))
    return json.loads(line.removeprefix(word))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    try:
        house.manage("demo", "--offline", "--pool", str(POOL), "--budget", str(BUDGET))
        yield house
    finally:
        house.kill_everything()


def test_kill_when_anything_dies_while_the_loop_runs_then_all_is_there_and_counted_once(house: House) -> None:
    before = state_of(house)
    people = People(house)
    house.start()
    assert kill_at_random(house, people, random.Random(7)) >= LEAST_KILLS

    last = before
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if people.work(50) == 0:
            last = state_of(house)
            if last["errors"]:  # chance hit the same job too often, as it may: an engineer has the last word
                people.retry()
            elif is_over(last):
                break
            time.sleep(1)
    assert is_over(last), f"{last}\n{house.log()[-4000:]}"

    assert house.stop() == 0
    assert house.processes() == []
    final = state_of(house)
    assert {code for _, code in final["failed_jobs"]} <= {"worker_died"}
    assert final["errors"] == []
    once = {
        "pool": POOL,
        "labels": POOL,
        "most_labels_of_one": 1,
        "approved": POOL,
        "copies": POOL,
        "truth": before["truth"] + POOL,
        "deals": POOL,
        "completions": POOL,
        "completed": POOL,
        "approvals": POOL,
        "task_items": {"annotation": POOL, "qa": POOL},
    }
    assert {name: final[name] for name in once} == once
    assert final["twice"] == [0, 0, 0]
    assert final["counters_right"] == [True, True]
    assert set(final["cycles"]) == {"done"}
    assert final["models"].get("trained", 0) >= before["models"].get("trained", 0) + 1


def kill_at_random(house: House, people: People, rng: random.Random) -> int:
    """Now and then one process, a few, or the whole house, which is then started again; how often."""
    times = 0
    deadline = time.monotonic() + KILL_SECONDS
    while times < LEAST_KILLS or time.monotonic() < deadline:  # a slow machine takes half the time to start again
        people.work(2)
        time.sleep(rng.uniform(0.2, 2.5))
        living = house.processes()
        times += 1
        if rng.random() < 0.2:
            kill(next(proc.pid for proc in living if proc.kind == "up"))
            assert house.process is not None
            house.process.wait(10)
            house.wait_until(lambda: not house.processes(), 10, "every process to end")
            house.start()
            continue
        victims = [proc for proc in living if proc.kind != "up"]
        for victim in rng.sample(victims, k=min(len(victims), rng.choice([1, 1, 3]))):
            kill(victim.pid)
    return times


def state_of(house: House) -> dict[str, Any]:
    found: dict[str, Any] = said(house.manage("shell", "-c", STATE), "STATE")
    return found


def is_over(state: dict[str, Any]) -> bool:
    """Every picture went round, and no job is left."""
    busy = {"queued", "running"} & set(state["jobs"])
    return (
        not busy and state["open_items"] == 0 and state["copies"] == POOL and set(state["cycles"]) <= {"done", "failed"}
    )
