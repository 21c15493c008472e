"""Triggers hear events of every kind of resource: items, annotations, data sets, tasks, shares, models, variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from alp_site.lib import db, events
from alp_site.lib.ids import uuid7
from alp_site.lib.testing import settle
from alp_site.people.models import Project, User
from annotation.services import record
from annotation.services.status import complete
from annotation.services.tasks import archive_task, create_task, set_people
from datasets.models import Item
from datasets.services import create_dataset
from datasets.services.items import delete_items, restore_items
from pipelines.models import Cycle, Pipeline
from pipelines.services.variables import set_variable
from tests.conftest import ClientAs
from tests.datasets.test_annotations import apply, op
from tests.pipelines.conftest import graph, node, real_db
from tests.pipelines.nodes.conftest import take
from tests.pipelines.test_trigger_doors import clock_node, started_by

pytestmark = real_db
Items = Callable[..., list[str]]
Running = Callable[..., Pipeline]


def heard(running: Running, resource: str, *actions: str, **spec: Any) -> Pipeline:
    return running(
        started_by("event", clock_node(), mode="always", spec={"resource": resource, "actions": list(actions), **spec})
    )


def test_events_of_datasets_tasks_and_assignments_start_cycles(
    running: Running, project: Project, people: dict[str, User]
) -> None:
    wanted = {
        "dataset": heard(running, "Dataset", "created"),
        "gone": heard(running, "Dataset", "deleted"),
        "task": heard(running, "Task", "created"),
        "archived": heard(running, "Task", "status_changed", "deleted"),
        "joined": heard(running, "Assignment", "created"),
        "left": heard(running, "Assignment", "deleted"),
        "finished": heard(running, "Assignment", "status_changed"),
    }
    made = create_dataset(project=project, name="New", user=people["owner"], labels=["cat"])
    task = create_task(
        project=project, name="T", kind="annotation", dataset=made, user=None, people={people["annotator"].pk: 1}
    )
    set_people(task=task, people={people["reviewer"].pk: 1})
    with db.write():
        record.tell_assignments(task=task, changed={"status": [task.assignments.get(removed_at=None).pk]})
    archive_task(task=task)
    settle()
    counts = {name: Cycle.objects.filter(pipeline=pipeline).count() for name, pipeline in wanted.items()}
    assert counts == {"dataset": 1, "gone": 0, "task": 1, "archived": 1, "joined": 2, "left": 1, "finished": 1}


def test_a_models_training_fills_the_start_nodes_model(running: Running, project: Project) -> None:
    takes = {"id": "m", "type": "test.takes_model", "config": {}, "inputs": {}}
    spec = {"resource": "Model", "actions": ["trained"], "filter": {"name": "best"}}
    running(started_by("event", takes, mode="once", spec=spec))
    model = str(uuid7())
    with db.write():
        for status, name in (("training", "best"), ("trained", "best"), ("trained", "best"), ("trained", "other")):
            data = {"status": status, "name": name}
            events.publish("model.status", project_id=project.pk, ids=[model], data=data)
    settle()
    cycle = Cycle.objects.get()
    assert cycle.executions.get().outputs == {"model": model}


def test_a_variable_that_changes_starts_its_own_pipeline_alone(running: Running) -> None:
    variable = {"name": "limit", "type": "Integer", "value": 1}
    spec = {"resource": "Variable", "actions": ["updated"], "filter": {"name": "limit"}}
    trigger = {"id": "t", "node": "c", "kind": "event", "mode": "always", "spec": spec}
    first, second = (running(graph([clock_node()], triggers=[trigger], variables=[variable])) for _ in range(2))
    set_variable(pipeline_id=first.pk, name="limit", value=2)
    settle()
    assert Cycle.objects.filter(pipeline=first).count() == 1
    assert not Cycle.objects.filter(pipeline=second).exists()


def test_changes_of_annotations_are_told_apart(running: Running, items: Items, people: dict[str, User]) -> None:
    wanted = {
        change: running(started_by("event", mode="always", spec={"resource": "Annotation", "actions": [change]}))
        for change in ("created", "updated", "deleted", "saved")
    }
    item, pk = Item.objects.get(pk=items(1)[0]), str(uuid7())
    for act in (op("create", pk, label="wren"), op("delete", pk, 1)):
        assert apply(item, people["engineer"], act)[0]["status"] == 200
    settle()
    counts = {change: Cycle.objects.filter(pipeline=pipeline).count() for change, pipeline in wanted.items()}
    assert counts == {"created": 1, "updated": 0, "deleted": 1, "saved": 2}


@pytest.mark.parametrize("kind", ["event", "every_n"])
def test_a_deleted_item_is_told_though_it_is_gone(running: Running, items: Items, kind: str) -> None:
    """Those alone that match the filter; what came back is not told as deleted."""
    ids = items(6)
    gone = ids[3:]
    names = Item.objects.filter(pk__in=gone[:2]).values_list("filename", flat=True)
    spec: dict[str, Any] = {"actions": ["deleted"], "filter": {"filename": {"$in": list(names)}}}
    at, more = (clock_node(), {"n": 2}) if kind == "every_n" else (None, {})
    pipeline = running(started_by(kind, at, mode="always", spec={**spec, **more}))
    other = running(started_by("event", mode="always", spec={"actions": ["created", "updated"]}))
    mine = Cycle.objects.filter(pipeline=pipeline)
    delete_items(items=[UUID(pk) for pk in gone], user=None)
    settle()
    assert not Cycle.objects.filter(pipeline=other).exists()
    if kind == "every_n":
        assert mine.count() == 1
    else:
        assert {str(pk) for pk in mine.values_list("subject", flat=True)} == set(gone[:2])
        assert set(mine.values_list("status", flat=True)) == {"done"}
    before = mine.count()
    restore_items(items=[UUID(pk) for pk in gone])
    settle()
    assert mine.count() == before
    assert Cycle.objects.filter(pipeline=other).count() == 3


def given_to(running: Running, *actions: str, **spec: Any) -> Pipeline:
    """A pipeline of items that hears of their status."""
    told = {"resource": "ItemStatus", "actions": list(actions), **spec}
    return running(started_by("event", mode="always", spec=told))


def subjects_of(pipeline: Pipeline) -> list[str]:
    return sorted(str(pk) for pk in Cycle.objects.filter(pipeline=pipeline).values_list("subject", flat=True))


def test_an_item_that_is_given_to_a_task_is_told_once(
    running: Running, client_as: ClientAs, items: Items, project: Project, people: dict[str, User]
) -> None:
    given = given_to(running, "assigned")
    finished = given_to(running, "updated", status="completed")
    both = given_to(running, "assigned", "updated", status="completed")
    made = create_dataset(project=project, name="New", user=people["owner"], labels=["cat"])
    task = create_task(
        project=project, name="T", kind="annotation", dataset=made, user=None, people={people["annotator"].pk: 1}
    )
    ids, api = sorted(items(3, into=made)), client_as("engineer")
    url = f"/api/v1/tasks/{task.pk}/items/"
    for chosen in (ids[:2], ids[:2], ids):  # what is in the task already is not given to it again
        assert api.post(url, {"items": chosen}, format="json").status_code == 201
        settle()
    there = {row["item"]["id"]: row["id"] for row in api.get(url).json()["items"]}
    assert api.delete(url, {"task_items": [there[ids[0]]]}, format="json").json() == {"count": 1}
    back = api.post(f"{url}put-back/", {"task_items": [there[ids[0]]]}, format="json")
    assert back.json() == {"count": 1}, "to take a removal back gives nothing anew"
    settle()
    assert (subjects_of(given), subjects_of(finished), subjects_of(both)) == (ids, [], ids)
    (taken,) = (ti for ti in take(task, people["annotator"]) if str(ti.item_id) == ids[1])
    complete(task_item_id=taken.pk, person=people["annotator"], label="cat")
    settle()
    assert (subjects_of(given), subjects_of(finished)) == (ids, [ids[1]])
    assert subjects_of(both) == sorted([*ids, ids[1]])


def test_what_a_pipeline_gives_to_its_own_task_is_heard_by_others_and_by_itself_where_it_is_told_to(
    running: Running, items: Items, project: Project, people: dict[str, User]
) -> None:
    made = create_dataset(project=project, name="New", user=people["owner"], labels=["cat"])
    nodes = [
        node("a"),
        {"id": "label", "type": "annotation_task", "config": {}, "inputs": {"dataset": {"fixed": str(made.pk)}}},
        node("b"),
    ]
    told = {"resource": "ItemStatus", "actions": ["assigned"], "own": True}
    triggers = [
        {"id": "new", "node": "a", "kind": "event", "spec": {"filter": {"hidden": False}}},
        {"id": "given", "node": "b", "kind": "event", "spec": told},
        {"id": "deaf", "node": "b", "kind": "event", "mode": "always", "spec": {**told, "own": False}},
    ]
    pipeline = running(graph(nodes, ["a -> label"], triggers=triggers))
    other = given_to(running, "assigned")
    ids = items(2, into=made)
    settle()
    begun = Cycle.objects.filter(pipeline=pipeline).values_list("trigger__key", "subject")
    assert sorted((key, str(pk)) for key, pk in begun) == sorted((key, pk) for key in ("given", "new") for pk in ids)
    assert subjects_of(other) == sorted(ids)
