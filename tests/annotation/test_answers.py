"""Completing and approving items whose answer is drawn: what must be whole, and what became of suggestions."""

from __future__ import annotations

import pytest

from alp_site.lib.errors import Invalid, Stale
from alp_site.lib.ids import uuid7
from annotation.errors import LabelMissing, NotReady
from annotation.models import SuggestionOutcome, TaskItem, TaskItemLog
from annotation.services import bulk, queue, review, status, task_items, undo
from datasets.models import Annotation, AnnotationRevision, Item
from datasets.selectors import image_versions
from datasets.services.annotations import apply_operations
from datasets.services.ontologies import add_attribute

pytestmark = [pytest.mark.django_db, pytest.mark.scale]

BOX = {"xyxy": [2.0, 3.0, 12.0, 13.0], "angle": 0.0}
OTHER = {"xyxy": [2.0, 3.0, 12.0, 8.0], "angle": 0.0}  # half of BOX
PREDICTION, MODEL = str(uuid7()), str(uuid7())


def suggested(*annotations: dict) -> dict:
    return {
        "suggestions": {
            "prediction_id": PREDICTION, "model_id": MODEL, "model_name": "Finder", "annotations": list(annotations),
        }
    }  # fmt: skip


def a_box(label: str = "cat", geometry=BOX, **more) -> dict:
    return {"type": "box", "label": label, "geometry": geometry, "attributes": {}, "confidence": 0.9, **more}


def draw(ti: TaskItem, person, kind: str = "box", label: str = "cat", geometry=BOX, visit=None, **data) -> str:
    """A new annotation by a person, as the studio makes it; returns its id."""
    pk = str(uuid7())
    operation = {"op_id": str(uuid7()), "type": "create", "annotation": pk,
                 "data": {"type": kind, "label": label, "geometry": geometry, **data}}  # fmt: skip
    answer = apply_operations(item=ti.item, operations=[operation], user=person, visit=visit)[0]
    assert answer["status"] == 200, answer
    return pk


def change(ti: TaskItem, person, pk: str, kind: str = "update", visit=None, **data) -> None:
    row = Annotation.objects.get(pk=pk)
    operation = {"op_id": str(uuid7()), "type": kind, "annotation": pk, "base_revision": row.revision, "data": data}
    answer = apply_operations(item=ti.item, operations=[operation], user=person, visit=visit)[0]
    assert answer["status"] == 200, answer


def accept(ti: TaskItem, person, at: int, **data) -> str:
    """Accepts the suggestion of that place, as the studio does."""
    one = ti.context["suggestions"]["annotations"][at]
    return draw(
        ti, person, **{
            "kind": one["type"], "label": one["label"], "geometry": one["geometry"], "model_id": MODEL,
            "model_name": "Finder", "confidence": one["confidence"], "source_prediction": PREDICTION,
            "metadata": {"suggestion": f"{PREDICTION}:{at}"}, **data,
        }
    )  # fmt: skip


@pytest.fixture
def boxes(make_task):
    return make_task(annotation_types=["box", "polygon"], batch_size=4, max_workload=6)


@pytest.fixture
def hold(fill, annotator):
    def one(task, context=None) -> TaskItem:
        fill(task, 1, context=context or {})
        return queue.next_items(task=task, person=annotator, limit=50)[-1]

    return one


@pytest.fixture
def size(dataset):
    return add_attribute(ontology=dataset.ontology, key="size", title="Size", kind="options",
                         values=["big", "small"], optional=False, scope=["cat"])  # fmt: skip


# ---- what an answer must be


def test_what_is_drawn_completes_the_item_without_a_label(boxes, hold, annotator):
    ti = hold(boxes)
    draw(ti, annotator)
    done = status.complete(task_item_id=ti.pk, person=annotator, seen_version=1)
    assert (done.task_item.status, done.outcome, done.repeated) == ("completed", "", False)
    log = TaskItemLog.objects.get(task_item=ti, action="complete")
    assert (log.label, log.empty) == ("", False)


def test_a_lead_sees_how_many_objects_an_item_has_beside_its_class(boxes, hold, annotator, client_as):
    ti = hold(boxes)
    url = f"/api/v1/tasks/{boxes.pk}/items/"
    client = client_as("reviewer")
    assert [row["objects"] for row in client.get(url).json()["items"]] == [0]
    for _ in range(2):
        draw(ti, annotator)
    draw(ti, annotator, kind="class", geometry={})
    (row,) = client.get(url).json()["items"]
    assert (row["objects"], row["label"]) == (2, "cat")


def test_nothing_drawn_is_refused_unless_said(boxes, hold, annotator):
    ti = hold(boxes)
    with pytest.raises(NotReady) as caught:
        status.complete(task_item_id=ti.pk, person=annotator)
    assert caught.value.data == {"annotations": [], "nothing": True}
    assert TaskItem.objects.get(pk=ti.pk).is_open
    status.complete(task_item_id=ti.pk, person=annotator, empty=True)
    assert TaskItemLog.objects.get(task_item=ti, action="complete").empty


def test_empty_is_refused_where_something_is_drawn(boxes, hold, annotator):
    ti = hold(boxes)
    draw(ti, annotator)
    with pytest.raises(Invalid, match="remove them"):
        status.complete(task_item_id=ti.pk, person=annotator, empty=True)


def test_each_annotation_that_lacks_something_is_listed(boxes, hold, annotator, size, client_as):
    ti = hold(boxes)
    whole = draw(ti, annotator, attributes={"size": "big"})
    lacking = draw(ti, annotator)
    blank = draw(ti, annotator, attributes={"size": ""})
    draw(ti, annotator, label="dog")  # outside the attribute's scope
    response = client_as("annotator").post(f"/api/v1/task-items/{ti.pk}/complete/", {}, format="json")
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["code"] == "not_ready"
    assert "cat: Size is missing." in error["message"]
    assert [one["annotation"] for one in error["data"]["annotations"]] == [lacking, blank]
    assert error["data"]["annotations"][0]["lacks"] == [
        {"code": "attribute_missing", "attribute": "size", "title": "Size", "message": "Size is missing."}
    ]
    for pk in (lacking, blank):
        change(ti, annotator, pk, attributes={"size": "small"})
    assert whole
    done = client_as("annotator").post(f"/api/v1/task-items/{ti.pk}/complete/", {}, format="json")
    assert done.status_code == 200, done.content


def test_false_and_nought_are_answers(boxes, hold, annotator, dataset):
    add_attribute(ontology=dataset.ontology, key="wet", kind="boolean", optional=False)
    add_attribute(ontology=dataset.ontology, key="n", kind="range", optional=False, value_range={"min": 0, "max": 3})
    ti = hold(boxes)
    draw(ti, annotator, attributes={"wet": False, "n": 0})
    assert status.complete(task_item_id=ti.pk, person=annotator).task_item.status == "completed"


def test_own_strays_are_listed_and_those_of_others_are_let_be(boxes, hold, annotator, owner):
    ti = hold(boxes)
    draw(ti, annotator)
    draw(ti, owner, kind="point", geometry={"xy": [4, 4]})
    mine = draw(ti, annotator, kind="point", geometry={"xy": [5, 5]})  # before the task was narrowed, say
    with pytest.raises(NotReady) as caught:
        status.complete(task_item_id=ti.pk, person=annotator)
    (only,) = caught.value.data["annotations"]
    assert (only["annotation"], only["lacks"][0]["code"]) == (mine, "type_not_allowed")
    change(ti, annotator, mine, kind="delete")
    assert status.complete(task_item_id=ti.pk, person=annotator).task_item.status == "completed"


def test_work_for_another_task_is_no_stray(boxes, hold, annotator, make_task):
    ti = hold(boxes)
    points = make_task(annotation_types=["point"], name="Points")
    task_items.add_items(task=points, entries=[{"item_id": ti.item_id}])
    (other,) = queue.next_items(task=points, person=annotator)
    draw(ti, annotator)
    draw(ti, annotator, kind="point", geometry={"xy": [5, 5]})
    assert status.complete(task_item_id=ti.pk, person=annotator).task_item.status == "completed"
    assert status.complete(task_item_id=other.pk, person=annotator).task_item.status == "completed"


def test_a_version_that_moved_is_stale(boxes, hold, annotator, owner):
    ti = hold(boxes)
    draw(ti, annotator)
    draw(ti, owner)
    with pytest.raises(Stale) as caught:
        status.complete(task_item_id=ti.pk, person=annotator, seen_version=1)
    assert caught.value.data["content_version"] == 2


def test_completing_again_counts_once_and_after_a_change_anew(boxes, hold, annotator):
    ti = hold(boxes, suggested(a_box()))
    pk = accept(ti, annotator, 0)
    status.complete(task_item_id=ti.pk, person=annotator)
    assert status.complete(task_item_id=ti.pk, person=annotator).repeated
    change(ti, annotator, pk, geometry=OTHER)
    again = status.complete(task_item_id=ti.pk, person=annotator)
    assert (again.repeated, again.outcome) == (False, "edited")
    assert SuggestionOutcome.objects.get().outcome == "edited"


def test_plain_classification_goes_on_asking_for_a_label(task, hold, annotator):
    ti = hold(task)
    with pytest.raises(LabelMissing):
        status.complete(task_item_id=ti.pk, person=annotator)
    with pytest.raises(LabelMissing):
        status.complete(task_item_id=ti.pk, person=annotator, empty=True)
    draw(ti, annotator, kind="class", geometry=None)
    assert status.complete(task_item_id=ti.pk, person=annotator).label == "cat"


def test_a_class_among_shapes_may_still_be_given_with_the_act(make_task, hold, annotator):
    ti = hold(make_task(annotation_types=["class", "box"]))
    assert status.complete(task_item_id=ti.pk, person=annotator, label="dog").label == "dog"
    assert Annotation.objects.get(item=ti.item).label == "dog"


def test_revisions_of_a_visit_are_folded_at_submit(boxes, hold, annotator):
    ti, visit = hold(boxes), uuid7()
    pk = draw(ti, annotator, visit=visit)
    for right in (13.0, 14.0, 15.0):
        change(ti, annotator, pk, visit=visit, geometry={"xyxy": [2.0, 3.0, right, 13.0], "angle": 0.0})
    assert AnnotationRevision.objects.filter(annotation=pk).count() == 4
    status.complete(task_item_id=ti.pk, person=annotator)
    last = AnnotationRevision.objects.get(annotation=pk)
    assert (last.revision, last.geometry["xyxy"][2]) == (4, 15.0)


def test_what_was_submitted_outlives_what_the_same_page_does_later(boxes, hold, annotator):
    ti, visit = hold(boxes), uuid7()
    pk = draw(ti, annotator, visit=visit)
    status.complete(task_item_id=ti.pk, person=annotator)
    for right in (14.0, 15.0):
        change(ti, annotator, pk, visit=visit, geometry={"xyxy": [2.0, 3.0, right, 13.0], "angle": 0.0})
    status.complete(task_item_id=ti.pk, person=annotator)
    kept = AnnotationRevision.objects.filter(annotation=pk).order_by("revision")
    assert [(row.revision, row.geometry["xyxy"][2]) for row in kept] == [(1, 12.0), (3, 15.0)]
    assert len(image_versions(Item.objects.get(pk=ti.item_id))) == 2


# ---- what became of suggestions


def test_each_suggestion_is_accepted_edited_or_rejected(boxes, hold, annotator):
    ti = hold(boxes, suggested(a_box(), a_box("dog"), a_box("frog"), {**a_box(), "type": "point"}))
    accepted = accept(ti, annotator, 0)
    edited = accept(ti, annotator, 1)
    change(ti, annotator, edited, geometry=OTHER, source_prediction=PREDICTION)
    done = status.complete(task_item_id=ti.pk, person=annotator)
    assert done.outcome == "edited"
    rows = {row.suggestion: row for row in SuggestionOutcome.objects.filter(task_item=ti)}
    assert set(rows) == {f"{PREDICTION}:{n}" for n in range(3)}  # the point was never shown
    first, second, third = (rows[f"{PREDICTION}:{n}"] for n in range(3))
    assert (first.outcome, first.iou, str(first.annotation_id)) == ("accepted", 1.0, accepted)
    assert (first.type, first.label, first.confidence, str(first.model_id)) == ("box", "cat", 0.9, MODEL)
    assert (second.outcome, str(second.annotation_id)) == ("edited", edited)
    assert second.iou == pytest.approx(0.5)
    assert (third.outcome, third.iou, third.annotation_id, third.person) == ("rejected", None, None, annotator)


def test_attributes_a_person_adds_and_rounding_leave_it_accepted(boxes, hold, annotator):
    exact = {"xyxy": [2.00049, 3.0, 12.0, 13.0], "angle": 0.0}
    ti = hold(boxes, suggested(a_box(geometry=exact, attributes={"kind": "tabby"})))
    accept(ti, annotator, 0, geometry={"xyxy": [2.0, 3.0, 12.0, 13.0]}, attributes={"kind": "tabby", "more": 1})
    assert status.complete(task_item_id=ti.pk, person=annotator).outcome == "accepted"


@pytest.mark.parametrize("data", [{"label": "dog"}, {"attributes": {"kind": "lynx"}}])
def test_another_label_or_attribute_is_an_edit(boxes, hold, annotator, data):
    ti = hold(boxes, suggested(a_box(attributes={"kind": "tabby"})))
    pk = accept(ti, annotator, 0, attributes={"kind": "tabby"})
    change(ti, annotator, pk, **data)
    status.complete(task_item_id=ti.pk, person=annotator)
    row = SuggestionOutcome.objects.get()
    assert (row.outcome, row.iou) == ("edited", 1.0)


def test_what_was_removed_again_is_rejected_and_what_became_another_type_is_compared(boxes, hold, annotator):
    ti = hold(boxes, suggested(a_box(), a_box("dog")))
    change(ti, annotator, accept(ti, annotator, 0), kind="delete")
    half = {"rings": [[[2.0, 3.0], [12.0, 3.0], [12.0, 8.0], [2.0, 8.0]]]}
    draw(ti, annotator, kind="polygon", label="dog", geometry=half, metadata={"suggestion": f"{PREDICTION}:1"})
    status.complete(task_item_id=ti.pk, person=annotator)
    first, second = SuggestionOutcome.objects.order_by("suggestion")
    assert first.outcome == "rejected"
    assert second.outcome == "edited"
    assert second.iou == pytest.approx(0.5)


def test_a_class_that_gave_way_to_another_of_its_group_is_edited(make_task, hold, annotator):
    both = make_task(annotation_types=["class", "box"])
    ti = hold(both, suggested({"type": "class", "label": "cat", "confidence": 0.6}))
    draw(ti, annotator, kind="class", label="dog", geometry=None)
    assert status.complete(task_item_id=ti.pk, person=annotator).outcome == "edited"


def test_discarding_rejects_and_undo_takes_the_outcomes_back(boxes, hold, annotator):
    ti = hold(boxes, suggested(a_box(), a_box()))
    accept(ti, annotator, 0)
    assert status.discard(task_item_id=ti.pk, person=annotator).outcome == "rejected"
    assert set(SuggestionOutcome.objects.values_list("outcome", flat=True)) == {"rejected"}
    undo.undo(task_item_id=ti.pk, person=annotator)
    assert not SuggestionOutcome.objects.exists()
    assert status.complete(task_item_id=ti.pk, person=annotator).outcome == "edited"
    assert SuggestionOutcome.objects.count() == 2


@pytest.mark.parametrize(("label", "outcome"), [("cat", "accepted"), ("dog", "edited")])
def test_plain_classes_leave_an_outcome_too_one_by_one_and_in_bulk(task, fill, annotator, label, outcome):
    first, second = fill(task, 2, suggestion="cat")
    queue.pull(task=task, person=annotator)
    assert status.complete(task_item_id=first.pk, person=annotator, label=label).outcome == outcome
    bulk.complete_many(task=task, answers=[(second.pk, label)], person=annotator)
    rows = SuggestionOutcome.objects.all()
    assert [(r.type, r.label, r.outcome, r.confidence) for r in rows] == [("class", "cat", outcome, 0.8)] * 2


# ---- review


@pytest.fixture
def reviewed(make_task, boxes, hold, annotator, reviewer):
    """`reviewed()` -> a box drawn by the annotator, completed, and held by the reviewer: (its id, the review)."""
    qa = make_task("qa", parent_task=boxes, batch_size=4, max_workload=6)

    def make(**data) -> tuple[str, TaskItem]:
        ti = hold(boxes)
        pk = draw(ti, annotator, **data)
        status.complete(task_item_id=ti.pk, person=annotator)
        task_items.add_items(task=qa, entries=[{"item_id": ti.item_id}])
        return pk, queue.next_items(task=qa, person=reviewer, limit=1)[0]

    return make


def test_approving_stamps_every_annotation(reviewed, reviewer):
    pk, ti = reviewed()
    done = review.approve(task_item_id=ti.pk, person=reviewer, seen_version=1)
    assert (done.task_item.status, done.outcome) == ("approved", "accepted")
    row, item = Annotation.objects.get(pk=pk), Item.objects.get(pk=ti.item_id)
    assert (row.approved_revision, row.approved_by) == (1, reviewer)
    assert item.approved_version == item.content_version == 1
    assert TaskItemLog.objects.get(task_item=ti, action="approve").person == reviewer


def test_what_the_reviewer_changed_before_is_a_correction(reviewed, reviewer):
    pk, ti = reviewed()
    change(ti, reviewer, pk, geometry=OTHER)
    done = review.approve(task_item_id=ti.pk, person=reviewer)
    assert done.outcome == "edited"
    assert TaskItemLog.objects.filter(task_item=ti, action="correct").exists()
    assert Annotation.objects.get(pk=pk).approved_revision == 2


def test_what_the_reviewer_changed_back_is_no_correction(reviewed, reviewer):
    pk, ti = reviewed()
    change(ti, reviewer, pk, geometry=OTHER)
    change(ti, reviewer, pk, geometry=BOX)
    change(ti, reviewer, draw(ti, reviewer), kind="delete")
    assert review.approve(task_item_id=ti.pk, person=reviewer).outcome == "accepted"


def test_approving_asks_for_whole_annotations_and_for_a_word_where_there_are_none(reviewed, reviewer, size):
    pk, ti = reviewed(attributes={"size": "big"})
    change(ti, reviewer, pk, attributes={})
    with pytest.raises(NotReady):
        review.approve(task_item_id=ti.pk, person=reviewer)
    assert Item.objects.get(pk=ti.item_id).approved_version is None
    change(ti, reviewer, pk, kind="delete")
    with pytest.raises(NotReady) as caught:
        review.approve(task_item_id=ti.pk, person=reviewer)
    assert caught.value.data["nothing"]
    assert review.approve(task_item_id=ti.pk, person=reviewer, empty=True).outcome == "edited"


def test_an_approval_of_shapes_is_taken_back(reviewed, reviewer):
    pk, ti = reviewed()
    review.approve(task_item_id=ti.pk, person=reviewer)
    undo.undo(task_item_id=ti.pk, person=reviewer)
    assert Annotation.objects.get(pk=pk).approved_revision is None
    assert TaskItem.objects.get(pk=ti.pk).is_open


def test_what_was_sent_back_is_fixed_and_approved(reviewed, annotator, reviewer):
    pk, ti = reviewed()
    review.return_item(task_item_id=ti.pk, person=reviewer, note="Too wide.")
    source = TaskItem.objects.get(pk=ti.source_id)
    change(source, annotator, pk, geometry=OTHER)
    status.complete(task_item_id=source.pk, person=annotator)
    done = review.approve(task_item_id=ti.pk, person=reviewer, resolve_fixed=True)
    assert (done.task_item.status, done.outcome) == ("approved", "accepted")
    assert Annotation.objects.get(pk=pk).approved_revision == 2


def test_the_whole_way_by_http(client_as, boxes, hold, make_task, annotator, reviewer, size):
    """An annotator draws, is told what is missing, completes; a reviewer corrects, approves; the history has it all."""
    qa = make_task("qa", parent_task=boxes, batch_size=4, max_workload=6)
    ti = hold(boxes)
    mine, theirs = client_as("annotator"), client_as("reviewer")
    operations, pk = f"/api/v1/items/{ti.item_id}/annotations/", str(uuid7())
    create = {"op_id": str(uuid7()), "type": "create", "annotation": pk,
              "data": {"type": "box", "label": "cat", "geometry": BOX}}  # fmt: skip
    assert mine.post(operations, {"operations": [create], "visit": str(uuid7())}).json()["content_version"] == 1
    lacking = mine.post(f"/api/v1/task-items/{ti.pk}/complete/", {"seen_version": 1})
    assert (lacking.status_code, lacking.json()["error"]["data"]["annotations"][0]["annotation"]) == (422, pk)
    fill_in = {"op_id": str(uuid7()), "type": "update", "annotation": pk, "base_revision": 1,
               "data": {"attributes": {"size": "big"}}}  # fmt: skip
    mine.post(operations, {"operations": [fill_in]})
    assert mine.post(f"/api/v1/task-items/{ti.pk}/complete/", {"seen_version": 1}).status_code == 412
    assert mine.post(f"/api/v1/task-items/{ti.pk}/complete/", {"seen_version": 2}).status_code == 200
    task_items.add_items(task=qa, entries=[{"item_id": ti.item_id}])
    seen = theirs.post(f"/api/v1/tasks/{qa.pk}/queue/next/", {}).json()["items"][0]
    correct = {**fill_in, "op_id": str(uuid7()), "base_revision": 2, "data": {"geometry": OTHER}}
    theirs.post(operations, {"operations": [correct]})
    done = theirs.post(f"/api/v1/task-items/{seen['id']}/approve/", {"seen_version": 3}).json()
    assert (done["task_item"]["status"], done["outcome"]) == ("approved", "edited")
    (shown,) = theirs.get(operations).json()["items"]
    assert (shown["approved"], shown["geometry"]) == (True, OTHER)
    found = theirs.get(f"/api/v1/items/{ti.item_id}/versions/").json()["items"]
    assert (found[0]["author"]["name"], found[0]["approved"]) == ("Reviewer", True)
    assert {v["author"]["name"] for v in found[1:]} == {"Annotator"}


def test_nothing_to_label_is_told_in_the_history(client_as, boxes, hold, annotator):
    ti = hold(boxes)
    assert client_as("annotator").post(f"/api/v1/task-items/{ti.pk}/complete/", {"empty": True}).status_code == 200
    told = client_as("annotator").get(f"/api/v1/task-items/{ti.pk}/history/").json()["items"]
    assert [row["empty"] for row in told if row["action"] == "complete"] == [True]
