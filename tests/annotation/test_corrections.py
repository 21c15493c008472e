"""Fix and accept: what a reviewer changed before approving, counted and measured."""

from __future__ import annotations

from typing import Any

import pytest

from alp_site.lib.ids import uuid7
from annotation.models import ReviewOutcome, TaskItem
from annotation.services import bulk, queue, tasks

pytestmark = [pytest.mark.django_db, pytest.mark.scale]


@pytest.fixture
def boxes(task, qa):
    """The task takes boxes."""
    tasks.update_task(task=task, annotation_types=["box"])
    return task


@pytest.fixture
def edit(client_as):
    """`edit("reviewer", row, create=..)`: operations through the API; answers the annotations."""

    def do(who: str, row: TaskItem, *operations: dict[str, Any]) -> list[dict[str, Any]]:
        sent = [{"op_id": str(uuid7()), **op} for op in operations]
        answer = client_as(who).post(f"/api/v1/items/{row.item_id}/annotations/", {"operations": sent}, format="json")
        results = answer.json()["answers"]
        assert all(one["status"] == 200 for one in results), results
        return [one["annotation"] for one in results]

    return do


@pytest.fixture
def act(client_as):
    def do(who: str, row: TaskItem, what: str, expect: int = 200, **body: Any) -> Any:
        answer = client_as(who).post(f"/api/v1/task-items/{row.pk}/{what}/", body, format="json")
        assert answer.status_code == expect, answer.content
        return answer.json()

    return do


def new(label: str, *xyxy: float) -> dict[str, Any]:
    return {"type": "create", "data": {"type": "box", "label": label, "geometry": {"xyxy": list(xyxy)}}}


def change(box: dict[str, Any], **data: Any) -> dict[str, Any]:
    return {"type": "update", "annotation": box["id"], "base_revision": box["revision"], "data": data}


def remove(box: dict[str, Any]) -> dict[str, Any]:
    return {"type": "delete", "annotation": box["id"], "base_revision": box["revision"]}


@pytest.fixture
def submitted(boxes, fill, annotator, edit, act):
    """Three boxes the annotator submitted."""
    row = fill(boxes, 1)[0]
    queue.pull(task=boxes, person=annotator)
    drawn = edit("annotator", row, new("cat", 0, 0, 10, 10), new("dog", 10, 10, 20, 20), new("frog", 20, 20, 30, 30))
    act("annotator", row, "complete")
    return row, drawn


def outcomes(review: TaskItem) -> dict[tuple[str, str], float | None]:
    rows = ReviewOutcome.objects.filter(task_item=review)
    return {(row.label, row.change): None if row.iou is None else round(row.iou, 4) for row in rows}


def test_approving_when_the_reviewer_edited_then_it_is_a_correction_that_says_what(
    qa, submitted, edit, act, client_as, annotator, reviewer
):
    _row, (cat, dog, frog) = submitted
    review = TaskItem.objects.get(task=qa)
    edit(
        "reviewer", review,
        change(cat, geometry={"xyxy": [0, 0, 10, 5]}), remove(dog),
        new("frog", 0, 20, 10, 30), new("frog", 0, 10, 5, 15),
    )  # fmt: skip
    done = act("reviewer", review, "approve")
    assert done["outcome"] == "edited"
    line = client_as("reviewer").get(f"/api/v1/task-items/{review.pk}/history/").json()["items"][-1]
    assert line["action"] == "correct"
    assert line["changes"] == {"cat": {"changed": 1}, "dog": {"removed": 1}, "frog": {"added": 2}}
    kept = ReviewOutcome.objects.filter(task_item=review)
    assert sorted((r.label, r.change, r.iou) for r in kept if r.change != "added") == [
        ("cat", "changed", 0.5), ("dog", "removed", None), ("frog", "unchanged", 1.0),
    ]  # fmt: skip
    assert {str(r.annotation_id) for r in kept if r.change == "unchanged"} == {frog["id"]}
    assert {(r.annotator, r.reviewer) for r in kept} == {(annotator, reviewer)}
    act("reviewer", review, "undo")
    assert not ReviewOutcome.objects.exists()


def test_approving_when_nothing_was_changed_in_the_end_then_it_is_no_correction(qa, submitted, edit, act):
    _row, (cat, _dog, _frog) = submitted
    review = TaskItem.objects.get(task=qa)
    moved = edit("reviewer", review, change(cat, geometry={"xyxy": [0, 0, 9, 9]}))[0]
    edit("reviewer", review, change(moved, geometry={"xyxy": [0, 0, 10, 10]}))
    drawn = edit("reviewer", review, new("cat", 1, 1, 4, 4))[0]
    edit("reviewer", review, remove(drawn))
    assert act("reviewer", review, "approve")["outcome"] == "accepted"
    assert outcomes(review) == {
        ("cat", "unchanged"): 1.0, ("dog", "unchanged"): 1.0, ("frog", "unchanged"): 1.0,
    }  # fmt: skip


def test_approving_when_the_annotator_edited_late_then_that_is_no_correction_of_the_reviewer(qa, submitted, edit, act):
    row, (cat, _dog, _frog) = submitted
    review = TaskItem.objects.get(task=qa)
    edit("annotator", row, change(cat, geometry={"xyxy": [0, 0, 9, 9]}))
    assert act("reviewer", review, "approve")["outcome"] == "accepted"


def test_approving_when_it_was_sent_back_then_the_last_answer_is_what_was_submitted(qa, submitted, edit, act):
    row, (cat, dog, _frog) = submitted
    review = TaskItem.objects.get(task=qa)
    act("reviewer", review, "return", note="Mind the cat.")
    edit("annotator", row, change(cat, geometry={"xyxy": [0, 0, 10, 8]}))
    act("annotator", row, "complete")
    edit("reviewer", review, change(dog, label="frog"))
    act("reviewer", review, "approve", resolve_fixed=True)
    found = {(r.submitted_label, r.label, r.change, r.iou) for r in ReviewOutcome.objects.all()}
    assert found == {
        ("cat", "cat", "unchanged", 1.0),
        ("dog", "frog", "changed", 1.0),
        ("frog", "frog", "unchanged", 1.0),
    }


def test_approving_classes_in_bulk_then_each_leaves_its_row(task, qa, fill, annotator, reviewer):
    rows = fill(task, 4)
    bulk.complete_many(task=task, answers=[(row.pk, "cat") for row in rows], person=annotator)
    reviews = list(TaskItem.objects.filter(task=qa).order_by("id"))
    answers = [(row.pk, "dog" if n == 0 else None) for n, row in enumerate(reviews)]
    bulk.approve_many(task=qa, answers=answers, person=reviewer)
    assert outcomes(reviews[0]) == {("dog", "changed"): None}
    assert outcomes(reviews[1]) == {("cat", "unchanged"): None}
    line = reviews[0].log.get(action="correct")
    assert line.changes == {"dog": {"changed": 1}}
