"""One person answers for one item."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connection

from alp_site.lib.errors import Conflict, Forbidden, Invalid, Stale
from alp_site.lib.ids import uuid7
from alp_site.lib.models import Event
from annotation.errors import AlreadyConsumed, FinishedByOther, LabelMissing
from annotation.models import TaskItem, TaskItemLog
from annotation.selectors.labels import current_labels, labels_of
from annotation.services import queue, status
from datasets.models import Annotation, AnnotationRevision, ItemRef

pytestmark = [pytest.mark.django_db, pytest.mark.scale]


@pytest.fixture
def mine(task, annotator, fill):
    fill(task, 3, suggestion="cat")
    return queue.next_items(task=task, person=annotator)


def told() -> list[dict]:
    return [e for event in Event.objects.filter(type="task.item_status").order_by("id") for e in event.data["entries"]]


def test_completing_saves_the_label_the_status_the_log_the_reference_and_the_event(task, mine, annotator):
    done = status.complete(task_item_id=mine[0].pk, person=annotator, label="dog", seconds=3.5)
    assert (done.label, done.repeated, done.outcome) == ("dog", False, "edited")
    row = TaskItem.objects.get(pk=mine[0].pk)
    assert (row.status, row.finished_by, row.seconds, row.lease_until) == ("completed", annotator, 3.5, None)
    assert labels_of([row.item_id]) == {row.item_id: "dog"}
    log = TaskItemLog.objects.get(task_item=row, action="complete")
    assert (log.person, log.status, log.label, log.previous_label) == (annotator, "completed", "dog", "")
    ref = ItemRef.objects.get(item=row.item_id, kind="task", ref_id=task.pk)
    assert (ref.status, ref.person) == ("completed", annotator)
    entry = told()[0]
    assert (entry["task_item"], entry["status"], entry["again"]) == (str(row.pk), "completed", False)
    assert "suggestion" not in entry["context"]


def test_choosing_the_suggestion_accepts_it_and_keeps_its_prediction(task, annotator, fill):
    prediction = uuid7()
    context = {"suggestion": {"label": "cat", "confidence": 0.7, "prediction_id": str(prediction)}}
    row = fill(task, 1, context=context)[0]
    queue.pull(task=task, person=annotator)
    done = status.complete(task_item_id=row.pk, person=annotator, label="cat")
    assert done.outcome == "accepted"
    label = Annotation.objects.get(item=row.item)
    assert (label.source_prediction, label.creator, label.model_id) == (prediction, annotator, None)


def test_the_same_op_id_counts_once(mine, annotator):
    op = uuid7()
    status.complete(task_item_id=mine[0].pk, person=annotator, label="dog", op_id=op)
    again = status.complete(task_item_id=mine[0].pk, person=annotator, label="dog", op_id=op)
    assert again.repeated
    assert TaskItemLog.objects.filter(action="complete").count() == 1
    assert AnnotationRevision.objects.count() == 1
    assert len(told()) == 1


def test_submitting_twice_without_op_id_counts_once(mine, annotator):
    status.complete(task_item_id=mine[0].pk, person=annotator, label="dog")
    assert status.complete(task_item_id=mine[0].pk, person=annotator, label="dog").repeated
    assert len(told()) == 1


def test_an_op_id_of_another_act_is_refused(mine, annotator):
    op = uuid7()
    status.skip(task_item_id=mine[0].pk, person=annotator, op_id=op)
    with pytest.raises(Conflict):
        status.complete(task_item_id=mine[1].pk, person=annotator, label="dog", op_id=op)


def test_a_moved_content_version_is_stale_and_changes_nothing(mine, annotator, reviewer):
    row = mine[0]
    seen = row.item.content_version
    status.complete(task_item_id=row.pk, person=annotator, label="dog", seen_version=seen)
    status.undo(task_item_id=row.pk, person=annotator)
    with pytest.raises(Stale) as caught:
        status.complete(task_item_id=row.pk, person=annotator, label="cat", seen_version=seen)
    assert caught.value.data["content_version"] > seen
    assert TaskItem.objects.get(pk=row.pk).is_open


def test_what_someone_else_finished_answers_409_with_their_answer(mine, annotator, second_annotator, reviewer):
    status.complete(task_item_id=mine[0].pk, person=reviewer, label="dog")
    with pytest.raises(FinishedByOther) as caught:
        status.complete(task_item_id=mine[0].pk, person=annotator, label="cat")
    assert caught.value.data["label"] == "dog"
    assert caught.value.data["person"] == str(reviewer.pk)


def test_an_item_of_someone_else_is_refused(mine, second_annotator):
    with pytest.raises(Forbidden):
        status.complete(task_item_id=mine[0].pk, person=second_annotator, label="cat")


@pytest.mark.parametrize(("label", "error"), [(None, LabelMissing), ("horse", Invalid)])
def test_a_missing_or_unknown_label_is_refused_and_nothing_changes(mine, annotator, label, error):
    with pytest.raises(error):
        status.complete(task_item_id=mine[0].pk, person=annotator, label=label)
    assert TaskItem.objects.get(pk=mine[0].pk).is_open
    assert not Annotation.objects.exists()
    assert not told()


def test_discard_finishes_without_a_label_and_undo_takes_it_back(mine, annotator):
    done = status.discard(task_item_id=mine[0].pk, person=annotator)
    assert (done.task_item.status, done.outcome) == ("discard", "rejected")
    status.undo(task_item_id=mine[0].pk, person=annotator)
    row = TaskItem.objects.get(pk=mine[0].pk)
    assert (row.status, row.finished_at, row.assignee) == ("", None, annotator)
    status.complete(task_item_id=row.pk, person=annotator, label="dog")
    assert [(e["status"], e["again"]) for e in told()] == [("discard", False), ("completed", False)]


def test_undo_gives_back_the_label_of_before(mine, annotator):
    row = mine[0]
    status.complete(task_item_id=row.pk, person=annotator, label="dog")
    assert status.undo(task_item_id=row.pk, person=annotator).label is None
    assert labels_of([row.item_id]) == {}
    assert status.undo(task_item_id=row.pk, person=annotator).repeated


def test_completing_again_after_undo_is_told_as_again(mine, annotator):
    status.complete(task_item_id=mine[0].pk, person=annotator, label="dog")
    status.undo(task_item_id=mine[0].pk, person=annotator)
    status.complete(task_item_id=mine[0].pk, person=annotator, label="frog")
    assert [(e["status"], e["again"]) for e in told()] == [("completed", False), ("completed", True)]
    assert labels_of([mine[0].item_id]) == {mine[0].item_id: "frog"}


def test_choosing_another_label_for_what_i_finished_changes_it(mine, annotator):
    status.complete(task_item_id=mine[0].pk, person=annotator, label="dog")
    done = status.complete(task_item_id=mine[0].pk, person=annotator, label="cat")
    assert (done.label, done.repeated) == ("cat", False)
    assert [e["again"] for e in told()] == [False, True]


def test_undo_is_refused_once_the_item_was_taken_into_another_dataset(mine, annotator, make_items, project, owner):
    from datasets.services.datasets import create_dataset

    status.complete(task_item_id=mine[0].pk, person=annotator, label="dog")
    copy = make_items(1, into=create_dataset(project=project, name="Truth", user=owner))[0]
    copy.parent_item_id = mine[0].item_id
    copy.save()
    with pytest.raises(AlreadyConsumed):
        status.undo(task_item_id=mine[0].pk, person=annotator)


def test_a_status_the_task_does_not_offer_is_refused_and_a_custom_one_works(task, mine, annotator):
    with pytest.raises(Invalid):
        status.complete(task_item_id=mine[0].pk, person=annotator, label="dog", status="unsure")
    task.statuses = [*task.statuses, "unsure"]
    task.save()
    done = status.complete(task_item_id=mine[0].pk, person=annotator, label="dog", status="unsure")
    assert done.task_item.status == "unsure"
    with pytest.raises(Invalid):
        status.complete(task_item_id=mine[1].pk, person=annotator, label="dog", status="approved")


def test_who_labelled_is_known(mine, annotator):
    status.complete(task_item_id=mine[0].pk, person=annotator, label="dog")
    label = current_labels([mine[0].item_id])[mine[0].item_id]
    assert (label.person_id, label.approved) == (annotator.pk, False)


@pytest.mark.django_db(transaction=True)
def test_many_tabs_completing_the_same_item_count_once(task, mine, annotator):
    outcomes: list[str] = []
    start = threading.Barrier(8)

    def work() -> None:
        try:
            start.wait()
            done = status.complete(task_item_id=mine[0].pk, person=annotator, label="dog", op_id=uuid.uuid4())
            outcomes.append("repeated" if done.repeated else "done")
        except Invalid:
            outcomes.append("invalid")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(outcomes) == 8
    assert TaskItemLog.objects.filter(action="complete").count() == outcomes.count("done") == 1
    assert len(told()) == 1
