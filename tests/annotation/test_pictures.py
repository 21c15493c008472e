"""Pictures as the studio opens them from the dataset browser: outside of any task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alp_site.lib.ids import uuid7
from alp_site.people.models import Project, User
from annotation.models import Task, TaskItem
from annotation.services import queue, status, task_items
from annotation.services.issues import NewIssue, Said, create_issue
from datasets.models import Dataset, Item
from datasets.services.annotations import apply_operations
from tests.conftest import ClientAs

pytestmark = pytest.mark.django_db

BOX = {"xyxy": [2.0, 3.0, 12.0, 13.0], "angle": 0.0}
MakeItems = Callable[..., list[Item]]


def draws(item: Item, user: User) -> None:
    data = {"type": "box", "label": "cat", "geometry": BOX}
    apply_operations(item=item, user=user, operations=[{"op_id": str(uuid7()), "type": "create", "data": data}])


def ask(client_as: ClientAs, role: str, dataset: Dataset, items: list[Item]) -> list[dict[str, Any]]:
    ids = [str(item.pk) for item in items]
    answer = client_as(role).post(f"/api/v1/datasets/{dataset.pk}/pictures/", {"ids": ids}, format="json")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["items"])


def queued(task: Task, item: Item, person: User) -> TaskItem:
    task_items.add_items(task=task, entries=[{"item_id": item.pk}])
    return queue.next_items(task=task, person=person, limit=9)[-1]


def test_pictures_when_asked_for_then_in_that_order_with_annotations_and_what_the_role_may(
    client_as: ClientAs, dataset: Dataset, make_items: MakeItems, owner: User
) -> None:
    first, second = make_items(2)
    draws(first, owner)
    found = ask(client_as, "reviewer", dataset, [second, first])
    assert [one["item"]["id"] for one in found] == [str(second.pk), str(first.pk)]
    item = found[1]["item"]
    assert (item["content_version"], item["width"]) == (1, 32)
    annotations = client_as("owner").get(f"/api/v1/items/{first.pk}/annotations/").json()
    assert found[1]["annotations"] == annotations
    assert [label["name"] for label in found[0]["ontology"]["labels"]] == ["cat", "dog", "frog"]
    assert found[0]["may_edit"] is True
    assert ask(client_as, "viewer", dataset, [first])[0]["may_edit"] is False


def test_pictures_when_one_waits_in_a_task_then_it_says_where_and_whose_it_is(
    client_as: ClientAs, dataset: Dataset, make_items: MakeItems, task: Task, annotator: User, owner: User
) -> None:
    item, other = make_items(2)
    ti = queued(task, item, annotator)
    mine = ask(client_as, "annotator", dataset, [item, other])
    assert [one["item"]["id"] for one in mine] == [str(item.pk)]  # the other was not given to them
    place = {"task": str(task.pk), "task_item": str(ti.pk), "name": task.name, "kind": "annotation"}
    person = {"id": str(annotator.pk), "name": annotator.name}
    assert mine[0]["tasks"] == [{**place, "person": person, "mine": True}]
    assert ask(client_as, "owner", dataset, [item])[0]["tasks"] == [{**place, "person": person, "mine": False}]
    status.complete(task_item_id=ti.pk, person=annotator, label="cat")
    assert ask(client_as, "owner", dataset, [item])[0]["tasks"] == []


def test_pictures_when_a_task_has_issues_and_suggestions_of_them_then_whoever_sees_the_task_sees_these(
    client_as: ClientAs, dataset: Dataset, make_items: MakeItems, task: Task, annotator: User, people: dict[str, User]
) -> None:
    item, other = make_items(2)
    suggestion = {"label": "dog", "confidence": 0.7, "model_id": str(uuid7()), "model_name": "v3"}
    task_items.add_items(task=task, entries=[{"item_id": item.pk, "context": {"suggestion": suggestion}}])
    (ti,) = queue.next_items(task=task, person=annotator, limit=9)
    new = NewIssue(category="other", said=Said("look here"))
    issue = create_issue(task_item_id=ti.pk, person=people["reviewer"], new=new)
    for role in ("reviewer", "annotator"):
        (seen, *rest) = ask(client_as, role, dataset, [item, other])
        assert [(one["id"], one["body"], one["state"]) for one in seen["issues"]] == [
            (str(issue.pk), "look here", "open")
        ]
        assert [(one["type"], one["label"], one["confidence"]) for one in seen["suggestions"]] == [
            ("class", "dog", 0.7)
        ]
        assert all(one["issues"] == one["suggestions"] == [] for one in rest)
    (hidden,) = ask(client_as, "viewer", dataset, [item])
    assert (hidden["issues"], hidden["suggestions"], hidden["tasks"]) == ([], [], [])
    status.complete(task_item_id=ti.pk, person=annotator, label="cat")
    (answered,) = ask(client_as, "reviewer", dataset, [item])
    assert (answered["suggestions"], len(answered["issues"])) == ([], 1)


def test_pictures_when_more_are_asked_for_then_no_more_queries(
    client_as: ClientAs, dataset: Dataset, make_items: MakeItems, task: Task, annotator: User, owner: User
) -> None:
    items = make_items(6)
    for one in items:
        draws(one, owner)
        ti = queued(task, one, annotator)
        create_issue(task_item_id=ti.pk, person=owner, new=NewIssue(category="other", said=Said("look here")))
    counts = []
    for some in (items[:1], items):
        client = client_as("owner")
        ids = [str(item.pk) for item in some]
        with CaptureQueriesContext(connection) as asked:
            answer = client.post(f"/api/v1/datasets/{dataset.pk}/pictures/", {"ids": ids}, format="json")
        assert len(answer.json()["items"]) == len(some)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 15


def test_dataset_studio_when_opened_then_who_sees_only_their_own_is_sent_to_their_task(
    project: Project, dataset: Dataset, make_items: MakeItems, task: Task, annotator: User, people: dict[str, User]
) -> None:
    item, other = make_items(2)
    ti = queued(task, item, annotator)
    address = f"/p/{project.pk}/data/{dataset.pk}/studio/"
    client = Client()
    client.force_login(people["viewer"])
    page = client.get(address, {"item": str(item.pk)})
    assert page.status_code == 200
    assert page.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    client.force_login(annotator)
    sent = client.get(address, {"item": str(item.pk)})
    assert (sent.status_code, sent.headers["Location"]) == (
        302,
        f"/p/{project.pk}/studio/{task.pk}/?item={ti.pk}",
    )
    assert client.get(address, {"item": str(other.pk)}).status_code == 404
    assert client.get(address, {"item": "nonsense"}).status_code == 404
