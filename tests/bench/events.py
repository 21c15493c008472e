"""The outbox under concurrent writers, some of whose transactions roll back: none missed, none twice, and how fast.

``BENCH_WRITERS`` and ``BENCH_EVENTS`` (of each writer) change the sizes.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path

from tests.bench import number, own_house, percentile, report

WRITERS, EVENTS = number("WRITERS", 8), number("EVENTS", 1000)
ROOT = Path(__file__).resolve().parents[2]
TYPE = "job.status"


def write_events(name: str) -> None:
    """A writer process: publishes EVENTS events, each in its own transaction, and rolls back one more in ten."""
    import django

    django.setup()
    from alp_site.lib import events
    from alp_site.lib.db import write

    rng = random.Random(name)
    for index in range(EVENTS):
        if rng.random() < 0.1:
            try:
                with write():
                    publish(events, f"{name}:ghost:{index}")
                    raise InterruptedError
            except InterruptedError:
                pass
        with write():
            publish(events, f"{name}:{index}")
            if rng.random() < 0.05:
                time.sleep(rng.random() * 0.01)  # slow transactions: the ones an id cursor would lose


def publish(events: object, text: str) -> None:
    data = {"kind": text, "state": repr(time.time())}
    events.publish(TYPE, project_id=uuid.UUID(int=1), ids=[], data=data)  # type: ignore[attr-defined]


def main() -> None:
    with own_house():
        from alp_site.lib import events

        got: Counter[str] = Counter()
        delays: list[float] = []

        @events.subscribe("bench", [TYPE])
        def read(batch: list[events.Event]) -> None:
            for event in batch:
                got[event.data["kind"]] += 1
                delays.append(time.time() - float(event.data["state"]))

        started = time.perf_counter()
        writers = [
            subprocess.Popen([sys.executable, "-m", "tests.bench.events", f"w{n}"], cwd=ROOT) for n in range(WRITERS)
        ]
        while any(writer.poll() is None for writer in writers):
            events.dispatch_pending()
            time.sleep(0.005)
        spent = time.perf_counter() - started
        events.dispatch_pending()
        expected = {f"w{n}:{index}" for n in range(WRITERS) for index in range(EVENTS)}
        report("events.missed", len(expected - set(got)), "events", note=f"of {len(expected)}, {WRITERS} writers")
        report("events.twice", sum(n - 1 for n in got.values()), "events")
        report("events.ghosts", sum(":ghost:" in name for name in got), "events", note="of rolled-back transactions")
        report("events.throughput", round(len(expected) / spent, 1), "events/s", note="writers' start included")
        report("events.delay_p95", round(percentile(delays, 0.95) * 1000, 1), "ms", note="from publish to reader")
        if set(got) != expected or any(n != 1 for n in got.values()):
            sys.exit(1)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        write_events(sys.argv[1])
    else:
        main()
