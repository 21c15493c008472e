"""The loop of a detection project, headless: the key draws, a reviewer approves, a detector learns and is judged."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.conf import LazySettings

from alp_site.lib.jobs import run_job
from annotation.models import TaskItem, TaskItemLog
from datasets.models import Annotation
from models_registry.models import Model, Prediction
from models_registry.selectors.lineage import came_of
from pipelines.demo import loop, world
from pipelines.demo.folder import folder_source
from pipelines.demo.pictures import SOURCES
from pipelines.demo.world import Plan
from pipelines.models import Pipeline
from pipelines.selectors.uses import uses_of_model

FAST = {"steps": 30, "checks": 2, "width": 16, "batch_size": 4, "learning_rate": 1e-2}


@pytest.mark.django_db(transaction=True)
def test_the_loop_turns_for_detection(settings: LazySettings) -> None:
    settings.ALP_RING_QUEUE = False
    plan = Plan(
        source="blocks", project="Loop over blocks", pool=10, validation=3, test=6, seed_labels=4, budget=4, every=4,
        keep_open=1, configuration=FAST,
    )  # fmt: skip
    report = loop.run(plan, 1, lambda text: None)
    first, second = report["rounds"]
    assert "map_50" in first["best"]
    assert second["labels"] == first["labels"] + 4
    assert "map_50" in second["candidate"]
    log = TaskItemLog.objects.filter(action__in=["complete", "approve", "correct"])
    assert log.exists()
    assert all(entry.simulated for entry in log)
    asked = TaskItem.objects.filter(task__kind="annotation", task__name="Labeling Task")
    suggested = [ti.context["suggestions"] for ti in asked if "suggestions" in ti.context]
    shown = [one for whole in suggested for one in whole["annotations"]]
    assert all(one["type"] == "box" and one["geometry"] for one in shown)
    drawn = Annotation.objects.filter(item__dataset__name="Ground truth", approved_revision__isnull=False)
    assert set(drawn.values_list("type", flat=True)) == {"box"}
    newest = Model.objects.filter(adapter="centre_small", status="trained").order_by("-id")[0]
    assert newest.train_count > 4 - 1
    assert Prediction.objects.exclude(annotations=[]).exists() or not shown


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("source", "kind", "said", "figure"),
    [("block_outlines", "polygon", "mask", "map_50"), ("block_labels", "class", "class", "map_50")],
)
def test_the_loop_turns_for_what_else_is_drawn(
    settings: LazySettings, source: str, kind: str, said: str, figure: str
) -> None:
    settings.ALP_RING_QUEUE = False
    plan = Plan(
        source=source, project=f"Loop over {source}", pool=6, validation=2, test=4, seed_labels=3, budget=2, every=2,
        keep_open=1, configuration={"steps": 8, "checks": 1, "batch_size": 4},
    )  # fmt: skip
    report = loop.run(plan, 1, lambda text: None)
    first, second = report["rounds"]
    assert second["labels"] == first["labels"] + 2
    assert figure in second["candidate"]
    drawn = Annotation.objects.filter(item__dataset__name="Ground truth", approved_revision__isnull=False)
    assert set(drawn.values_list("type", flat=True)) == {kind}
    told = [one for row in Prediction.objects.all() for one in row.annotations or ()]
    assert {one["type"] for one in told} <= {said}


@pytest.mark.django_db(transaction=True)
def test_a_demo_beside_a_running_server_waits_for_the_worker_that_took_its_training(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ALP_RING_QUEUE = False
    plan = Plan(
        source="blocks", project="Beside", pool=2, validation=2, test=2, seed_labels=2, budget=2, every=2,
        configuration=FAST | {"steps": 4},
    )  # fmt: skip
    taken: list[str] = []
    monkeypatch.setattr(world, "run_job", lambda job, heartbeat: taken.append(job))
    # While the command sleeps, the worker does the job.
    clock = SimpleNamespace(sleep=lambda seconds: run_job(taken[0], heartbeat=False), monotonic=time.monotonic)
    monkeypatch.setattr(world, "time", clock)
    made = world.build(plan, lambda text: None)
    assert len(taken) == 1
    assert (made.seed_model.status, made.pipeline.status) == ("trained", "running")
    (use,) = uses_of_model(Pipeline.objects.all(), made.seed_model.pk)
    assert (use["pipeline"]["id"], use["variables"]) == (str(made.pipeline.pk), ["Best Model"])
    assert uses_of_model(Pipeline.objects.all(), made.base.pk) == []
    told = came_of(made.seed_model)
    assert [row["kind"] for row in told["promotions"]] == ["promote"]
    assert told["counts"] == {"evaluations": 1, "comparisons": 0, "descendants": 0, "predictions": 0}
    assert [row["name"] for row in came_of(made.base)["descendants"]] == [made.seed_model.name]
    again = world.build(plan, lambda text: None)  # and a second start finds it
    assert (again.project, again.seed_model, again.pipeline) == (made.project, made.seed_model, made.pipeline)


def test_a_folder_with_a_coco_file_is_a_source(tmp_path: Path) -> None:
    pictures = SOURCES.get("blocks").load(8, np.random.default_rng(0), lambda text: None)
    folder = tmp_path / "boxes_of_mine"
    (folder / "images").mkdir(parents=True)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for at, picture in enumerate(pictures):
        (folder / "images" / f"{at}.png").write_bytes(picture.data)
        images.append({"id": at, "file_name": f"{at}.png", "width": 96, "height": 64})
        for shape in picture.shapes or ():
            x1, y1, x2, y2 = shape["geometry"]["xyxy"]
            category = 1 if shape["label"] == "block" else 2
            annotations.append({"id": len(annotations), "image_id": at, "category_id": category,
                                "bbox": [x1, y1, x2 - x1, y2 - y1]})  # fmt: skip
    categories = [{"id": 1, "name": "block"}, {"id": 2, "name": "disc"}]
    (folder / "notes.json").write_text("[]")
    (folder / "all.json").write_text(
        json.dumps({"images": images, "annotations": annotations, "categories": categories})
    )
    source = folder_source(folder, "detection")
    assert (source.task, source.annotation_types, source.labels) == ("detection", ("box",), ("block", "disc"))
    assert sum(source.defaults[name] for name in ("pool", "validation", "test", "seed_labels")) == 8
    found = {picture.data: picture.shapes for picture in source.load(8, np.random.default_rng(1), lambda text: None)}
    assert found == {picture.data: picture.shapes for picture in pictures}
    tagged = folder_source(folder, "multi_label_classification")
    for picture in tagged.load(8, np.random.default_rng(1), lambda text: None):
        there = {shape["label"] for shape in found[picture.data] or ()}
        assert [(shape["type"], shape["geometry"]) for shape in picture.shapes or ()] == [("class", None)] * len(there)
        assert {shape["label"] for shape in picture.shapes or ()} == there
    cut = folder_source(folder, "classification")
    large = [shape for shapes in found.values() for shape in shapes or () if _least_side(shape) >= 24]
    assert sum(cut.defaults[name] for name in ("pool", "validation", "test", "seed_labels")) == len(large)
    assert {picture.label for picture in cut.load(len(large), np.random.default_rng(1), lambda text: None)} == {
        shape["label"] for shape in large
    }


def _least_side(shape: Any) -> float:
    x1, y1, x2, y2 = shape["geometry"]["xyxy"]
    return float(min(x2 - x1, y2 - y1))
