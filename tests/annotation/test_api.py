"""The routes of people's work, as each role sees them, and what a page of them costs."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib import storage
from alp_site.lib.ids import uuid7
from alp_site.people.models import Membership, Role
from annotation.models import Task, TaskItem
from annotation.services import answer_key, queue, status, task_items, tasks

pytestmark = pytest.mark.django_db
WORKERS = ("owner", "engineer", "reviewer", "annotator")
LEADS = ("owner", "engineer", "reviewer")


def q(n: int) -> str:
    return f"/api/v1/tasks/{n}/"


@pytest.fixture
def filled(task, fill):
    return fill(task, 8, suggestion="cat", context={"selection": {"rank": 1, "round": 1, "strategy": "margin"}})


@pytest.fixture
def store_picture():
    """`store_picture(item)` gives an item bytes that the stream route can send."""

    def store(item):
        stored = storage.put_bytes(b"not looked into: the bytes are sent as they are")
        storage.retain({stored.sha256: stored.size}, mimetype="image/png")
        item.blob_id = stored.sha256
        item.save(update_fields=["blob"])

    return store


@pytest.mark.parametrize(
    ("method", "path", "allowed", "body"),
    [
        ("get", "/api/v1/projects/{project}/tasks/", WORKERS, None),
        ("get", "/api/v1/projects/{project}/work/", WORKERS, None),
        ("get", "/api/v1/projects/{project}/waiting/", WORKERS, None),
        ("get", "/api/v1/tasks/{task}/", WORKERS, None),
        ("get", "/api/v1/tasks/{task}/progress/", WORKERS, None),
        ("get", "/api/v1/tasks/{task}/items/", LEADS, None),
        ("patch", "/api/v1/tasks/{task}/", LEADS, {"priority": 3}),
        ("post", "/api/v1/tasks/{task}/queue/next/", WORKERS, {}),
        ("post", "/api/v1/tasks/{task}/queue/renew/", WORKERS, {}),
        ("post", "/api/v1/tasks/{task}/queue/hand-back/", WORKERS, {}),
        ("get", "/api/v1/tasks/{task}/answer-key/", WORKERS, None),
        ("post", "/api/v1/tasks/{task}/reassign/", LEADS, {"task_items": [], "person": None}),
        ("get", "/api/v1/task-items/{ti}/", LEADS, None),
        ("get", "/api/v1/task-items/{ti}/history/", LEADS, None),
        ("post", "/api/v1/task-items/{ti}/skip/", LEADS, {}),
        ("delete", "/api/v1/tasks/{task}/", LEADS, None),
    ],
)
@pytest.mark.parametrize("role", [*Role.values, "stranger", "anonymous"])
def test_each_role_meets_its_row(client_as, project, task, filled, role, method, path, allowed, body):
    url = path.format(project=project.pk, task=task.pk, ti=filled[0].pk)
    response = getattr(client_as(role), method)(url, body, format="json")
    if role == "anonymous":
        assert response.status_code == 401
    elif role == "stranger":
        assert response.status_code == 404
    elif role in allowed:
        assert response.status_code < 300, response.content
    else:
        assert response.status_code in (403, 404)


def test_a_lead_makes_changes_fills_and_archives_a_task(client_as, project, dataset, annotator, make_items):
    client = client_as("reviewer")
    url = f"/api/v1/projects/{project.pk}/tasks/"
    made = client.post(url, {"name": "Birds", "kind": "annotation", "dataset": str(dataset.pk), "batch_size": 3,
                             "max_workload": 5, "people": [{"person": str(annotator.pk)}]})  # fmt: skip
    assert made.status_code == 201, made.content
    task_url = f"/api/v1/tasks/{made.json()['id']}/"
    assert made.json()["everyone"] is False
    items = [str(i.pk) for i in make_items(4)]
    assert client.post(f"{task_url}items/", {"items": items}).json() == {"count": 4, "job": None}
    assert client.post(f"{task_url}items/", {"filter": {"filename": "/p0001.png"}}).json()["count"] == 0
    assert client.get(task_url).json()["counts"]["total"] == 4
    listed = client.get(f"{task_url}items/?status=free&limit=3").json()
    assert len(listed["items"]) == 3
    wanted = listed["items"][1]
    named = client.get(f"{task_url}items/", {"name": wanted["item"]["name"].upper()}).json()["items"]
    assert [row["id"] for row in named] == [wanted["id"]]
    assert listed["next"]
    gone = client.delete(f"{task_url}items/", {"task_items": [listed["items"][0]["id"]]}).json()
    assert gone == {"count": 1}
    assert client.delete(task_url).status_code == 204
    assert client.get(task_url).json()["status"] == "archived"
    assert [t["name"] for t in client.get(url).json()["items"]] == []


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"batch_size": 9, "max_workload": 2},
        {"priority": 4},
        {"people": [{"person": str(uuid.uuid4())}]},
        {"due_date": "soon"},
    ],
)
def test_bad_settings_are_refused_and_change_nothing(client_as, task, body):
    before = Task.objects.values().get(pk=task.pk)
    response = client_as("owner").patch(f"/api/v1/tasks/{task.pk}/", body)
    assert response.status_code in (400, 404)
    assert response.json()["error"]["message"]
    assert Task.objects.values().get(pk=task.pk) == before


def test_a_dataset_of_another_project_is_not_found(client_as, project, other_project, people):
    from datasets.services.datasets import create_dataset

    foreign = create_dataset(project=other_project, name="Theirs", user=people["stranger"])
    body = {"name": "X", "kind": "annotation", "dataset": str(foreign.pk)}
    assert client_as("owner").post(f"/api/v1/projects/{project.pk}/tasks/", body).status_code == 404


def test_an_annotator_works_through_the_queue(client_as, task, filled):
    client = client_as("annotator")
    got = client.post(f"/api/v1/tasks/{task.pk}/queue/next/", {}).json()
    assert len(got["items"]) == 4
    assert got["standing"] == {"held": 4, "sent_back": 0, "skipped": 0, "free": 4, "done": 0, "done_today": 0}
    first = got["items"][0]
    assert first["suggestion"]["label"] == "cat"
    assert first["selection"]["strategy"] == "margin"
    op = str(uuid.uuid4())
    body = {"label": "dog", "op_id": op, "seconds": 1.5, "seen_version": first["item"]["content_version"]}
    url = f"/api/v1/task-items/{first['id']}/complete/"
    done = client.post(url, body)
    assert done.status_code == 200, done.content
    assert done.json()["task_item"]["label"] == "dog"
    assert done.json()["task_item"]["item"]["content_version"] == first["item"]["content_version"] + 1
    assert client.post(url, body).json()["repeated"] is True
    after = client.post(f"/api/v1/tasks/{task.pk}/queue/next/", {"recent": 5}).json()
    assert [r["id"] for r in after["recent"]] == [first["id"]]
    undone = client.post(f"/api/v1/task-items/{first['id']}/undo/", {}).json()
    assert (undone["task_item"]["status"], undone["task_item"]["label"]) == ("", None)
    history = client.get(f"/api/v1/task-items/{first['id']}/history/").json()["items"]
    assert [h["action"] for h in history] == ["add", "complete", "undo"]


def test_a_reviewer_returns_and_the_annotator_reads_the_note(client_as, task, qa, filled, annotator, reviewer):
    queue.pull(task=task, person=annotator)
    status.complete(task_item_id=filled[0].pk, person=annotator, label="dog")
    task_items.add_items(task=qa, entries=[{"item_id": filled[0].item_id}])
    reviewing = client_as("reviewer").post(f"/api/v1/tasks/{qa.pk}/queue/next/", {}).json()["items"][0]
    assert reviewing["label"] == "dog"
    assert reviewing["source"]["person"]["name"] == "Annotator"
    url = f"/api/v1/task-items/{reviewing['id']}/return/"
    assert client_as("annotator").post(url, {"note": "x"}).status_code == 404
    assert client_as("reviewer").post(url, {}).status_code == 400
    back = client_as("reviewer").post(url, {"note": "It is a cat."})
    assert back.json()["task_item"]["with_annotator"] is True
    first = client_as("annotator").post(f"/api/v1/tasks/{task.pk}/queue/next/", {}).json()["items"][0]
    assert (first["id"], first["place"]) == (str(filled[0].pk), "sent_back")
    assert [(i["body"], i["author"]["name"], i["state"]) for i in first["issues"]] == [
        ("It is a cat.", "Reviewer", "open")
    ]
    work = client_as("annotator").get(f"/api/v1/projects/{task.project_id}/work/").json()
    assert work["next"]["sent_back"] == 1


def test_refusals_say_what_is_the_case(client_as, task, filled, annotator, reviewer):
    queue.pull(task=task, person=annotator)
    url = f"/api/v1/task-items/{filled[0].pk}/complete/"
    client = client_as("annotator")
    assert client.post(url, {}).json()["error"]["code"] == "label_missing"
    assert client.post(url, {"label": "horse"}).status_code == 400
    stale = client.post(url, {"label": "cat", "seen_version": 7})
    assert (stale.status_code, stale.json()["error"]["data"]["content_version"]) == (412, 0)
    status.complete(task_item_id=filled[0].pk, person=reviewer, label="frog")
    taken = client.post(url, {"label": "cat"})
    assert (taken.status_code, taken.json()["error"]["data"]["label"]) == (409, "frog")


def test_item_when_someone_else_finished_it_then_its_former_holder_may_look_but_not_write(
    client_as, task, fill, annotator, second_annotator, reviewer, store_picture
):
    row = fill(task, 1)[0]
    store_picture(row.item)
    queue.pull(task=task, person=annotator)
    for person in (second_annotator, annotator):  # each loses it again: nothing but the log knows of the first
        task_items.reassign(task=task, task_item_ids=[row.pk], person=person, user=reviewer)
    task_items.reassign(task=task, task_item_ids=[row.pk], person=second_annotator, user=reviewer)
    task_items.reassign(task=task, task_item_ids=[row.pk], person=None, user=reviewer)
    status.complete(task_item_id=row.pk, person=reviewer, label="frog")
    TaskItem.objects.filter(pk=row.pk).update(previous_person=second_annotator)
    client = client_as("annotator")
    assert client.get(f"/api/v1/items/{row.item_id}/stream/").status_code == 200
    assert client.get(f"/api/v1/task-items/{row.pk}/").json()["label"] == "frog"
    for act in ("complete", "discard", "skip", "undo"):
        refused = client.post(f"/api/v1/task-items/{row.pk}/{act}/", {"label": "cat"} if act == "complete" else {})
        error = refused.json()["error"]
        assert (refused.status_code, error["code"], error["data"]["label"]) == (409, "finished_by_other", "frog")
        assert "Reviewer finished this item already" in error["message"]
        assert "go on with your next item" in error["message"]
    operations = [{"op_id": str(uuid7()), "type": "create", "data": {"type": "class", "label": "cat"}}]
    wrote = client.post(f"/api/v1/items/{row.item_id}/annotations/", {"operations": operations})
    assert wrote.status_code == 403
    row.refresh_from_db()
    assert (row.status, row.finished_by_id) == ("completed", reviewer.pk)


def test_item_when_a_person_never_held_it_then_neither_it_nor_its_picture_is_there(
    client_as, project, task, fill, annotator, reviewer, store_picture
):
    row = fill(task, 1)[0]
    store_picture(row.item)
    status.complete(task_item_id=row.pk, person=reviewer, label="frog")
    for role in ("annotator", "stranger"):
        client = client_as(role)
        for url in (f"items/{row.item_id}/stream/", f"items/{row.item_id}/", f"task-items/{row.pk}/"):
            assert client.get(f"/api/v1/{url}").status_code == 404
        assert client.post(f"/api/v1/task-items/{row.pk}/complete/", {"label": "cat"}).status_code == 404
    TaskItem.objects.filter(pk=row.pk).update(previous_person=annotator)
    assert client_as("annotator").get(f"/api/v1/items/{row.item_id}/stream/").status_code == 200
    Membership.objects.filter(project=project, user=annotator).delete()
    assert client_as("annotator").get(f"/api/v1/items/{row.item_id}/stream/").status_code == 404


def test_an_annotator_sees_no_review_task_and_no_one_elses_figures(client_as, task, qa, filled, reviewer, annotator):
    queue.pull(task=task, person=reviewer)
    queue.pull(task=task, person=annotator)
    status.complete(task_item_id=filled[0].pk, person=reviewer, label="frog")
    client = client_as("annotator")
    listed = client.get(f"/api/v1/projects/{task.project_id}/tasks/").json()["items"]
    assert [t["id"] for t in listed] == [str(task.pk)]
    assert client.get(f"/api/v1/tasks/{qa.pk}/").status_code == 404
    seen = client.get(f"/api/v1/tasks/{task.pk}/progress/").json()["people"]
    assert {p["person"]["name"] for p in seen} == {"Annotator"}
    seen = client_as("owner").get(f"/api/v1/tasks/{task.pk}/progress/").json()["people"]
    assert {p["person"]["name"] for p in seen} == {"Annotator", "Reviewer"}


def test_a_task_for_named_people_is_hidden_from_other_annotators(client_as, task, filled, second_annotator):
    tasks.update_task(task=task, people={second_annotator.pk: 1})
    client = client_as("annotator")
    assert client.get(f"/api/v1/tasks/{task.pk}/").status_code == 404
    assert client.get(f"/api/v1/projects/{task.project_id}/waiting/").json() == {"count": 0}
    assert client_as("reviewer").get(f"/api/v1/tasks/{task.pk}/").status_code == 200


def test_the_answer_key_is_there_only_where_one_was_loaded(client_as, task, filled, project):
    client = client_as("annotator")
    url = f"/api/v1/tasks/{task.pk}/answer-key/"
    assert client.get(url).json() == {"available": 0}
    assert client.post(url, {"count": 5}).status_code == 409
    answer_key.load(project=project, answers={ti.item.blob_id: "frog" for ti in filled})
    assert client.get(url).json() == {"available": 8}
    assert client.post(url, {"count": 5}).json() == {
        "answered": 5, "corrected": 0, "unknown": 0, "simulated": True,
    }  # fmt: skip
    assert client.post(url, {"count": 9999}).status_code == 400


def test_reassigning_to_a_stranger_or_a_viewer_is_refused(client_as, task, filled, people, viewer):
    client = client_as("reviewer")
    for person, code in ((people["stranger"], 404), (viewer, 400)):
        body = {"task_items": [str(filled[0].pk)], "person": str(person.pk)}
        assert client.post(f"/api/v1/tasks/{task.pk}/reassign/", body).status_code == code
    assert not TaskItem.objects.filter(assignee__isnull=False).exists()


def test_lists_cost_the_same_however_long(client_as, task, qa, fill, annotator, reviewer):
    def cost(method: str, url: str, role: str) -> int:
        client = client_as(role)
        call = getattr(client, method)
        call(url, {}, format="json")  # what one pull writes is not the list's cost
        with CaptureQueriesContext(connection) as queries:
            assert call(url, {}, format="json").status_code == 200
        return len(queries)

    tasks.update_task(task=task, max_workload=50, batch_size=50)
    urls = [
        ("post", f"/api/v1/tasks/{task.pk}/queue/next/", "annotator"),
        ("get", f"/api/v1/tasks/{task.pk}/items/", "reviewer"),
        ("get", f"/api/v1/projects/{task.project_id}/tasks/", "reviewer"),
        ("get", f"/api/v1/projects/{task.project_id}/work/", "annotator"),
    ]
    fill(task, 2)
    few = [cost(*u) for u in urls]
    fill(task, 30, suggestion="cat")
    queue.pull(task=task, person=annotator)
    for kind in range(3):
        tasks.create_task(project=task.project, name=f"T{kind}", kind="annotation", dataset=task.dataset, user=None)
    many = [cost(*u) for u in urls]
    assert many == few
    assert max(few) <= 20, few
