"""What a task lets people draw: its settings, what they mean, and what the server refuses."""

from __future__ import annotations

import pytest

from alp_site.lib.ids import uuid7
from annotation.models import Task, TaskItem
from annotation.selectors.rules import labels_said, rules_of, types_said
from annotation.services import answer_key, queue, status, tasks
from datasets.geometry._base import TYPES
from datasets.models import Annotation, Label
from datasets.services.ontologies import add_label

pytestmark = pytest.mark.django_db

BOX = {"xyxy": [2, 3, 12, 13], "angle": 0}
FACE = {"names": ["eye", "nose"], "edges": [[0, 1]]}


def create(kind: str, label: str, geometry=None, **data) -> dict:
    return {"op_id": str(uuid7()), "type": "create", "annotation": str(uuid7()),
            "data": {"type": kind, "label": label, "geometry": geometry, **data}}  # fmt: skip


def rules(task: Task):
    fresh = Task.objects.select_related("dataset", "parent_task").get(pk=task.pk)
    return rules_of([fresh])[task.pk]


@pytest.fixture
def hold(fill, annotator):
    """`hold(task)` -> a task item that the annotator holds."""

    def one(task: Task) -> TaskItem:
        fill(task, 1)
        return queue.next_items(task=task, person=annotator, limit=1)[0]

    return one


def test_a_task_without_the_settings_is_plain_classification(task):
    found = rules(task)
    assert (types_said(task), labels_said(task), found.types) == (["class"], [], ("class",))
    assert found.single_class
    assert set(found.labels) == {"cat", "dog", "frog"}


def test_no_types_named_means_all_that_the_ontology_has_a_use_for(task, dataset):
    tasks.update_task(task=task, annotation_types=[])
    assert set(rules(task).types) == set(TYPES.names()) - {"skeleton"}
    Label.objects.filter(ontology=dataset.ontology, name="frog").update(skeleton=FACE)
    assert set(rules(task).types) == set(TYPES.names())
    tasks.update_task(task=task, labels=["cat", "dog"])
    assert "skeleton" not in rules(task).types
    assert not rules(task).single_class


def test_labels_that_do_not_exclude_each_other_are_not_plain_classification(task, dataset):
    assert rules(task).single_class
    add_label(ontology=dataset.ontology, name="wet", group="")
    assert not rules(task).single_class
    tasks.update_task(task=task, labels=["cat", "dog"])
    assert rules(task).single_class


def test_a_review_follows_its_labelling_task_until_it_says_otherwise(task, qa):
    tasks.update_task(task=task, annotation_types=["box", "polygon"], labels=["cat"])
    assert rules(qa).types == ("box", "polygon")
    assert set(rules(qa).labels) == {"cat"}
    tasks.update_task(task=qa, annotation_types=["box"])
    assert rules(qa).types == ("box",)
    tasks.update_task(task=qa, annotation_types=None)
    assert rules(qa).types == ("box", "polygon")


def test_settings_go_in_and_out_by_the_api(client_as, project, dataset):
    client = client_as("owner")
    body = {"name": "Boxes", "kind": "annotation", "dataset": str(dataset.pk), "annotation_types": ["box", "box"],
            "labels": ["dog", "cat"]}  # fmt: skip
    made = client.post(f"/api/v1/projects/{project.pk}/tasks/", body, format="json")
    assert made.status_code == 201, made.content
    url = f"/api/v1/tasks/{made.json()['id']}/"
    shown = client.get(url).json()
    assert (shown["annotation_types"], shown["labels"]) == (["box"], ["dog", "cat"])
    shown = client.patch(url, {"annotation_types": None, "labels": []}, format="json").json()
    assert (shown["annotation_types"], shown["labels"]) == (["class"], [])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"annotation_types": ["square"]}, "'square'"),
        ({"annotation_types": "box"}, "annotation_types"),
        ({"labels": ["cat", "horse"]}, "'horse'"),
        ({"annotation_types": ["skeleton"]}, "keypoints"),
        ({"labels": [""]}, "labels"),
    ],
)
def test_settings_that_mean_nothing_are_refused_by_name(client_as, task, body, says):
    response = client_as("owner").patch(f"/api/v1/tasks/{task.pk}/", body, format="json")
    assert response.status_code == 400
    assert says in response.json()["error"]["message"]
    assert Task.objects.get(pk=task.pk).annotation_types is None


@pytest.mark.parametrize(
    ("types", "labels", "kind", "label", "ok"),
    [
        (["box"], [], "box", "cat", True),
        (["box"], [], "polygon", "cat", False),
        (["box"], ["cat"], "box", "dog", False),
        ([], [], "polygon", "dog", True),
        (None, None, "box", "cat", False),
    ],
)
def test_an_annotator_draws_what_their_task_takes(client_as, make_task, hold, types, labels, kind, label, ok):
    ti = hold(make_task(annotation_types=types, labels=labels))
    shape = BOX if kind == "box" else {"rings": [[[1, 1], [9, 1], [9, 9]]]}
    url = f"/api/v1/items/{ti.item_id}/annotations/"
    answers = client_as("annotator").post(url, {"operations": [create(kind, label, shape)]}, format="json").json()
    answer = answers["answers"][0]
    assert answer["status"] == (200 if ok else 403), answer
    if not ok:
        assert answer["error"]["code"] == "outside_task"
    assert Annotation.objects.filter(item=ti.item).count() == int(ok)


def test_one_refused_operation_does_not_stop_the_others(client_as, make_task, hold):
    ti = hold(make_task(annotation_types=["box"]))
    operations = [create("point", "cat", {"xy": [3, 3]}), create("box", "cat", BOX)]
    url = f"/api/v1/items/{ti.item_id}/annotations/"
    answers = client_as("annotator").post(url, {"operations": operations}, format="json").json()["answers"]
    assert [a["status"] for a in answers] == [403, 200]


def test_what_others_drew_outside_the_task_is_not_the_annotators_to_change(client_as, make_task, hold, owner):
    ti = hold(make_task(annotation_types=["box"]))
    url = f"/api/v1/items/{ti.item_id}/annotations/"
    point = create("point", "cat", {"xy": [3, 3]})
    assert client_as("owner").post(url, {"operations": [point]}, format="json").json()["answers"][0]["status"] == 200
    delete = {"op_id": str(uuid7()), "type": "delete", "annotation": point["annotation"], "base_revision": 1}
    answer = client_as("annotator").post(url, {"operations": [delete]}, format="json").json()["answers"][0]
    assert answer["status"] == 403
    assert Annotation.objects.get(pk=point["annotation"]).deleted_at is None


def test_two_tasks_on_one_item_let_their_annotator_draw_both(client_as, make_task, hold, annotator):
    ti = hold(make_task(annotation_types=["box"]))
    other = make_task(annotation_types=["point"], name="Points")
    from annotation.services import task_items

    task_items.add_items(task=other, entries=[{"item_id": ti.item_id}])
    queue.next_items(task=other, person=annotator, limit=1)
    url = f"/api/v1/items/{ti.item_id}/annotations/"
    operations = [create("point", "cat", {"xy": [3, 3]}), create("box", "cat", BOX), create("ellipse", "cat", None)]
    answers = client_as("annotator").post(url, {"operations": operations}, format="json").json()["answers"]
    assert [a["status"] for a in answers] == [200, 200, 403]


def test_the_answer_key_keeps_out_of_tasks_that_are_drawn(client_as, project, make_task, fill):
    boxes, plain = make_task(annotation_types=["box"]), make_task(name="Plain")
    rows = [*fill(boxes, 1), *fill(plain, 1)]
    answer_key.load(project=project, answers={ti.item.blob_id: "cat" for ti in rows})
    url = "/api/v1/tasks/{}/answer-key/"
    assert client_as("annotator").get(url.format(boxes.pk)).json() == {"available": 0}
    refused = client_as("annotator").post(url.format(boxes.pk), {"count": 1}, format="json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "no_answer_key")
    assert client_as("annotator").get(url.format(plain.pk)).json() == {"available": 1}


def test_the_answer_key_draws_what_it_knows_and_reviews_by_it(client_as, project, make_task, fill, reviewer):
    boxes = make_task(annotation_types=["box"])
    review = make_task(name="Review", kind="qa", parent_task=boxes)
    items = fill(boxes, 3)
    truth = [{"type": "box", "label": "cat", "geometry": BOX}, {"type": "class", "label": "dog"}]
    answers = {items[0].item.blob_id: truth, items[1].item.blob_id: [], items[2].item.blob_id: "cat"}
    answer_key.load(project=project, answers=answers)
    url = f"/api/v1/tasks/{boxes.pk}/answer-key/"
    assert client_as("annotator").get(url).json() == {"available": 2}
    told = client_as("annotator").post(url, {"count": 3}, format="json").json()
    assert told == {"answered": 2, "corrected": 0, "unknown": 1, "simulated": True}
    drawn = Annotation.objects.get(item=items[0].item, deleted_at=None)  # the class is nothing this task takes
    assert (drawn.type, drawn.label, drawn.geometry["xyxy"]) == ("box", "cat", [2.0, 3.0, 12.0, 13.0])
    assert not Annotation.objects.filter(item=items[1].item, deleted_at=None).exists()
    done = TaskItem.objects.filter(task=boxes, status="completed")
    assert {ti.pk for ti in done} == {items[0].pk, items[1].pk}
    entries = [entry for ti in done for entry in ti.log.filter(action="complete")]
    assert [entry.simulated for entry in entries] == [True, True]

    other = {**BOX, "xyxy": [1, 1, 9, 9]}
    answer_key.load(project=project, answers={items[0].item.blob_id: [{**truth[0], "geometry": other}]})
    done = answer_key.answer(task=Task.objects.get(pk=review.pk), person=reviewer, count=5)
    assert (done.answered, done.corrected) == (2, 1)
    kept = Annotation.objects.get(item=items[0].item, deleted_at=None)
    assert kept.geometry["xyxy"] == [1.0, 1.0, 9.0, 9.0]
    assert kept.approved_revision == kept.revision


def test_completing_refuses_a_label_the_task_leaves_out(make_task, hold, annotator):
    from alp_site.lib.errors import Invalid

    ti = hold(make_task(labels=["cat"]))
    with pytest.raises(Invalid, match="dog"):
        status.complete(task_item_id=ti.pk, person=annotator, label="dog")
    assert status.complete(task_item_id=ti.pk, person=annotator, label="cat").label == "cat"
