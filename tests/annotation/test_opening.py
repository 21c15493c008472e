"""What the studio is given when it opens an item."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib.ids import uuid7
from annotation.services import queue, review, status, tasks
from datasets.services.annotations import apply_operations
from datasets.services.ontologies import add_attribute

pytestmark = pytest.mark.django_db

BOX = {"xyxy": [2.0, 3.0, 12.0, 13.0], "angle": 0.0}
PREDICTION, MODEL = str(uuid7()), str(uuid7())


def told(*annotations: dict) -> dict:
    """A context as the pipeline's nodes write it."""
    return {
        "suggestions": {
            "prediction_id": PREDICTION, "model_id": MODEL, "model_name": "Finder 3", "annotations": list(annotations),
        }
    }  # fmt: skip


def a_box(label: str = "cat", confidence: float = 0.9) -> dict:
    return {"type": "box", "label": label, "geometry": BOX, "attributes": {}, "confidence": confidence}


@pytest.fixture
def boxes(make_task):
    return make_task(annotation_types=["box"], batch_size=8, max_workload=9)


@pytest.fixture
def opened(client_as, fill, annotator):
    """`opened(task, context)` -> what the annotator gets for a new item of the task."""

    def get(task, context=None) -> dict:
        fill(task, 1, context=context or {})
        ti = queue.next_items(task=task, person=annotator, limit=50)[-1]
        response = client_as("annotator").get(f"/api/v1/task-items/{ti.pk}/open/")
        assert response.status_code == 200, response.content
        return response.json()

    return get


def test_an_item_opens_with_all_it_needs(opened, boxes, dataset, client_as, owner):
    add_attribute(ontology=dataset.ontology, key="size", kind="range", value_range={"min": 0, "max": 9},
                  optional=False, scope=["cat"])  # fmt: skip
    found = opened(boxes, told(a_box(), a_box("dog", 0.4)))
    item = found["task_item"]["item"]["id"]
    assert found["annotations"] == client_as("owner").get(f"/api/v1/items/{item}/annotations/").json()
    first, second = found["suggestions"]
    assert first == {
        "id": f"{PREDICTION}:0", "type": "box", "label": "cat", "geometry": BOX, "attributes": {}, "confidence": 0.9,
        "model": {"id": MODEL, "name": "Finder 3"}, "prediction": PREDICTION, "answered": False,
    }  # fmt: skip
    assert second["id"] == f"{PREDICTION}:1"
    assert [label["name"] for label in found["ontology"]["labels"]] == ["cat", "dog", "frog"]
    assert {label["group"] for label in found["ontology"]["labels"]} == {"class"}
    assert found["ontology"]["attributes"][0].items() >= {
        "key": "size", "kind": "range", "optional": False, "scope": ["cat"], "values": [],
        "range": {"min": 0, "max": 9},
    }.items()  # fmt: skip
    assert found["allowed"] == {"types": ["box"], "labels": ["cat", "dog", "frog"], "single_class": False}


def test_an_item_shows_the_annotations_it_has_and_their_version(opened, boxes, client_as, owner):
    found = opened(boxes)
    from datasets.models import Item

    item = Item.objects.get(pk=found["task_item"]["item"]["id"])
    operation = {"op_id": str(uuid7()), "type": "create", "annotation": str(uuid7()),
                 "data": {"type": "box", "label": "cat", "geometry": BOX}}  # fmt: skip
    apply_operations(item=item, operations=[operation], user=owner)
    again = client_as("annotator").get(f"/api/v1/task-items/{found['task_item']['id']}/open/").json()
    assert again["annotations"]["content_version"] == 1 == again["task_item"]["item"]["content_version"]
    assert [a["id"] for a in again["annotations"]["items"]] == [operation["annotation"]]


def test_suggestions_that_the_task_does_not_take_are_not_shown(opened, boxes):
    tasks.update_task(task=boxes, labels=["dog"])
    point = {"type": "point", "label": "dog", "geometry": {"xy": [1, 1]}, "confidence": 0.5}
    found = opened(boxes, told(a_box("cat"), point, a_box("dog"), a_box("horse")))
    assert [(s["type"], s["label"], s["id"]) for s in found["suggestions"]] == [("box", "dog", f"{PREDICTION}:2")]


def test_a_context_that_tells_the_class_alone_is_one_suggestion(opened, task):
    context = {"suggestion": {"label": "dog", "confidence": 0.7, "prediction_id": PREDICTION, "model_id": MODEL,
                              "model_name": "Finder 3", "probs": {"dog": 0.7}}}  # fmt: skip
    found = opened(task, context)
    assert found["suggestions"] == [
        {"id": f"{PREDICTION}:0", "type": "class", "label": "dog", "geometry": None, "attributes": {},
         "confidence": 0.7, "model": {"id": MODEL, "name": "Finder 3"}, "prediction": PREDICTION, "answered": False}
    ]  # fmt: skip
    assert found["task_item"]["suggestion"]["probs"] == {"dog": 0.7}
    assert found["allowed"]["single_class"]


def test_suggestions_that_were_answered_are_not_offered_again_to_who_reviews_or_mends(
    client_as, make_task, fill, annotator, reviewer
):
    label = make_task(annotation_types=["box"])
    check = make_task("qa", parent_task=label)
    fill(label, 1, context=told(a_box(), a_box("dog", 0.4)))
    (mine,) = queue.next_items(task=label, person=annotator, limit=5)

    def answered(role: str, ti) -> list[bool]:
        found = client_as(role).get(f"/api/v1/task-items/{ti.pk}/open/").json()
        return [one["answered"] for one in found["suggestions"]]

    assert answered("annotator", mine) == [False, False]
    status.complete(task_item_id=mine.pk, person=annotator, empty=True)
    (theirs,) = queue.next_items(task=check, person=reviewer, limit=5)
    assert answered("reviewer", theirs) == [True, True]  # both were left: there to be compared with
    review.return_item(task_item_id=theirs.pk, person=reviewer, note="one is missing")
    assert answered("annotator", mine) == [True, True]


def test_several_open_at_once_in_the_order_asked_for_and_only_mine(client_as, boxes, fill, annotator, second_annotator):
    fill(boxes, 8, context=told(a_box()))
    mine = [ti.pk for ti in queue.next_items(task=boxes, person=annotator, limit=8)]
    fill(boxes, 2)
    theirs = queue.next_items(task=boxes, person=second_annotator, limit=2)[0].pk
    url = f"/api/v1/tasks/{boxes.pk}/queue/open/"
    asked = [str(pk) for pk in (mine[3], theirs, mine[0])]
    found = client_as("annotator").post(url, {"task_items": asked}, format="json").json()["items"]
    assert [one["task_item"]["id"] for one in found] == [asked[0], asked[2]]
    assert found[0] == client_as("annotator").get(f"/api/v1/task-items/{asked[0]}/open/").json()
    too_many = client_as("annotator").post(url, {"task_items": [str(uuid7()) for _ in range(9)]}, format="json")
    assert too_many.status_code == 400


def test_opening_costs_the_same_for_one_and_for_eight(client_as, boxes, fill, annotator, owner):
    fill(boxes, 8, context=told(a_box()))
    mine = queue.next_items(task=boxes, person=annotator, limit=8)
    for ti in mine:
        operations = [
            {"op_id": str(uuid7()), "type": "create", "annotation": str(uuid7()),
             "data": {"type": "box", "label": "cat", "geometry": BOX}} for _ in range(3)
        ]  # fmt: skip
        apply_operations(item=ti.item, operations=operations, user=owner)
    client, url = client_as("annotator"), f"/api/v1/tasks/{boxes.pk}/queue/open/"
    counts = []
    for n in (1, 8):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = client.post(url, {"task_items": [str(ti.pk) for ti in mine[:n]]}, format="json").json()["items"]
        assert len(found) == n
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14, counts
