"""People's saves beside bulk work: 50 savers, one save every 2 s each, while a trigger starts 100,000 cycles.

Over HTTP, against a real `manage.py up`. ``BENCH_ITEMS``, ``BENCH_SAVERS``, ``BENCH_SECONDS`` change the sizes.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import threading
import time
from typing import Any

from tests.bench import number, own_house, percentile, report, say
from tests.house import House

ITEMS, SAVERS, SECONDS = number("ITEMS", 100_000), number("SAVERS", 50), number("SECONDS", 120)
EVERY = 2.0
OWN = 8  # pictures a saver goes round


def main() -> None:
    with own_house() as folder:
        world = make_world()
        house = House(folder, ALP_DATA_DIR=os.environ["ALP_DATA_DIR"], ALP_SQLITE_FILE=os.environ["ALP_SQLITE_FILE"])
        house.start(timeout=180)
        try:
            quiet = measure(house, world, min(20, SECONDS))
            start_firing(world)
            busy = measure(house, world, SECONDS)
            done = cycles(world)
        finally:
            house.stop()
        report("contention.save_p95_quiet", p95(quiet), "ms", note=f"{len(quiet)} saves, nothing else going on")
        report(
            "contention.save_p95", p95(busy), "ms", baseline=p95(quiet), ratio=round(p95(busy) / p95(quiet), 2),
            note=f"{len(busy)} saves beside a firing of {ITEMS}; wanted: at most 100 ms",
        )  # fmt: skip
        report("contention.save_max", round(max(busy) * 1000, 1), "ms")
        report("contention.cycles", done, "cycles", note=f"started in {SECONDS} s")


def p95(values: list[float]) -> float:
    return round(percentile(values, 0.95) * 1000, 1)


def make_world() -> dict[str, Any]:
    """A project, a dataset of many items, a person with a token, a pipeline ready to take them all in."""
    import numpy as np
    from django.utils import timezone

    from alp_site.lib import storage
    from alp_site.lib.db import write
    from alp_site.people.services import create_project, create_token, create_user
    from datasets.models import Item
    from datasets.services import create_dataset
    from pipelines.demo.shapes import one
    from pipelines.services.pipelines import create_pipeline

    user = create_user(email="saver@example.org", name="Saver", password="blue-heron-41")
    project = create_project(name="Bench", user=user)
    dataset = create_dataset(project=project, name="Many", user=user, labels=["circle", "square"])
    _, key = create_token(user=user, name="bench", project=project)
    picture = storage.put_bytes(one("circle", np.random.default_rng(0)))
    say(f"writing {ITEMS} item rows")
    moment = timezone.now()
    ids = []
    for start in range(0, ITEMS, 5000):
        rows = [
            Item(
                dataset=dataset, filename=f"/many/{n:07d}.png", name=f"{n:07d}.png", dir="/many", mimetype="image/png",
                size=picture.size, width=32, height=32, blob_id=picture.sha256, created_at=moment, updated_at=moment,
            )
            for n in range(start, min(start + 5000, ITEMS))
        ]  # fmt: skip
        with write():
            if not start:
                storage.retain({picture.sha256: picture.size}, {picture.sha256: ITEMS})
            Item.objects.bulk_create(rows, batch_size=500)
        ids += [str(row.pk) for row in rows]
    graph = {
        "nodes": [
            {
                "id": "raw", "type": "dataset", "config": {"load_existing": True},
                "inputs": {"dataset": {"fixed": str(dataset.pk)}},
            }
        ],
        "triggers": [{"id": "created", "node": "raw", "kind": "event", "spec": {"resource": "Item"}}],
    }  # fmt: skip
    pipeline = create_pipeline(project=project, name="Take all", graph=graph)
    some = ids[:: max(1, len(ids) // (SAVERS * OWN))]
    return {"token": key, "items": some, "pipeline": pipeline, "known": [{} for _ in range(SAVERS)]}


def start_firing(world: dict[str, Any]) -> None:
    from pipelines.services.pipelines import start_pipeline

    start_pipeline(pipeline=world["pipeline"])


def cycles(world: dict[str, Any]) -> int:
    from pipelines.models import Cycle

    return Cycle.objects.filter(pipeline=world["pipeline"]).count()


def measure(house: House, world: dict[str, Any], seconds: float) -> list[float]:
    """Seconds each save took, of all savers."""
    spent: list[float] = []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=saver, args=(house.port, world, number, until, spent)) for number in range(SAVERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return spent


def saver(port: int, world: dict[str, Any], number: int, until: float, spent: list[float]) -> None:
    """A person: sets a class on a picture about every two seconds, as the studio does, over one connection."""
    from alp_site.lib.ids import uuid7

    rng = random.Random(number)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {world['token']}", "Content-Type": "application/json"}
    time.sleep(rng.random() * EVERY)
    items = world["items"][number::SAVERS]
    turn = 0
    known: dict[str, tuple[str, int]] = world["known"][number]
    while time.monotonic() < until:
        item = items[turn % len(items)]
        body = operation(item, turn, known, str(uuid7()), str(uuid7()))
        started = time.perf_counter()
        connection.request("POST", f"/api/v1/items/{item}/annotations/", json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        taken = time.perf_counter() - started
        if answer.status != 200 or json.loads(text)["answers"][0]["status"] != 200:
            raise RuntimeError(text[:500])
        spent.append(taken)
        found = json.loads(text)["answers"][0]["annotation"]
        known[item] = (found["id"], found["revision"])
        turn += 1
        time.sleep(max(0.0, EVERY - taken))


def operation(item: str, turn: int, known: dict[str, tuple[str, int]], op_id: str, new_id: str) -> dict[str, Any]:
    label = ("circle", "square")[turn % 2]
    if item in known:
        pk, revision = known[item]
        edit = {"type": "update", "annotation": pk, "base_revision": revision, "data": {"label": label}}
    else:
        edit = {"type": "create", "annotation": new_id, "data": {"type": "class", "label": label}}
    return {"operations": [{"op_id": op_id, **edit}]}


if __name__ == "__main__":
    main()
