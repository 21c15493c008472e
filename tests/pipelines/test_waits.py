"""What a cycle waits for: people's work, who has it, and the way there; only for those who may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib.testing import settle
from alp_site.people.models import Project, User
from annotation.models import Task
from annotation.services import queue, task_items, tasks
from datasets.models import Dataset
from pipelines.models import Cycle, NodeExecution, Pipeline
from tests.conftest import ClientAs
from tests.pipelines.conftest import graph, node, real_db

pytestmark = real_db
Items = Callable[..., list[str]]
Running = Callable[..., Pipeline]


def waiting_on(task: Task, pipeline: Pipeline, items: list[str]) -> None:
    """Each item's waiting execution waits for its task item."""
    cycles = {str(cycle.subject): cycle for cycle in Cycle.objects.filter(pipeline=pipeline)}
    entries = [{"item_id": item, "cycle_id": cycles[item].pk} for item in items]
    for item, pk in zip(items, task_items.add_items(task=task, entries=entries), strict=True):
        rows = NodeExecution.objects.filter(cycle=cycles[item], status="waiting")
        assert rows.update(wait_key=f"task_item:{pk}", wait_reason="labelling") == 1


def made(project: Project, dataset: Dataset, owner: User, pipeline: Pipeline) -> Task:
    return tasks.create_task(project=project, name="Label", kind="annotation", dataset=dataset, user=owner)


def ask(client_as: ClientAs, role: str, pipeline: Pipeline) -> list[dict[str, Any]]:
    rows = client_as(role).get(f"/api/v1/pipelines/{pipeline.pk}/cycles/").json()["items"]
    return [wait for row in rows for wait in row["waits"]]


def test_a_cycle_says_which_task_item_it_waits_for_and_who_has_it(
    client_as: ClientAs, running: Running, items: Items, project: Project, dataset: Dataset, people: dict[str, User]
) -> None:
    pipeline = running(graph([node("p", "person")]))
    (item,) = items(1)
    settle()
    task = made(project, dataset, people["owner"], pipeline)
    waiting_on(task, pipeline, [item])
    (wait,) = ask(client_as, "reviewer", pipeline)
    assert (wait["node_id"], wait["reason"], wait["work"]["person"]) == ("p", "labelling", None)
    (ti,) = queue.next_items(task=task, person=people["annotator"], limit=1)
    (wait,) = ask(client_as, "reviewer", pipeline)
    assert wait["work"]["person"] == {"id": str(people["annotator"].pk), "name": people["annotator"].name}
    assert (wait["work"]["task"], wait["work"]["task_item"]) == (str(task.pk), str(ti.pk))
    (cycle,) = Cycle.objects.filter(pipeline=pipeline)
    detail = client_as("reviewer").get(f"/api/v1/cycles/{cycle.pk}/").json()
    assert detail["waits"] == [wait]
    assert [one["node_id"] for one in detail["executions"]] == ["p"]
    # and back: the task item knows its cycle once its task belongs to a pipeline
    Task.objects.filter(pk=task.pk).update(pipeline_id=pipeline.pk)
    told = client_as("reviewer").get(f"/api/v1/task-items/{ti.pk}/").json()
    assert told["cycle"] == {"id": str(cycle.pk), "pipeline": str(pipeline.pk)}


def test_a_viewer_is_told_what_is_waited_for_but_not_whose_work_it_is(
    client_as: ClientAs, running: Running, items: Items, project: Project, dataset: Dataset, people: dict[str, User]
) -> None:
    pipeline = running(graph([node("p", "person")]))
    ids = items(1)
    settle()
    waiting_on(made(project, dataset, people["owner"], pipeline), pipeline, ids)
    assert ask(client_as, "viewer", pipeline) == [{"node_id": "p", "reason": "labelling", "work": None}]


def test_cycles_that_wait_cost_the_same_for_many(
    client_as: ClientAs, running: Running, items: Items, project: Project, dataset: Dataset, people: dict[str, User]
) -> None:
    pipeline = running(graph([node("p", "person")]))
    task = made(project, dataset, people["owner"], pipeline)
    client = client_as("engineer")
    costs = []
    for count in (1, 15):
        ids = items(count)
        settle()
        waiting_on(task, pipeline, ids)
        with CaptureQueriesContext(connection) as queries:
            rows = client.get(f"/api/v1/pipelines/{pipeline.pk}/cycles/").json()["items"]
        assert all(row["waits"][0]["work"] for row in rows)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 11
