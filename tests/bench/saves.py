"""Annotators saving: 50 people, one polygon edit every 2 s each, then 8 who save as fast as they are answered.

Over HTTP with operations, as the studio sends them, against one `manage.py web` process. At the end the server is read:
a write is lost when it was acknowledged and the annotation's last state or its count of revisions does not show it.
The closed loop runs beside Label Studio's, in the same run: it is installed into the cache the first time (a gigabyte;
``BENCH_LABEL_STUDIO=0`` leaves it out). ``BENCH_SAVERS``, ``BENCH_SECONDS``, ``BENCH_CLOSED``, ``BENCH_CLOSED_SECONDS``
change the sizes.

On SQLite, and then the same on PostgreSQL where it is installed: on a server of the bench's own, with its defaults
(``BENCH_POSTGRES=0`` leaves it out). Where ``DATABASE_URL`` names an empty database, there alone.
"""

from __future__ import annotations

import http.client
import json
import math
import os
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import _label_studio, _postgres, number, own_house, percentile, report, say
from tests.house import ROOT, House

SAVERS, SECONDS = number("SAVERS", 50), number("SECONDS", 60)
CLOSED, CLOSED_SECONDS = number("CLOSED", 8), number("CLOSED_SECONDS", 20)
EVERY = 2.0
WITH_LABEL_STUDIO = bool(number("LABEL_STUDIO", 1))
WITH_POSTGRES = bool(number("POSTGRES", 1))
TASKS = 50


class WebHouse(House):
    """One web process, no clusters."""

    def start(self, timeout: float = 60) -> None:
        command = [sys.executable, "manage.py", "web", "--port", str(self.port)]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.wait_until(self.answers, timeout, "the web server to answer")


@dataclass
class Saver:
    """One annotator on an image of their own: what they sent and what was acknowledged."""

    item: str
    headers: dict[str, str]
    spent: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    annotation: str = ""
    revision: int = 0
    geometry: Any = None

    def run(self, port: int, until: float, every: float, seed: int) -> None:
        """Saves until then, one every so many seconds (0: at once after the answer)."""
        rng = random.Random(seed)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        time.sleep(rng.random() * every)
        while time.monotonic() < until:
            started = time.perf_counter()
            try:
                self.save(connection, rng)
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(repr(error))
                connection.close()
            taken = time.perf_counter() - started
            time.sleep(max(0.0, every - taken))
        connection.close()

    def save(self, connection: http.client.HTTPConnection, rng: random.Random) -> None:
        from alp_site.lib.ids import uuid7

        geometry = polygon(rng)
        if self.revision:
            operation = {"type": "update", "base_revision": self.revision, "data": {"geometry": geometry}}
        else:
            self.annotation = str(uuid7())
            operation = {"type": "create", "data": {"type": "polygon", "label": "car", "geometry": geometry}}
        operation |= {"op_id": str(uuid7()), "annotation": self.annotation}
        body = json.dumps({"operations": [operation]}, separators=(",", ":"))
        started = time.perf_counter()
        connection.request("POST", f"/api/v1/items/{self.item}/annotations/", body, self.headers)
        answer = connection.getresponse()
        text = answer.read()
        self.spent.append(time.perf_counter() - started)
        self.sent.append(len(body))
        found = json.loads(text)["answers"][0] if answer.status == 200 else {"status": answer.status}
        if found["status"] != 200:
            self.errors.append(text[:300].decode(errors="replace"))
            return
        self.revision, self.geometry = found["annotation"]["revision"], found["annotation"]["geometry"]

    def lost(self) -> int:
        """Acknowledged writes that the database does not show."""
        from datasets.models import Annotation, AnnotationRevision

        acknowledged = len(self.spent) - len(self.errors)
        kept = AnnotationRevision.objects.filter(item_id=self.item).count()
        row = Annotation.objects.filter(pk=self.annotation).first() if self.revision else None
        stale = self.revision > 0 and (row is None or row.geometry != self.geometry)
        return max(acknowledged - kept, int(stale))


def main() -> None:
    if os.environ.get("DATABASE_URL"):
        measure("saves_postgres", beside=False)
        return
    before = dict(os.environ)
    measure("saves", beside=WITH_LABEL_STUDIO)
    if WITH_POSTGRES:
        again_on_postgres(before)


def again_on_postgres(environment: dict[str, str]) -> None:
    """In a process of its own: this one has its database."""
    try:
        with _postgres.running() as url:
            say("Again on PostgreSQL")
            command = [sys.executable, "-m", "tests.bench.saves"]
            subprocess.run(command, cwd=ROOT, env={**environment, "DATABASE_URL": url}, check=True)
    except _postgres.Missing as missing:
        say(f"Not on PostgreSQL: {missing}")


def measure(name: str, *, beside: bool) -> None:
    """All measurements on the database that the environment names; `beside`: and Label Studio's."""
    with own_house() as folder:
        everyone = make_world(SAVERS + CLOSED)
        paced, closed = everyone[:SAVERS], everyone[SAVERS:]
        # A house makes itself a new database where the environment names one: this one has the world in it.
        url = os.environ.pop("DATABASE_URL", None)
        same = ("ALP_DATA_DIR", "ALP_SQLITE_FILE")
        given = {key: os.environ[key] for key in same} | ({"DATABASE_URL": url} if url else {})
        house = WebHouse(folder, **given)
        try:
            house.start(timeout=120)
            run(paced, house.port, SECONDS, EVERY)
            run(closed, house.port, CLOSED_SECONDS, 0)
        finally:
            house.kill_everything()
        tell(name, paced, closed)
        tell_closed_loop(name, closed, folder if beside else None)


def tell(name: str, paced: list[Saver], closed: list[Saver]) -> None:
    everyone = paced + closed
    times = [taken for saver in paced for taken in saver.spent]
    sizes = [float(size) for saver in paced for size in saver.sent]
    errors = [error for saver in everyone for error in saver.errors]
    for error in errors[:5]:
        say(error)
    report(f"{name}.p50", milliseconds(times, 0.5), "ms", note=f"{len(times)} saves by {SAVERS} people")
    report(f"{name}.p95", milliseconds(times, 0.95), "ms", note="wanted: at most 50 ms")
    report(f"{name}.bytes", percentile(sizes, 0.5), "bytes", note="request body of one changed 20-point polygon, p50")
    report(f"{name}.errors", len(errors), "errors")
    report(f"{name}.lost_writes", sum(saver.lost() for saver in everyone), "writes")


def tell_closed_loop(name: str, closed: list[Saver], folder: Path | None) -> None:
    """Saves a second and the slowest twentieth; with a folder, beside Label Studio on this machine just now."""
    theirs: list[_label_studio.LabelStudioSaver] = []
    beside = "Label Studio was left out"
    if folder is not None:
        try:
            with _label_studio.running(folder, TASKS) as server:
                say(f"{CLOSED} savers of Label Studio for {CLOSED_SECONDS} s")
                theirs = _label_studio.run(server, CLOSED, CLOSED_SECONDS)
            beside = f"beside Label Studio {_label_studio.VERSION} as `label-studio start` runs it, SQLite"
        except _label_studio.Missing as missing:
            beside = f"no baseline: {missing}"
            say(beside)
    errors = [error for saver in theirs for error in saver.errors]
    for error in errors[:5]:
        say(f"Label Studio: {error}")
    note = f"{CLOSED} in a closed loop; {beside}" + (f", {len(errors)} errors of theirs" if errors else "")
    rates = [
        round(sum(len(one.spent) - len(one.errors) for one in group) / CLOSED_SECONDS, 1) if group else None
        for group in (closed, theirs)
    ]
    slowest = [
        milliseconds([taken for one in group for taken in one.spent], 0.95) if group else None
        for group in (closed, theirs)
    ]
    tell_beside(f"{name}.closed_loop", rates, "1/s", note)
    tell_beside(f"{name}.closed_loop_p95", slowest, "ms", note)


def tell_beside(name: str, values: list[float | None], unit: str, note: str) -> None:
    ours, theirs = values
    assert ours is not None
    report(name, ours, unit, baseline=theirs, ratio=round(ours / theirs, 2) if theirs else None, note=note)


def milliseconds(values: list[float], share: float) -> float:
    return round(percentile(values, share) * 1000, 1)


def run(savers: list[Saver], port: int, seconds: float, every: float) -> None:
    say(f"{len(savers)} savers for {seconds} s")
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=saver.run, args=(port, until, every, seed)) for seed, saver in enumerate(savers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def polygon(rng: random.Random) -> dict[str, Any]:
    """A star-shaped polygon of 20 points within 1000 x 1000."""
    turn = 2 * math.pi / 20
    points = []
    for n in range(20):
        radius = 200 + 200 * rng.random()
        points.append([round(500 + radius * math.cos(n * turn), 3), round(500 + radius * math.sin(n * turn), 3)])
    return {"rings": [points]}


def make_world(count: int) -> list[Saver]:
    """A project with a dataset of one picture a saver; each saver has a token of their own."""
    from django.utils import timezone

    from alp_site.lib.db import write
    from alp_site.people.services import create_project, create_token, create_user
    from datasets.models import Item
    from datasets.services import create_dataset

    owner = create_user(email="owner@example.org", name="Owner", password="blue-heron-41")
    project = create_project(name="Bench", user=owner)
    dataset = create_dataset(project=project, name="Streets", user=owner, labels=["car", "bus"])
    moment = timezone.now()
    rows = [
        Item(
            dataset=dataset, filename=f"/{n:03d}.png", name=f"{n:03d}.png", dir="/", mimetype="image/png", size=1,
            width=1000, height=1000, created_at=moment, updated_at=moment,
        )
        for n in range(count)
    ]  # fmt: skip
    with write():
        Item.objects.bulk_create(rows)
    savers = []
    for n, row in enumerate(rows):
        _, key = create_token(user=owner, name=f"bench {n}", project=project)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        savers.append(Saver(str(row.pk), headers))
    return savers


if __name__ == "__main__":
    main()
