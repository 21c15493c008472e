"""Prediction end to end, from an item's id to the saved row, against the bare net over the same files.

Bare is the plain loop of ``_bare``. End to end is ``prediction.compute`` and ``prediction.save``, what every
node and endpoint goes through: files looked up in storage, the same net, answers as annotations, embeddings stored,
rows written. Both run in one process with the same threads: bare, ours, ours on other pictures, bare. ``BENCH_ITEMS``
(512) changes the size, ``BENCH_THREADS`` (cores) the threads. Both use a GPU where there is one.
"""

from __future__ import annotations

import os
import time
from typing import Any

from tests.bench import number, own_house, report, say
from tests.bench._bare import Bare, BareWhole, bare

ITEMS = number("ITEMS", 512)
PIECE = 256  # items asked for at once, as a node does
CORES = number("THREADS", os.cpu_count() or 1)


def main() -> None:
    with own_house(OMP_NUM_THREADS=str(CORES)):
        import torch

        torch.set_num_threads(CORES)
        compared("classification", "shapes", "efficientnet_lite0", {}, Bare, 64)
        compared("detection", "blocks", "centre_lite0", {"steps": 4, "checks": 1, "batch_size": 4}, BareWhole, 16)


def compared(
    kind: str, source: str, adapter: str, config: dict[str, Any],
    kind_of: type[Bare], batch: int,
) -> None:  # fmt: skip
    """Trains a little, uploads, then times both."""
    from alp_site.lib import storage
    from datasets.models import Item
    from models_registry.services.runtime import runtime_of
    from pipelines.demo.world import Plan, build

    plan = Plan(
        source=source, project=f"Bench {kind}", pool=2 * ITEMS + batch, validation=12, test=12, seed_labels=12,
        budget=1, every=10**6, adapter=adapter, configuration=config,
    )  # fmt: skip
    world = build(plan, say)
    rows = list(Item.objects.filter(dataset=world.raw, type="file").order_by("pk").values_list("pk", "blob_id"))
    files = [storage.path(blob) for _, blob in rows]
    loaded: Any = runtime_of(world.seed_model).adapter
    run = kind_of(loaded)
    warm, first, second = rows[:batch], rows[batch : batch + ITEMS], rows[batch + ITEMS :]
    through_services(world.seed_model, [pk for pk, _ in warm])
    bare(run, files[:batch], batch, CORES)
    before = bare(run, files[batch : batch + ITEMS], batch, CORES)
    spent_ours = [through_services(world.seed_model, [pk for pk, _ in part]) for part in (first, second)]
    spent_bare = [before, bare(run, files[batch + ITEMS :], batch, CORES)]
    speed, base = 2 * ITEMS / sum(spent_ours), 2 * ITEMS / sum(spent_bare)
    report(
        f"prediction.{kind}", round(speed, 1), "items/s", baseline=round(base, 1), ratio=round(speed / base, 3),
        note=f"{adapter}, {ITEMS} items twice, {CORES} threads; wanted: ratio of at least 0.85",
    )  # fmt: skip


def through_services(model: Any, items: list[Any]) -> float:
    """Seconds until all are saved."""
    from models_registry.services import prediction

    started = time.perf_counter()
    for start in range(0, len(items), PIECE):
        saved = prediction.save(prediction.compute(model.pk, items[start : start + PIECE]))
        assert len(saved) == len(items[start : start + PIECE])
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
