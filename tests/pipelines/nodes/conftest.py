"""A pipeline of the real nodes over drawn pictures, with an untrained base model: nothing has to be trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from alp_site.people.models import Project, User
from annotation.models import Task, TaskItem
from annotation.services.queue import pull
from datasets.models import Dataset, Item
from datasets.services import create_dataset
from datasets.services.upload import NewFile, add_many
from models_registry.models import Model
from models_registry.services.versions import register_base_model
from pipelines.demo.shapes import LABELS, one
from pipelines.models import NodeCounter, Pipeline
from pipelines.services.pipelines import save_pipeline, start_pipeline
from pipelines.services.templates import create_from_template

Upload = Callable[..., list[Item]]


@pytest.fixture
def raw(project: Project, owner: User) -> Dataset:
    return create_dataset(project=project, name="Raw", user=owner, labels=LABELS)


@pytest.fixture
def truth(project: Project, raw: Dataset, owner: User) -> Dataset:
    return create_dataset(project=project, name="Truth", user=owner, ontology=raw.ontology)


@pytest.fixture
def base(project: Project, truth: Dataset) -> Model:
    return register_base_model(
        project_id=project.pk,
        name="tiny",
        adapter="small_cnn",
        configuration_values={"width": 4, "epochs": 2},
        labels=list(LABELS),
        dataset=truth,
    )


@pytest.fixture
def upload(raw: Dataset, owner: User) -> Upload:
    """``upload(5, folder="/a")`` -> items of new drawn pictures in the raw dataset, uploaded as people do."""

    def make(count: int, *, folder: str = "", into: Dataset = raw, seed: int = 0) -> list[Item]:
        rng = np.random.default_rng([seed, Item.objects.count()])
        start = Item.objects.filter(dataset=into).count()
        files = [NewFile(f"{folder}/{start + n:04d}.png", one(LABELS[n % 4], rng)) for n in range(count)]
        report = add_many(dataset=into, files=files, user=owner)
        found = {item.pk: item for item in Item.objects.filter(pk__in=report.item_ids)}
        return [found[pk] for pk in report.item_ids]

    return make


@pytest.fixture
def flow(project: Project, raw: Dataset, truth: Dataset, base: Model, owner: User) -> Callable[..., Pipeline]:
    """``flow(template, node_id={config})`` -> the template's pipeline, started; ``None`` leaves a node's config."""

    def make(
        template: str = "active_learning", *, connect: list[dict[str, Any]] | None = None, **configs: dict[str, Any]
    ) -> Pipeline:
        values = {"Raw Dataset": str(raw.pk), "Ground Truth Dataset": str(truth.pk), "Best Model": str(base.pk)}
        pipeline = create_from_template(project=project, template=template, variables=values, user=owner)
        graph = pipeline.draft
        for node in graph["nodes"]:
            roomy = {"batch_size": 20, "max_workload": 20} if node["type"].endswith("_task") else {}
            node["config"] |= {**roomy, **configs.get(node["id"], {})}
        graph["connections"] += connect or []
        save_pipeline(pipeline=pipeline, graph=graph)
        pipeline.refresh_from_db()
        return start_pipeline(pipeline=pipeline, user=owner)

    return make


def open_items(task: Task) -> list[TaskItem]:
    return list(TaskItem.objects.filter(task=task, finished_at=None, retired_at=None).select_related("item"))


def take(task: Task, person: User) -> list[TaskItem]:
    """Everything open that the person gets by pulling, as their page does."""
    while pull(task=task, person=person):
        pass
    return [ti for ti in open_items(task) if ti.assignee_id == person.pk]


def task_of(pipeline: Pipeline, kind: str) -> Task:
    return Task.objects.get(pipeline_id=pipeline.pk, kind=kind)


def counts(pipeline: Pipeline, node_id: str) -> dict[str, int]:
    row = NodeCounter.objects.get(pipeline=pipeline, node_id=node_id)
    names = ("ready", "running", "waiting", "done", "failed")
    return {name: getattr(row, name) for name in names if getattr(row, name)}


def real(node_id: str, kind: str, *, inputs: dict[str, Any] | None = None, **config: Any) -> dict[str, Any]:
    """A node of a real type in a graph of sample nodes."""
    return {"id": node_id, "type": kind, "config": config, "inputs": inputs or {}}
