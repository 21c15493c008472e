"""The write gate: order, joining, roll-back."""

import fcntl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.db import connection, transaction

from alp_site.lib import db, write_gate
from alp_site.lib.models import Duty


def test_fair_lock_lets_waiters_in_by_arrival() -> None:
    lock = write_gate.FairLock()
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


on_sqlite = pytest.mark.skipif("not __import__('django.db').db.connection.vendor == 'sqlite'", reason="SQLite's gate")


def waits_for(path: Path, how: int) -> bool:
    """Whether somebody holds the lock on this file in a way that ``how`` must wait for."""
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.001)


@pytest.mark.django_db(transaction=True)
@on_sqlite
def test_write_of_a_person_comes_before_bulk_work_that_waited_longer() -> None:
    order: list[str] = []

    def writer(name: str, gate: Callable[[], AbstractContextManager[None]]) -> threading.Thread:
        def run() -> None:
            try:
                with gate():
                    order.append(name)
                    Duty.objects.create(name=name)
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    base = db._database()
    with db.background_write():
        Duty.objects.create(name="first")
        bulk = writer("bulk", db.background_write)
        time.sleep(0.05)  # it waits for the place of the one bulk writer
        people = [writer(f"person {number}", db.write) for number in range(3)]
        until(lambda: len(write_gate._own._waiting) == 2)
        assert waits_for(Path(f"{base}.wanted"), fcntl.LOCK_EX)
        assert order == []
    for thread in [bulk, *people]:
        thread.join(20)
    assert sorted(order) == ["bulk", "person 0", "person 1", "person 2"]
    assert order[-1] == "bulk"
    assert not waits_for(Path(f"{base}.wanted"), fcntl.LOCK_EX)


@pytest.mark.django_db(transaction=True)
@on_sqlite
def test_bulk_work_when_nobody_saves_takes_larger_steps_until_somebody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = Path(f"{db._database()}.people")
    mark.unlink(missing_ok=True)
    with db.background_write(), db.write():
        Duty.objects.create(name="bulk")
    with db.short_write():
        Duty.objects.create(name="a worker's own")
    assert db.bulk_size_now() == 3 * db.bulk_size()
    with db.write():
        Duty.objects.create(name="a person's")
    assert db.bulk_size_now() == db.bulk_size() // 2
    monkeypatch.setattr(db, "QUIET_SECONDS", 0)
    assert db.bulk_size_now() == 3 * db.bulk_size()


@on_sqlite
def test_bulk_work_when_people_never_pause_takes_a_turn_at_last(tmp_path: Path) -> None:
    base = str(tmp_path / "db")
    assert write_gate.let_people_go_first(base) < write_gate.PATIENCE_SECONDS
    with Path(f"{base}.wanted").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        assert write_gate.let_people_go_first(base) >= write_gate.PATIENCE_SECONDS


@on_sqlite
def test_gate_when_its_holder_is_killed_is_open(tmp_path: Path) -> None:
    base = str(tmp_path / "db")
    code = (
        "import sys, time\nfrom alp_site.lib import write_gate\n"
        f"with write_gate.foreground({base!r}):\n    print('in', flush=True)\n    time.sleep(600)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "in\n"
        assert waits_for(Path(f"{base}.busy"), fcntl.LOCK_EX)
    finally:
        holder.kill()
        holder.wait()
    with write_gate.background(base):
        assert waits_for(Path(f"{base}.busy"), fcntl.LOCK_EX)


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
