"""Approve, correct, send back; and the same in bulk."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib.errors import Forbidden, Invalid, Stale
from alp_site.lib.ids import uuid7
from alp_site.lib.models import Event
from annotation.errors import AlreadyConsumed, FinishedByOther, NoAnnotator, NoAnswerKey, OpenIssues, WithAnnotator
from annotation.models import Issue, Place, TaskItem, TaskItemLog
from annotation.selectors.labels import current_labels, labels_of
from annotation.services import answer_key, bulk, queue, review, status, task_items, undo
from datasets.models import Annotation, Item
from datasets.services.approval import approve as approve_items

pytestmark = [pytest.mark.django_db, pytest.mark.scale]


@pytest.fixture
def labelled(task, annotator, fill):
    """Three items the annotator labelled `dog`, the first two of whose suggestions were `cat`."""
    fill(task, 3, suggestion="cat")
    rows = queue.next_items(task=task, person=annotator)
    for row in rows:
        status.complete(task_item_id=row.pk, person=annotator, label="dog")
    return [TaskItem.objects.select_related("item").get(pk=row.pk) for row in rows]


@pytest.fixture
def reviews(qa, labelled, reviewer):
    """Their review items, pulled by the reviewer, as a pipeline adds them."""
    task_items.add_items(task=qa, entries=[{"item_id": row.item_id} for row in labelled])
    return queue.next_items(task=qa, person=reviewer)


def entries(kind: str) -> list[tuple[str, bool]]:
    events = Event.objects.filter(type="task.item_status").order_by("id")
    return [(e["status"], e["again"]) for ev in events if ev.data["kind"] == kind for e in ev.data["entries"]]


def test_a_review_item_knows_the_labelling_it_reviews(reviews, labelled):
    assert [r.source_id for r in reviews] == [row.pk for row in labelled]


def test_approving_makes_the_label_ground_truth(reviews, reviewer, annotator):
    done = review.approve(task_item_id=reviews[0].pk, person=reviewer, seconds=2)
    assert (done.task_item.status, done.label, done.outcome) == ("approved", "dog", "accepted")
    label = Annotation.objects.get(item=reviews[0].item_id)
    assert (label.approved_revision, label.approved_by, label.creator) == (label.revision, reviewer, annotator)
    assert current_labels([reviews[0].item_id])[reviews[0].item_id].approved
    assert entries("qa") == [("approved", False)]


def test_correcting_changes_the_label_and_approves_it(reviews, reviewer):
    done = review.approve(task_item_id=reviews[0].pk, person=reviewer, label="frog", op_id=uuid7())
    assert (done.label, done.outcome) == ("frog", "edited")
    label = Annotation.objects.get(item=reviews[0].item_id)
    assert (label.label, label.approved_revision, label.updated_by) == ("frog", label.revision, reviewer)
    log = TaskItemLog.objects.get(action="correct")
    assert (log.label, log.previous_label, log.person) == ("frog", "dog", reviewer)


def test_approving_twice_counts_once(reviews, reviewer):
    op = uuid7()
    review.approve(task_item_id=reviews[0].pk, person=reviewer, op_id=op)
    assert review.approve(task_item_id=reviews[0].pk, person=reviewer, op_id=op).repeated
    assert review.approve(task_item_id=reviews[0].pk, person=reviewer).repeated
    assert entries("qa") == [("approved", False)]


def test_approving_a_moved_item_is_stale(reviews, reviewer):
    seen = Item.objects.get(pk=reviews[0].item_id).content_version
    with pytest.raises(Stale):
        review.approve(task_item_id=reviews[0].pk, person=reviewer, seen_version=seen - 1)
    review.approve(task_item_id=reviews[0].pk, person=reviewer, seen_version=seen)


def test_two_reviewers_one_decision(reviews, reviewer, engineer):
    review.approve(task_item_id=reviews[0].pk, person=reviewer)
    with pytest.raises(FinishedByOther):
        review.approve(task_item_id=reviews[0].pk, person=engineer, label="cat")


def test_an_annotator_cannot_decide_and_a_labelling_task_cannot_be_approved(reviews, labelled, annotator, reviewer):
    with pytest.raises(Forbidden):
        review.approve(task_item_id=reviews[0].pk, person=annotator)
    with pytest.raises(Invalid):
        review.approve(task_item_id=labelled[0].pk, person=reviewer)


def test_sent_back_goes_first_to_its_annotator_and_returns_to_its_reviewer(
    task, qa, reviews, labelled, annotator, second_annotator, reviewer, engineer, fill
):
    fill(task, 3)
    review.return_item(task_item_id=reviews[2].pk, person=reviewer, note="Look at the ears.")
    assert reviews[2].pk not in [r.pk for r in queue.next_items(task=qa, person=reviewer)]
    assert queue.next_items(task=task, person=second_annotator)
    first = queue.next_items(task=task, person=annotator)[0]
    assert (first.pk, first.place, first.times_sent_back) == (labelled[2].pk, Place.SENT_BACK, 1)
    assert list(first.issues.values_list("comments__body", "state")) == [("Look at the ears.", "open")]

    status.complete(task_item_id=first.pk, person=annotator, label="frog")
    assert Issue.objects.get().state == "fixed"
    back = queue.next_items(task=qa, person=reviewer)[0]
    assert (back.pk, back.status, back.place) == (reviews[2].pk, "", Place.SENT_BACK)
    with pytest.raises(OpenIssues):
        review.approve(task_item_id=back.pk, person=reviewer)
    review.approve(task_item_id=back.pk, person=reviewer, resolve_fixed=True)
    assert Issue.objects.get().state == "resolved"
    # nothing flowed twice: the second completing is told as "again", the review only once
    assert entries("annotation") == [("completed", False)] * 3 + [("completed", True)]
    assert entries("qa") == [("approved", False)]


def test_while_with_its_annotator_it_cannot_be_decided(reviews, reviewer, engineer):
    review.return_item(task_item_id=reviews[0].pk, person=reviewer, note="No.")
    for act in (lambda: review.approve(task_item_id=reviews[0].pk, person=engineer),
                lambda: review.return_item(task_item_id=reviews[0].pk, person=engineer, note="No!")):  # fmt: skip
        with pytest.raises(WithAnnotator):
            act()


def test_a_note_is_needed_and_somebody_to_send_it_to(qa, reviews, reviewer, fill):
    with pytest.raises(Invalid):
        review.return_item(task_item_id=reviews[0].pk, person=reviewer, note="  ")
    lonely = fill(qa, 1)[0]
    with pytest.raises(NoAnnotator):
        review.return_item(task_item_id=lonely.pk, person=reviewer, note="Whose is this?")


def test_a_drawn_rejected_connection_ends_the_review_with_that_status(qa, reviews, reviewer):
    qa.statuses = [*qa.statuses, "rejected"]
    qa.save()
    done = review.return_item(task_item_id=reviews[0].pk, person=reviewer, note="No.")
    assert done.task_item.status == "rejected"
    assert entries("qa") == [("rejected", False)]
    assert not Issue.objects.exists()


def test_undo_of_a_label_recalls_its_waiting_review(qa, reviews, labelled, annotator, reviewer):
    status.undo(task_item_id=labelled[0].pk, person=annotator)
    with pytest.raises(WithAnnotator):
        review.approve(task_item_id=reviews[0].pk, person=reviewer)
    status.complete(task_item_id=labelled[0].pk, person=annotator, label="frog")
    assert queue.next_items(task=qa, person=reviewer)[0].pk == reviews[0].pk
    assert review.approve(task_item_id=reviews[0].pk, person=reviewer).label == "frog"


def test_undo_of_a_reviewed_label_is_refused(reviews, labelled, annotator, reviewer):
    review.approve(task_item_id=reviews[0].pk, person=reviewer)
    with pytest.raises(AlreadyConsumed):
        status.undo(task_item_id=labelled[0].pk, person=annotator)


def test_undo_of_a_correction_restores_the_label_and_opens_the_review(reviews, reviewer):
    review.approve(task_item_id=reviews[0].pk, person=reviewer, label="frog")
    status.undo(task_item_id=reviews[0].pk, person=reviewer)
    label = current_labels([reviews[0].item_id])[reviews[0].item_id]
    assert (label.label, label.approved) == ("dog", False)
    review.approve(task_item_id=reviews[0].pk, person=reviewer)
    assert entries("qa") == [("approved", False), ("approved", True)]


def ground_truth(row: TaskItem) -> tuple[int | None, list[int | None]]:
    label = Annotation.objects.filter(item=row.item_id, deleted_at=None).values_list("approved_revision", flat=True)
    return Item.objects.get(pk=row.item_id).approved_version, list(label)


@pytest.mark.parametrize("label", [None, "frog"], ids=["approved", "corrected"])
@pytest.mark.parametrize("how", ["undo", "discard"])
def test_an_approval_taken_back_is_no_ground_truth(reviews, reviewer, label, how):
    review.approve(task_item_id=reviews[0].pk, person=reviewer, label=label)
    review.approve(task_item_id=reviews[1].pk, person=reviewer)
    getattr(undo if how == "undo" else status, how)(task_item_id=reviews[0].pk, person=reviewer)
    assert ground_truth(reviews[0]) == (None, [None])
    version, revisions = ground_truth(reviews[1])
    assert version is not None
    assert None not in revisions


def test_a_correction_taken_back_leaves_what_was_approved_before(reviews, reviewer):
    approve_items(item_ids=[reviews[0].item_id], rule="import")
    before = ground_truth(reviews[0])
    review.approve(task_item_id=reviews[0].pk, person=reviewer, label="frog")
    assert ground_truth(reviews[0]) != before
    undo.undo(task_item_id=reviews[0].pk, person=reviewer)
    assert ground_truth(reviews[0]) == before


def test_an_approval_in_bulk_is_taken_back_alone(qa, reviews, reviewer):
    bulk.approve_many(task=qa, answers=[(row.pk, None) for row in reviews], person=reviewer)
    undo.undo(task_item_id=reviews[0].pk, person=reviewer)
    assert ground_truth(reviews[0]) == (None, [None])
    assert all(ground_truth(row)[0] is not None for row in reviews[1:])


def test_adding_again_keeps_rows_and_a_new_pass_makes_a_new_one(task, annotator, make_items):
    item = make_items(1)[0]
    entry = {"item_id": item.pk, "context": {"execution": "e1"}}
    first = task_items.add_items(task=task, entries=[entry, entry])
    assert first[0] == first[1]
    assert task_items.add_items(task=task, entries=[entry]) == first[:1]
    queue.pull(task=task, person=annotator)
    status.complete(task_item_id=first[0], person=annotator, label="dog")
    assert task_items.add_items(task=task, entries=[entry]) == first[:1]
    again = task_items.add_items(task=task, entries=[{"item_id": item.pk, "context": {"execution": "e2"}}])
    assert again != first[:1]
    assert TaskItem.objects.filter(task=task, item=item, retired_at=None).count() == 1


# ---- many at once


def test_bulk_answers_equal_single_ones_in_few_queries(task, qa, annotator, reviewer, fill):
    rows = fill(task, 60, suggestion="cat")
    answers = [(row.pk, "cat" if n % 2 else "frog") for n, row in enumerate(rows)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        done = bulk.complete_many(task=task, answers=answers, person=annotator, simulated=True)
    assert len(done) == 60
    assert len(queries) < 40, len(queries)
    assert bulk.complete_many(task=task, answers=answers, person=annotator) == []
    labels = labels_of(row.item_id for row in rows)
    assert [labels[row.item_id] for row in rows] == [label for _, label in answers]
    assert TaskItemLog.objects.filter(action="complete", simulated=True, outcome="accepted").count() == 30

    ids = task_items.add_items(task=qa, entries=[{"item_id": row.item_id} for row in rows])
    verdicts = [(pk, "cat") for pk in ids]
    with CaptureQueriesContext(connection) as queries:
        assert len(bulk.approve_many(task=qa, answers=verdicts, person=reviewer, simulated=True)) == 60
    assert len(queries) < 40, len(queries)
    assert set(labels_of(row.item_id for row in rows).values()) == {"cat"}
    assert all(c.approved for c in current_labels(row.item_id for row in rows).values())
    assert TaskItemLog.objects.filter(action="correct", simulated=True).count() == 30
    assert entries("annotation") == [("completed", False)] * 60
    assert entries("qa") == [("approved", False)] * 60


def test_bulk_completing_brings_sent_back_items_back_to_review(task, qa, reviews, labelled, annotator, reviewer):
    review.return_item(task_item_id=reviews[0].pk, person=reviewer, note="No.")
    bulk.complete_many(task=task, answers=[(labelled[0].pk, "frog")], person=annotator)
    assert queue.next_items(task=qa, person=reviewer)[0].pk == reviews[0].pk


def test_the_answer_key_labels_and_reviews_what_it_knows_and_says_so(
    task, qa, project, annotator, reviewer, second_annotator, fill
):
    rows = fill(task, 8)
    with pytest.raises(NoAnswerKey):
        answer_key.answer(task=task, person=annotator, count=5)
    truth = {row.item.blob_id: "frog" for row in rows[:6]}
    assert answer_key.load(project=project, answers=truth) == 6
    answer_key.load(project=project, answers={rows[0].item.blob_id: "cat"})
    others = {ti.pk for ti in queue.next_items(task=task, person=second_annotator)}
    done = answer_key.answer(task=task, person=annotator, count=50)
    assert (done.answered, done.unknown) == (2, 2)
    assert not TaskItem.objects.filter(pk__in=others).exclude(finished_at=None).exists()
    done = answer_key.answer(task=task, person=second_annotator, count=3)
    assert done.answered == 3
    assert set(TaskItemLog.objects.filter(action="complete").values_list("simulated", flat=True)) == {True}

    finished = TaskItem.objects.filter(task=task).exclude(finished_at=None)
    task_items.add_items(task=qa, entries=[{"item_id": row.item_id} for row in finished])
    wrong = Annotation.objects.filter(label="frog").first()
    Annotation.objects.filter(pk=wrong.pk).update(label="dog")
    done = answer_key.answer(task=qa, person=reviewer, count=10)
    assert (done.answered, done.corrected) == (5, 1)


def test_a_return_can_be_taken_back_until_it_is_answered(task, qa, reviews, labelled, annotator, reviewer, engineer):
    review.return_item(task_item_id=reviews[0].pk, person=reviewer, note="No.")
    with pytest.raises(FinishedByOther):
        undo.undo(task_item_id=reviews[0].pk, person=engineer)
    op = uuid7()
    for repeated in (False, True):
        assert undo.undo(task_item_id=reviews[0].pk, person=reviewer, op_id=op).repeated is repeated
    source = TaskItem.objects.get(pk=labelled[0].pk)
    assert (source.status, source.finished_by, source.times_sent_back) == ("completed", annotator, 0)
    assert Issue.objects.get().state == "resolved"
    assert review.approve(task_item_id=reviews[0].pk, person=reviewer).label == "dog"

    review.return_item(task_item_id=reviews[1].pk, person=reviewer, note="No.")
    status.complete(task_item_id=labelled[1].pk, person=annotator, label="frog")
    again = undo.undo(task_item_id=reviews[1].pk, person=reviewer)
    assert again.repeated
    assert entries("annotation")[-1] == ("completed", True)
