"""Who has finished their share of a task is told so, once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest

from alp_site.env import ENV
from alp_site.lib.models import Event
from alp_site.lib.testing import settle
from annotation.models import TaskItem
from annotation.services import queue, shares, status
from annotation.services.tasks import set_people

pytestmark = pytest.mark.django_db(transaction=bool(ENV.database_url))  # readers of the outbox see what is committed


def finished() -> list[str]:
    """Ids of the shares that were told as finished, as often as they were."""
    rows = Event.objects.filter(type="assignment.updated").order_by("id")
    return [str(pk) for event in rows if event.data["changes"] == ["status"] for pk in event.ids]


def complete(rows: Sequence[TaskItem], person) -> None:
    for row in rows:
        status.complete(task_item_id=row.pk, person=person, label="cat")


def test_the_last_item_of_a_share_ends_it_and_none_before(task, annotator, fill):
    fill(task, 3)
    mine = queue.next_items(task=task, person=annotator)
    complete(mine[:2], annotator)
    settle()
    assert finished() == []
    complete(mine[2:], annotator)
    settle()
    share = task.assignments.get(person=annotator)
    assert finished() == [str(share.pk)]
    settle()
    assert finished() == [str(share.pk)]


@pytest.mark.parametrize("together", [1, 2, 3])
def test_items_that_are_read_together_or_late_end_it_once(task, annotator, fill, together):
    """The reader may come after all of them are finished, with any part of them at a time, and a page twice."""
    fill(task, 3)
    mine = queue.next_items(task=task, person=annotator)
    complete(mine, annotator)
    ids: list[UUID] = [row.pk for row in mine]
    told = [shares.tell_finished_shares(task_item_ids=ids[at : at + together]) for at in range(0, 3, together)]
    assert sum(told) == 1
    assert told[-1] == 1


def test_shares_of_two_people_end_apart_and_one_sent_back_is_not_ended(task, annotator, second_annotator, fill):
    set_people(task=task, people={annotator.pk: 1, second_annotator.pk: 1})
    fill(task, 8)
    first, second = (queue.next_items(task=task, person=person) for person in (annotator, second_annotator))
    assert first
    assert second
    complete(first, annotator)
    settle()
    assert finished() == [str(task.assignments.get(person=annotator).pk)]
    TaskItem.objects.filter(pk=first[0].pk).update(status="", finished_at=None, finished_by=None, assignee=annotator)
    complete(second, second_annotator)
    settle()
    assert finished()[1:] == [str(task.assignments.get(person=second_annotator).pk)]
    complete([TaskItem.objects.get(pk=first[0].pk)], annotator)
    settle()
    assert finished()[2:] == [str(task.assignments.get(person=annotator).pk)], "done again, told again"


def test_who_left_the_task_has_no_share_to_end(task, annotator, fill):
    fill(task, 1)
    mine = queue.next_items(task=task, person=annotator)
    complete(mine, annotator)
    set_people(task=task, people={})
    settle()
    assert finished() == []
