"""The write gate: order, joining, roll-back."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from alp_site.lib import db
from alp_site.lib.models import Duty


def test_fair_lock_lets_waiters_in_by_arrival() -> None:
    lock = db.FairLock()
    order: list[int] = []
    lock.acquire()

    def wait(number: int) -> None:
        lock.acquire()
        order.append(number)
        lock.release()

    threads = []
    for number in range(8):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(lock._waiting) <= number:
            time.sleep(0.001)
    lock.release()
    for thread in threads:
        thread.join(5)
    assert order == list(range(8))


@pytest.mark.django_db(transaction=True)
def test_write_when_nested_joins_and_rolls_back_whole() -> None:
    with pytest.raises(ValueError, match="outer"), db.write():
        Duty.objects.create(name="a")
        with db.write():
            Duty.objects.create(name="b")
        assert db.in_write()
        raise ValueError("outer")
    assert Duty.objects.count() == 0
    assert not db.in_write()


@pytest.mark.django_db(transaction=True)
def test_write_when_inner_fails_and_is_caught_the_outer_cannot_commit() -> None:
    with pytest.raises(transaction.TransactionManagementError), db.write():
        try:
            with db.write():
                Duty.objects.create(name="a")
                raise ValueError
        except ValueError:
            pass
        Duty.objects.create(name="b")
    assert Duty.objects.count() == 0


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """What a background write slept in the gate; people have not been there for long."""
    slept: list[float] = []
    monkeypatch.setattr(db.time, "sleep", slept.append)
    db.forget_people()
    yield slept
    db.forget_people()


on_sqlite = pytest.mark.skipif("not __import__('django.db').db.connection.vendor == 'sqlite'", reason="SQLite's gate")


def write_behind(seconds: float) -> None:
    halt = threading.Event()
    with db.background_write():
        Duty.objects.create(name=f"slow {seconds}")
        halt.wait(seconds)
        assert connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
@on_sqlite
def test_background_write_while_people_save_rests_as_long_as_it_wrote(rests: list[float]) -> None:
    with db.write():
        Duty.objects.create(name="a person's")
    write_behind(0.1)
    assert max(rests) >= 0.1


@pytest.mark.django_db(transaction=True)
@on_sqlite
def test_background_write_when_nobody_saves_lets_another_in_and_goes_on(rests: list[float]) -> None:
    write_behind(0.1)
    assert rests == [db.TURN_SECONDS]


@pytest.mark.django_db(transaction=True)
@on_sqlite
def test_background_write_when_a_person_comes_meanwhile_rests(rests: list[float]) -> None:
    def save() -> None:
        try:
            with db.write():
                Duty.objects.create(name="a person's")
        finally:
            connection.close()

    person = threading.Thread(target=save)
    with db.background_write():
        Duty.objects.create(name="bulk")
        person.start()
        while not db.people_about():
            threading.Event().wait(0.001)
    person.join(30)
    assert len(rests) == 2


@pytest.mark.django_db(transaction=True)
def test_on_commit_inside_write_runs_after_commit_only() -> None:
    seen: list[str] = []
    with db.write():
        db.on_commit(lambda: seen.append("done"))
        assert seen == []
    assert seen == ["done"]
    with pytest.raises(ValueError, match="x"), db.write():
        db.on_commit(lambda: seen.append("never"))
        raise ValueError("x")
    assert seen == ["done"]
