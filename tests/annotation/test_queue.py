"""Who is served what, and for how long it is theirs."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from alp_site.lib.errors import Forbidden
from alp_site.people.models import Membership, Role
from alp_site.people.services import create_user
from annotation.errors import TaskClosed
from annotation.models import Assignment, Place, TaskItem
from annotation.services import queue, review, status, task_items, tasks
from tests.clock import HouseClock

pytestmark = [pytest.mark.django_db, pytest.mark.scale]


def lapse(*rows: TaskItem) -> None:
    """An hour passes on these items' leases and on the pages of who holds them."""
    past = timezone.now() - timedelta(hours=1)
    TaskItem.objects.filter(pk__in=[r.pk for r in rows]).update(lease_until=past)
    Assignment.objects.update(seen_at=past)


def test_pull_takes_a_batch_and_never_more_than_the_workload(task, annotator, fill):
    fill(task, 20)
    assert len(queue.pull(task=task, person=annotator)) == 4
    assert len(queue.pull(task=task, person=annotator)) == 2
    assert queue.pull(task=task, person=annotator) == []
    assert TaskItem.objects.filter(assignee=annotator).count() == 6
    assert all(ti.lease_until for ti in TaskItem.objects.filter(assignee=annotator))


def test_queue_order_is_priority_then_selection_rank_then_age(task, annotator, fill):
    late = fill(task, 1, context={"selection": {"rank": 2, "round": 1}})[0]
    first = fill(task, 1, context={"selection": {"rank": 1, "round": 1}})[0]
    urgent = fill(task, 1, context={"selection": {"rank": 9, "round": 1}}, priority=3)[0]
    got = [ti.pk for ti in queue.next_items(task=task, person=annotator)]
    assert got == [urgent.pk, first.pk, late.pk]


def test_two_people_never_hold_the_same_item(task, annotator, second_annotator, fill):
    fill(task, 10)
    mine = {ti.pk for ti in queue.next_items(task=task, person=annotator)}
    theirs = {ti.pk for ti in queue.next_items(task=task, person=second_annotator)}
    assert mine
    assert theirs
    assert not mine & theirs


def test_next_fills_up_only_when_it_runs_low(task, annotator, fill):
    rows = fill(task, 12)
    queue.next_items(task=task, person=annotator)
    queue.next_items(task=task, person=annotator)
    assert TaskItem.objects.filter(assignee=annotator).count() == 4
    for row in rows[:2]:
        status.complete(task_item_id=row.pk, person=annotator, label="cat")
    queue.next_items(task=task, person=annotator)
    assert TaskItem.objects.filter(assignee=annotator, finished_at=None).count() == 6


def test_someone_outside_the_list_of_people_is_not_served(task, annotator, second_annotator, viewer, fill):
    fill(task, 3)
    tasks.update_task(task=task, people={annotator.pk: 1})
    assert queue.pull(task=task, person=annotator)
    for person in (second_annotator, viewer):
        with pytest.raises(Forbidden):
            queue.pull(task=task, person=person)


def test_an_annotator_is_not_served_reviews(qa, annotator, reviewer, fill):
    fill(qa, 2)
    with pytest.raises(Forbidden):
        queue.pull(task=qa, person=annotator)
    assert len(queue.pull(task=qa, person=reviewer)) == 2


def test_a_closed_task_serves_nobody(task, annotator, fill):
    fill(task, 2)
    tasks.update_task(task=task, status="completed")
    with pytest.raises(TaskClosed):
        queue.pull(task=task, person=annotator)


def test_the_sweep_frees_what_an_absent_person_holds(task, annotator, second_annotator, fill):
    fill(task, 3)
    rows = queue.next_items(task=task, person=annotator)
    assert queue.release_lapsed() == 0
    lapse(*rows)
    assert queue.release_lapsed() == 3
    assert len(queue.next_items(task=task, person=second_annotator)) == 3


def test_a_living_page_keeps_its_items(task, annotator, fill):
    fill(task, 3)
    rows = queue.next_items(task=task, person=annotator)
    TaskItem.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    assert queue.release_lapsed() == 0
    lapse(*rows)
    queue.renew(task=task, person=annotator, open_ids=[rows[0].pk])
    assert queue.release_lapsed() == 0
    rows[0].refresh_from_db()
    assert rows[0].lease_until > timezone.now() + timedelta(minutes=9)
    assert rows[0].opened_at is not None


def test_an_item_whose_edit_waits_in_a_browser_stays_for_a_day(task, annotator, fill):
    fill(task, 2)
    kept, freed = queue.next_items(task=task, person=annotator)
    queue.renew(task=task, person=annotator, waiting_edits=[kept.pk])
    lapse(kept, freed)
    assert queue.release_lapsed() == 1
    kept.refresh_from_db()
    assert kept.assignee_id == annotator.pk
    Assignment.objects.update(seen_at=timezone.now() - timedelta(hours=25))
    assert queue.release_lapsed() == 1


def test_sent_back_and_distributed_items_survive_the_sweep(make_task, annotator, fill, task):
    dealt_task = make_task(allocation="distribution", people={annotator.pk: 1})
    dealt = fill(dealt_task, 2)
    fill(task, 1)
    back = queue.next_items(task=task, person=annotator)[0]
    TaskItem.objects.filter(pk=back.pk).update(place=Place.SENT_BACK)
    lapse(back, *dealt)
    assert queue.release_lapsed() == 0


def test_lease_given_while_the_clock_was_ahead_lapses_in_time(task, annotator, fill, monkeypatch):
    clock = HouseClock(monkeypatch)
    clock.set_ahead(86_400)
    fill(task, 3)
    assert len(queue.pull(task=task, person=annotator)) == 3
    clock.set_ahead(0)
    assert queue.release_lapsed() == 0
    clock.run_on(601)
    assert queue.release_lapsed() == 3


def test_a_released_item_may_still_be_finished_by_who_had_it(task, annotator, fill):
    row = fill(task, 1)[0]
    queue.next_items(task=task, person=annotator)
    lapse(row)
    queue.release_lapsed()
    done = status.complete(task_item_id=row.pk, person=annotator, label="dog")
    assert done.task_item.status == "completed"


def test_hand_back_gives_all_but_what_was_sent_back(task, annotator, second_annotator, fill):
    fill(task, 4)
    rows = queue.next_items(task=task, person=annotator)
    TaskItem.objects.filter(pk=rows[0].pk).update(place=Place.SENT_BACK)
    assert queue.hand_back(task=task, person=annotator) == 3
    assert next(ti.pk for ti in queue.next_items(task=task, person=annotator)) == rows[0].pk


def test_skipping_puts_an_item_behind_and_twice_behind_the_others_skipped(task, annotator, fill):
    fill(task, 3)
    a, b, c = queue.next_items(task=task, person=annotator)
    for row in (a, b):
        status.skip(task_item_id=row.pk, person=annotator)
    assert [ti.pk for ti in queue.next_items(task=task, person=annotator)] == [c.pk, a.pk, b.pk]
    status.skip(task_item_id=a.pk, person=annotator)
    assert [ti.pk for ti in queue.next_items(task=task, person=annotator)] == [c.pk, b.pk, a.pk]


def test_skip_when_a_later_batch_is_pulled_then_it_comes_before_what_was_skipped(task, annotator, fill):
    fill(task, 6)
    first = queue.next_items(task=task, person=annotator)
    for row in first[:2]:
        status.skip(task_item_id=row.pk, person=annotator)
    got = queue.next_items(task=task, person=annotator)  # two are left in turn: a new batch is pulled
    assert len(got) == 6
    assert [ti.pk for ti in got[-2:]] == [row.pk for row in first[:2]]
    for row in got[:4]:
        status.complete(task_item_id=row.pk, person=annotator, label="cat")
    assert [ti.pk for ti in queue.next_items(task=task, person=annotator)] == [row.pk for row in first[:2]]


def test_skip_of_an_urgent_item_then_it_waits_behind_all_that_was_not_skipped_last(task, annotator, fill):
    plain = fill(task, 2, priority=1)
    urgent = fill(task, 1, priority=3)[0]
    queue.next_items(task=task, person=annotator)
    for row in (plain[0], urgent):
        status.skip(task_item_id=row.pk, person=annotator)
    order = [ti.pk for ti in queue.next_items(task=task, person=annotator)]
    assert order == [plain[1].pk, plain[0].pk, urgent.pk]


def test_sent_back_item_when_others_are_pulled_and_skipped_then_goes_first(task, qa, annotator, reviewer, fill):
    rows = fill(task, 6)
    queue.next_items(task=task, person=annotator)
    status.complete(task_item_id=rows[0].pk, person=annotator, label="dog")
    task_items.add_items(task=qa, entries=[{"item_id": rows[0].item_id}])
    status.skip(task_item_id=rows[1].pk, person=annotator)
    review_row = queue.next_items(task=qa, person=reviewer)[0]
    review.return_item(task_item_id=review_row.pk, person=reviewer, note="It is a cat.")
    order = [ti.pk for ti in queue.next_items(task=task, person=annotator)]
    assert (order[0], order[-1]) == (rows[0].pk, rows[1].pk)
    status.skip(task_item_id=rows[0].pk, person=annotator)
    assert queue.next_items(task=task, person=annotator)[-1].pk == rows[0].pk
    queue.hand_back(task=task, person=annotator)
    assert TaskItem.objects.get(pk=rows[0].pk).assignee_id == annotator.pk  # its reviewer waits for this person


def test_skipped_item_when_reassigned_then_takes_its_turn_again(task, annotator, second_annotator, reviewer, fill):
    fill(task, 2, context={"selection": {"rank": 7, "round": 1}})
    first, _ = queue.next_items(task=task, person=annotator)
    status.skip(task_item_id=first.pk, person=annotator)
    task_items.reassign(task=task, task_item_ids=[first.pk], person=second_annotator, user=reviewer)
    first.refresh_from_db()
    assert (first.place, first.rank, first.assignee_id) == (Place.NORMAL, 7, second_annotator.pk)


def test_distribution_deals_by_shares_and_over_batches(make_task, annotator, second_annotator, fill):
    dealt = make_task(allocation="distribution", people={annotator.pk: 3, second_annotator.pk: 1})
    for _ in range(4):
        fill(dealt, 2)
    held = Counter(TaskItem.objects.filter(task=dealt).values_list("assignee_id", flat=True))
    assert held == {annotator.pk: 6, second_annotator.pk: 2}
    assert len(queue.next_items(task=dealt, person=second_annotator)) == 2


def test_reassign_and_redistribute_move_open_items_only(task, annotator, second_annotator, reviewer, fill):
    rows = fill(task, 6)
    status_of = lambda: Counter(  # noqa: E731
        TaskItem.objects.filter(task=task, finished_at=None).values_list("assignee_id", flat=True)
    )
    task_items.reassign(task=task, task_item_ids=[r.pk for r in rows], person=annotator, user=reviewer)
    status.complete(task_item_id=rows[0].pk, person=annotator, label="cat")
    dealt = task_items.redistribute(task=task, shares={annotator.pk: 1, second_annotator.pk: 4}, user=reviewer)
    assert dealt == {annotator.pk: 1, second_annotator.pk: 4}
    assert status_of() == dealt
    assert task_items.reassign(task=task, task_item_ids=[r.pk for r in rows], person=None, user=reviewer) == 5
    assert set(status_of()) == {None}
    rows[0].refresh_from_db()
    assert rows[0].finished_by_id == annotator.pk


@pytest.mark.django_db(transaction=True)
def test_leaving_the_project_frees_what_one_holds(task, annotator, project, fill):
    from alp_site.lib.testing import settle
    from alp_site.people.services import remove_member

    fill(task, 3)
    queue.next_items(task=task, person=annotator)
    remove_member(Membership.objects.get(project=project, user=annotator))
    settle(duties=False)
    assert not TaskItem.objects.filter(assignee=annotator).exists()


@pytest.mark.django_db(transaction=True)
def test_an_item_in_the_trash_is_asked_of_nobody_until_it_comes_back(task, annotator, fill, owner):
    from alp_site.lib.testing import settle
    from datasets.models import Item
    from datasets.services.items import delete_items, restore_items

    rows = fill(task, 2)
    queue.next_items(task=task, person=annotator)
    doomed = Item.objects.filter(pk=rows[0].item_id)
    delete_items(items=doomed, user=owner)
    settle(duties=False)
    assert [ti.pk for ti in queue.next_items(task=task, person=annotator)] == [rows[1].pk]
    restore_items(items=doomed)
    settle(duties=False)
    assert {ti.pk for ti in queue.next_items(task=task, person=annotator)} == {row.pk for row in rows}


@pytest.mark.django_db(transaction=True)
def test_many_threads_pulling_never_get_the_same_item(task, project, fill):
    fill(task, 120)
    people = []
    for n in range(6):
        person = create_user(email=f"w{n}@example.org", name=f"W{n}", password="blue-heron-41")
        Membership.objects.create(project=project, user=person, role=Role.ANNOTATOR)
        people.append(person)
    tasks.update_task(task=task, max_workload=20)
    served: list[Any] = []
    errors: list[BaseException] = []
    start = threading.Barrier(12)

    def work(person: Any) -> None:
        try:
            start.wait()
            for _ in range(5):
                got = queue.pull(task=task, person=person)
                served.extend((ti, person.pk) for ti in got)
        except BaseException as error:  # noqa: BLE001  shown below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(p,)) for p in people for _ in range(2)]  # two tabs each
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors
    assert len(served) == 120 == len({ti for ti, _ in served})
    held = Counter(TaskItem.objects.values_list("assignee_id", flat=True))
    assert all(count == 20 for count in held.values())
    assert all(TaskItem.objects.get(pk=ti).assignee_id == person for ti, person in served)
