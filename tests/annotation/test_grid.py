"""A page of classes decided at once: what is approved, what goes back, what is left and why, and taking it all back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib.ids import uuid7
from annotation.models import TaskItem, TaskItemLog
from annotation.selectors.labels import labels_of
from annotation.services import issues, queue, review, status, task_items
from datasets.models import Annotation, Item
from datasets.services.labels import ClassLabel, set_class_labels

pytestmark = [pytest.mark.django_db, pytest.mark.scale]


@pytest.fixture
def page_of(task, qa, annotator, fill):
    """`page_of(3)` -> so many open review items, labelled `dog` by the annotator; the model said `cat`."""

    def make(n: int) -> list[TaskItem]:
        rows = fill(task, n, suggestion="cat")
        TaskItem.objects.filter(task=task, finished_at=None).update(assignee=annotator)
        for row in rows:
            status.complete(task_item_id=row.pk, person=annotator, label="dog")
        task_items.add_items(task=qa, entries=[{"item_id": row.item_id} for row in rows])
        found = TaskItem.objects.filter(task=qa, item__in=[row.item_id for row in rows])
        return list(found.select_related("item").order_by("pk"))

    return make


@pytest.fixture
def grid(client_as, qa):
    """Calls the grid's routes as a role."""

    def call(path: str = "", body: Any = None, role: str = "reviewer", expect: int = 200) -> Any:
        client, url = client_as(role), f"/api/v1/tasks/{qa.pk}/grid/{path}"
        response = client.get(url) if body is None else client.post(url, body, format="json")
        assert response.status_code == expect, response.content
        return response.json()

    return call


def said(ti: TaskItem, **more: Any) -> dict[str, Any]:
    version = Item.objects.get(pk=ti.item_id).content_version
    return {"task_item": str(ti.pk), "seen_version": version, **more}


def results(answer: dict[str, Any]) -> list[str]:
    return [one["result"] for one in answer["items"]]


WRONG = {"category": "wrong_label", "body": "A frog."}


def test_page_lists_what_is_mine_or_nobodys_by_keyset(grid, page_of, qa, reviewer, people):
    rows = page_of(4)
    TaskItem.objects.filter(pk=rows[1].pk).update(assignee=people["engineer"])
    TaskItem.objects.filter(pk=rows[2].pk).update(assignee=reviewer)
    first = grid("?limit=2")
    assert [one["id"] for one in first["items"]] == [str(rows[0].pk), str(rows[2].pk)]
    assert (first["items"][0]["label"], first["items"][0]["suggestion"]["label"]) == ("dog", "cat")
    assert [one["id"] for one in grid(f"?limit=2&after={first['next']}")["items"]] == [str(rows[3].pk)]


def test_page_when_decided_then_the_unflagged_are_approved_and_the_flagged_go_back(grid, page_of, task, annotator):
    rows = page_of(3)
    body = {"op_id": str(uuid7()), "items": [said(rows[0]), said(rows[1], label="frog"), said(rows[2], issue=WRONG)]}
    assert results(grid("", body)) == ["approved", "corrected", "returned"]
    assert [labels_of([ti.item_id])[ti.item_id] for ti in rows] == ["dog", "frog", "dog"]
    approved = set(Annotation.objects.exclude(approved_revision=None).values_list("item_id", flat=True))
    assert approved == {rows[0].item_id, rows[1].item_id}
    top = queue.next_items(task=task, person=annotator)[0]
    assert (top.item_id, top.issues.get().category) == (rows[2].item_id, "wrong_label")
    assert grid()["items"] == []

    again = grid("", body)
    assert results(again) == ["approved", "corrected", "returned"]
    assert all(one["repeated"] for one in again["items"])
    assert TaskItemLog.objects.filter(action__in=["approve", "correct", "return"]).count() == 3


def test_page_when_some_moved_meanwhile_then_they_are_left_and_told(
    grid, page_of, qa, task, reviewer, owner, people, annotator
):
    rows = page_of(7)
    items = [said(ti) for ti in rows]
    set_class_labels(entries=[ClassLabel(item_id=rows[0].item_id, label="frog")], author_user=owner)
    review.approve(task_item_id=rows[1].pk, person=owner)
    review.return_item(task_item_id=rows[2].pk, person=owner, note="Look again.")
    TaskItem.objects.filter(pk=rows[3].pk).update(assignee=people["engineer"])
    issues.create_issue(task_item_id=rows[4].pk, person=owner, new=issues.NewIssue(category="missing"))
    Annotation.objects.filter(item=rows[5].item_id).delete()
    assert results(grid("", {"op_id": str(uuid7()), "items": items})) == [
        "changed", "decided", "with_annotator", "held", "open_issues", "no_label", "approved",
    ]  # fmt: skip
    assert TaskItem.objects.get(pk=rows[0].pk).is_open
    assert labels_of([rows[0].item_id])[rows[0].item_id] == "frog"


def test_page_when_flagged_and_nobody_labelled_it_then_it_is_left(grid, qa, make_items, owner):
    item = make_items(1)[0]
    set_class_labels(entries=[ClassLabel(item_id=item.pk, label="cat")], author_user=owner)
    task_items.add_items(task=qa, entries=[{"item_id": item.pk}])
    body = {"op_id": str(uuid7()), "items": [said(TaskItem.objects.get(task=qa), issue=WRONG)]}
    assert results(grid("", body)) == ["no_annotator"]


@pytest.mark.parametrize("bad", [{"label": "unicorn"}, {"issue": {"category": "other"}}])
def test_page_when_one_verdict_is_impossible_then_nothing_is_done(grid, page_of, bad):
    rows = page_of(2)
    grid("", {"op_id": str(uuid7()), "items": [said(rows[0]), said(rows[1], **bad)]}, expect=400)
    assert all(TaskItem.objects.get(pk=ti.pk).is_open for ti in rows)
    assert not TaskItemLog.objects.filter(action="approve").exists()


def test_page_when_taken_back_then_each_is_open_as_it_was(grid, page_of, task, annotator):
    rows = page_of(3)
    op = str(uuid7())
    grid("", {"op_id": op, "items": [said(rows[0]), said(rows[1], label="frog"), said(rows[2], issue=WRONG)]})
    undo = {"op_id": op, "task_items": [str(ti.pk) for ti in rows]}
    assert results(grid("undo/", undo)) == ["reopened"] * 3
    assert [labels_of([ti.item_id])[ti.item_id] for ti in rows] == ["dog"] * 3
    assert [one["id"] for one in grid()["items"]] == [str(ti.pk) for ti in rows]
    assert not Annotation.objects.exclude(approved_revision=None).exists()
    assert all(one["repeated"] for one in grid("undo/", undo)["items"])
    assert results(grid("undo/", {**undo, "op_id": str(uuid7())})) == ["gone"] * 3


def test_page_when_somebody_else_used_its_name_then_it_is_refused(grid, page_of):
    rows = page_of(1)
    body = {"op_id": str(uuid7()), "items": [said(rows[0])]}
    grid("", body)
    grid("", body, role="owner", expect=409)


def test_grid_when_the_task_has_shapes_then_it_is_refused(client_as, make_task):
    drawn = make_task("qa", annotation_types=["box"])
    response = client_as("reviewer").get(f"/api/v1/tasks/{drawn.pk}/grid/")
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid")


def test_page_costs_the_same_however_long(grid, page_of):
    def cost(path: str, body: Any = None) -> int:
        with CaptureQueriesContext(connection) as queries:
            grid(path, body)
        return len(queries)

    def decide(n: int) -> int:
        return cost("", {"op_id": str(uuid7()), "items": [said(ti) for ti in page_of(n)]})

    page_of(2)
    listed = cost("")
    page_of(9)
    assert cost("") == listed
    assert decide(2) == decide(12)
