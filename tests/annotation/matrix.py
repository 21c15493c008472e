"""Who may call the routes of people's work."""

from __future__ import annotations

from typing import Any

from alp_site.lib import jobs
from alp_site.lib.ids import uuid7
from annotation.models import Issue, Task, TaskItem
from annotation.services import adding, issues, queue, status, task_items, tasks
from datasets.models import Item
from tests.datasets.matrix import dataset, item
from tests.matrix import Call, Row, World


def task(world: World) -> Task:
    """A labelling task open to everyone, with one picture that the annotator holds."""

    def make() -> Task:
        made = tasks.create_task(
            project=world.project, name="Label", kind="annotation", dataset=dataset(world), user=world.owner
        )
        task_items.add_items(task=made, entries=[{"item_id": item(world).pk}])
        queue.next_items(task=made, person=world.people["annotator"], limit=5)
        return made

    return world.once("task", make)


def held(world: World) -> TaskItem:
    return TaskItem.objects.get(task=task(world))


def finished(world: World) -> TaskItem:
    """The annotator's picture, finished by them."""
    return world.once(
        "finished",
        lambda: status.complete(task_item_id=held(world).pk, person=world.people["annotator"], label="robin").task_item,
    )


def review(world: World) -> TaskItem:
    """The same picture waiting in a review task; an annotator does not even see that."""

    def make() -> TaskItem:
        qa = tasks.create_task(
            project=world.project,
            name="Review",
            kind="qa",
            dataset=dataset(world),
            user=world.owner,
            parent_task=task(world),
        )
        finished(world)
        task_items.add_items(task=qa, entries=[{"item_id": item(world).pk}])
        return TaskItem.objects.get(task=qa)

    return world.once("review", make)


def issue(world: World) -> Issue:
    """One the reviewer made on the annotator's picture."""
    return world.once(
        "issue",
        lambda: issues.create_issue(
            task_item_id=held(world).pk,
            person=world.people["reviewer"],
            new=issues.NewIssue(category="missing", said=issues.Said("A wing.")),
        ),
    )


def of_issue(world: World) -> dict[str, Any]:
    return {"issue_id": issue(world).pk}


def other_item(world: World) -> Item:
    return Item.objects.filter(dataset=dataset(world), type="file").exclude(pk=item(world).pk).get()


def of_project(world: World) -> dict[str, Any]:
    return {"project_id": world.project.pk}


def of_task(world: World) -> dict[str, Any]:
    return {"task_id": task(world).pk}


def of_filling(world: World) -> dict[str, Any]:
    def make() -> Any:
        payload = {"task": str(task(world).pk), "filter": {}, "priority": None, "user": str(world.owner.pk), "total": 1}
        project = world.project.pk
        return jobs.enqueue(adding.ADD_JOB, key=f"filling {project}", payload=payload, project_id=project)

    return {**of_task(world), "job_id": world.once("filling", make).pk}


def of_held(world: World) -> dict[str, Any]:
    return {"task_item_id": held(world).pk}


def of_finished(world: World) -> dict[str, Any]:
    return {"task_item_id": finished(world).pk}


def of_qa(world: World) -> dict[str, Any]:
    return {"task_id": review(world).task_id}


def grid_page(world: World) -> dict[str, Any]:
    ti = TaskItem.objects.select_related("item").get(pk=review(world).pk)
    verdict = {"task_item": str(ti.pk), "seen_version": ti.item.content_version}
    return {"op_id": str(uuid7()), "items": [verdict]}


def of_review(world: World) -> dict[str, Any]:
    return {"task_item_id": review(world).pk}


def lead(body: Any) -> Call:
    """Leads only; the annotator sees the task, the viewer does not."""
    return Call("oer", body=body, hidden="v")


def worker(body: Any, **more: Any) -> Call:
    """Whoever the queue serves; a viewer does not see tasks at all."""
    return Call("oera", body=body, hidden="v", **more)


def ids_of(ti: TaskItem) -> dict[str, Any]:
    return {"task_items": [str(ti.pk)]}


def ids(world: World) -> dict[str, Any]:
    return ids_of(held(world))


ROWS = {
    "tasks": Row(
        kwargs=of_project,
        get="oera",
        post=Call("oer", body=lambda w: {"name": "New", "kind": "annotation", "dataset": str(dataset(w).pk)}),
    ),
    "work": Row(kwargs=of_project, get="oera"),
    "waiting": Row(kwargs=of_project, get="oera"),
    "figures": Row(kwargs=of_project, get="oera"),
    "figures-csv": Row(kwargs=of_project, get="oera"),
    "dataset-pictures": Row(
        kwargs=lambda world: {"dataset_id": dataset(world).pk},
        post=Call("oerav", body=lambda world: {"ids": [str(item(world).pk)]}),
    ),
    "task": Row(kwargs=of_task, get=worker(None), patch=lead({"priority": 1}), delete=lead(None)),
    "task-progress": Row(kwargs=of_task, get=worker(None)),
    "task-items": Row(
        kwargs=of_task,
        get=lead(None),
        post=lead(lambda w: {"items": [str(other_item(w).pk)]}),
        delete=lead(ids),
    ),
    "instructions-preview": Row(kwargs=of_project, post=Call("oer", body={"text": "*Every* wing."})),
    "task-items-put-back": Row(kwargs=of_task, post=lead(ids)),
    "task-matches": Row(kwargs=of_task, post=lead({"filter": {}})),
    "task-filling": Row(kwargs=of_task, get=lead(None)),
    "task-filling-cancel": Row(kwargs=of_filling, post=lead({})),
    "task-restore": Row(kwargs=of_task, post=lead({})),
    "task-reassign": Row(kwargs=of_task, post=lead(lambda w: {**ids(w), "person": str(w.people["annotator"].pk)})),
    "task-redistribute": Row(
        kwargs=of_task, post=lead(lambda w: {"shares": [{"person": str(w.people["annotator"].pk), "share": 1}]})
    ),
    "task-review": Row(kwargs=of_task, get=lead(None)),
    "task-issues": Row(kwargs=of_task, get=worker(None)),
    "task-item-issues": Row(
        kwargs=of_held, get=worker(None), post=Call("oer", body={"category": "missing"}, hidden="v")
    ),
    "issue": Row(kwargs=of_issue, get=worker(None)),
    "issue-comments": Row(kwargs=of_issue, post=worker({"body": "Which wing?"})),
    "issue-fix": Row(kwargs=of_issue, post=worker({})),
    "issue-resolve": Row(kwargs=of_issue, post=Call("oer", body={}, hidden="v")),
    "issue-reopen": Row(kwargs=of_issue, post=Call("oer", body={}, hidden="v")),
    "mentions": Row(kwargs=of_project, get="oera", post=Call("oera", body={})),
    "queue-next": Row(kwargs=of_task, post=worker({"limit": 5})),
    "queue-open": Row(kwargs=of_task, post=worker(ids)),
    "task-item-open": Row(kwargs=of_held, get=worker(None)),
    "queue-renew": Row(kwargs=of_task, post=worker(lambda w: {"open": [str(held(w).pk)]})),
    "queue-hand-back": Row(kwargs=of_task, post=worker({})),
    "answer-key": Row(kwargs=of_task, get=worker(None), post=worker({"count": 1})),
    "task-item": Row(kwargs=of_held, get=worker(None)),
    "task-item-history": Row(kwargs=of_held, get=worker(None)),
    "task-item-complete": Row(kwargs=of_held, post=worker({"label": "robin"})),
    "task-item-discard": Row(kwargs=of_held, post=worker({})),
    "task-item-skip": Row(kwargs=of_held, post=worker({})),
    "task-item-undo": Row(kwargs=of_finished, post=worker({})),
    "task-grid": Row(kwargs=of_qa, get=Call("oer", hidden="av"), post=Call("oer", body=grid_page, hidden="av")),
    "task-grid-undo": Row(
        kwargs=of_qa,
        post=Call("oer", body=lambda w: {"op_id": str(uuid7()), **ids_of(review(w))}, hidden="av"),
    ),
    "task-item-approve": Row(kwargs=of_review, post=Call("oer", body={}, hidden="av")),
    "task-item-return": Row(kwargs=of_review, post=Call("oer", body={"note": "Look again."}, hidden="av")),
}
