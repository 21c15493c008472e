"""Many items into a task by a job; what was taken out comes back as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alp_site.lib import db, jobs
from alp_site.lib.jobs.run import Cancelled
from alp_site.lib.models import Job
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import User
from annotation.models import Task, TaskItem, TaskItemLog
from annotation.services import adding, queue, status, task_items
from annotation.services.issues import NewIssue, Said, create_issue
from datasets.models import Item
from tests.conftest import ClientAs

pytestmark = pytest.mark.django_db
MakeItems = Callable[..., list[Item]]
Fill = Callable[..., list[TaskItem]]
WHY = {"selection": {"strategy": "margin", "rank": 3, "round": 2}, "suggestion": {"label": "cat", "confidence": 0.9}}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three are many, and go two at a time."""
    monkeypatch.setattr(adding, "AT_ONCE", 3)
    monkeypatch.setattr(db, "bulk_size", lambda: 2)


def added(client_as: ClientAs, task: Task) -> Any:
    return client_as("owner").post(f"/api/v1/tasks/{task.pk}/items/", {"filter": {}}, format="json")


def test_adding_when_few_match_then_they_are_in_at_once(
    client_as: ClientAs, task: Task, make_items: MakeItems, few: None
) -> None:
    make_items(3)
    answer = added(client_as, task)
    assert (answer.status_code, answer.json()) == (201, {"count": 3, "job": None})
    assert TaskItem.objects.filter(task=task).count() == 3


def test_adding_when_many_match_then_a_job_adds_them_and_tells_how_far_it_is(
    client_as: ClientAs, task: Task, make_items: MakeItems, few: None
) -> None:
    make_items(7)
    answer = added(client_as, task)
    assert (answer.status_code, answer.json()["count"]) == (202, 7)
    assert not TaskItem.objects.filter(task=task).exists()
    settle()
    assert failed_jobs() == []
    job = Job.objects.get(pk=answer.json()["job"])
    assert (job.state, job.progress["done"], job.progress["total"]) == ("done", 7, 7)
    assert TaskItem.objects.filter(task=task, retired_at=None).count() == 7


def test_adding_when_the_job_is_still_to_run_then_leads_see_it_and_stop_it_once_for_all(
    client_as: ClientAs, task: Task, make_task: Callable[..., Task], make_items: MakeItems, few: None
) -> None:
    make_items(7)
    job = added(client_as, task).json()["job"]
    url = f"/api/v1/tasks/{task.pk}/filling/"
    expected = {"id": job, "kind": "add", "state": "queued", "done": 0, "total": 7, "cancel_requested": False}
    assert client_as("reviewer").get(url).json() == {"jobs": [expected]}
    other = make_task("annotation")
    assert client_as("owner").get(f"/api/v1/tasks/{other.pk}/filling/").json() == {"jobs": []}
    assert client_as("owner").post(f"/api/v1/tasks/{other.pk}/filling/{job}/cancel/").status_code == 404
    for _ in range(2):
        answer = client_as("owner").post(f"{url}{job}/cancel/")
        assert (answer.status_code, answer.json()) == (200, {"jobs": []})
    settle()
    assert Job.objects.get(pk=job).state == "cancelled"
    assert not TaskItem.objects.filter(task=task).exists()


def test_adding_when_stopped_half_way_then_what_is_in_stays(
    client_as: ClientAs, task: Task, make_items: MakeItems, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_items(7)
    job = added(client_as, task).json()["job"]
    real = adding.add_items

    def stops(**given: Any) -> Any:
        client_as("owner").post(f"/api/v1/tasks/{task.pk}/filling/{job}/cancel/")
        return real(**given)

    monkeypatch.setattr(adding, "add_items", stops)
    monkeypatch.setattr(jobs.Run, "stop_if_cancelled", _looks_at_once)
    settle()
    assert Job.objects.get(pk=job).state == "cancelled"
    assert TaskItem.objects.filter(task=task, retired_at=None).count() == 2


def test_adding_when_the_job_runs_twice_or_was_killed_half_way_then_nothing_is_in_twice(
    client_as: ClientAs, task: Task, make_items: MakeItems, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_items(7)
    job = added(client_as, task).json()["job"]
    real, calls = adding.add_items, []

    def dies(**given: Any) -> Any:
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(**given)

    monkeypatch.setattr(adding, "add_items", dies)
    with pytest.raises(KeyboardInterrupt):
        adding.run_add(_Run(job))
    assert TaskItem.objects.filter(task=task).count() == 4
    monkeypatch.setattr(adding, "add_items", real)
    for _ in range(2):
        adding.run_add(_Run(job))
    assert TaskItem.objects.filter(task=task).count() == 7
    assert TaskItemLog.objects.filter(task=task, action="add").count() == 7


def test_catching_up_when_much_waits_then_a_job_takes_it_once(
    client_as: ClientAs, task: Task, make_task: Callable[..., Task], fill: Fill, annotator: User, few: None
) -> None:
    fill(task, 6)
    for ti in queue.next_items(task=task, person=annotator, limit=6):
        status.complete(task_item_id=ti.pk, person=annotator, label="cat")
    for ti in queue.next_items(task=task, person=annotator, limit=6):
        status.complete(task_item_id=ti.pk, person=annotator, label="cat")
    review = make_task("qa", parent_task=task)
    job = adding.catch_up(task=review)
    assert job is not None
    assert adding.catch_up(task=review) == job, "one job a task"
    settle()
    assert failed_jobs() == []
    assert TaskItem.objects.filter(task=review).count() == 6
    adding.run_catch_up(_Run(str(job.pk)))
    assert TaskItem.objects.filter(task=review).count() == 6


def test_taking_out_when_undone_then_the_same_item_is_back_with_all_that_hangs_on_it(
    client_as: ClientAs, task: Task, fill: Fill, annotator: User, people: dict[str, User]
) -> None:
    (ti,) = fill(task, 1, context=WHY)
    queue.next_items(task=task, person=annotator, limit=1)
    new = NewIssue(category="other", said=Said("look here"))
    create_issue(task_item_id=ti.pk, person=people["reviewer"], new=new)
    client = client_as("owner")
    before = client.get(f"/api/v1/task-items/{ti.pk}/").json()
    items = f"/api/v1/tasks/{task.pk}/items/"
    assert client.delete(items, {"task_items": [str(ti.pk)]}, format="json").json() == {"count": 1}
    assert client.get(f"/api/v1/task-items/{ti.pk}/").status_code == 404
    back = {"task_items": [str(ti.pk)]}
    assert client.post(f"{items}put-back/", back, format="json").json() == {"count": 1}
    after = client.get(f"/api/v1/task-items/{ti.pk}/").json()
    told = ("suggestion", "selection", "issues", "place", "assignee")
    assert {name: after[name] for name in told} == {name: before[name] for name in told}
    assert before["issues"]
    assert before["assignee"]["id"] == str(annotator.pk)
    assert client.post(f"{items}put-back/", back, format="json").json() == {"count": 0}, "safe to repeat"


def test_taking_out_by_a_filter_when_undone_then_only_what_this_person_took_out_comes_back(
    client_as: ClientAs, task: Task, fill: Fill, people: dict[str, User]
) -> None:
    rows = fill(task, 3)
    task_items.remove_items(task=task, task_item_ids=[rows[0].pk], user=people["engineer"])
    client, items = client_as("owner"), f"/api/v1/tasks/{task.pk}/items/"
    assert client.delete(items, {"filter": {}}, format="json").json() == {"count": 2}
    assert client.post(f"{items}put-back/", {"filter": {}}, format="json").json() == {"count": 2}
    assert set(TaskItem.objects.filter(task=task, retired_at=None)) == set(rows[1:])


def _looks_at_once(run: jobs.Run) -> None:
    """Without waiting for the heartbeat that tells it of a cancel."""
    if Job.objects.get(pk=run.job.pk).cancel_requested:
        raise Cancelled


class _Run:
    """A run whose token nobody contests."""

    def __init__(self, job: str) -> None:
        self.payload = Job.objects.get(pk=job).payload

    def stop_if_cancelled(self) -> None: ...
    def progress(self, done: float, total: float) -> None: ...
    def commit(self) -> Any:
        return db.write()
