"""The process-death rule: nothing survives its parent, what dies comes back, an end is an end."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import ROOT, House, Proc, kill

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.serial,
    pytest.mark.skipif(sys.platform != "linux", reason="counts processes in /proc"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"))
    try:
        house.start()
        yield house
    finally:
        house.kill_everything()


def below(procs: list[Proc], pid: int) -> set[int]:
    """The process and all it started."""
    found = {pid}
    while more := {proc.pid for proc in procs if proc.parent in found} - found:
        found |= more
    return found


@pytest.mark.parametrize(
    "kind",
    [*(pytest.param(kind, marks=pytest.mark.thorough) for kind in ("web", "cluster", "sentinel")), "worker"],
)
def test_kill_when_any_process_of_a_kind_dies_then_its_own_go_with_it_and_the_house_recovers(
    house: House, kind: str
) -> None:
    before = house.processes()
    victim = next(proc for proc in before if proc.kind == kind)
    doomed = below(before, victim.pid)
    kill(victim.pid)
    house.wait_until(lambda: not doomed & {p.pid for p in house.processes()}, 10, f"those below the {kind} to go")
    house.wait_until(
        lambda: (
            house.answers()
            and sorted(p.kind for p in house.processes()) == sorted(p.kind for p in before)
            and len(house.of_kind("worker")) == 7
        ),
        40,
        f"everything to run again after a {kind} died",
    )


PUT_WORK = """
from django_q.models import OrmQ
from django_q.tasks import async_task
for number in range(6):
    async_task("time.sleep", 0.01, cluster="default")
"""
COUNT_WORK = "from django_q.models import OrmQ; print('left', OrmQ.objects.count())"


@pytest.mark.thorough
@pytest.mark.skipif("REDIS_URL" in os.environ, reason="looks into the database's queue")
def test_kill_when_an_idle_worker_dies_then_the_queue_still_moves(house: House) -> None:
    """It dies holding the lock of the queue its fellows read from."""
    for worker in [proc for proc in house.of_kind("worker") if proc.queue == "default"]:
        kill(worker.pid)
        house.wait_until(lambda gone=worker.pid: gone not in {p.pid for p in house.processes()}, 10, "it to be gone")
    house.wait_until(lambda: len(house.of_kind("worker")) == 7, 40, "both clusters to have their workers")
    house.manage("shell", "-c", PUT_WORK)
    house.wait_until(lambda: "left 0" in house.manage("shell", "-c", COUNT_WORK), 20, "the queue to empty")


@pytest.mark.thorough
def test_kill_when_all_die_at_random_again_and_again_then_the_house_recovers(house: House) -> None:
    """The long form is `make chaos`."""
    rng = random.Random(20)
    deadline = time.monotonic() + (170 if os.environ.get("ALP_CHAOS") == "long" else 8)
    while time.monotonic() < deadline:
        victims = [proc for proc in house.processes() if proc.kind != "up"]
        for victim in rng.sample(victims, k=min(len(victims), rng.choice([1, 1, 2, len(victims)]))):
            kill(victim.pid)
        time.sleep(rng.uniform(0.05, 2.0))
    house.wait_until(lambda: house.answers() and len(house.of_kind("worker")) == 7, 60, "everything to run again")
    assert len(house.processes()) == 1 + 1 + 2 + 2 + 7


def test_kill_when_the_starter_dies_then_nobody_survives(tmp_path: Path) -> None:
    house = House(tmp_path)
    try:
        house.start()
        assert {proc.kind for proc in house.processes()} == {"up", "web", "cluster", "sentinel", "worker"}
        (starter,) = house.of_kind("up")
        kill(starter.pid)
        house.wait_until(lambda: not house.processes(), 5, "every process to end")
    finally:
        house.kill_everything()


def test_stop_when_asked_then_all_end_within_seconds_and_no_zombie_stays(house: House) -> None:
    children = [proc.pid for proc in house.processes()]
    started = time.monotonic()
    assert house.stop() == 0
    assert time.monotonic() - started < 12
    assert house.processes() == []
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert "Traceback" not in house.log()


def test_up_when_port_is_taken_then_one_sentence(tmp_path: Path) -> None:
    house = House(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", house.port))
        taken.listen()
        command = [sys.executable, "manage.py", "up", "--no-migrate", "--port", str(house.port)]
        done = subprocess.run(
            command, cwd=ROOT, env=house.environment, capture_output=True, text=True, check=False, timeout=60
        )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "in use; choose another with --port" in done.stderr


FORKER = """
import os, sys, time
from alp_site.lib.procs import guard_forks
guard_forks()
first = os.fork()
if first == 0:
    second = os.fork()
    if second == 0:
        print(os.getpid(), flush=True)
    time.sleep(60)
time.sleep(60)
"""


def test_guard_forks_when_the_first_is_killed_then_grandchildren_go_too() -> None:
    process = subprocess.Popen([sys.executable, "-c", FORKER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    grandchild = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.wait(5)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _lives(grandchild):
        time.sleep(0.05)
    assert not _lives(grandchild)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
