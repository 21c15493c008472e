"""The outbox: nothing missed, nothing twice, whatever writers and readers do."""

import random
import threading
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib import db, events
from alp_site.lib.errors import Invalid
from alp_site.lib.events import dispatch
from alp_site.lib.events.outbox import Position
from alp_site.lib.models import Event, EventCursor, EventFailure

PROJECT = uuid.UUID(int=1)


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> dict[str, dispatch._Reader]:
    """Only the readers a test declares."""
    table: dict[str, dispatch._Reader] = {}
    monkeypatch.setattr(dispatch, "_readers", table)
    return table


def _publish(n: int, **more: object) -> None:
    with db.write():
        for i in range(n):
            events.publish("job.status", project_id=PROJECT, ids=[i], data={"kind": "k", "state": "done", **more})


@pytest.mark.django_db(transaction=True)
def test_publish_outside_a_write_is_refused() -> None:
    with pytest.raises(RuntimeError, match="write"):
        events.publish("item.created", project_id=PROJECT, ids=[1], data={"dataset": "d"})


@pytest.mark.django_db
def test_publish_when_type_or_key_is_unknown_says_so() -> None:
    with db.write():
        with pytest.raises(Invalid, match="Unknown event type"):
            events.publish("item.creatd", project_id=PROJECT)
        with pytest.raises(Invalid, match="lacks dataset"):
            events.publish("item.created", project_id=PROJECT)


@pytest.mark.django_db
def test_publish_with_many_ids_makes_one_event_per_500() -> None:
    with db.write():
        events.publish("item.created", project_id=PROJECT, ids=range(1201), data={"dataset": "d"})
    assert [len(e.ids) for e in Event.objects.order_by("id")] == [500, 500, 201]


@pytest.mark.django_db
def test_cause_is_carried_by_events_published_inside() -> None:
    cycle = uuid.uuid4()
    with db.write(), events.cause(cycle_id=cycle, depth=3):
        events.publish("item.created", project_id=PROJECT, ids=[1], data={"dataset": "d"})
    got = Event.objects.get()
    assert (got.cycle_id, got.depth) == (cycle, 3)


@pytest.mark.django_db(transaction=True)
def test_reader_that_fails_once_gets_the_batch_again_and_others_go_on(readers: dict[str, dispatch._Reader]) -> None:
    got: list[str] = []
    well: list[str] = []
    fail = [True]

    @events.subscribe("shaky", ["job.status"])
    def shaky(batch: list[events.Event]) -> None:
        if fail.pop() if fail else False:
            raise ValueError("once")
        got.extend(e.ids[0] for e in batch)

    @events.subscribe("well", ["job.status"])
    def good(batch: list[events.Event]) -> None:
        well.extend(e.ids[0] for e in batch)

    _publish(5)
    events.dispatch_pending()
    events.dispatch_pending()
    assert got == well == ["0", "1", "2", "3", "4"]


@pytest.mark.django_db(transaction=True)
def test_poisonous_event_is_set_aside_after_five_attempts_and_the_rest_flows(
    readers: dict[str, dispatch._Reader],
) -> None:
    got: list[str] = []

    @events.subscribe("picky", ["job.status"])
    def picky(batch: list[events.Event]) -> None:
        if any(e.ids == ["2"] for e in batch):
            raise ValueError("poison")
        got.extend(e.ids[0] for e in batch)

    _publish(5)
    for _ in range(7):
        events.dispatch_pending()
    assert got == ["0", "1", "3", "4"]
    failure = EventFailure.objects.get()
    assert failure.attempts == dispatch.ATTEMPTS
    assert "poison" in failure.error


@pytest.mark.django_db(transaction=True)
def test_what_a_reader_publishes_reaches_all_in_the_same_round(readers: dict[str, dispatch._Reader]) -> None:
    got: list[str] = []

    @events.subscribe("first", ["member.updated"])
    def first(batch: list[events.Event]) -> None:
        got.extend(e.ids[0] for e in batch)

    @events.subscribe("second", ["job.status"])
    def second(batch: list[events.Event]) -> None:
        for event in batch:
            events.publish("member.updated", project_id=PROJECT, ids=event.ids)

    _publish(3)
    events.dispatch_pending()
    assert got == ["0", "1", "2"]


@pytest.mark.django_db(transaction=True)
def test_reader_work_and_cursor_roll_back_together(readers: dict[str, dispatch._Reader]) -> None:
    @events.subscribe("worker", ["job.status"])
    def worker(batch: list[events.Event]) -> None:
        EventFailure.objects.create(reader="effect", event_id=batch[0].id, type="x", error="")
        raise ValueError("after the write")

    _publish(1)
    events.dispatch_pending()
    assert not EventFailure.objects.filter(reader="effect").exists()
    assert EventCursor.objects.get(name="worker").event_id == 0


@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_with_roll_backs_none_missed_none_twice(readers: dict[str, dispatch._Reader]) -> None:
    """The contract of DESIGN §5: eight writers, one in five transactions rolled back, read while they write."""
    written: list[str] = []
    guard = threading.Lock()
    stop = threading.Event()
    got: list[str] = []

    def writer(seed: int) -> None:
        rng = random.Random(seed)
        try:
            for turn in range(25):
                names = [f"{seed}-{turn}-{i}" for i in range(rng.randint(1, 4))]
                try:
                    with db.write():
                        for name in names:
                            events.publish(
                                "job.status", project_id=PROJECT, ids=[name], data={"kind": "k", "state": "s"}
                            )
                        if rng.random() < 0.2:
                            raise KeyError
                except KeyError:
                    continue
                with guard:
                    written.extend(names)
        finally:
            connection.close()

    def reader() -> None:
        at = Position(0, 0)
        try:
            while True:
                last_look = stop.is_set()
                batch = events.read(at, 50)
                got.extend(e.ids[0] for e in batch)
                if batch:
                    at = batch[-1].position
                elif last_look:
                    return
        finally:
            connection.close()

    tail = threading.Thread(target=reader)
    tail.start()
    writers = [threading.Thread(target=writer, args=(seed,)) for seed in range(8)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join(60)
    stop.set()
    tail.join(60)
    assert len(got) == len(set(got))
    assert sorted(got) == sorted(written)


@pytest.mark.django_db
def test_gathered_events_are_written_together_in_order_or_not_at_all() -> None:
    with db.write():
        with CaptureQueriesContext(connection) as seen, events.gathered():
            for n in range(3):
                events.publish("member.updated", project_id=PROJECT, ids=[n])
            assert not Event.objects.filter(type="member.updated").exists()
        assert sum("INSERT" in query["sql"] for query in seen) == 1
        with pytest.raises(KeyError), events.gathered():
            events.publish("member.updated", project_id=PROJECT, ids=[9])
            raise KeyError
    assert list(Event.objects.filter(type="member.updated").order_by("id").values_list("ids", flat=True)) == [
        ["0"], ["1"], ["2"],
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_readers_at_the_same_place_read_once_and_hear_what_one_of_them_published(
    readers: dict[str, dispatch._Reader],
) -> None:
    heard: dict[str, list[str]] = {name: [] for name in "abc"}

    def hears(name: str) -> None:
        @events.subscribe(name, ["job.status"])
        def reader(batch: list[events.Event]) -> None:
            heard[name].extend(e.ids[0] for e in batch)
            if name == "b" and heard["b"] == ["0"]:
                events.publish("job.status", project_id=PROJECT, ids=["1"], data={"kind": "k", "state": "done"})

    for name in heard:
        hears(name)
    _publish(1)
    while events.dispatch_pending():
        pass
    assert heard == {name: ["0", "1"] for name in "abc"}
    with CaptureQueriesContext(
        connection,
    ) as asked:
        events.dispatch_pending()
    assert len(asked) == 1
