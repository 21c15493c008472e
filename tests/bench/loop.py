"""How fast items go in and are predicted by the real clusters, beside the bare model in the same run.

10,000 small drawn pictures, EfficientNet-Lite0 at 112 px, batches of 64. ``BENCH_ITEMS`` takes fewer. Both sides are
warm, as in a house that has been up: each has run the net over two batches of other pictures before its clock starts.

Bare is the same net with the same weights over the same files: decode and forward, same batch, same threads, same
memory settings (`numeric_environment`), see ``_bare``. Beside it our adapter alone, which is faster than that: it works
on several batches at once (``nets.runtime.in_streams``). Each is timed on one half of the files before and on the other
after the clusters' turn, and both passes count together: on a machine whose speed drifts, what lies on both sides is
the speed of the time between.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench import number, own_house, report, say
from tests.bench._bare import Bare, bare
from tests.house import House

ITEMS = number("ITEMS", 10_000)
SIDE = 48
WARM = 128
CORES = os.cpu_count() or 1
LIMIT_SECONDS = 7200


def main() -> None:
    run_as_ml_worker()
    with own_house(OMP_NUM_THREADS=str(CORES)) as folder:
        from pipelines.demo.world import Plan, build

        plan = Plan(
            source="shapes", project="Bench", pool=0, validation=20, test=20, seed_labels=20, budget=1, every=10**6,
            adapter="efficientnet_lite0",
        )  # fmt: skip
        world = build(plan, say)
        delete_its_pipeline(world)
        blobs = upload(world)
        half = len(blobs) // 2
        before = alone(world, blobs[:half])
        end_to_end = through_the_clusters(world, folder)
        after = alone(world, blobs[half:])
        bare, adapter = (len(blobs) / (one + other) for one, other in zip(before, after, strict=True))
        report(
            "loop.bare", round(bare, 1), "items/s",
            note=f"decode and forward from local files, {CORES} threads; "
            f"before {half / before[0]:.1f}, after {(len(blobs) - half) / after[0]:.1f}",
        )  # fmt: skip
        report(
            "loop.adapter", round(adapter, 1), "items/s", baseline=round(bare, 1), ratio=round(adapter / bare, 3),
            note="our adapter alone, several batches at once",
        )  # fmt: skip
        report(
            "loop.end_to_end", round(end_to_end, 1), "items/s", baseline=round(bare, 1),
            ratio=round(end_to_end / bare, 3),
            note=f"{ITEMS} items from firing to saved prediction; wanted: ratio of at least 0.70; "
            f"of the adapter alone {end_to_end / adapter:.3f}",
        )  # fmt: skip


def run_as_ml_worker() -> None:
    """Starts this process anew with what a worker of `ml` runs with: allocators read it when a process begins, and our
    settings, which are read at their first import, must not be read before `own_house`."""
    if "BENCH_AS_ML_WORKER" in os.environ:
        return
    from alp_site.lib.management.commands.cluster import numeric_environment

    wanted = {**os.environ, **numeric_environment("ml"), "BENCH_AS_ML_WORKER": "1"}
    os.execve(sys.executable, [sys.executable, "-m", "tests.bench.loop"], wanted)


def delete_its_pipeline(world: Any) -> None:
    """The demo's own loop would take every picture too, beside the pipeline that is timed."""
    from pipelines.models import Pipeline
    from pipelines.services.pipelines import delete_pipeline, pause_pipeline

    pipeline = Pipeline.objects.get(pk=world.pipeline.pk)
    pause_pipeline(pipeline=pipeline, keep_triggers=False)
    delete_pipeline(pipeline=pipeline)


def upload(world: Any) -> list[str]:
    """Uploads through the service; the drawing is done before the clock starts."""
    from datasets.models import Item

    say(f"drawing {ITEMS} pictures of {SIDE} px")
    files = pictures("bench", ITEMS)
    started = time.perf_counter()
    put(world, world.raw, files)
    spent = time.perf_counter() - started
    report("loop.upload", round(ITEMS / spent, 1), "items/s", note=f"{ITEMS} PNG files, hashed, checked, stored")
    return list(Item.objects.filter(dataset=world.raw, type="file").values_list("blob_id", flat=True))


def pictures(name: str, count: int) -> list[Any]:
    """Files of drawn shapes, each set other ones."""
    import numpy as np

    from datasets.services.upload import NewFile
    from pipelines.demo.shapes import LABELS, one

    rng = np.random.default_rng(len(name))
    return [NewFile(f"/{name}/{n:06d}.png", one(LABELS[n % 4], rng, SIDE)) for n in range(count)]


def put(world: Any, dataset: Any, files: list[Any]) -> None:
    from datasets.services.upload import add_many

    found = add_many(dataset=dataset, files=files, user=world.people["owner"])
    assert found.count("added") == len(files)


def through_the_clusters(world: Any, folder: Path) -> float:
    """Items a second from the start of the processes' work to the last saved prediction."""
    from datasets.services import create_dataset
    from models_registry.models import Prediction

    warm = create_dataset(project=world.project, name="Warm", user=world.people["owner"])
    put(world, warm, pictures("warm", WARM))
    house = House(
        folder, ALP_DATA_DIR=os.environ["ALP_DATA_DIR"], ALP_SQLITE_FILE=os.environ["ALP_SQLITE_FILE"],
        ALP_ML_THREADS=str(CORES), OMP_NUM_THREADS=str(CORES),
    )  # fmt: skip
    house.start(timeout=180)
    try:
        predicted(world, warm, WARM, house)
        spent = predicted(world, world.raw, ITEMS, house)
        assert Prediction.objects.filter(model=world.seed_model, item__dataset=world.raw).count() == ITEMS
    finally:
        house.stop()
    return ITEMS / spent


def predicted(world: Any, dataset: Any, count: int, house: House) -> float:
    """Seconds from the start of a pipeline over the dataset to its last saved prediction."""
    from pipelines.models import NodeCounter
    from pipelines.services.pipelines import create_pipeline, start_pipeline

    pipeline = create_pipeline(project=world.project, name=f"Bench {dataset.name}", graph=graph(world, dataset))
    started = told = time.perf_counter()
    start_pipeline(pipeline=pipeline)
    while True:
        time.sleep(0.25)
        row = NodeCounter.objects.filter(pipeline=pipeline, node_id="predict").first()
        if row and row.failed:
            raise RuntimeError(f"{row.failed} predictions failed:\n{house.log()[-4000:]}")
        done, spent = row.done if row else 0, time.perf_counter() - started
        if done >= count:
            return spent
        if time.perf_counter() - told > 15:
            told = time.perf_counter()
            say(f"  {done} of {count} predicted, {spent:.0f} s")
        if spent > LIMIT_SECONDS:
            raise TimeoutError(house.log()[-4000:])


def graph(world: Any, dataset: Any) -> dict[str, Any]:
    return {
        "nodes": [
            {
                "id": "raw", "type": "dataset", "config": {"load_existing": True},
                "inputs": {"dataset": {"fixed": str(dataset.pk)}},
            },
            {"id": "predict", "type": "predict", "inputs": {"model": {"fixed": str(world.seed_model.pk)}}},
        ],
        "connections": [{"source": {"node": "raw", "port": "item"}, "target": {"node": "predict", "port": "item"}}],
        "triggers": [{"id": "created", "node": "raw", "kind": "event", "spec": {"resource": "Item"}}],
    }  # fmt: skip


def alone(world: Any, blobs: list[str]) -> tuple[float, float]:
    """Seconds of the bare net, and of the adapter, over these files, with all cores and no database."""
    import torch

    from alp_site.lib import storage
    from models_registry.services.prediction import BATCH
    from models_registry.services.runtime import runtime_of

    torch.set_num_threads(CORES)
    adapter: Any = runtime_of(world.seed_model).adapter
    paths = [storage.path(blob) for blob in blobs]
    net = Bare(adapter)
    bare(net, paths[:WARM], BATCH)
    adapter.predict(paths[:WARM], batch_size=BATCH, embeddings=True)
    of_net = bare(net, paths, BATCH)
    started = time.perf_counter()
    adapter.predict(paths, batch_size=BATCH, embeddings=True)
    return of_net, time.perf_counter() - started


if __name__ == "__main__":
    main()
